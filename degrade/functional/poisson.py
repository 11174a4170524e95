"""Exact Poisson numbers by table, for images of 256 levels.

The rate of level k is count * k / 255, so 256 alias tables (Walker 1977; Vose 1991) serve every pixel: a 32-bit
random word gives a bin and a place in it, and one look-up gives the number. The tables hold integers, so they
are themselves a distribution, with the denominator 2**32: on every level its distance from Poisson's is that of
the rounding, below `distance_bound(count)` in total variation. All steps are exact or rounded by IEEE 754, so
a CPU and a GPU give the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch

from degrade.errors import DegradeError
from degrade.functional.philox import MASK_32

LEVELS = 256
LARGEST_COUNT = 1e5
DISTINCT_COUNTS = tuple(float(2**power) for power in range(9))
"""The counts that the distinct levels of an 8-bit image can give."""

BLOCK_BINS = 32768
"""Bins that a table is made of at once: 256 KiB an array, which a processor's cache holds."""

STRIP_VALUES = 131072
"""Values that `table_noise` works on at once: 1.6 MB of buffers."""

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Words = npt.NDArray[np.uint32]
Levels = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class PoissonTable:
    """Alias tables of the 256 levels under one count; a level has 2**bits bins.

    entries: uint32 (256 * 2**bits,), each threshold << bits | alias. The word's upper `bits` bits are the bin;
    where its other bits lie below the threshold the bin is the answer, else the alias. firsts: (256,), the
    number that answer 0 stands for. shifts: float32 (256,), rate - first, so that a level's noise is
    (answer - shift) / count.
    """

    count: float
    bits: int
    entries: Words
    firsts: Integers
    shifts: Floats32

    @cached_property
    def outcomes(self) -> tuple[Words, Floats32]:
        """The same tables as noise, for the CPU: uint32 (n,) and float32 (2 n,), n = 256 * 2**bits.

        In bin i of all the noise is the second array's 2 i where the whole word lies below the first array's
        i, else its 2 i + 1: a comparison and a look-up instead of arithmetic.
        """
        bins = 2**self.bits
        first = np.tile(np.arange(bins, dtype=np.uint32), LEVELS)
        limits = (first << np.uint32(32 - self.bits)) | (self.entries >> np.uint32(self.bits))
        answers = np.stack([first, self.entries & np.uint32(bins - 1)], axis=-1)
        noise = answers.astype(np.float32) - np.repeat(self.shifts, bins)[:, None]
        noise *= np.float32(1.0 / self.count)
        return limits, noise.ravel()

    def probabilities(self) -> Floats:
        """The distribution that the integers are: (256, 2**bits), column j for the number first + j."""
        capacity = 2 ** (32 - self.bits)
        bins = 2**self.bits
        threshold = (self.entries >> self.bits).astype(np.float64)
        row = np.repeat(np.arange(LEVELS) * bins, bins)
        alias = row + (self.entries & np.uint32(bins - 1))
        mass = threshold + np.bincount(alias, capacity - threshold, LEVELS * bins)
        return mass.reshape(LEVELS, bins) / 2.0**32


def _reach(rate: Floats | float) -> tuple[Floats, Floats]:
    """How far below and above its rate a Poisson number lies but for 2**-34 of the mass on each side.

    Bennett's bounds: P(X <= r - t) <= exp(-t**2 / (2 r)), P(X >= r + t) <= exp(-t**2 / (2 (r + t / 3))).
    """
    tail = 34.0 * math.log(2.0)
    root = np.sqrt(2.0 * tail * np.asarray(rate, np.float64))
    return np.minimum(rate, root), tail / 3.0 + np.hypot(tail / 3.0, root)


def window_bits(count: float) -> int:
    """The power of two of bins that hold all but 2**-33 of the mass at every level."""
    below, above = _reach(count)
    return math.ceil(math.log2(float(below + above) + 3.0))


def distance_bound(count: float) -> float:
    """Bound of the total variation distance between a level's table and Poisson's distribution.

    Rounding the cumulative distribution moves a bin's mass by at most 2**-32, half of which counts, and the
    window leaves out less than 2**-33.
    """
    return float(2.0 ** (window_bits(count) - 33) + 2.0**-33)


