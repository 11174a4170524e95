"""Random fields by Philox4x64-10: the words of `degrade.functional.philox`, and normals added to samples.

A program makes BLOCKS consecutive Philox blocks of one sample: 4 longs, 8 words or 8 normals each, in the
sample's own order (row, column, channel). Products of 64-bit words are the hardware's (`umulhi`), and every
float operation rounds by itself (no fused multiply-add, IEEE quotient and root), so that words and normals are
those of torch to the bit. 128 blocks are one a thread, so that its eight normals stay in registers; the 512 kB
table of directions stays in the L2 cache.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl

from degrade.functional import noise, philox
from degrade.functional.gpu.call import Call, Integers
from degrade.functional.gpu.kinds import IN_PROPORTION, SHOT_AND_READ
from degrade.functional.gpu.packed import ROW, finished, placed

BLOCKS = 128
TILE = (8, 64)
WARPS = 4
BLOCK_LONGS = 4

_WORD = 2**64
_MULTIPLIER_0 = tl.constexpr(philox.LONG_MULTIPLIER_0 % _WORD)
_MULTIPLIER_1 = tl.constexpr(philox.LONG_MULTIPLIER_1 % _WORD)
_WEYL_0 = tl.constexpr(philox.LONG_WEYL_0 % _WORD)
_WEYL_1 = tl.constexpr(philox.LONG_WEYL_1 % _WORD)
_ROUNDS = tl.constexpr(philox.ROUNDS)
_BLOCK_WORDS = tl.constexpr(philox.BLOCK_WORDS)
_BLOCK_LONGS = tl.constexpr(BLOCK_LONGS)
_RADIUS_BITS = tl.constexpr(noise.RADIUS_BITS)
_RADIUS_MASK = tl.constexpr(noise.RADIUS_MASK)
_NODE_MASK = tl.constexpr(noise.NODE_MASK)
_LOG_SHIFT = tl.constexpr(noise.LOG_SHIFT)
_IN_PROPORTION = tl.constexpr(IN_PROPORTION)
_SHOT_AND_READ = tl.constexpr(SHOT_AND_READ)


@triton.jit
def longs_of(first, stream, key, BLOCKS: tl.constexpr):
    """The longs of blocks first .. first + BLOCKS - 1, in order: uint64 (4 * BLOCKS,)."""
    c0 = (first + tl.arange(0, BLOCKS)).to(tl.uint64)
    c1 = tl.zeros_like(c0) + stream
    c2, c3 = tl.zeros_like(c0), tl.zeros_like(c0)
    k0, k1 = c2 + key.to(tl.uint64), tl.zeros_like(c0)
    for _ in tl.static_range(_ROUNDS):
        high_0, low_0 = tl.umulhi(c0, _MULTIPLIER_0), c0 * _MULTIPLIER_0
        high_1, low_1 = tl.umulhi(c2, _MULTIPLIER_1), c2 * _MULTIPLIER_1
        c0, c1, c2, c3 = high_1 ^ c1 ^ k0, low_1, high_0 ^ c3 ^ k1, low_0
        k0 += _WEYL_0
        k1 += _WEYL_1
    return tl.interleave(tl.interleave(c0, c2), tl.interleave(c1, c3))


@triton.jit
def normals_of(longs, circle, squares):
    """Two unit normals of each long, in order: `noise.normals_of_words`, operation for operation."""
    direction = circle + 2 * (longs >> _RADIUS_BITS).to(tl.int32)
    x = (longs & _RADIUS_MASK).to(tl.float32) + 0.5
    bits = x.to(tl.int32, bitcast=True)
    node = (bits & _NODE_MASK).to(tl.float32, bitcast=True)
    t = tl.div_rn(x - node, node)
    radius = tl.sqrt_rn(tl.load(squares + (bits >> _LOG_SHIFT)) - t * (2.0 - t))
    return tl.interleave(tl.load(direction) * radius, tl.load(direction + 1) * radius)


@triton.jit
def _field_longs(keys, out, stream, blocks, BLOCKS: tl.constexpr):
    chunks = tl.cdiv(blocks, BLOCKS)
    sample = tl.program_id(0) // chunks
    first = (tl.program_id(0) % chunks) * BLOCKS
    longs = longs_of(first, stream, tl.load(keys + sample), BLOCKS)
    place = first * _BLOCK_LONGS + tl.arange(0, BLOCKS * _BLOCK_LONGS)
    row = out + sample.to(tl.int64) * blocks * _BLOCK_LONGS
    tl.store(row + place, longs.to(tl.int64), mask=place < blocks * _BLOCK_LONGS)


@triton.jit
def _noise(value, unit, kind, scale, read):
    """What is added to a value, of its unit normal, by the kind of noise: see `add_normals`."""
    factor = scale.to(tl.float32)
    noise = unit * factor
    if kind == _IN_PROPORTION:
        noise = value * noise
    elif kind == _SHOT_AND_READ:
        wide = value.to(tl.float64)
        signal = tl.maximum(wide, 0.0, propagate_nan=tl.PropagateNan.ALL) * scale
        noise = unit * tl.sqrt(signal + read).to(tl.float32)
    return noise


@triton.jit
def _add_normals(
    pixels, rows, finish, keys, numbers, kinds, circle, squares, channels,
    BLOCKS: tl.constexpr,
):  # fmt: skip
    sample = tl.program_id(1)
    row = rows + sample * ROW
    height, width = tl.load(row + 2).to(tl.int32), tl.load(row + 3).to(tl.int32)
    kind, depth = tl.load(kinds + 2 * sample), tl.load(kinds + 2 * sample + 1)
    area = height * width
    count = area * depth
    first = tl.program_id(0) * BLOCKS
    if first * _BLOCK_WORDS >= count:
        return
    scale, read = tl.load(numbers + 2 * sample), tl.load(numbers + 2 * sample + 1)
    longs = longs_of(first, 0, tl.load(keys + sample), BLOCKS)
    unit = normals_of(longs, circle, squares)
    place = first * _BLOCK_WORDS + tl.arange(0, BLOCKS * _BLOCK_WORDS)
    at = (place % depth) * area + place // depth
    source, target = pixels + tl.load(row), pixels + tl.load(row + 1)
    # A field of one channel serves them all: its copies are as many as the sample has channels.
    for _ in range(channels // depth):
        value = tl.load(source + at, mask=place < count, other=0.0)
        noisy = value + _noise(value, unit, kind, scale, read)
        tl.store(target + at, finished(noisy, finish, sample), mask=place < count)
        source += area
        target += area


@triton.jit
def _unit_normals(out, fields, keys, circle, squares, BLOCKS: tl.constexpr):
    """Unit normals of fields, whose rows say the key's place, the stream, the count and where they go."""
    field = fields + 4 * tl.program_id(1)
    first, count = tl.program_id(0) * BLOCKS, tl.load(field + 2)
    if first * _BLOCK_WORDS >= count:
        return
    longs = longs_of(
        first, tl.load(field + 1).to(tl.uint64), tl.load(keys + tl.load(field)), BLOCKS
    )
    place = first * _BLOCK_WORDS + tl.arange(0, BLOCKS * _BLOCK_WORDS)
    unit = normals_of(longs, circle, squares)
    tl.store(out + tl.load(field + 3) + place, unit, mask=place < count)


