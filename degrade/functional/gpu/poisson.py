"""Poisson noise by the tables of `degrade.functional.poisson`, bit for bit, from slot to slot.

Where a sample's count follows from how many of the 256 levels it has, a first launch marks those that are
there: programs write the same 1 where several find a level, in any order.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl

from degrade.functional import poisson
from degrade.functional.color import ROUNDED_BT601
from degrade.functional.gpu.call import Call
from degrade.functional.gpu.fields import BLOCKS, WARPS, longs_of
from degrade.functional.gpu.packed import BLOCK, ROW, eight_bits, finished
from degrade.functional.philox import BLOCK_WORDS, MASK_32

_LEVELS = tl.constexpr(poisson.LEVELS)
_POWERS = tl.constexpr(len(poisson.DISTINCT_COUNTS) - 1)
_BLOCK_WORDS = tl.constexpr(BLOCK_WORDS)
_MASK = tl.constexpr(MASK_32)
_RED, _GREEN, _BLUE = map(tl.constexpr, ROUNDED_BT601)


@triton.jit
def _level(value, source, pixel, area, luma, there):
    """The level of a value, or of its pixel's luma."""
    if luma:
        red = tl.load(source + pixel, mask=there, other=0.0)
        green = tl.load(source + pixel + area, mask=there, other=0.0)
        blue = tl.load(source + pixel + 2 * area, mask=there, other=0.0)
        value = red * _RED + green * _GREEN + blue * _BLUE
    return eight_bits(value)


@triton.jit
def _mark(pixels, rows, integers, present, channels, BLOCK: tl.constexpr):
    """Sets present (b, 256) to 1 at the levels that a sample has."""
    sample = tl.program_id(1)
    row = rows + sample * ROW
    area = tl.load(row + 2).to(tl.int32) * tl.load(row + 3).to(tl.int32)
    depth = tl.load(integers + 2 * sample)
    first = tl.program_id(0) * BLOCK
    if (first >= area * depth) | (tl.load(integers + 2 * sample + 1) >= 0):
        return
    place = first + tl.arange(0, BLOCK)
    there = place < area * depth
    source = pixels + tl.load(row)
    value = tl.load(source + place, mask=there, other=0.0)
    level = _level(value, source, place, area, depth < channels, there)
    tl.store(present + sample * _LEVELS + level, tl.zeros_like(level) + 1, mask=there)


@triton.jit
def _which(present, sample):
    """The place among the counts of distinct levels: log2 of the next power of two."""
    flags = tl.load(present + sample * _LEVELS + tl.arange(0, _LEVELS))
    number, place = tl.sum(flags), 0
    for power in tl.static_range(_POWERS):
        place += (number > 2**power).to(tl.int32)
    return place


@triton.jit
def _answer(words, level, which, entries, begins, bits, shifts, inverses):
    """`poisson.bank_noise`, operation for operation."""
    width = tl.load(bits + which)
    capacity = 32 - width
    answer = words >> capacity
    place = words & ((tl.full((), 1, tl.int64) << capacity) - 1)
    entry = tl.load(entries + tl.load(begins + which) + (level.to(tl.int64) << width) + answer)
    entry = entry.to(tl.int64) & _MASK
    alias = entry & ((tl.full((), 1, tl.int64) << width) - 1)
    answer = tl.where(place < (entry >> width), answer, alias)
    shift = tl.load(shifts + which * _LEVELS + level)
    return (answer.to(tl.float32) - shift) * tl.load(inverses + which)


@triton.jit
def _add_poisson(
    pixels, rows, finish, keys, integers, scales, present,
    entries, begins, bits, shifts, inverses, channels,
    BLOCKS: tl.constexpr,
):  # fmt: skip
    sample = tl.program_id(1)
    row = rows + sample * ROW
    area = tl.load(row + 2).to(tl.int32) * tl.load(row + 3).to(tl.int32)
    depth = tl.load(integers + 2 * sample)
    which = tl.load(integers + 2 * sample + 1)
    first = tl.program_id(0) * BLOCKS
    if first * _BLOCK_WORDS >= area * depth:
        return
    if which < 0:
        which = _which(present, sample)
    longs = longs_of(first, 0, tl.load(keys + sample), BLOCKS)
    words = tl.interleave(longs & _MASK, longs >> 32).to(tl.int64)
    place = first * _BLOCK_WORDS + tl.arange(0, BLOCKS * _BLOCK_WORDS)
    there = place < area * depth
    pixel = place // depth
    at = (place % depth) * area + pixel
    source, target = pixels + tl.load(row), pixels + tl.load(row + 1)
    value = tl.load(source + at, mask=there, other=0.0)
    level = _level(value, source, pixel, area, depth < channels, there)
    noise = _answer(words, level, which, entries, begins, bits, shifts, inverses)
    noise = tl.load(scales + sample) * noise
    for _ in range(channels // depth):
        value = tl.load(source + at, mask=there, other=0.0)
        tl.store(target + at, finished(value + noise, finish, sample), mask=there)
        source += area
        target += area


def add_poisson(call: Call, bank: poisson.PoissonBank, distinct: bool) -> None:
    """`operators.noise.poisson_noise`, bit for bit, in one launch; three where levels are to be counted.

    Tables: keys int64 (b,), the noise keys. integers: int32 (b, 2), the channels of the field (1 of the luma,
    or all), and the place of the sample's count in the bank, -1 where it follows from the distinct levels,
    whose counts are the bank's first. scales: float32 (b,). distinct: whether any sample has -1.
    """
    tables, values = call.tables, call.tiles(call.before, 1, 1)
    keys, integers, scales = tables["keys"], tables["integers"], tables["scales"]
    shape = (len(call.before) if distinct else 0, poisson.LEVELS)
    present = torch.zeros(shape, dtype=torch.int32, device=keys.device)
    if distinct:
        grid = (triton.cdiv(values, BLOCK), len(call.before))
        _mark[grid](
            call.pixels, call.rows, integers, present, call.channels, BLOCK,
            num_warps=WARPS, enable_fp_fusion=False,
        )  # fmt: skip
    grid = (triton.cdiv(values, BLOCKS * BLOCK_WORDS), len(call.before))
    _add_poisson[grid](
        call.pixels, call.rows, call.finish, keys, integers, scales, present,
        bank.entries, bank.starts, bank.bits, bank.shifts, bank.inverses, call.channels, BLOCKS,
        num_warps=WARPS, enable_fp_fusion=False,
    )  # fmt: skip
