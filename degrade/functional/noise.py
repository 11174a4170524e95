"""Normal and uniform fields whose every value is a function of key, channel, row and column.

Normals come from pairs of random words by the Box-Muller transform (Box and Muller, "A note on the generation
of random normal deviates", 1958): a radius from one word, a point on the unit circle from the other.
Logarithm, sine and cosine are written out in float32 additions, products, quotients and one square root,
which IEEE 754 rounds alike everywhere, so a CPU and a GPU give the same bits; a library's own would not.

Of the four words of a Philox counter, which serve the columns 4 j .. 4 j + 3, word 0 gives the radius and word
1 the angle of the normals at columns 4 j (cosine) and 4 j + 1 (sine); words 2 and 3 those of the other two.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch

from degrade.functional.philox import field_words, word_strips

Floats = npt.NDArray[np.float32]
Words = npt.NDArray[np.uint32]

SQRT_HALF_BITS = 0x3F3504F3
"""The float32 nearest to sqrt(1/2), as an integer."""
MANTISSA_BITS = 0x007FFFFF
LARGEST_NORMAL = 6.77
"""No normal is larger: sqrt(2 * 33 ln 2) = 6.764, from the smallest uniform, 2**-33."""

LOG_TERMS = tuple(4.0 / n for n in (9, 7, 5, 3, 1))
"""-2 ln m = -4 (s + s^3/3 + ... + s^9/9), s = (m - 1)/(m + 1): cut at 2e-9 for m in [sqrt(1/2), sqrt(2)]."""
SIN_TERMS = tuple((-1.0) ** n / math.factorial(2 * n + 1) for n in range(6, -1, -1))
"""Taylor's sine to x**13: cut at 7e-10 for |x| <= pi / 2."""
COS_TERMS = tuple((-1.0) ** n / math.factorial(2 * n) for n in range(7, -1, -1))
"""Taylor's cosine to x**14: cut at 7e-11 for |x| <= pi / 2."""


def _polynomial(square: torch.Tensor, terms: tuple[float, ...]) -> torch.Tensor:
    """Horner's rule, product and sum rounded apart."""
    value = square * terms[0] + terms[1]
    for term in terms[2:]:
        value = value * square + term
    return value


def _radius(words: torch.Tensor) -> torch.Tensor:
    """sqrt(-2 ln u) with u = (word + 1/2) / 2**32 to 24 bits: at most 6.77, never NaN."""
    bits = (words.to(torch.float32) + 0.5).view(torch.int32) - SQRT_HALF_BITS
    mantissa = ((bits & MANTISSA_BITS) + SQRT_HALF_BITS).view(torch.float32)
    halvings = 32.0 - (bits >> 23).to(torch.float32)
    s = (mantissa - 1.0) / (mantissa + 1.0)
    squared = halvings * (2.0 * math.log(2.0)) - _polynomial(s * s, LOG_TERMS) * s
    # A CPU's float32 root may come from a library that is an ulp off; the float64 root, even an ulp off,
    # rounds to the right float32, since no root of a float32 lies that near to a midpoint.
    return torch.sqrt(squared.to(torch.float64)).to(torch.float32)


