"""What the straight-line evaluations are written in: weights by name, and no module of the toolkit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as f

from tests.models.matlab import weights

State = Mapping[str, Tensor]
Arguments = Mapping[str, Any]

DIV2K = torch.tensor([0.4488, 0.4371, 0.4040], dtype=torch.float64).view(1, 3, 1, 1)


def conv(s: State, name: str, x: Tensor, groups: int = 1) -> Tensor:
    """Zeros beyond the border, as wide as the kernel reaches."""
    weight = s[f"{name}.weight"]
    return f.conv2d(x, weight, s.get(f"{name}.bias"), padding=weight.shape[-1] // 2, groups=groups)


def deconv(s: State, name: str, x: Tensor, factor: int) -> Tensor:
    """A transposed convolution, cut to `factor` times the size; what is over goes first at the beginning."""
    weight = s[f"{name}.weight"]
    whole = f.conv_transpose2d(x, weight, s.get(f"{name}.bias"), stride=factor)
    start = (weight.shape[-1] - factor + 1) // 2
    rows, columns = (slice(start, start + factor * side) for side in x.shape[-2:])
    return whole[..., rows, columns]


def prelu(s: State, name: str, x: Tensor) -> Tensor:
    return f.prelu(x, s[f"{name}.weight"])


def resized(x: Tensor, height: int, width: int) -> Tensor:
    """MATLAB's bicubic imresize, by its matrices."""
    rows, columns = (
        torch.from_numpy(weights(side, out))
        for side, out in zip(x.shape[-2:], (height, width), strict=True)
    )
    return torch.einsum("iy,bcyx,jx->bcij", rows, x, columns)


def bicubic(x: Tensor, scale: int) -> Tensor:
    return resized(x, *(scale * side for side in x.shape[-2:]))


def nearest(x: Tensor, scale: int) -> Tensor:
    return x.repeat_interleave(scale, dim=2).repeat_interleave(scale, dim=3)


def shuffled(x: Tensor, r: int) -> Tensor:
    """Channel c r^2 + r i + j of an LR pixel is the sub-pixel (i, j) of channel c (ESPCN, equation 4)."""
    b, channels, h, w = x.shape
    parts = x.view(b, channels // r**2, r, r, h, w).permute(0, 1, 4, 2, 5, 3)
    return parts.reshape(b, channels // r**2, r * h, r * w)


def factors(scale: int) -> list[int]:
    """Steps of an upsampler: x4 and x8 by twos, x3 at once."""
    return {1: [], 2: [2], 3: [3], 4: [2, 2], 8: [2, 2, 2]}[scale]


def residual(s: State, name: str, x: Tensor, weight: float = 1.0) -> Tensor:
    """Convolution, ReLU, convolution, with a skip."""
    return x + weight * conv(s, f"{name}.2", f.relu(conv(s, f"{name}.0", x)))


def normed(s: State, name: str, x: Tensor) -> Tensor:
    """Batch normalisation by its running statistics; epsilon 1e-5."""
    mean, variance = (s[f"{name}.running_{part}"].view(1, -1, 1, 1) for part in ("mean", "var"))
    x = (x - mean) / torch.sqrt(variance + 1e-5)
    if f"{name}.weight" not in s:
        return x
    return x * s[f"{name}.weight"].view(1, -1, 1, 1) + s[f"{name}.bias"].view(1, -1, 1, 1)
