"""The JPEG model of Real-ESRGAN's published training code (DiffJPEG in BasicSR), for compatibility.

It is no libjpeg: tables are scaled to fractions and not limited, the luma table lies transposed (rows of K.1
act on frequencies across), chroma is averaged over 2x2 and repeated on the way up, sides are filled with
black to multiples of 16, and no value is rounded but the quotients. The algorithm: colour conversion of JFIF
on 0..255, an 8x8 DCT of values less 128, quotients by factor * table rounded half to even, and all of it
back, clipped to [0, 255].
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as nn
from torch import Tensor

from degrade.functional.color import BT601
from degrade.functional.libjpeg.quantise import CHROMA_TABLE, LUMA_TABLE

TRANSPOSED_LUMA_TABLE = tuple(zip(*LUMA_TABLE, strict=True))
BLOCK = 8


def factors_of(quality: Tensor) -> Tensor:
    """The tables' factor: 50 / q below 50, 2 - q / 50 from 50 on, so 0 at 100; float32."""
    quality = quality.to(torch.float32)
    return torch.where(quality < 50, 5000.0 / quality, 200.0 - 2.0 * quality) / 100.0


def diffjpeg(images: Tensor, heights: Tensor, widths: Tensor, quality: Tensor) -> Tensor:
    """Images b c H W (c 3 RGB, or 1 as luma alone) in [0, 1] after the modelled round trip.

    heights, widths, quality: (b,); a quality of 100 has factor 0 and leaves the coefficients unrounded, where
    the published code divides by zero. Sample i is the top left of the canvas, black beyond.
    """
    height, width = images.shape[2:]
    padded = nn.pad(_black_beyond(images, heights, widths), (0, -width % 16, 0, -height % 16)) * 255
    factors = factors_of(quality).view(-1, 1, 1, 1, 1, 1)
    if images.shape[1] == 1:
        out = coded(padded, _table(TRANSPOSED_LUMA_TABLE, padded), factors)
    else:
        luma, chroma = _to_luma_and_chroma(padded)
        luma = coded(luma, _table(TRANSPOSED_LUMA_TABLE, padded), factors)
        small = coded(nn.avg_pool2d(chroma, 2), _table(CHROMA_TABLE, padded), factors)
        out = _to_rgb(luma, small.repeat_interleave(2, 2).repeat_interleave(2, 3))
    return out[..., :height, :width].clamp(0, 255) / 255


def _black_beyond(images: Tensor, heights: Tensor, widths: Tensor) -> Tensor:
    rows = torch.arange(images.shape[2], device=images.device)[:, None] < heights.view(-1, 1, 1, 1)
    columns = torch.arange(images.shape[3], device=images.device) < widths.view(-1, 1, 1, 1)
    return torch.where(rows & columns, images, 0.0)


def _table(rows: tuple[tuple[int, ...], ...], like: Tensor) -> Tensor:
    """A table to meet blocks b c row column 8 8."""
    return torch.tensor(rows, dtype=like.dtype).to(like.device, non_blocking=True)


def coded(planes: Tensor, table: Tensor, factors: Tensor) -> Tensor:
    """Planes b c H W on 0..255, sides multiples of 8: transformed, quantised, and back."""
    b, c, height, width = planes.shape
    blocks = planes.view(b, c, height // BLOCK, BLOCK, width // BLOCK, BLOCK).transpose(3, 4) - 128
    frequencies = transform(transform(blocks, -2, inverse=False), -1, inverse=False)
    steps = table * factors
    rounded = torch.round(frequencies / torch.where(steps > 0, steps, 1.0)) * steps
    kept = torch.where(steps > 0, rounded, frequencies)
    back = transform(transform(kept, -2, inverse=True), -1, inverse=True) + 128
    return back.transpose(3, 4).reshape(b, c, height, width)


def transform(blocks: Tensor, dim: int, inverse: bool) -> Tensor:
    """The orthonormal DCT-II of eight values along one dimension, or its inverse.

    Eight products are added in a fixed order, so that a sample's bits do not depend on the batch.
    """
    shape = [1] * blocks.dim()
    shape[dim] = BLOCK
    out = torch.zeros((), device=blocks.device)
    for index in range(BLOCK):
        row = [_basis(index, k) if not inverse else _basis(k, index) for k in range(BLOCK)]
        basis = torch.tensor(row, dtype=blocks.dtype).to(blocks.device, non_blocking=True)
        out = out + blocks.narrow(dim, index, 1) * basis.view(shape)
    return out


def _basis(place: int, frequency: int) -> float:
    size = math.sqrt(0.5) if frequency == 0 else 1.0
    return 0.5 * size * math.cos((2 * place + 1) * frequency * math.pi / 16)


def _to_luma_and_chroma(images: Tensor) -> tuple[Tensor, Tensor]:
    """Y and (Cb, Cr) of JFIF on 0..255."""
    r, g, b = images[:, 0:1], images[:, 1:2], images[:, 2:3]
    luma = BT601[0] * r + BT601[1] * g + BT601[2] * b
    blue = -0.168736 * r - 0.331264 * g + 0.5 * b + 128
    red = 0.5 * r - 0.418688 * g - 0.081312 * b + 128
    return luma, torch.cat([blue, red], dim=1)


def _to_rgb(luma: Tensor, chroma: Tensor) -> Tensor:
    blue, red = chroma[:, :1] - 128, chroma[:, 1:] - 128
    return torch.cat(
        [luma + 1.402 * red, luma - 0.344136 * blue - 0.714136 * red, luma + 1.772 * blue], dim=1
    )
