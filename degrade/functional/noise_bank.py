"""Banks of measured noise: reading patches from files, and tiling them over an image of any size.

Source: Ji et al., "Real-World Super-Resolution via Kernel Estimation and Noise Injection", CVPR workshops 2020:
patches cut from flat places of real images, their mean removed, added to another image.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from degrade.functional.banks import bank_files, read_array, read_picture

Patch = npt.NDArray[np.float32]
"""h w c, c 1 (grey) or 3 (red, green, blue), in units of full scale."""

SUFFIXES = (".npy", ".png")


def read_patches(path: str) -> list[Patch]:
    """The patches of a file, or of a folder's files by name, each channel's mean removed.

    .npy: real numbers in units of full scale, (h, w), (h, w, c) or (n, h, w, c), c 1 or 3. .png: 8 or 16 bits,
    grey or colour, full scale 1. Raises ValueError for anything else, naming the file.
    """
    files = bank_files(path, SUFFIXES, "noise")
    return [_centred(patch, file) for file in files for patch in _read(file)]


def _read(file: Path) -> list[npt.NDArray[Any]]:
    if file.suffix.lower() == ".npy":
        array = read_array(file)
        return list(array) if array.ndim == 4 else [array]
    picture = read_picture(file)
    if picture is None or picture.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"noise file {str(file)!r}: expected a PNG of 8 or 16 bits")
    return [picture / np.iinfo(picture.dtype).max]


def _centred(array: npt.NDArray[Any], file: Path) -> Patch:
    """A patch in float32 whose channels have the mean zero, to rounding."""
    deep = array[..., np.newaxis] if array.ndim == 2 else array
    if (
        deep.ndim != 3
        or deep.shape[2] not in (1, 3)
        or deep.size == 0
        or deep.dtype.kind not in "fiu"
    ):
        raise ValueError(
            f"noise file {str(file)!r}: an array of shape {array.shape} and type {array.dtype}; expected real "
            "numbers, (h, w), (h, w, c) or (n, h, w, c), c 1 or 3"
        )
    wide = deep.astype(np.float64)
    if not np.isfinite(wide).all():
        raise ValueError(f"noise file {str(file)!r}: expected finite values")
    return np.ascontiguousarray(wide - wide.mean((0, 1)), np.float32)


def mirror_index(start: torch.Tensor, lengths: torch.Tensor, side: int) -> torch.Tensor:
    """Where `side` pixels from `start` on read a patch that is repeated with every other copy mirrored.

    start: int64 (b,), 0..2 length - 1. lengths: int64 (b,). Returns int64 (b, side). The outermost pixel comes
    twice (dcba|abcd|dcba), so a period of 2 length reads each pixel as often.
    """
    period = 2 * lengths.view(-1, 1)
    place = torch.remainder(start.view(-1, 1) + torch.arange(side, device=start.device), period)
    return torch.minimum(place, period - 1 - place)


def tiled(patches: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
    """Patches b c h w read at rows (b, H) and columns (b, W): b c H W."""
    batch, channels, _, width = patches.shape
    shape = (batch, channels, rows.shape[1], width)
    read = patches.gather(2, rows.view(batch, 1, -1, 1).expand(shape))
    return read.gather(3, columns.view(batch, 1, 1, -1).expand(*shape[:3], columns.shape[1]))
