"""Colours by Triton: rows of matrices, sRGB and light, tone curves. See `functional.color` and `camera`.

All of float64. A power is exp(y log x), within 2e-15 of its value for the bases and exponents here; torch's own
differs by as much between a CPU and a GPU, and neither is seen in float32 but where a value lies that near to a
midpoint.
"""

from __future__ import annotations

import triton
import triton.language as tl

from degrade.functional import camera, color

_KNEE = tl.constexpr(color.KNEE)
_DARK = tl.constexpr(color.KNEE / color.SLOPE)
_SLOPE = tl.constexpr(color.SLOPE)
_OFFSET = tl.constexpr(color.OFFSET)
_SPAN = tl.constexpr(1.0 + color.OFFSET)
_EXPONENT = tl.constexpr(color.EXPONENT)
_ROOT = tl.constexpr(1.0 / color.EXPONENT)
_LEAST_TONE = tl.constexpr(camera.LEAST_TONE)
_NEWTON = tl.constexpr(6)
"""Steps from within a fifth of the root: 5 halve the last bit, one to spare."""


@triton.jit
def limited(value, low, high):
    """The value clipped to low..high; NaN stays NaN."""
    value = tl.maximum(value, low, propagate_nan=tl.PropagateNan.ALL)
    return tl.minimum(value, high, propagate_nan=tl.PropagateNan.ALL)


@triton.jit
def mixed(first, second, third, WEIGHTS: tl.constexpr):
    """A row of `color.apply_matrix`, added in order."""
    return first * WEIGHTS[0] + second * WEIGHTS[1] + third * WEIGHTS[2]


@triton.jit
def power(base, exponent):
    """base**exponent of bases above 0."""
    return tl.exp(tl.log(base) * exponent)


@triton.jit
def to_light(value):
    """`color.srgb_to_linear`."""
    size = tl.abs(value)
    light = power((tl.maximum(size, _KNEE) + _OFFSET) / _SPAN, _EXPONENT)
    light = tl.where(value < 0.0, -light, light)
    # A NaN is no number to compare: it goes the way of the quotient.
    return tl.where(size > _KNEE, light, value / _SLOPE)


@triton.jit
def from_light(value):
    """`color.linear_to_srgb`."""
    size = tl.abs(value)
    encoded = power(tl.maximum(size, _DARK), _ROOT) * _SPAN - _OFFSET
    encoded = tl.where(value < 0.0, -encoded, encoded)
    return tl.where(size > _DARK, encoded, value * _SLOPE)


@triton.jit
def toned(value):
    """`camera.tone_curve`."""
    x = limited(value, 0.0, 1.0)
    return x * x * (3.0 - 2.0 * x)


@triton.jit
def untoned(value):
    """`camera.inverse_tone_curve`: the root x of 3 x^2 - 2 x^3 = y by Newton's method, for the half below 1/2.

    From sqrt(y / 3) on, which is at most a fifth too small; the other half is the first one's mirror image.
    """
    value = limited(value, _LEAST_TONE, 1.0 - _LEAST_TONE)
    y = tl.minimum(value, 1.0 - value, propagate_nan=tl.PropagateNan.ALL)
    x = tl.sqrt(y / 3.0)
    for _ in range(_NEWTON):
        x = x - (x * x * (3.0 - 2.0 * x) - y) / (6.0 * x * (1.0 - x))
    return tl.where(value > 0.5, 1.0 - x, x)
