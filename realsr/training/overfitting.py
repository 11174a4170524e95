"""Whether a discriminator learns its training images by heart: its logits on images of several kinds.

r_v = (E D_train - E D_held_out) / (E D_train - E D_generated): 0 where held-out photographs look as real to it
as those it was trained on, 1 where they look as false as generated ones (Karras et al., ADA, NeurIPS 2020,
equation 1). Held-out photographs are those of the validation sets. Each set has a degradation, and its r_v is
of what the generator makes of that degradation's LR, beside which a discriminator that is told LR sees it.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from degrade import Key
from degrade.functional.color import studio_luma
from degrade.geometry import Size
from realsr.conditions.network import noise_map
from realsr.losses.penalties import score
from realsr.training.batches import Told, TrainingBatch
from realsr.training.config import TrainingConfig
from realsr.training.processes import mean_over
from realsr.training.state import Rival, TrainState
from realsr.training.validation import FROZEN_SEED, ValidationSet
from realsr.training.views import bands_of

ERRORS = 2.0
"""Standard errors by which training images must look more real than generated ones for r_v to be told."""


class Answer(NamedTuple):
    """Mean logit of some images, and its standard error; infinite for a single one."""

    mean: float
    error: float


def held_out(sets: tuple[ValidationSet, ...], state: TrainState) -> dict[str, TrainingBatch]:
    """Up to a batch of centred crops of every set whose photographs are large enough."""
    found = {}
    for each in sets:
        crops = _crops(each, state)
        if crops:
            hr, lr = (torch.cat([getattr(crop, side) for crop in crops]) for side in ("hr", "lr"))
            conditions = {
                name: torch.cat([crop.conditions[name] for crop in crops])
                for name in crops[0].conditions
            }
            found[each.name] = TrainingBatch(hr, lr, conditions=conditions)
    return found


def _crops(each: ValidationSet, state: TrainState) -> list[TrainingBatch]:
    config, told, found = state.config, Told.of(state.generator), []
    pairs = each.pairs_of(config.data.batch)
    for (hr, lr), source in zip(pairs, each.sources, strict=False):
        if min(hr.shape[-2:]) < config.data.crop:
            continue
        maps = each.told(source, Size(*hr.shape[-2:]))
        crop = _centre(TrainingBatch(hr, lr, conditions=maps), config)
        if told.noise:
            key, sides = Key(FROZEN_SEED, source.id, 0), map(range, crop.lr.shape[-2:])
            z = noise_map(key, told.noise, *sides)
            crop = replace(crop, conditions={**crop.conditions, "z": z})
        found.append(crop)
    return found


def _centre(whole: TrainingBatch, config: TrainingConfig) -> TrainingBatch:
    scale, side = config.model.scale, config.data.crop // config.model.scale
    y, x = ((length - side) // 2 for length in whole.lr.shape[-2:])
    rows, columns = (slice(scale * at, scale * (at + side)) for at in (y, x))
    hr, lr = whole.hr[..., rows, columns], whole.lr[..., y : y + side, x : x + side]
    if config.seen == "y":
        hr, lr = studio_luma(hr), studio_luma(lr)
    cut = {name: maps[..., rows, columns] for name, maps in whole.conditions.items()}
    return TrainingBatch(hr, lr, conditions=cut)


@torch.no_grad()
def logits(
    state: TrainState,
    rival: Rival,
    batch: TrainingBatch,
    sr: Tensor,
    held: dict[str, TrainingBatch],
) -> dict[str, object]:
    """Mean logits on train, generated and held-out images, in evaluation mode, and r_v of every set.

    To be called by all processes, whose shares the first two are of. r_v is None where it is undefined:
    `undefined` says why.
    """
    rival.network.eval()
    train, fake = (
        _shared(state, scores(state, rival, images, batch.lr)) for images in (batch.hr, sr)
    )
    found: dict[str, object] = {"train": train.mean, "generated": fake.mean}
    undefined = {}
    for name, crops in held.items():
        real, own = _on_held_out(state, rival, crops)
        found |= {f"held_out/{name}": real.mean, f"generated/{name}": own.mean}
        found[f"r_v/{name}"], why = r_v(train, real, own)
        if why:
            undefined[f"r_v/{name}"] = why
    return found | ({"undefined": undefined} if undefined else {})


def r_v(train: Answer, held_out: Answer, generated: Answer) -> tuple[float | None, str]:
    """The ratio; or None, and why it is undefined."""
    gap, error = train.mean - generated.mean, math.hypot(train.error, generated.error)
    if gap > ERRORS * error:
        return (train.mean - held_out.mean) / gap, ""
    if not math.isfinite(error):
        return None, f"train - generated is {gap:.3g}, and one image has no standard error"
    return (
        None,
        f"train - generated is {gap:.3g} with a standard error of {error:.3g}: not told apart",
    )


def _on_held_out(state: TrainState, rival: Rival, held: TrainingBatch) -> tuple[Answer, Answer]:
    """On a set's photographs, and on what the generator makes of their LR."""
    device = state.fabric.device
    conditions = {name: each.to(device) for name, each in held.conditions.items()}
    crops = TrainingBatch(held.hr.to(device), held.lr.to(device), conditions=conditions)
    with state.fabric.autocast():
        sr = crops.enlarged_by(state.generator.eval())
    real, fake = (answer_of(scores(state, rival, images, crops.lr)) for images in (crops.hr, sr))
    return real, fake


def scores(state: TrainState, rival: Rival, images: Tensor, lr: Tensor) -> Tensor:
    """Of each image its mean logit, (b,)."""
    with state.fabric.autocast():
        seen = bands_of(state.config.discriminator_bands, images.float())
        return score(rival.network(seen, lr)).double()


def answer_of(scores: Tensor) -> Answer:
    """Of each image's mean logit, (b,)."""
    mean, square = _moments(scores).tolist()
    return _answer(mean, square, len(scores))


def _shared(state: TrainState, scores: Tensor) -> Answer:
    """Over all processes, each of which has as many images."""
    mean, square = mean_over(state.fabric, _moments(scores)).tolist()
    return _answer(mean, square, len(scores) * state.fabric.world_size)


def _moments(scores: Tensor) -> Tensor:
    return torch.stack([scores.mean(), scores.square().mean()])


def _answer(mean: float, square: float, count: int) -> Answer:
    if count < 2:
        return Answer(mean, math.inf)
    return Answer(mean, math.sqrt(max(square - mean**2, 0.0) / (count - 1)))
