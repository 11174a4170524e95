"""Networks of content losses up to DRRN, and SRDenseNet, on the luma."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as f

from tests.models.independent.plain import (
    Arguments,
    State,
    bicubic,
    conv,
    deconv,
    factors,
    normed,
    prelu,
    shuffled,
)


def srcnn(s: State, a: Arguments, lr: Tensor) -> Tensor:
    """Dong et al., equations 1 to 3."""
    x = f.relu(conv(s, "layers.0", bicubic(lr, a["scale"])))
    return conv(s, "layers.4", f.relu(conv(s, "layers.2", x)))


def fsrcnn(s: State, a: Arguments, lr: Tensor) -> Tensor:
    """Dong et al. 2016: features, shrinking, mapping, expanding, deconvolution."""
    x = lr
    for layer in range(a["mappings"] + 3):
        x = prelu(s, f"body.{layer}.1", conv(s, f"body.{layer}.0", x))
    return deconv(s, "upsampler", x, a["scale"])


def espcn(s: State, a: Arguments, lr: Tensor) -> Tensor:
    """Shi et al.: tanh between, one shuffle by the whole scale."""
    x = torch.tanh(conv(s, "layers.2", torch.tanh(conv(s, "layers.0", lr))))
    return shuffled(conv(s, "layers.4", x), a["scale"])


def vdsr(s: State, a: Arguments, lr: Tensor) -> Tensor:
    """Kim et al.: a residual over the enlarged image."""
    image = x = bicubic(lr, a["scale"])
    for layer in range(a["depth"] - 1):
        x = f.relu(conv(s, f"residual.{layer}.0", x))
    return image + conv(s, f"residual.{a['depth'] - 1}", x)


def drcn(s: State, a: Arguments, lr: Tensor) -> Tensor:
    """Kim et al.: one convolution again and again, all answers weighed (equation 12)."""
    image = bicubic(lr, a["scale"])
    state = f.relu(conv(s, "embedding.1.0", f.relu(conv(s, "embedding.0.0", image))))
    total = torch.zeros_like(image)
    for recursion in range(a["recursions"]):
        state = f.relu(conv(s, "inference", state))
        answer = conv(s, "reconstruction.1", f.relu(conv(s, "reconstruction.0.0", state)))
        total = total + s["weights"][recursion] * (image + answer)
    return total


def drrn(s: State, a: Arguments, lr: Tensor) -> Tensor:
    """Tai et al., equation 5: every unit adds to the block's first feature; normalised before each ReLU."""

    def active(name: str, x: Tensor) -> Tensor:
        return f.relu(normed(s, f"{name}.0", x) if a["batch_norm"] else x)

    image = x = bicubic(lr, a["scale"])
    for number in range(a["blocks"]):
        block = f"blocks.{number}"
        entry = state = conv(s, f"{block}.entry", x)
        for unit in range(a["units"]):
            inner = conv(s, f"{block}.first", active(f"{block}.before.{unit}", state))
            state = entry + conv(s, f"{block}.second", active(f"{block}.between.{unit}", inner))
        x = state
    return image + conv(s, "exit.1", active("exit.0", x))


def srdensenet(s: State, a: Arguments, lr: Tensor) -> Tensor:
    """Tong et al., figure 2c: a block reads all blocks before it, the reconstruction all of them."""
    seen = f.relu(conv(s, "low_level.0", lr))
    for block in range(a["blocks"]):
        grown = f.relu(conv(s, f"blocks.{block}.0.0", seen))
        for layer in range(a["layers"] - 1):
            new = f.relu(conv(s, f"blocks.{block}.1.{layer}.0", grown))
            grown = torch.cat([grown, new], dim=1)
        seen = torch.cat([seen, grown], dim=1)
    x = f.relu(conv(s, "bottleneck.0", seen))
    for step, factor in enumerate(factors(a["scale"])):
        x = f.relu(deconv(s, f"upsampler.{2 * step}", x, factor))
    return conv(s, "reconstruction", x)