def _masses(rates: Floats, firsts: Integers, bins: int) -> Integers:
    """Each level's distribution on its window, as integers (256, bins) that sum to 2**32."""
    numbers = firsts[:, None] + np.arange(bins)
    rate = rates[:, None]
    mode = np.floor(rate)
    # p(v) = p(v - 1) rate / v, multiplied up and down from the mode, so that nothing overflows.
    rising = np.where(numbers > mode, rate / np.maximum(numbers, 1), 1.0)
    falling = np.where(numbers < mode, (numbers + 1) / np.maximum(rate, 1.0), 1.0)
    weights = np.cumprod(rising, axis=1) * np.cumprod(falling[:, ::-1], axis=1)[:, ::-1]
    sums = np.cumsum(weights, axis=1)
    edges = np.rint(sums * (2.0**32 / sums[:, -1:])).astype(np.int64)
    return np.diff(edges, axis=1, prepend=0)


def alias_tables(masses: Integers) -> tuple[Integers, Integers]:
    """Thresholds and aliases, int64 (rows, bins), of integer distributions that sum to 2**32; bins: 2**n.

    Vose's sweep, exactly, for all rows at once. Bins that lack mass are filled, in order, by those that have
    too much, in order. With the running sums D of the lack and E of the excess, bin i is filled by the first
    k with E[k] > D[i - 1]; bin k, used up by the first i with D[i] >= E[k], then lacks D[i] - E[k] itself and
    is filled by the next k. A bin that lacks nothing is its own alias.
    """
    rows, bins = masses.shape
    capacity = 2**32 // bins
    # Rows are lifted one above the other, so that one sorted search serves all of them.
    lift = np.arange(rows, dtype=np.int64)[:, None] << 33
    spare = masses - capacity
    lack, excess = np.maximum(-spare, 0), np.maximum(spare, 0)
    takers, donors = np.flatnonzero(lack), np.flatnonzero(excess)
    filled = (np.cumsum(lack, axis=1) + lift).ravel()[takers]
    given = (np.cumsum(excess, axis=1) + lift).ravel()[donors]
    # Sums rise at takers and at donors only, so that it is enough to search among those.
    wanting = lack.ravel()[takers]
    left = filled[np.searchsorted(filled, given)] - given
    threshold = np.zeros(rows * bins, np.int64)
    threshold[takers] = capacity - wanting
    threshold[donors] = np.where(left > 0, capacity - left, 0)
    alias = np.tile(np.arange(bins), rows)
    served = np.diff(np.searchsorted(filled - wanting, given), prepend=0)
    alias[takers] = np.repeat(donors, served) & (bins - 1)
    alias[donors[:-1]] = np.where(left[:-1] > 0, donors[1:], donors[:-1]) & (bins - 1)
    return threshold.reshape(rows, bins), alias.reshape(rows, bins)


@lru_cache(maxsize=32)
def poisson_table(count: float) -> PoissonTable:
    """The tables of one count, 0 < count <= 1e5, cached: 32 bins a level at count 1, 8192 at 1e5."""
    if not 0.0 < count <= LARGEST_COUNT:
        raise DegradeError(
            f"Poisson noise of count {count!r}: expected more than 0 and at most {LARGEST_COUNT:g}; "
            "beyond that its sigma stays below 0.81/255: use Gaussian noise"
        )
    bits = window_bits(count)
    rates: Floats = count * np.arange(LEVELS, dtype=np.float64) / (LEVELS - 1.0)
    firsts = np.floor(rates - _reach(rates)[0]).astype(np.int64)
    entries = np.empty((LEVELS, 2**bits), np.uint32)
    step = max(1, BLOCK_BINS >> bits)
    for start in range(0, LEVELS, step):
        levels = slice(start, start + step)
        threshold, alias = alias_tables(_masses(rates[levels], firsts[levels], 2**bits))
        np.copyto(entries[levels], threshold << bits | alias, casting="unsafe")
    shifts = (rates - firsts).astype(np.float32)
    return PoissonTable(count, bits, entries.ravel(), firsts, shifts)


def table_noise(levels: Levels, words: Words, table: PoissonTable) -> Floats32:
    """Poisson noise on [0, 1] of one image on the CPU: (Poisson(rate of level) - rate) / count.

    levels, words: equal shapes. The cut into strips changes no value.
    """
    noise = np.empty(levels.shape, np.float32)
    levels, words, out = levels.ravel(), words.ravel(), noise.ravel()
    strip = min(levels.size, STRIP_VALUES)
    buffers = np.empty(strip, np.int64), np.empty(strip, np.uint32), np.empty(strip, np.bool_)
    for start in range(0, levels.size, strip):
        cut = slice(start, start + strip)
        _look_up(levels[cut], words[cut], table, buffers, out[cut])
    return noise


