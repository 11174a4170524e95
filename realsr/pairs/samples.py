"""From a source to samples: which pairs it gives, where each is cut, and what is drawn for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import degrade
from degrade import Key, Trace
from degrade.geometry import Size
from realsr.images.crops import Box
from realsr.images.reading import Bytes, opened
from realsr.images.sources import Source
from realsr.pairs.crops import drawn_boxes
from realsr.pairs.job import PairsJob


@dataclass(frozen=True, slots=True)
class Unit:
    """One pair to make. position: its place among the pairs of its source."""

    position: int
    key: str
    draw_key: Key
    box: Box


@dataclass(frozen=True, slots=True)
class Sample:
    """A unit with its pixels (`h w c` uint8, a view of the source) and its trace. colours: what brought the
    source to sRGB, where anything had to.
    """

    unit: Unit
    source: Source
    source_digest: str
    pixels: Bytes
    trace: Trace
    colours: dict[str, str] | None = None


def keys_without_opening(job: PairsJob, source: Source) -> list[str] | None:
    """The keys of a source's pairs, or None if its size decides which there are (tiles)."""
    if job.cut.step is not None:
        return None
    return [_variant_key(job, source, variant) for variant in range(job.variants)]


def units(job: PairsJob, source: Source, size: Size) -> list[Unit]:
    """The pairs of a source of this size, variant by variant."""
    if job.cut.step is not None:
        return _tile_units(job, source, size)
    draw_keys = [Key(job.seed, source.id, variant) for variant in range(job.variants)]
    return [
        Unit(variant, _variant_key(job, source, variant), draw_key, box)
        for variant, (draw_key, box) in enumerate(
            zip(draw_keys, drawn_boxes(job.cut, draw_keys, size), strict=True)
        )
    ]


def load(
    job: PairsJob, source: Source, wanted: Callable[[Sequence[Unit]], Sequence[Unit]]
) -> list[Sample]:
    """The samples of a source that `wanted` picks; nothing is decoded if it picks none. Raises SourceError."""
    with opened(source.path, job.reading) as image:
        job.cut.check(image.size)
        todo = wanted(units(job, source, image.size))
        if not todo:
            return []
        pixels, digest = image.pixels(), image.digest()
        colours = None if image.conversion is None else image.conversion.record()
    traces = degrade.draw(job.pipeline, [unit.draw_key for unit in todo])
    return [
        Sample(unit, source, digest, unit.box.of(pixels), trace, colours)
        for unit, trace in zip(todo, traces, strict=True)
    ]


def _variant_key(job: PairsJob, source: Source, variant: int) -> str:
    return f"{source.stem}_v{variant}" if job.variants > 1 else source.stem


def _tile_units(job: PairsJob, source: Source, size: Size) -> list[Unit]:
    named = [
        (_variant_key(job, source, variant) + f"_y{box.y:05d}_x{box.x:05d}", variant, box)
        for variant in range(job.variants)
        for box in job.cut.tiles(size)
    ]
    # A tile is its own source for drawing, so that every tile is degraded in its own way.
    return [
        Unit(position, key, Key(job.seed, f"{source.id}@{box.y},{box.x}", variant), box)
        for position, (key, variant, box) in enumerate(named)
    ]
