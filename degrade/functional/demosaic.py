"""The Bayer mosaic, and three ways back to three colours.

A sensor keeps one colour a pixel: red and blue on a quarter of the pixels each, green on the rest.
`bilinear` is the mean of the nearest samples of the colour; `malvar` corrects it by the Laplacian of the
colour that is there (Malvar, He and Cutler, "High-quality linear interpolation for demosaicing of
Bayer-patterned color images", ICASSP 2004); `menon` interpolates green along rows and along columns, decides
for one of them at each pixel, and refines (Menon, Andriani and Calvagno, "Demosaicing with directional
filtering and a posteriori decision", IEEE Transactions on Image Processing, 2007).

Beyond the border the mosaic is its own mirror image about the outermost pixel, which keeps its phase and asks
for sides of at least two. Decisions rest on dyadic coefficients and float64 sums in a fixed order, so they fall
the same way on every device. All three keep what varies linearly in each colour, and so move nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from degrade.functional.filtering import extend

Pattern = Literal["rggb", "grbg", "gbrg", "bggr"]
Method = Literal["bilinear", "malvar", "menon"]

RED_AT: MappingProxyType[str, tuple[int, int]] = MappingProxyType(
    {"rggb": (0, 0), "grbg": (0, 1), "gbrg": (1, 0), "bggr": (1, 1)}
)
"""Row and column of red in the block of two by two; blue lies diagonally opposite."""

LEAST_SENSOR = 2
"""A side of fewer pixels would lack a colour."""
MARGIN = 12
"""Border pixels read by `menon`, eleven, made even so that they begin with the same phase."""
ROW, COLUMN = (0, 1), (1, 0)

Step = tuple[int, int]
Kernel = tuple[tuple[int, ...], ...]


class Kernels(NamedTuple):
    """Correlation kernels, in sixteenths, of a linear method.

    cross: green at red and blue. beside: red (blue) at a green between two of them in its row. diagonal: red at
    blue and blue at red.
    """

    cross: Kernel
    beside: Kernel
    diagonal: Kernel


BILINEAR = Kernels(
    cross=((0, 4, 0), (4, 0, 4), (0, 4, 0)),
    beside=((0, 0, 0), (8, 0, 8), (0, 0, 0)),
    diagonal=((4, 0, 4), (0, 0, 0), (4, 0, 4)),
)
MALVAR = Kernels(
    cross=((0, 0, -2, 0, 0), (0, 0, 4, 0, 0), (-2, 4, 8, 4, -2), (0, 0, 4, 0, 0), (0, 0, -2, 0, 0)),
    beside=(
        (0, 0, 1, 0, 0),
        (0, -2, 0, -2, 0),
        (-2, 8, 10, 8, -2),
        (0, -2, 0, -2, 0),
        (0, 0, 1, 0, 0),
    ),
    diagonal=(
        (0, 0, -3, 0, 0),
        (0, 4, 0, 4, 0),
        (-3, 0, 12, 0, -3),
        (0, 4, 0, 4, 0),
        (0, 0, -3, 0, 0),
    ),
)
"""Malvar, He and Cutler's figure 2, which has them in eighths."""

NEARNESS = (
    ((0, 0), 3),
    ((0, -2), 3),
    ((2, 0), 1),
    ((2, -2), 1),
    ((-2, 0), 1),
    ((-2, -2), 1),
    ((1, -1), 1),
    ((-1, -1), 1),
)
"""Weights of the differences along a row that speak for a pixel; each reaches two pixels to the right of its
own place, so that they lie evenly about the pixel. As in colour-demosaicing 0.2.7, whose pixels off the border
are equal."""


class Sites(NamedTuple):
    """Which colour each pixel has: bool b 1 H W. by_red: whether a row is one of red and green."""

    red: Tensor
    blue: Tensor
    by_red: Tensor

    def choose(self, at_red: Tensor, at_green: Tensor, at_blue: Tensor) -> Tensor:
        return torch.where(self.red, at_red, torch.where(self.blue, at_blue, at_green))


def bayer_sites(red_at: Tensor, height: int, width: int) -> Sites:
    """The colours of an H x W sensor; red_at: int64 (b, 2), row and column of a red pixel."""
    rows = torch.arange(height, device=red_at.device).view(1, 1, -1, 1)
    columns = torch.arange(width, device=red_at.device).view(1, 1, 1, -1)
    row, column = red_at.view(-1, 2, 1, 1, 1).unbind(1)
    by_red = torch.remainder(rows - row, 2) == 0
    in_red_column = torch.remainder(columns - column, 2) == 0
    return Sites(by_red & in_red_column, ~by_red & ~in_red_column, by_red)


def mosaic(images: Tensor, red_at: Tensor) -> Tensor:
    """The one colour of each pixel: b 3 H W (red, green, blue) to b 1 H W."""
    red, green, blue = images.unsqueeze(2).unbind(1)
    return bayer_sites(red_at, *images.shape[2:]).choose(red, green, blue)


