"""The whole round trip over a ragged batch."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from degrade.functional.libjpeg.color import luma_and_chroma, rgb
from degrade.functional.libjpeg.dct import BLOCK, forward, inverse
from degrade.functional.libjpeg.quantise import requantised
from degrade.functional.libjpeg.sampling import (
    Layout,
    LayoutFields,
    averaged,
    edges_repeated,
    interpolated,
)


def coded_planes(planes: Tensor, steps: Tensor) -> Tensor:
    """Planes (b, c, h, w) int32 0..255, sides multiples of 8, transformed, quantised, and back."""
    b, c, height, width = planes.shape
    blocks = planes.view(b, c, height // BLOCK, BLOCK, width // BLOCK, BLOCK).permute(
        3, 5, 0, 1, 2, 4
    )
    samples = blocks.to(torch.float64, memory_format=torch.contiguous_format).sub_(128.0)
    frequencies = forward(samples.view(BLOCK, BLOCK, -1)).view(BLOCK, BLOCK, b, -1)
    kept = requantised(frequencies, steps.to(torch.float64).permute(1, 2, 0).unsqueeze(3))
    back = inverse(kept.view(BLOCK, BLOCK, -1)).add_(128.0).clamp_(0.0, 255.0).to(torch.int32)
    return back.view(blocks.shape).permute(2, 3, 4, 0, 5, 1).reshape(planes.shape)


def jpeg(images: Tensor, layouts: Sequence[Layout], luma: Tensor, chroma: Tensor) -> Tensor:
    """Images b c H W (c 3 RGB, or 1) after one JPEG encoding and decoding; float32 in [0, 1].

    Sample i is the top left layouts[i].height x width of the canvas. luma, chroma: steps (b, 8, 8) in natural
    order; one channel uses luma's. The codec has eight bits: in by rint(255 x) of x clipped to [0, 1], halves
    to even, out by k / 255. Beyond a sample's own area values are without meaning.
    """
    if not layouts:
        return images.clone()
    pixels = torch.round(images.clamp(0.0, 1.0) * 255.0).to(torch.int32)
    fields = LayoutFields(layouts, images.device)
    if images.shape[1] == 1:
        coded = _luma_coded(pixels, fields, luma)
    else:
        y, colours = luma_and_chroma(pixels)
        brightness = _luma_coded(y, fields, luma)
        coded = rgb(brightness, _chroma_coded(colours, layouts, fields, chroma))
    # A device may divide float32 by a number as a product with its inverse; float64 hides the difference.
    return coded.double().div_(255.0).to(torch.float32)


def _luma_coded(planes: Tensor, fields: LayoutFields, steps: Tensor) -> Tensor:
    height, width = planes.shape[2:]
    filled = edges_repeated(planes, fields, _in_blocks(height), _in_blocks(width))
    return coded_planes(filled, steps)[..., :height, :width]


def _chroma_coded(
    planes: Tensor, layouts: Sequence[Layout], fields: LayoutFields, steps: Tensor
) -> Tensor:
    rows, columns = max(one.rows for one in layouts), max(one.columns for one in layouts)
    samples = averaged(planes, layouts, fields, _in_blocks(rows), _in_blocks(columns))
    return interpolated(coded_planes(samples, steps), fields, *planes.shape[2:])


def _in_blocks(side: int) -> int:
    return -(-side // BLOCK) * BLOCK
