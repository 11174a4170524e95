"""The table of resampling filters.

A filter is a weight as a function of the input pixel's distance from the position wanted. Shrinking with
antialias stretches it by the scale. Weights are normalised by whoever takes them: only their ratios count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

import torch
from torch import Tensor

FilterName = Literal[
    "nearest",
    "area",
    "box",
    "bilinear",
    "bicubic",
    "bicubic_075",
    "adaptive_area",
    "catmull_rom",
    "mitchell",
    "bspline",
    "hermite",
    "lagrange",
    "gaussian",
    "hann",
    "hamming",
    "blackman",
    "kaiser",
    "lanczos2",
    "lanczos3",
    "lanczos4",
    "magic_kernel_sharp_2013",
    "magic_kernel_sharp_2021",
]


@dataclass(frozen=True)
class Filter:
    """A row of the table of filters.

    weight: (distance of the input pixel from x in pixels, stretch) -> weight, not normalised.
    radius: half the support before it is stretched. margin: pixels added to it when stretched.
    averages: whether the filter is stretched by max(1, scale): as asked, always, or never.
    ripples: unstretched, its centre of mass is off the position between the pixels, so it is balanced too.
    """

    weight: Callable[[Tensor, Tensor], Tensor]
    radius: float
    margin: float = 0.0
    averages: Literal["asked", "always", "never"] = "asked"
    ripples: bool = False

    def antialiased(self, asked: bool) -> bool:
        return asked if self.averages == "asked" else self.averages == "always"


def cubic(distance: Tensor, a: float = -0.5) -> Tensor:
    """Keys' cubic convolution kernel (IEEE Trans. ASSP 29(6), 1981) with the free parameter a."""
    u = distance.abs()
    near = ((a + 2.0) * u - (a + 3.0)) * u * u + 1.0
    far = ((a * u - 5.0 * a) * u + 8.0 * a) * u - 4.0 * a
    return torch.where(u < 1.0, near, torch.where(u < 2.0, far, 0.0))


def two_parameter_cubic(distance: Tensor, b: float, c: float) -> Tensor:
    """The cubics of Mitchell and Netravali (SIGGRAPH 1988), equation 8."""
    u = distance.abs()
    near = ((12.0 - 9.0 * b - 6.0 * c) * u - (18.0 - 12.0 * b - 6.0 * c)) * u * u + (6.0 - 2.0 * b)
    far = (((-b - 6.0 * c) * u + (6.0 * b + 30.0 * c)) * u - (12.0 * b + 48.0 * c)) * u
    far = far + (8.0 * b + 24.0 * c)
    return torch.where(u < 1.0, near, torch.where(u < 2.0, far, 0.0)) / 6.0


def lagrange_cubic(distance: Tensor) -> Tensor:
    """Lagrange's interpolation by the cubic through the two pixels on either side."""
    u = distance.abs()
    near = (1.0 - u * u) * (2.0 - u) / 2.0
    far = (1.0 - u) * (2.0 - u) * (3.0 - u) / 6.0
    return torch.where(u < 1.0, near, torch.where(u < 2.0, far, 0.0))


def quadratic_bspline(distance: Tensor) -> Tensor:
    """The uniform quadratic B-spline, which Costella calls the Magic Kernel."""
    u = distance.abs()
    far = 0.5 * (1.5 - u) * (1.5 - u)
    return torch.where(u < 0.5, 0.75 - u * u, torch.where(u < 1.5, far, 0.0))


def magic_kernel_sharp_2013(distance: Tensor) -> Tensor:
    """The Magic Kernel sharpened by (-1, 6, -1) / 4."""
    sides = quadratic_bspline(distance - 1.0) + quadratic_bspline(distance + 1.0)
    return 1.5 * quadratic_bspline(distance) - 0.25 * sides


def magic_kernel_sharp_2021(distance: Tensor) -> Tensor:
    """The kernel of 2013 sharpened once more, by (1, 0, 34, 0, 1) / 36."""
    sides = magic_kernel_sharp_2013(distance - 2.0) + magic_kernel_sharp_2013(distance + 2.0)
    return (34.0 * magic_kernel_sharp_2013(distance) + sides) / 36.0


def _gaussian(distance: Tensor) -> Tensor:
    """Standard deviation half a pixel, cut at two pixels."""
    return torch.where(distance.abs() < 2.0, torch.exp(-2.0 * distance * distance), 0.0)


def _lanczos(distance: Tensor, lobes: int) -> Tensor:
    """A sinc under the main lobe of a wider one (Duchon, J. Applied Meteorology 18, 1979)."""
    inside = distance.abs() < lobes
    return torch.where(inside, torch.sinc(distance) * torch.sinc(distance / lobes), 0.0)


LOBES = 4
"""Half the width of the sinc under a cosine sum or Kaiser's window."""

KAISER_BETA = 6.5