def demosaic(
    raw: Tensor, red_at: Tensor, heights: Tensor, widths: Tensor, methods: Sequence[Method]
) -> Tensor:
    """Three colours from a mosaic b 1 H W, each sample by its own method; float64 b 3 H W.

    red_at: int64 (b, 2), row and column of a red pixel. heights, widths: int64 (b,), the samples' own sizes, at
    least 2. Samples keep their own colour at every pixel; nothing is clipped.
    """
    height, width = raw.shape[2:]
    plane = extend(raw.to(torch.float64), 2, MARGIN, heights, "reflect101", height)
    plane = extend(plane, 3, MARGIN, widths, "reflect101", width)
    out = plane.new_zeros((raw.shape[0], 3, *plane.shape[2:]))
    for name, method in METHODS.items():
        chosen = [place for place, wanted in enumerate(methods) if wanted == name]
        if chosen:
            index = torch.tensor(chosen).to(raw.device, non_blocking=True)
            sites = bayer_sites(red_at.index_select(0, index), *plane.shape[2:])
            out = out.index_copy(0, index, method(plane.index_select(0, index), sites))
    return out[..., MARGIN : MARGIN + height, MARGIN : MARGIN + width]


def _at(plane: Tensor, step: Step, times: int = 1) -> Tensor:
    """What lies so many rows down and columns right of each pixel; it comes round into the margin."""
    return torch.roll(plane, (-times * step[0], -times * step[1]), (2, 3))


def _pair(plane: Tensor, step: Step) -> Tensor:
    """Mean of the two neighbours on a line."""
    return (_at(plane, step, -1) + _at(plane, step)) / 2


def _three(plane: Tensor, step: Step) -> Tensor:
    """Mean of a pixel and its two neighbours on a line."""
    return (_at(plane, step, -1) + plane + _at(plane, step)) / 3


def _correlate(plane: Tensor, kernel: Kernel) -> Tensor:
    total, radius = torch.zeros_like(plane), len(kernel) // 2
    for row, weights in enumerate(kernel, start=-radius):
        for column, weight in enumerate(weights, start=-radius):
            if weight:
                total = total + _at(plane, (row, column)) * weight
    return total / 16


def _linear(kernels: Kernels) -> Callable[[Tensor, Sites], Tensor]:
    across = tuple(zip(*kernels.beside, strict=True))

    def method(raw: Tensor, sites: Sites) -> Tensor:
        cross, diagonal = _correlate(raw, kernels.cross), _correlate(raw, kernels.diagonal)
        rows, columns = _correlate(raw, kernels.beside), _correlate(raw, across)
        red_at_green = torch.where(sites.by_red, rows, columns)
        blue_at_green = torch.where(sites.by_red, columns, rows)
        red = sites.choose(raw, red_at_green, diagonal)
        green = sites.choose(cross, raw, cross)
        return torch.cat([red, green, sites.choose(diagonal, blue_at_green, raw)], dim=1)

    return method


def _menon(raw: Tensor, sites: Sites) -> Tensor:
    """Green, then red and blue, then each refined along the line that was decided for."""
    green, along_row = _menon_green(raw, sites)
    red, blue = _colours_at_green(raw, green, sites)

    def along(mean: Callable[[Tensor, Step], Tensor], plane: Tensor) -> Tensor:
        return torch.where(along_row, mean(plane, ROW), mean(plane, COLUMN))

    step = along(_pair, red - blue)
    red, blue = sites.choose(raw, red, raw + step), sites.choose(raw - step, blue, raw)
    green = sites.choose(raw - along(_three, red - green), raw, raw - along(_three, blue - green))
    red_at_green, blue_at_green = _colours_at_green(raw, green, sites)
    red, blue = sites.choose(raw, red_at_green, red), sites.choose(blue, blue_at_green, raw)
    step = along(_three, red - blue)
    red, blue = sites.choose(raw, red, raw + step), sites.choose(raw - step, blue, raw)
    return torch.cat([red, green, blue], dim=1)


def _menon_green(raw: Tensor, sites: Sites) -> tuple[Tensor, Tensor]:
    """Green at every pixel, and where rows are the better direction, having the smoother chroma."""
    guesses = [_green_along(raw, step) for step in (ROW, COLUMN)]
    rough = [
        _roughness(sites.choose(raw - guess, torch.zeros_like(raw), raw - guess), step)
        for guess, step in zip(guesses, (ROW, COLUMN), strict=True)
    ]
    along_row = rough[1] >= rough[0]
    guess = torch.where(along_row, guesses[0], guesses[1])
    return sites.choose(guess, raw, guess), along_row


def _green_along(raw: Tensor, step: Step) -> Tensor:
    """Green at red and blue by the five taps -1, 2, 2, 2, -1, in quarters."""
    return _pair(raw, step) + (raw - _pair(raw, (2 * step[0], 2 * step[1]))) / 2


def _roughness(chroma: Tensor, step: Step) -> Tensor:
    """Weighted sum of how much the colour difference changes over two pixels along a line, nearby."""
    change = (chroma - _at(chroma, step, 2)).abs()
    total = torch.zeros_like(chroma)
    for (row, column), weight in NEARNESS:
        place = (row, column) if step == ROW else (column, row)
        total = total + _at(change, place) * weight
    return total


def _colours_at_green(raw: Tensor, green: Tensor, sites: Sites) -> tuple[Tensor, Tensor]:
    """Red and blue, with a meaning at green pixels: green and the neighbours' mean difference from it."""
    rows, columns = _pair(raw - green, ROW), _pair(raw - green, COLUMN)
    red = green + torch.where(sites.by_red, rows, columns)
    return red, green + torch.where(sites.by_red, columns, rows)


METHODS: MappingProxyType[str, Callable[[Tensor, Sites], Tensor]] = MappingProxyType(
    {"bilinear": _linear(BILINEAR), "malvar": _linear(MALVAR), "menon": _menon}
)
"""(mosaic b 1 H W, sites) -> b 3 H W, float64; the outermost pixels of the plane are without meaning."""
