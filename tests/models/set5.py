"""Set5, and how papers measure on it."""

from __future__ import annotations

from pathlib import Path

import cv2
import torch
from torch import Tensor

SET5 = ("baby", "bird", "butterfly", "head", "woman")


def read(path: Path) -> Tensor:
    """3 h w in [0, 1]."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    assert image is not None, path
    return torch.from_numpy(image).permute(2, 0, 1) / 255.0


def luma(image: Tensor) -> Tensor:
    """BT.601 studio Y on 16..235, not rounded."""
    weights = torch.tensor([65.481, 128.553, 24.966], dtype=torch.float64).view(3, 1, 1)
    return (image.double() * weights).sum(dim=0) + 16.0


def psnr(sr: Tensor, hr: Tensor, crop: int) -> float:
    """Decibels between lumas of 8-bit images, `crop` pixels of border left out."""
    eight_bit = (sr.clamp(0.0, 1.0) * 255.0).round() / 255.0
    error = (luma(eight_bit) - luma(hr))[crop:-crop, crop:-crop]
    return float(10.0 * torch.log10(255.0**2 / error.square().mean()))