def _look_up(
    levels: Levels,
    words: Words,
    table: PoissonTable,
    buffers: tuple[Integers, Words, npt.NDArray[np.bool_]],
    out: Floats32,
) -> None:
    limits, outcomes = table.outcomes
    index, limit, beyond = (buffer[: out.size] for buffer in buffers)
    np.left_shift(levels, np.int64(table.bits), index)
    np.right_shift(words, np.uint32(32 - table.bits), limit)
    np.bitwise_or(index, limit, index)
    limits.take(index, out=limit, mode="clip")
    np.greater_equal(words, limit, beyond)
    np.left_shift(index, 1, index)
    np.bitwise_or(index, beyond, index)
    outcomes.take(index, out=out, mode="clip")


@dataclass(frozen=True, eq=False)
class PoissonBank:
    """Several counts' tables on one device, for a batch. entries: int32, the tables end to end."""

    entries: torch.Tensor
    starts: torch.Tensor
    bits: torch.Tensor
    shifts: torch.Tensor
    inverses: torch.Tensor


def poisson_bank(counts: Sequence[float], device: torch.device) -> PoissonBank:
    """The tables of some counts, uploaded: two small vectors and two arrays, whatever their number.

    The last few banks are kept on their devices: a copy of that size from ordinary memory waits for the device.
    """
    return _uploaded(tuple(counts), device)


@lru_cache(maxsize=4)
def _uploaded(counts: tuple[float, ...], device: torch.device) -> PoissonBank:
    arrays = bank_arrays(counts)
    return PoissonBank(
        **{
            name: torch.from_numpy(array).to(device, non_blocking=True)
            for name, array in arrays.items()
        }
    )


def bank_arrays(counts: Sequence[float]) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a `PoissonBank` on the host, by name."""
    tables = [poisson_table(count) for count in counts]
    return {
        "entries": np.concatenate([table.entries for table in tables]).view(np.int32),
        "starts": np.cumsum([0, *(table.entries.size for table in tables[:-1])]),
        "bits": np.array([table.bits for table in tables], np.int64),
        "shifts": np.stack([table.shifts for table in tables]),
        "inverses": np.array([1.0 / table.count for table in tables], np.float32),
    }


def bank_noise(
    levels: torch.Tensor, words: torch.Tensor, bank: PoissonBank, which: torch.Tensor
) -> torch.Tensor:
    """`table_noise` for a batch, bit for bit: float32 (b, c, h, w).

    levels: int64 in 0..255; words: int64 in [0, 2**32); both (b, c, h, w). which: int64 (b,), each
    sample's place in the bank.
    """
    bits, start, inverse = (
        vector[which].view(-1, 1, 1, 1) for vector in (bank.bits, bank.starts, bank.inverses)
    )
    answer = words >> (32 - bits)
    place = words & ((1 << (32 - bits)) - 1)
    entry = bank.entries[start + (levels << bits) + answer].to(torch.int64) & MASK_32
    answer = torch.where(place < entry >> bits, answer, entry & ((1 << bits) - 1))
    shift = bank.shifts.flatten()[which.view(-1, 1, 1, 1) * LEVELS + levels]
    return (answer.to(torch.float32) - shift) * inverse


def canvas_levels(images: torch.Tensor) -> torch.Tensor:
    """`eight_bit_levels` for a batch, int64; clamped once more, so that no NaN becomes an index."""
    return torch.round(images.clamp(0.0, 1.0) * 255.0).to(torch.int64).clamp(0, LEVELS - 1)


def image_distinct(levels: Levels) -> int:
    """log2 of the next power of two of the number of distinct levels: the count's place in DISTINCT_COUNTS."""
    # OpenCV's histogram, unlike numpy's, lets other threads run meanwhile.
    plane = levels.reshape(levels.shape[0], -1)
    counts = cv2.calcHist([plane], [0], None, [LEVELS], [0, LEVELS])
    return (int(np.count_nonzero(counts)) - 1).bit_length()


def canvas_distinct(
    levels: torch.Tensor, heights: torch.Tensor, widths: torch.Tensor
) -> torch.Tensor:
    """`image_distinct` of each sample within its own height and width, int64 (b,), without a host read."""
    rows = torch.arange(levels.shape[-2], device=levels.device).view(1, 1, -1, 1)
    columns = torch.arange(levels.shape[-1], device=levels.device)
    inside = (rows < heights.view(-1, 1, 1, 1)) & (columns < widths.view(-1, 1, 1, 1))
    places = torch.where(inside, levels, LEVELS).flatten(1)
    present = torch.zeros((levels.shape[0], LEVELS + 1), dtype=torch.int64, device=levels.device)
    number = present.scatter_(1, places, 1)[:, :LEVELS].sum(dim=1)
    powers = torch.tensor(DISTINCT_COUNTS[:-1], device=levels.device)
    return (number.view(-1, 1) > powers).sum(dim=1)
