"""Samples moved between slots and canvases: one launch for any number of samples of any sizes.

A row of the table says how the two sides lie: source offset, stride of rows, stride of planes; the same of the
target; the sample's height and width; and the height and width that the target is written to, with zeros beyond
the sample.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl

from degrade.functional.gpu.call import Integers
from degrade.functional.gpu.packed import BLOCK, WARPS, finished

FIELDS = 10
_FIELDS = tl.constexpr(FIELDS)


@triton.jit
def _move(source, target, rows, finish, channels, BLOCK: tl.constexpr):
    sample = tl.program_id(1)
    row = rows + sample * _FIELDS
    height, width = tl.load(row + 6).to(tl.int32), tl.load(row + 7).to(tl.int32)
    tall, wide = tl.load(row + 8).to(tl.int32), tl.load(row + 9).to(tl.int32)
    blocks = tl.cdiv(tall * wide, BLOCK)
    plane = tl.program_id(0) // blocks
    if plane >= channels:
        return
    place = (tl.program_id(0) % blocks) * BLOCK + tl.arange(0, BLOCK)
    y, x = place // wide, place % wide
    read = source + tl.load(row) + plane * tl.load(row + 2)
    value = tl.load(read + y * tl.load(row + 1) + x, mask=(y < height) & (x < width), other=0.0)
    write = target + tl.load(row + 3) + plane * tl.load(row + 5)
    value = finished(value, finish, sample)
    tl.store(write + y * tl.load(row + 4) + x, value, mask=y < tall)


def move(
    source: torch.Tensor,
    target: torch.Tensor,
    rows: torch.Tensor,
    finish: torch.Tensor,
    extents: Integers,
    channels: int,
) -> None:
    """Moves samples by their rows, int64 (b, 10), finished as by `packed.finished`.

    extents: int64 (b, 2) on the host, the rows' last two columns.
    """
    blocks = int((-(-extents.prod(1) // BLOCK)).max()) * channels
    _move[(blocks, len(rows))](
        source, target, rows, finish, channels, BLOCK, num_warps=WARPS, enable_fp_fusion=False
    )