@triton.jit
def _add_mixed(
    pixels, rows, finish, normals, starts, weights, in_proportion,
    ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    """Three normals a pixel mixed to the noise of three channels: `correlated_noise.correlated_law`."""
    sample, row, sides, plane, y, x, there = placed(rows, ROWS, COLUMNS)
    if plane > 0:
        return
    at, area = y * sides[1] + x, sides[0] * sides[1]
    unit = normals + tl.load(starts + sample) + 3 * at
    red, green = tl.load(unit, mask=there, other=0.0), tl.load(unit + 1, mask=there, other=0.0)
    blue = tl.load(unit + 2, mask=there, other=0.0)
    for channel in range(3):
        own = weights + 9 * sample + 3 * channel
        noise = tl.load(own) * red + tl.load(own + 1) * green
        noise = noise + tl.load(own + 2) * blue
        place = at + channel * area
        value = tl.load(pixels + tl.load(row) + place, mask=there, other=0.0)
        if tl.load(in_proportion + sample) != 0:
            noise = value * noise
        out = pixels + tl.load(row + 1) + place
        tl.store(out, finished(value + noise, finish, sample), mask=there)


def unit_normals(keys: torch.Tensor, fields: torch.Tensor, counts: Integers) -> torch.Tensor:
    """The values of `noise.normals` of any number of fields, end to end, float32, in one launch.

    keys: int64, the noise keys. fields: int64 (n, 4), the place of each field's key, its stream, its count and
    where it begins in the result. counts: the third column on the host.
    """
    out = torch.empty(int(counts.sum()), device=keys.device)
    chunks = triton.cdiv(int(counts.max()), BLOCKS * philox.BLOCK_WORDS)
    _unit_normals[(chunks, len(fields))](
        out, fields, keys, *noise.normal_tables(keys.device), BLOCKS,
        num_warps=WARPS, enable_fp_fusion=False,
    )  # fmt: skip
    return out


def field_longs(
    key: tuple[torch.Tensor, torch.Tensor], count: int, stream: int = 0
) -> torch.Tensor:
    """`philox.field_longs`, bit for bit."""
    keys = key[0] | (key[1] << 32)
    blocks = -(-count // philox.BLOCK_WORDS)
    longs = torch.empty((len(keys), BLOCK_LONGS * blocks), dtype=torch.int64, device=keys.device)
    if longs.numel():
        grid = (len(keys) * triton.cdiv(blocks, BLOCKS),)
        _field_longs[grid](keys, longs, stream, blocks, BLOCKS, num_warps=WARPS)
    return longs


def add_normals(call: Call) -> None:
    """value + unit normal * sigma, bit for bit as by `noise.normals`, in one launch.

    Tables: keys int64 (b,), the noise keys. kinds: int32 (b, 2), the kind of noise, and the channels of its
    field, 1 or c. numbers: float64 (b, 2). PLAIN: sigma is the first number; IN_PROPORTION: the value times
    it; SHOT_AND_READ: sqrt(max(value, 0) * first + second).
    """
    chunks = triton.cdiv(call.tiles(call.before, 1, 1), BLOCKS * philox.BLOCK_WORDS)
    tables = call.tables
    _add_normals[(chunks, len(call.before))](
        call.pixels, call.rows, call.finish, tables["keys"], tables["numbers"], tables["kinds"],
        *noise.normal_tables(call.pixels.device), call.channels, BLOCKS,
        num_warps=WARPS, enable_fp_fusion=False,
    )  # fmt: skip


def add_mixed_normals(call: Call, counts: Integers) -> None:
    """value + correlated normals of three channels, bit for bit as by `noise.normals`, in two launches.

    counts: int64 (b,) on the host, values of the samples' fields. Tables: keys int64 (b,), the noise keys;
    fields int64 (b, 1, 4), see `unit_normals`; starts int64 (b,), their last column; weights float32 (b, 3, 3),
    of the normals in each channel; in_proportion int32 (b,), 1 where the noise is multiplied by the value.
    """
    tables = call.tables
    normals = unit_normals(tables["keys"], tables["fields"].flatten(0, 1), counts)
    _add_mixed[(call.tiles(call.before, *TILE) // call.channels, len(call.before))](
        call.pixels, call.rows, call.finish, normals,
        *(tables[name] for name in ("starts", "weights", "in_proportion")),
        *TILE, num_warps=WARPS, enable_fp_fusion=False,
    )  # fmt: skip