def _cosine_window(distance: Tensor, terms: tuple[float, ...]) -> Tensor:
    """A sinc under a window that is a sum of cosines (Harris, Proc. IEEE 66(1), 1978)."""
    turn = torch.pi / LOBES * distance
    window = sum(term * torch.cos(order * turn) for order, term in enumerate(terms))
    return torch.where(distance.abs() < LOBES, torch.sinc(distance) * window, 0.0)


def _kaiser(distance: Tensor) -> Tensor:
    """A sinc under Kaiser's window, I0(beta sqrt(1 - (x / 4)^2)), beta = 6.5."""
    inside = (1.0 - (distance / LOBES) ** 2).clamp(min=0.0)
    window = torch.special.i0(KAISER_BETA * inside.sqrt())
    return torch.where(distance.abs() < LOBES, torch.sinc(distance) * window, 0.0)


def _triangle(distance: Tensor) -> Tensor:
    return (1.0 - distance.abs()).clamp(min=0.0)


def _coverage(distance: Tensor, stretch: Tensor) -> Tensor:
    """The part of a pixel that a box `stretch` pixels wide covers."""
    half = 0.5 * stretch
    right = torch.minimum(distance + 0.5, half)
    left = torch.maximum(distance - 0.5, -half)
    return (right - left).clamp(min=0.0)


def _equal(distance: Tensor, stretch: Tensor) -> Tensor:
    """One and the same for every pixel of the window."""
    return torch.ones_like(distance)


def _stretched(shape: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Tensor], Tensor]:
    return lambda distance, stretch: shape(distance / stretch)


def _shaped(
    shape: Callable[..., Tensor], radius: float, ripples: bool = False, **parameters: object
) -> Filter:
    return Filter(_stretched(partial(shape, **parameters)), radius, ripples=ripples)


ADAPTIVE = "adaptive_area"
"""The filter whose windows follow from the two sizes alone."""

_AREA = Filter(_coverage, 0.5, margin=0.5, averages="always")
_KEYS = _shaped(cubic, 2.0, a=-0.5)

FILTERS: Mapping[str, Filter] = {
    "nearest": Filter(_equal, 0.5, averages="never"),
    "area": _AREA,
    "box": _AREA,
    "bilinear": _shaped(_triangle, 1.0),
    "bicubic": _KEYS,
    "bicubic_075": _shaped(cubic, 2.0, a=-0.75),
    ADAPTIVE: Filter(_equal, 0.5, margin=1.0, averages="always"),
    "catmull_rom": _KEYS,
    "mitchell": _shaped(two_parameter_cubic, 2.0, b=1 / 3, c=1 / 3),
    "bspline": _shaped(two_parameter_cubic, 2.0, b=1.0, c=0.0),
    "hermite": _shaped(two_parameter_cubic, 1.0, ripples=True, b=0.0, c=0.0),
    "lagrange": _shaped(lagrange_cubic, 2.0),
    "gaussian": _shaped(_gaussian, 2.0, ripples=True),
    "hann": _shaped(_cosine_window, LOBES, terms=(0.5, 0.5)),
    "hamming": _shaped(_cosine_window, LOBES, terms=(0.54, 0.46)),
    "blackman": _shaped(_cosine_window, LOBES, terms=(0.42, 0.5, 0.08)),
    "kaiser": _shaped(_kaiser, LOBES, ripples=True),
    "lanczos2": _shaped(_lanczos, 2.0, ripples=True, lobes=2),
    "lanczos3": _shaped(_lanczos, 3.0, ripples=True, lobes=3),
    "lanczos4": _shaped(_lanczos, 4.0, ripples=True, lobes=4),
    "magic_kernel_sharp_2013": _shaped(magic_kernel_sharp_2013, 2.5),
    "magic_kernel_sharp_2021": _shaped(magic_kernel_sharp_2021, 4.5),
}
"""All filters by name.

nearest: the input pixel whose extent holds x, the right one of two (torch's `nearest-exact`).
area, box: exact coverage by a box as wide as the output pixel, but never narrower than one input pixel.
bilinear: triangle. bicubic, catmull_rom: Keys, a = -0.5 (Pillow, MATLAB, torch with antialias), which is
Mitchell and Netravali's cubic with B = 0, C = 1/2 (Catmull and Rom, 1974).
bicubic_075: Keys, a = -0.75 (OpenCV, torch without antialias).
adaptive_area: plain mean over floor(o * in / out) to ceil((o + 1) * in / out), which is torch's
`interpolate(mode="area")`; it knows no shift, so its map is that of two images of the same extent.
mitchell: B = C = 1/3. bspline: B = 1, C = 0, which blurs. hermite: B = C = 0, support 1.
lagrange: cubic through four pixels. gaussian: sigma half a pixel, cut at 2.
hann, hamming, blackman, kaiser (beta 6.5): sinc of four lobes under the window of that name.
lanczos2, 3, 4: sinc of 2, 3, 4 lobes under the main lobe of a wider sinc.
magic_kernel_sharp_2013, _2021: Costella, "The magic kernel", johncostella.com/magic.
"""
