"""Generators of perceptual losses: RRDBNet, SFT-GAN, SRVGG and its noisy form."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as f

from tests.models.independent.plain import Arguments, State, conv, factors, nearest, shuffled


def _unshuffled(x: Tensor, r: int) -> Tensor:
    """A block of r x r pixels as r^2 channels; sides that r does not divide grow by their border pixels."""
    while x.shape[-2] % r:
        x = torch.cat([x, x[..., -1:, :]], dim=2)
    while x.shape[-1] % r:
        x = torch.cat([x, x[..., -1:]], dim=3)
    parts = [
        x[:, c : c + 1, i::r, j::r] for c in range(x.shape[1]) for i in range(r) for j in range(r)
    ]
    return torch.cat(parts, dim=1)


def rrdbnet(s: State, a: Arguments, lr: Tensor) -> Tensor:
    """Wang et al. 2018, figure 4: dense blocks in residual blocks, each by a fifth; x2 and x1 behind an unshuffle."""

    def dense(name: str, x: Tensor) -> Tensor:
        seen = x
        for layer in range(1, 5):
            new = f.leaky_relu(conv(s, f"{name}.conv{layer}", seen), 0.2)
            seen = torch.cat([seen, new], dim=1)
        return x + 0.2 * conv(s, f"{name}.conv5", seen)

    shallow = x = conv(s, "conv_first", _unshuffled(lr, 4 // a["scale"]))
    for block in range(a["blocks"]):
        inner = x
        for part in (1, 2, 3):
            inner = dense(f"body.{block}.rdb{part}", inner)
        x = x + 0.2 * inner
    x = shallow + conv(s, "conv_body", x)
    for name in ("conv_up1", "conv_up2"):
        x = f.leaky_relu(conv(s, name, nearest(x, 2)), 0.2)
    x = conv(s, "conv_last", f.leaky_relu(conv(s, "conv_hr", x), 0.2))
    return x[..., : a["scale"] * lr.shape[2], : a["scale"] * lr.shape[3]]


def sftgan(s: State, a: Arguments, lr: Tensor, maps: Tensor | None = None) -> Tensor:
    """Wang et al., CVPR 2018, figure 3, in the authors' later form: x (1 + gamma) + beta before each convolution."""
    scale = a["scale"]
    maps = nearest(_texture(lr), scale) if maps is None else maps
    condition = f.conv2d(maps, s["condition.0.weight"], s["condition.0.bias"], stride=scale)
    for layer in (2, 4, 6, 8):
        condition = conv(s, f"condition.{layer}", f.leaky_relu(condition, 0.1))

    def modulated(name: str, x: Tensor) -> Tensor:
        gamma, beta = (
            conv(s, f"{name}.{part}.2", f.leaky_relu(conv(s, f"{name}.{part}.0", condition), 0.1))
            for part in ("scale", "shift")
        )
        return x * (1 + gamma) + beta

    shallow = x = conv(s, "head", lr)
    for number in range(a["blocks"]):
        block = f"blocks.{number}"
        inner = f.relu(conv(s, f"{block}.conv1", modulated(f"{block}.sft1", x)))
        x = x + conv(s, f"{block}.conv2", modulated(f"{block}.sft2", inner))
    x = shallow + conv(s, "last_conv", modulated("last_sft", x))
    for step, factor in enumerate(factors(scale)):
        x = f.relu(shuffled(conv(s, f"upsampler.{3 * step}", x), factor))
    return conv(s, "tail.2", f.relu(conv(s, "tail.0", x)))


def _texture(lr: Tensor) -> Tensor:
    """The prior that is ours, pixel by pixel: structure tensors of windows of 7 x 7 cut at the border."""
    grey = lr.mean(dim=1)
    batch, height, width = grey.shape
    found = torch.zeros(batch, 8, height, width, dtype=lr.dtype)

    def at(b: int, y: int, x: int) -> float:
        return float(grey[b, min(max(y, 0), height - 1), min(max(x, 0), width - 1)])

    for b in range(batch):
        for y in range(height):
            for x in range(width):
                window = [
                    (v, u)
                    for v in range(max(y - 3, 0), min(y + 4, height))
                    for u in range(max(x - 3, 0), min(x + 4, width))
                ]
                slopes = [
                    (
                        (at(b, v, u + 1) - at(b, v, u - 1)) / 2,
                        (at(b, v + 1, u) - at(b, v - 1, u)) / 2,
                    )
                    for v, u in window
                ]
                bright = sum(at(b, v, u) for v, u in window) / len(window)
                found[b, :, y, x] = torch.tensor(_kinds(slopes, bright), dtype=lr.dtype)
    return found


def _kinds(slopes: list[tuple[float, float]], bright: float) -> list[float]:
    """Flat (dark, bright), grained (fine, strong), and four directions of the gradient's doubled angle."""
    count = len(slopes)
    xx, yy, xy = (
        sum(product) / count
        for product in zip(*((u * u, v * v, u * v) for u, v in slopes), strict=True)
    )
    trace, length = xx + yy, math.sqrt((xx - yy) ** 2 + 4 * xy**2 + 1e-14)
    textured, strong = trace / (trace + 0.02**2), trace / (trace + 0.1**2)
    sides = [xx - yy, 2 * xy, yy - xx, -2 * xy]
    lines = [max(side, 0.0) ** 2 / (length * (trace + 1e-8)) for side in sides]
    grain, bright = 1 - sum(lines), min(max(bright, 0.0), 1.0)
    return [
        (1 - textured) * (1 - bright),
        (1 - textured) * bright,
        textured * grain * (1 - strong),
        textured * grain * strong,
        *(textured * line for line in lines),
    ]


def srvgg(s: State, a: Arguments, lr: Tensor, z: Tensor | None = None) -> Tensor:
    """SRVGGNetCompact: convolutions and activations at LR size, shuffled, over the enlarged LR.

    z: its image by a 1 x 1 convolution of each layer is added before the activation.
    """
    x = lr
    for layer in range(a["convolutions"] + 1):
        x = conv(s, f"body.{2 * layer}", x)
        if z is not None:
            x = x + conv(s, f"injections.{layer}", z)
        x = {
            "prelu": lambda x, name=f"body.{2 * layer + 1}.weight": f.prelu(x, s[name]),
            "relu": f.relu,
            "leakyrelu": lambda x: f.leaky_relu(x, 0.1),
        }[a["activation"]](x)
    x = shuffled(conv(s, f"body.{2 * a['convolutions'] + 2}", x), a["scale"])
    if a["base"] == "nearest":
        return x + nearest(lr, a["scale"])
    return x + f.interpolate(
        lr, scale_factor=float(a["scale"]), mode="bilinear", align_corners=False
    )
