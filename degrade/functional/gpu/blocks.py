"""JPEG's lossy core on 8x8 blocks: libjpeg's integer DCT, quantisation, and both back, in one launch.

A program holds BLOCKS blocks as a tensor (block, row, column). A pass splits its last axis into eight and joins
it again, so the second pass runs on the transposed tensor, an exchange of registers through shared memory. All
of it is int32, which libjpeg's own bounds allow: of dequantised coefficients no pass sums to 2**31. With 32
blocks a warp has 8, 16 values a thread, and a row of eight pixels is one 32-byte sector.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl

from degrade.functional.libjpeg.dct import BLOCK, MATRIX

BLOCKS = 32
WARPS = 4

_M = tl.constexpr(MATRIX)
_FRACTION = tl.constexpr(13 - 2)
"""Bits that the first pass drops; two stay between the passes."""
_REST = tl.constexpr(13 + 2)
_INVERSE_REST = tl.constexpr(13 + 2 + 3)


@triton.jit
def _split(tile, BLOCKS: tl.constexpr):
    """The eight columns (n, 8) of a tile (n, 8, 8)."""
    even, odd = tl.split(tl.reshape(tile, (BLOCKS, 8, 2, 2, 2)))
    v04, v26 = tl.split(even)
    v15, v37 = tl.split(odd)
    v0, v4 = tl.split(v04)
    v2, v6 = tl.split(v26)
    v1, v5 = tl.split(v15)
    v3, v7 = tl.split(v37)
    return v0, v1, v2, v3, v4, v5, v6, v7


@triton.jit
def _join(v0, v1, v2, v3, v4, v5, v6, v7, BLOCKS: tl.constexpr):
    even = tl.join(tl.join(v0, v4), tl.join(v2, v6))
    odd = tl.join(tl.join(v1, v5), tl.join(v3, v7))
    return tl.reshape(tl.join(even, odd), (BLOCKS, 8, 8))


@triton.jit
def _rounded(total, SHIFT: tl.constexpr):
    """total / 2**SHIFT, halves up."""
    return ((total >> (SHIFT - 1)) + 1) >> 1


@triton.jit
def _frequency(s0, s1, s2, s3, FREQUENCY: tl.constexpr, SHIFT: tl.constexpr):
    """One frequency of the sums (even) or the differences (odd) of samples that mirror one another."""
    total = s0 * _M[FREQUENCY][0] + s1 * _M[FREQUENCY][1]
    return _rounded(total + s2 * _M[FREQUENCY][2] + s3 * _M[FREQUENCY][3], SHIFT)


@triton.jit
def _forward(tile, SHIFT: tl.constexpr, BLOCKS: tl.constexpr):
    """Frequencies along the last axis."""
    v0, v1, v2, v3, v4, v5, v6, v7 = _split(tile, BLOCKS)
    s0, s1, s2, s3 = v0 + v7, v1 + v6, v2 + v5, v3 + v4
    d0, d1, d2, d3 = v0 - v7, v1 - v6, v2 - v5, v3 - v4
    return _join(
        _frequency(s0, s1, s2, s3, 0, SHIFT), _frequency(d0, d1, d2, d3, 1, SHIFT),
        _frequency(s0, s1, s2, s3, 2, SHIFT), _frequency(d0, d1, d2, d3, 3, SHIFT),
        _frequency(s0, s1, s2, s3, 4, SHIFT), _frequency(d0, d1, d2, d3, 5, SHIFT),
        _frequency(s0, s1, s2, s3, 6, SHIFT), _frequency(d0, d1, d2, d3, 7, SHIFT),
        BLOCKS,
    )  # fmt: skip


@triton.jit
def _part(f0, f1, f2, f3, FIRST: tl.constexpr, SAMPLE: tl.constexpr):
    """What every other frequency, from FIRST on, adds to a sample."""
    total = f0 * _M[FIRST][SAMPLE] + f1 * _M[FIRST + 2][SAMPLE]
    return total + f2 * _M[FIRST + 4][SAMPLE] + f3 * _M[FIRST + 6][SAMPLE]


@triton.jit
def _inverse(tile, SHIFT: tl.constexpr, BLOCKS: tl.constexpr):
    """Samples along the last axis."""
    v0, v1, v2, v3, v4, v5, v6, v7 = _split(tile, BLOCKS)
    e0, o0 = _part(v0, v2, v4, v6, 0, 0), _part(v1, v3, v5, v7, 1, 0)
    e1, o1 = _part(v0, v2, v4, v6, 0, 1), _part(v1, v3, v5, v7, 1, 1)
    e2, o2 = _part(v0, v2, v4, v6, 0, 2), _part(v1, v3, v5, v7, 1, 2)
    e3, o3 = _part(v0, v2, v4, v6, 0, 3), _part(v1, v3, v5, v7, 1, 3)
    return _join(
        _rounded(e0 + o0, SHIFT), _rounded(e1 + o1, SHIFT),
        _rounded(e2 + o2, SHIFT), _rounded(e3 + o3, SHIFT),
        _rounded(e3 - o3, SHIFT), _rounded(e2 - o2, SHIFT),
        _rounded(e1 - o1, SHIFT), _rounded(e0 - o0, SHIFT),
        BLOCKS,
    )  # fmt: skip


@triton.jit
def _requantised(frequencies, steps):
    """Coefficients times 8 to the nearest multiple of steps, without the 8; magnitudes, halves up."""
    level = (tl.abs(frequencies) + 4 * steps) // (8 * steps)
    return tl.where(frequencies < 0, -level, level) * steps


@triton.jit
def _code(planes, steps, out, channels, height, width, blocks, BLOCKS: tl.constexpr):
    columns = width // 8
    a_plane = (height // 8) * columns
    number = tl.program_id(0).to(tl.int64) * BLOCKS + tl.arange(0, BLOCKS)
    there = (number < blocks)[:, None, None]
    plane, place = number // a_plane, number % a_plane
    corner = plane * height * width + (place // columns) * (8 * width) + (place % columns) * 8
    row, column = tl.arange(0, 8)[None, :, None], tl.arange(0, 8)[None, None, :]
    at = corner[:, None, None] + row * width + column
    samples = tl.load(planes + at, mask=there, other=0) - 128
    step_at = (plane // channels)[:, None, None] * 64 + row * 8 + column
    step = tl.load(steps + step_at, mask=there, other=1).to(tl.int32)
    across = tl.permute(_forward(samples, _FRACTION, BLOCKS), (0, 2, 1))
    frequencies = tl.permute(_forward(across, _REST, BLOCKS), (0, 2, 1))
    kept = _requantised(frequencies, step)
    down = tl.permute(_inverse(tl.permute(kept, (0, 2, 1)), _FRACTION, BLOCKS), (0, 2, 1))
    back = _inverse(down, _INVERSE_REST, BLOCKS) + 128
    tl.store(out + at, tl.minimum(tl.maximum(back, 0), 255), mask=there)


def coded_planes(planes: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
    """`libjpeg.codec.coded_planes`, exactly: planes (b, c, h, w) int32, steps (b, 8, 8) int64."""
    batch, channels, height, width = planes.shape
    source = planes.contiguous()
    out = torch.empty_like(source)
    blocks = batch * channels * (height // BLOCK) * (width // BLOCK)
    if blocks:
        _code[(triton.cdiv(blocks, BLOCKS),)](
            source, steps.contiguous(), out, channels, height, width, blocks, BLOCKS,
            num_warps=WARPS,
        )  # fmt: skip
    return out
