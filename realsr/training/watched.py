"""Images by which a discriminator is watched: what it was trained on, and three kinds of what it was not.

For a validation set S:

    train            photographs and degradation of the training, the very crops and draws of its first steps
    content/S        photographs of S, the training's degradation
    degradation/S    photographs of the training, the degradation of S
    both/S           photographs and degradation of S

Where S has the training's own pipeline there are no two degradations, and the last two are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from degrade import Pipeline
from degrade.functional.color import studio_luma
from degrade.online import make_pairs
from realsr.images.reading import Reading, opened
from realsr.images.sources import Source
from realsr.training.batches import EndlessSamples, Told, TrainingBatch, TrainingSample
from realsr.training.check import Material
from realsr.training.config import TrainingConfig
from realsr.training.samples import Photographs, StoredPairs
from realsr.training.state import TrainState
from realsr.training.validation import ValidationSet

CROPS = 64
"""Of a set; of few photographs several of each, at other places and by other draws."""

Sets = dict[str, "WatchedSet"]


@dataclass(frozen=True)
class WatchedSet:
    """Pairs on the CPU, and the name of the photograph that each is of."""

    batch: TrainingBatch
    sources: tuple[str, ...]


def watched_sets(given: Material, state: TrainState, crops: int = CROPS) -> Sets:
    """All that there are for a training's data: of stored pairs alone only `train` and `both/S`."""
    config, told = state.config, Told.of(state.generator)
    own = given.pipelines.get(config.model.scale)
    line = given.photographs or given.stored
    assert line is not None  # as the configuration has been checked
    train = _samples(line, config, crops)
    found = {"train": _paired(train, own, config, told)}
    for each in given.sets:
        held = _held(each, config)
        if held is None:
            continue
        other = _samples(held, config, crops)
        for name, samples, pipeline in _kinds(each, train, other, own):
            found[f"{name}/{each.name}"] = _paired(samples, pipeline, config, told)
    return found


Kind = tuple[str, Sequence[TrainingSample], Pipeline]


def _kinds(
    each: ValidationSet,
    train: Sequence[TrainingSample],
    held: Sequence[TrainingSample],
    own: Pipeline | None,
) -> Iterator[Kind]:
    if own is not None:
        yield "content", held, own
        if own.digest == each.pipeline.digest:
            return
        yield "degradation", [sample._replace(lr=None) for sample in train], each.pipeline
    yield "both", held, each.pipeline


def _samples(
    line: Photographs | StoredPairs, config: TrainingConfig, crops: int
) -> list[TrainingSample]:
    endless = EndlessSamples(line, config.seed)
    return [endless.at(position) for position in range(crops)]


def _held(each: ValidationSet, config: TrainingConfig) -> Photographs | None:
    """The photographs of a set that are as large as a crop, cut as those of the training are."""
    large = [source for source in each.sources if _shorter_side(source) >= config.data.crop]
    return Photographs.of(large, each.labels, config) if large else None


def _shorter_side(source: Source) -> int:
    with opened(source.path, Reading()) as image:
        return min(image.size)


def _paired(
    samples: Sequence[TrainingSample], pipeline: Pipeline | None, config: TrainingConfig, told: Told
) -> WatchedSet:
    """Pairs of samples; `pipeline` makes the LR of those that have none."""
    hr = torch.stack([sample.hr for sample in samples])
    stored = [sample.lr for sample in samples if sample.lr is not None]
    if len(stored) == len(samples):
        lr = torch.stack(stored)
    else:
        assert pipeline is not None
        keys, threads = [sample.key for sample in samples], config.data.workers
        (hr, lr), _ = make_pairs(pipeline, keys, hr, threads)
    if config.seen == "y":
        hr, lr = studio_luma(hr), studio_luma(lr)
    scale = config.model.scale if config.data.scales else None
    conditions = told.conditions(samples, lr)
    batch = TrainingBatch(hr, lr, scale=scale, conditions=conditions)
    return WatchedSet(batch, tuple(sample.key.source for sample in samples))
