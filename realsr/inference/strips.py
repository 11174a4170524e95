"""An enlarged picture strip by strip, so that memory is that of a strip whatever the picture's size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from torch import Tensor

from realsr.conditions.pictures import Conditions
from realsr.images.raster import Pixels
from realsr.inference.alpha import CONTINUED, AlphaBy, enlarged_with_alpha
from realsr.inference.errors import InferenceError
from realsr.inference.memory import check_memory
from realsr.inference.tiling import Span, windows
from realsr.inference.upscaler import Tiling, Upscaler

STRIP = 2**27
"""Bytes of a strip, at most, where tiles may have any shape and a row of the grid's tiles is no larger."""

_INTERPOLATED = 4
"""LR pixels that bicubic interpolation looks around a pixel: of chroma, and of alpha."""

Told = Callable[[float], None]
"""Who is told which share of the picture is done."""


@dataclass(frozen=True)
class Enlarging:
    """How pictures are enlarged. conditions: of one picture, what the network is told beside its pixels."""

    upscaler: Upscaler
    tiling: Tiling | None = None
    alpha: AlphaBy = "bicubic"
    conditions: Conditions | None = None

    def at(self, row: Span, column: Span) -> Upscaler:
        """The model for a tile."""
        if self.conditions is None:
            return self.upscaler
        rows, columns = (range(span.cut_start, span.cut_stop) for span in (row, column))
        return self.upscaler.told(self.conditions.at(rows, columns))


def enlarged(pixels: Pixels, how: Enlarging, told: Told | None = None) -> Pixels:
    """`h w c` -> `scale*h scale*w c` at the same depth, at once. See `strips`."""
    return cast("Pixels", np.concatenate(list(strips(pixels, how, told))))


def strips(pixels: Pixels, how: Enlarging, told: Told | None = None) -> Iterator[Pixels]:
    """The rows of the enlarged picture, top to bottom: clipped to [0, 1], rounded to nearest.

    Raises InferenceError where the model's answer is none, or memory does not do.
    """
    if pixels.shape[2] in (2, 4) and (pixels[..., -1] == np.iinfo(pixels.dtype).max).all():
        for strip in _strips(pixels[..., :-1], how, told):
            opaque = np.full((*strip.shape[:2], 1), np.iinfo(strip.dtype).max, strip.dtype)
            yield np.concatenate([strip, opaque], axis=2)
    else:
        yield from _strips(pixels, how, told)


def _strips(pixels: Pixels, how: Enlarging, told: Told | None) -> Iterator[Pixels]:
    height, width, channels = pixels.shape
    scale = how.upscaler.scale
    rows, columns = _plan(pixels, how)
    done = 0
    for row in rows:
        shape = (scale * (row.stop - row.start), scale * width, channels)
        strip = np.empty(shape, pixels.dtype)
        for column in columns:
            place = slice(scale * column.start, scale * column.stop)
            strip[:, place] = _tile(pixels, how, row, column)
            done += (row.stop - row.start) * (column.stop - column.start)
            if told is not None:
                told(done / (height * width))
        yield strip


def _plan(pixels: Pixels, how: Enlarging) -> tuple[list[Span], list[Span]]:
    """The windows down and across; one each where the picture is taken whole."""
    height, width, channels = pixels.shape
    upscaler, tiling = how.upscaler, how.tiling
    sight = None
    if tiling is not None and max(height, width) > tiling.side:
        sight = upscaler.sight_for(tiling)
    if sight is None or tiling is None:
        check_memory(upscaler, height, width, channels)
        return [Span(0, height, 0, height)], [Span(0, width, 0, width)]
    margin, down = sight.reach, tiling.side
    if upscaler.channels == 1 or channels in (2, 4):
        margin = max(margin, _INTERPOLATED)
    if tiling.overlap is None:
        margin += CONTINUED if channels in (2, 4) else 0
        row = upscaler.scale**2 * width * channels * pixels.itemsize
        down = max(sight.grid, min(down, STRIP // row // sight.grid * sight.grid))
    shortest = upscaler.shortest(sight.grid)
    return (
        windows(height, down, margin, sight.grid, shortest),
        windows(width, tiling.side, margin, sight.grid, shortest),
    )


def _tile(pixels: Pixels, how: Enlarging, row: Span, column: Span) -> Pixels:
    full = float(np.iinfo(pixels.dtype).max)
    cut = pixels[row.cut_start : row.cut_stop, column.cut_start : column.cut_stop]
    values = torch.from_numpy(cut.astype(np.float32)).permute(2, 0, 1)[None] / full
    with torch.no_grad():
        if pixels.shape[2] in (2, 4):
            result = enlarged_with_alpha(values, how.at(row, column), how.alpha)
        else:
            result = how.at(row, column)(values.contiguous())
        scale = how.upscaler.scale
        result = result[0, :, row.within(scale), column.within(scale)]
        _check_finite(result, how.upscaler.name)
        levels = result.clamp(0, 1).mul(full).round().permute(1, 2, 0).contiguous().numpy()
    return cast("Pixels", levels.astype(pixels.dtype))


def _check_finite(result: Tensor, name: str) -> None:
    finite = result.isfinite()
    if not bool(finite.all()):
        share = 1 - float(finite.float().mean())
        raise InferenceError(
            f"{name} gives values that are no numbers (NaN or infinite) in {share:.1%} of a part of the "
            "picture; its weights are broken, or its precision is too low for this picture"
        )
