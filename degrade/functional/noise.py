"""Normal and uniform fields whose every value is a function of key and place.

Normals come from pairs of random words by the Box-Muller transform (Box and Muller, "A note on the generation
of random normal deviates", 1958): words 2 m and 2 m + 1 of a field (see `philox`) give normals 2 m and 2 m + 1.
Read as one 64-bit word, the upper 16 bits choose one of 65536 directions, the lower 48 the radius
sqrt(-2 ln u), u = (k + 1/2) / 2**48. Directions and logarithms are looked up; the rest is float32 additions,
products, one quotient and one square root, which IEEE 754 rounds alike everywhere, so a CPU and a GPU give the
same bits; a library's logarithm, sine and cosine would not.

The radius is continuous to float32 and the directions are even, so the distribution is normal but for this: its
distribution function is up to 5.2e-6 off the normal one where |x| < 1e-4, less than 3e-10 where |x| > 1e-3, and
no value is larger than 8.25.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch

from degrade.functional.philox import field_longs, field_words, gathered, word_source

Floats = npt.NDArray[np.float32]
Longs = npt.NDArray[np.uint64]

DIRECTIONS = 65536
RADIUS_BITS = 48
RADIUS_MASK = 2**RADIUS_BITS - 1
LARGEST_NORMAL = 8.25
"""No normal is larger: sqrt(2 * 49 ln 2) = 8.242, from the smallest uniform, 2**-49."""
LOG_BITS = 8
"""Leading bits of the fraction that choose a logarithm."""
LOG_SHIFT = 23 - LOG_BITS
NODE_MASK = -(1 << LOG_SHIFT)
"""Keeps sign, exponent and those bits of a float32: the node below it."""
STRIP_PAIRS = 131072
"""Pairs that `normal_image` works on at once: 3 MB of buffers."""


def _circle() -> npt.NDArray[np.complex64]:
    """cos + i sin of the odd multiples of pi / 65536, the parts rounded to float32."""
    angle = (2.0 * np.arange(DIRECTIONS) + 1.0) * (math.pi / DIRECTIONS)
    parts = np.stack([np.cos(angle), np.sin(angle)], axis=-1).astype(np.float32)
    return parts.view(np.complex64).ravel()


def _squares() -> Floats:
    """-2 ln(x / 2**48) at the float32 nodes x, by their leading bits; zero below 1/2, where no x lies."""
    first, last = 126 << LOG_BITS, (127 + RADIUS_BITS) << LOG_BITS
    nodes = (np.arange(first, last + 1, dtype=np.int32) << LOG_SHIFT).view(np.float32)
    table = np.zeros(last + 1, np.float32)
    table[first:] = -2.0 * np.log(nodes.astype(np.float64) / 2.0**RADIUS_BITS) + 0.0
    return table


_CIRCLE = _circle()
_SQUARES = _squares()


@lru_cache(maxsize=8)
def normal_tables(device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """The directions (65536, 2) and the squared radii at the nodes, on one device."""
    parts = _CIRCLE.view(np.float32).reshape(-1, 2)
    return torch.from_numpy(parts).to(device), torch.from_numpy(_SQUARES).to(device)


def _radius(words: torch.Tensor, squares: torch.Tensor) -> torch.Tensor:
    """sqrt(-2 ln u) with u = (k + 1/2) / 2**48 to 24 bits, k the lower 48 bits: in [0, 8.25], never NaN.

    With t the relative distance to the node below, -2 ln(1 + t) = t (t - 2), cut at 2 t**3 / 3 < 4e-8.
    """
    x = (words & RADIUS_MASK).to(torch.float32) + 0.5
    bits = x.view(torch.int32)
    node = (bits & NODE_MASK).view(torch.float32)
    t = (x - node) / node
    squared = squares[(bits >> LOG_SHIFT).to(torch.int64)] - t * (2.0 - t)
    # A CPU's float32 root may come from a library that is an ulp off; the float64 root, even an ulp off,
    # rounds to the right float32, since no root of a float32 lies that near to a midpoint.
    return torch.sqrt(squared.to(torch.float64)).to(torch.float32)


def directions_of_words(words: torch.Tensor) -> torch.Tensor:
    """A unit vector, float32 (..., 2), of one of 65536 even directions for each 32-bit word (int64)."""
    return normal_tables(words.device)[0][words >> 16]


def normals_of_words(words: torch.Tensor) -> torch.Tensor:
    """Two independent unit normals, float32 (..., 2), for each 64-bit word (int64, its bits)."""
    circle, squares = normal_tables(words.device)
    direction = circle[(words >> RADIUS_BITS) & (DIRECTIONS - 1)]
    return direction * _radius(words, squares).unsqueeze(-1)


def normals_at(longs: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
    """The normals of a field's longs (b, n) at the places of `philox.field_index`: float32, shaped as index."""
    return gathered(normals_of_words(longs).flatten(1), index)


