"""LR of candidates: crops of HR photographs through a pipeline, seen as the photographs to be matched are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import torch

import degrade
from degrade import Key, Pipeline, Trace
from degrade.geometry import Size
from realsr.estimation.codec.blocks import Bytes
from realsr.estimation.codec.tables import luma_tables
from realsr.estimation.single.coding import UNCODED, BlockCoding
from realsr.estimation.single.features import features
from realsr.fitting.marginals import Floats
from realsr.images.crops import Cut
from realsr.images.errors import SourceError
from realsr.images.pixels import all_to_bytes, to_floats
from realsr.images.reading import Reading, opened
from realsr.measuring.items import Item
from realsr.measuring.streaming import each
from realsr.pairs.crops import crop_of_photograph
from realsr.pairs.workers import CPU

MOST_SOURCES = 48
"""HR pictures of a pool; each is decoded once for all its crops."""
READING = Reading(alpha="drop")


@dataclass(frozen=True, slots=True)
class LrRecipe:
    """How LR are made. text: the pipeline's YAML. side: of the LR, in pixels. grey: of the HR's luma alone."""

    text: str
    scale: int
    side: int
    seed: int
    grey: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """LR of one HR picture: their features (n, m) and traces. fault: why there are none."""

    item: Item
    values: Floats
    traces: Sequence[Trace] = ()
    fault: str | None = None


@lru_cache(maxsize=4)
def _pipeline(text: str) -> Pipeline:
    return degrade.parse_pipeline(text, "the fitted pipeline")


def made(item: Item, recipe: LrRecipe, count: int) -> Made:
    """`count` crops of the picture at drawn places, each degraded by a draw of its own."""
    keys = [Key(recipe.seed, item.key, variant) for variant in range(count)]
    try:
        crops = _crops(item, recipe, keys)
    except SourceError as error:
        return Made(item, np.empty((0, 0)), fault=error.reason)
    traces = degrade.draw(_pipeline(recipe.text), keys)
    images = all_to_bytes(_lower(traces, to_floats(crops, CPU)))
    rows = [features(lr, last_coding(trace)) for lr, trace in zip(images, traces, strict=True)]
    return Made(item, np.array(rows, np.float64), traces)


_lower: Callable[..., torch.Tensor | Sequence[torch.Tensor]] = partial(degrade.apply, threads=1)


def _crops(item: Item, recipe: LrRecipe, keys: Sequence[Key]) -> list[Bytes]:
    cut = Cut(recipe.scale, recipe.side * recipe.scale)
    with opened(item.path, READING) as image:
        cut.check(image.size)
        pixels = image.pixels()
    if recipe.grey and pixels.shape[2] == 3:
        luma = pixels @ np.array([0.299, 0.587, 0.114])
        pixels = np.rint(luma).astype(np.uint8)[..., None]
    return [crop_of_photograph(pixels, cut, key) for key in keys]


def last_coding(trace: Trace) -> BlockCoding:
    """The trace's last step's compression, if it is one: what the tables of a JPEG file would tell."""
    steps = [step for step in trace.lr if step.op not in ("quantise", "clamp")]
    if not steps or steps[-1].op != "jpeg":
        return UNCODED
    return BlockCoding((0, 0), luma_tables()[int(steps[-1].values["quality"]) - 1])


def simulated(
    items: Sequence[Item], recipe: LrRecipe, count: int, workers: int | None
) -> Iterator[Made]:
    """About `count` LR of at most MOST_SOURCES of the pictures, drawn by the recipe's seed."""
    chosen = picked(items, MOST_SOURCES, recipe.seed)
    per = -(-count // len(chosen))
    return each(chosen, partial(made, recipe=recipe, count=per), workers)


def picked(items: Sequence[Item], most: int, seed: int) -> list[Item]:
    """At most so many, drawn, in their order."""
    if len(items) <= most:
        return list(items)
    places = np.random.default_rng(seed).choice(len(items), most, replace=False)
    return [items[place] for place in sorted(places)]


def size_of(item: Item) -> Size | None:
    """Upright; None of what cannot be opened."""
    try:
        with opened(item.path, READING) as image:
            return image.size
    except SourceError:
        return None
