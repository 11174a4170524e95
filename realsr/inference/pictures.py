"""Picture files at their own depth: read, enlarged, written with what they had (grey, alpha, 16 bits)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from realsr.images.errors import SourceError
from realsr.images.raster import Kept, Pixels
from realsr.images.reading import check_values, opened_still
from realsr.inference.upscaler import Tiling, Upscaler
from realsr.models.upsampling import enlarge

AlphaBy = Literal["bicubic", "model"]
"""Who enlarges alpha: interpolation, or the model, which sees it as a grey picture."""

_DEEPEST = 16


@dataclass(frozen=True)
class Picture:
    """pixels: upright. kept: what its file says of them. digest: SHA-256 of the file."""

    pixels: Pixels
    kept: Kept
    digest: str


def read_picture(path: Path, max_pixels: int) -> Picture:
    """A picture, upright, with its alpha, in 8 or 16 bits as its file has it. Raises SourceError."""
    with opened_still(path, max_pixels) as found:
        header = found.still.header
        if header.bits > _DEEPEST:
            raise SourceError(
                "deep", "it has more than 16 bits a channel; convert it to 16 bits first"
            )
        check_values(header)
        pixels = found.decoded()
        if header.bits > 8 and pixels.dtype == np.uint8:
            raise SourceError(
                "deep",
                f"it has {header.bits} bits a channel, of which its decoder gives 8; convert it to a PNG or "
                "TIFF of 16 bits first",
            )
        return Picture(pixels, found.kept(), found.digest())


def enlarged(
    pixels: Pixels, upscaler: Upscaler, tiling: Tiling | None = None, alpha: AlphaBy = "bicubic"
) -> Pixels:
    """`h w c` -> `scale*h scale*w c` at the same depth: clipped to [0, 1], rounded to nearest."""
    full = float(np.iinfo(pixels.dtype).max)
    values = torch.from_numpy(pixels.astype(np.float32)).permute(2, 0, 1)[None] / full
    colours = 3 if pixels.shape[2] >= 3 else 1
    result = upscaler(values[:, :colours].contiguous(), tiling)
    if pixels.shape[2] > colours:
        cover = _cover(values[:, colours:].contiguous(), upscaler, tiling, alpha)
        result = torch.cat([result, cover], dim=1)
    levels = result[0].clamp(0, 1).mul(full).round().permute(1, 2, 0)
    rounded = levels.contiguous().numpy()
    if pixels.dtype == np.uint8:
        return rounded.astype(np.uint8)
    return rounded.astype(np.uint16)


def _cover(alpha: Tensor, upscaler: Upscaler, tiling: Tiling | None, by: AlphaBy) -> Tensor:
    return enlarge(alpha, upscaler.scale) if by == "bicubic" else upscaler(alpha, tiling)