def normals(
    key: tuple[torch.Tensor, torch.Tensor], index: torch.Tensor, count: int, stream: int = 0
) -> torch.Tensor:
    """Unit normals, float32, shaped as index; the arguments are those of `field_words`."""
    return normals_at(field_longs(key, count, stream), index)


def uniforms(
    key: tuple[torch.Tensor, torch.Tensor], index: torch.Tensor, count: int, stream: int = 0
) -> torch.Tensor:
    """Uniforms in the open (0, 1), float32, shaped as index: (k + 1/2) / 2**23, each exact."""
    words = field_words(key, index, count, stream)
    return ((words >> 9).to(torch.float32) + 0.5) * 2.0**-23


def normal_image(
    key: tuple[int, int], channels: int, height: int, width: int, stream: int = 0
) -> Floats:
    """The CPU's fast form of `normals` for one sample: the same bits, as float32 (h, w, channels).

    key: the low and the high 32 bits of the noise key. The cut into strips changes no value.
    """
    count = height * width * channels
    pairs = -(-count // 2)
    source = word_source(key, stream)
    field = np.empty(pairs, np.complex64)
    strip = min(pairs, STRIP_PAIRS)
    places, buffers = np.empty(strip, np.int64), np.empty((2, strip), np.float32)
    for start in range(0, pairs, strip):
        out = field[start : start + strip]
        words = source.random_raw(out.size)
        _normals_in_place(words, places[: out.size], buffers[:, : out.size], out)
    return field.view(np.float32)[:count].reshape(height, width, channels)


def _normals_in_place(
    words: Longs, places: npt.NDArray[np.int64], buffers: Floats, out: npt.NDArray[np.complex64]
) -> None:
    """`normals_of_words`, operation for operation, without temporaries; the words are used up."""
    radius, other = buffers
    np.right_shift(words, _RADIUS_BITS, places.view(np.uint64))
    _CIRCLE.take(places, out=out, mode="clip")
    np.bitwise_and(words, _RADIUS_MASK, words)
    np.copyto(radius, words.view(np.int64), casting="same_kind")
    np.add(radius, _HALF, radius)
    _radius_in_place(radius, other, places)
    cosines, sines = out.view(np.float32).reshape(-1, 2).T
    np.multiply(cosines, radius, cosines)
    np.multiply(sines, radius, sines)


def _radius_in_place(x: Floats, other: Floats, places: npt.NDArray[np.int64]) -> None:
    """`_radius` from x = k + 1/2 on, into x."""
    bits = x.view(np.int32)
    np.right_shift(bits, _LOG_SHIFT, places)
    np.bitwise_and(bits, _NODE_MASK, other.view(np.int32))
    np.subtract(x, other, x)
    np.divide(x, other, x)
    np.subtract(_TWO, x, other)
    np.multiply(x, other, x)
    _SQUARES.take(places, out=other, mode="clip")
    np.subtract(other, x, x)
    np.sqrt(x, x)


# Arrays without axes: numpy takes them faster than Python numbers or its own scalars.
_RADIUS_BITS = np.array(RADIUS_BITS, np.uint64)
_RADIUS_MASK = np.array(RADIUS_MASK, np.uint64)
_LOG_SHIFT = np.array(LOG_SHIFT, np.int32)
_NODE_MASK = np.array(NODE_MASK, np.int32)
_HALF, _TWO = np.array(0.5, np.float32), np.array(2.0, np.float32)