def normals_of_words(
    radius_words: torch.Tensor, angle_words: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Two independent unit normals, float32, for each pair of words (int64 in [0, 2**32), equal shapes).

    The angle word's lowest bit chooses the half circle, its value the place on it.
    """
    sign = 1.0 - 2.0 * (angle_words & 1).to(torch.float32)
    radius = _radius(radius_words) * sign
    angle = (angle_words - 2**31).to(torch.float32) * (math.pi / 2**32)
    square = angle * angle
    cosine = _polynomial(square, COS_TERMS)
    sine = _polynomial(square, SIN_TERMS) * angle
    return radius * cosine, radius * sine


def normals(
    key: tuple[torch.Tensor, torch.Tensor],
    channels: int,
    rows: torch.Tensor,
    width: int,
    stream: int = 0,
) -> torch.Tensor:
    """Unit normals, float32 (b, channels, h, width); the arguments are those of `field_words`."""
    words = field_words(key, channels, rows, width + width % 2, stream)
    pair = normals_of_words(words[..., 0::2], words[..., 1::2])
    return torch.stack(pair, dim=-1).flatten(-2)[..., :width]


def uniforms(
    key: tuple[torch.Tensor, torch.Tensor],
    channels: int,
    rows: torch.Tensor,
    width: int,
    stream: int = 0,
) -> torch.Tensor:
    """Uniforms in the open (0, 1), float32 (b, channels, h, width): (k + 1/2) / 2**23, each exact."""
    words = field_words(key, channels, rows, width, stream)
    return ((words >> 9).to(torch.float32) + 0.5) * 2.0**-23


def normal_image(
    key: tuple[int, int], channels: int, height: int, width: int, stream: int = 0
) -> Floats:
    """The CPU's fast form of `normals` for one sample: the same bits, as float32 (h, w, channels).

    key: the low and the high 32 bits of the noise key.
    """
    columns = (width + 3) // 4
    field = np.empty((height, columns, 2, 2, channels), np.float32)
    buffers = np.empty((5, 0), np.float32)
    for rows, words in word_strips(key, channels, height, width, stream):
        size = words.size // 2
        if buffers.shape[1] < size:
            buffers = np.empty((5, size), np.float32)
        scratch = buffers[:, :size].reshape(5, *words[0::2].shape)
        strip = field[rows].transpose(2, 3, 4, 0, 1)
        _normals_in_place(words[0::2], words[1::2], scratch, strip[:, 0], strip[:, 1])
    return field.reshape(height, columns * 4, channels)[:, :width]


def _normals_in_place(
    radius_words: Words, angle_words: Words, scratch: Floats, cosines: Floats, sines: Floats
) -> None:
    """`normals_of_words`, operation for operation, without temporaries; the last two are the outputs."""
    radius, square, angle, value, _ = scratch
    _radius_in_place(radius_words, scratch)
    sign = value.view(np.uint32)
    np.left_shift(angle_words, _SIGN_SHIFT, sign)
    np.bitwise_xor(radius.view(np.uint32), sign, radius.view(np.uint32))
    np.bitwise_xor(angle_words, _SIGN_BIT, sign)
    np.copyto(angle, value.view(np.int32), casting="same_kind")
    np.multiply(angle, _ANGLE_STEP, angle)
    np.multiply(angle, angle, square)
    _horner_in_place(square, COS_TERMS, value)
    np.multiply(radius, value, cosines)
    _horner_in_place(square, SIN_TERMS, value)
    np.multiply(value, angle, value)
    np.multiply(radius, value, sines)


def _radius_in_place(words: Words, scratch: Floats) -> None:
    """`_radius`, operation for operation, into scratch[0]."""
    radius, x, s, value, square = scratch
    bits, exponent = x.view(np.int32), value.view(np.int32)
    np.copyto(x, words, casting="same_kind")
    np.add(x, _HALF, x)
    np.subtract(bits, _SQRT_HALF_BITS, bits)
    np.right_shift(bits, _MANTISSA_WIDTH, exponent)
    np.copyto(radius, exponent, casting="same_kind")
    np.subtract(_WORD_WIDTH, radius, radius)
    np.bitwise_and(bits, _MANTISSA_BITS, bits)
    np.add(bits, _SQRT_HALF_BITS, bits)
    np.subtract(x, _ONE, s)
    np.add(x, _ONE, x)
    np.divide(s, x, s)
    np.multiply(s, s, square)
    _horner_in_place(square, LOG_TERMS, value)
    np.multiply(value, s, value)
    np.multiply(radius, _TWO_LOG_2, radius)
    np.subtract(radius, value, radius)
    np.sqrt(radius, radius)


def _horner_in_place(square: Floats, terms: tuple[float, ...], out: Floats) -> None:
    np.multiply(square, _TERMS[terms[0]], out)
    np.add(out, _TERMS[terms[1]], out)
    for term in terms[2:]:
        np.multiply(out, square, out)
        np.add(out, _TERMS[term], out)


# Arrays without axes: numpy takes them faster than Python numbers or its own scalars.
_TERMS = {term: np.array(term, np.float32) for term in (*LOG_TERMS, *SIN_TERMS, *COS_TERMS)}
_HALF, _ONE, _WORD_WIDTH = (np.array(value, np.float32) for value in (0.5, 1.0, 32.0))
_TWO_LOG_2 = np.array(2.0 * math.log(2.0), np.float32)
_ANGLE_STEP = np.array(math.pi / 2**32, np.float32)
_SQRT_HALF_BITS = np.array(SQRT_HALF_BITS, np.int32)
_MANTISSA_BITS = np.array(MANTISSA_BITS, np.int32)
_MANTISSA_WIDTH = np.array(23, np.int32)
_SIGN_SHIFT = np.array(31, np.uint32)
_SIGN_BIT = np.array(2**31, np.uint32)
