"""Eight bits and back, and digests: the only place where pixels change their form."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import cast

import numpy as np
import torch

from degrade.functional.layout import interleaved
from realsr.images.reading import Bytes


def to_float(image: Bytes, device: torch.device) -> torch.Tensor:
    """`h w c` uint8 -> `c h w` float32 in [0, 1] on the device: value / 255."""
    return _scaled(torch.from_numpy(np.ascontiguousarray(image)).to(device)).permute(2, 0, 1)


def to_bytes(image: torch.Tensor) -> Bytes:
    """`c h w` float32 -> `h w c` uint8: clipped to [0, 1], 255 x rounded to nearest, halves to even."""
    return interleaved(_bytes(image))


def to_floats(images: Sequence[Bytes], device: torch.device) -> torch.Tensor | list[torch.Tensor]:
    """`to_float` of many: one tensor b c h w in one transfer where all have one shape, else one each."""
    if len(images) < 2 or len({image.shape for image in images}) > 1:
        return [to_float(image, device) for image in images]
    return _scaled(torch.from_numpy(np.stack(images)).to(device)).permute(0, 3, 1, 2)


def all_to_bytes(images: torch.Tensor | Sequence[torch.Tensor]) -> list[Bytes]:
    """`to_bytes` of many, in one transfer where they are one tensor b c h w."""
    if not isinstance(images, torch.Tensor):
        return [to_bytes(image) for image in images]
    return [interleaved(image) for image in _bytes(images)]


def _scaled(values: torch.Tensor) -> torch.Tensor:
    # Divided by a tensor: by a plain number a GPU multiplies with the reciprocal, one bit off for some values.
    return values.to(torch.float32).div_(torch.tensor(255.0, device=values.device))


def _bytes(image: torch.Tensor) -> Bytes:
    return cast("Bytes", image.clamp(0, 1).mul_(255).round_().to(torch.uint8).cpu().numpy())


def pixel_digest(image: Bytes) -> str:
    """SHA-256, in hexadecimal, of `"{h}x{w}x{c}:uint8:"` in ASCII followed by the `h w c` bytes."""
    height, width, channels = image.shape
    state = hashlib.sha256(f"{height}x{width}x{channels}:uint8:".encode())
    state.update(np.ascontiguousarray(image).data)
    return state.hexdigest()


def file_digest(data: bytes) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
