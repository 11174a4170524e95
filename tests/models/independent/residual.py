"""Residual, dense and attentive networks in colour."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as f

from tests.models.independent.plain import (
    DIV2K,
    Arguments,
    State,
    bicubic,
    conv,
    factors,
    nearest,
    normed,
    prelu,
    residual,
    shuffled,
)


def _sub_pixel(s: State, name: str, x: Tensor, scale: int) -> Tensor:
    for step, factor in enumerate(factors(scale)):
        x = shuffled(conv(s, f"{name}.{2 * step}", x), factor)
    return x


def _trunk(s: State, a: Arguments, lr: Tensor, body: Callable[[Tensor], Tensor]) -> Tensor:
    """0..255 less DIV2K's mean; a long skip; no activation at the upsampler."""
    shallow = conv(s, "head", 255 * (lr - DIV2K))
    up = _sub_pixel(s, "upsampler", shallow + body(shallow), a["scale"])
    return conv(s, "tail", up) / 255 + DIV2K


def edsr(s: State, a: Arguments, lr: Tensor) -> Tensor:
    """Lim et al., figure 3; residual scaling behind each block's second convolution."""

    def body(x: Tensor) -> Tensor:
        for block in range(a["blocks"]):
            x = residual(s, f"body.{block}", x, a["residual_weight"])
        return conv(s, f"body.{a['blocks']}", x)

    return _trunk(s, a, lr, body)


def mdsr(s: State, a: Arguments, lr: Tensor) -> Tensor:
    """Lim et al., figure 5: two 5 x 5 blocks of the scale, the shared body, the scale's upsampler."""
    scale = a["scale"]
    x = conv(s, "head", 255 * (lr - DIV2K))
    for block in range(2):
        x = residual(s, f"entries.{scale}.{block}", x)
    deep = x
    for block in range(a["blocks"]):
        deep = residual(s, f"body.{block}", deep)
    x = x + conv(s, f"body.{a['blocks']}", deep)
    return conv(s, "tail", _sub_pixel(s, f"upsamplers.{scale}", x, scale)) / 255 + DIV2K


def rcan(s: State, a: Arguments, lr: Tensor) -> Tensor:
    """Zhang et al., equations 3 to 11: channel attention by the channels' means; skips of block, group and all."""

    def block(name: str, x: Tensor) -> Tensor:
        change = conv(s, f"{name}.2", f.relu(conv(s, f"{name}.0", x)))
        mean = change.mean(dim=(2, 3), keepdim=True)
        narrow = f.relu(conv(s, f"{name}.3.weigh.1", mean))
        return x + change * torch.sigmoid(conv(s, f"{name}.3.weigh.3", narrow))

    def body(x: Tensor) -> Tensor:
        for group in range(a["groups"]):
            inner = x
            for number in range(a["blocks"]):
                inner = block(f"body.{group}.{number}", inner)
            x = x + conv(s, f"body.{group}.{a['blocks']}", inner)
        return conv(s, f"body.{a['groups']}", x)

    return _trunk(s, a, lr, body)


def carn(s: State, a: Arguments, lr: Tensor) -> Tensor:
    """Ahn et al., figure 2: cascades within a cascade; ReLU behind the addition, and before the shuffle."""
    groups = a["groups"]

    def plain(name: str, x: Tensor) -> Tensor:
        return f.relu(residual(s, name, x))

    def mobile(name: str, x: Tensor) -> Tensor:
        """Residual-E: two grouped convolutions and a 1 x 1."""
        inner = f.relu(conv(s, f"{name}.0", x, groups))
        inner = f.relu(conv(s, f"{name}.2", inner, groups))
        return f.relu(x + conv(s, f"{name}.4", inner))

    def cascade(name: str, x: Tensor, step: Callable[[int, Tensor], Tensor]) -> Tensor:
        seen = state = x
        for number in range(3):
            seen = torch.cat([seen, step(number, state)], dim=1)
            state = f.relu(conv(s, f"{name}.fusions.{number}.0", seen))
        return state

    def local(cascade_number: int, x: Tensor) -> Tensor:
        name, block = f"body.blocks.{cascade_number}", plain if groups == 1 else mobile

        def step(number: int, state: Tensor) -> Tensor:
            return block(f"{name}.blocks.{0 if a['shared'] else number}.0", state)

        return cascade(name, x, step)

    x = cascade("body", conv(s, "entry", lr - DIV2K), local)
    for step, factor in enumerate(factors(a["scale"])):
        name = f"upsamplers.{a['scale']}.{3 * step}"
        x = shuffled(f.relu(conv(s, name, x, groups)), factor)
    return conv(s, "exit", x) + DIV2K


def rdn(s: State, a: Arguments, lr: Tensor) -> Tensor:
    """Zhang et al., equations 1 to 9: dense convolutions, 1 x 1 fusion and skip of each block, all blocks fused."""
    shallow = conv(s, "shallow", lr)
    state, outputs = conv(s, "entry", shallow), []
    for block in range(a["blocks"]):
        seen = state
        for layer in range(a["layers"]):
            new = f.relu(conv(s, f"blocks.{block}.0.{layer}.0", seen))
            seen = torch.cat([seen, new], dim=1)
        state = state + conv(s, f"blocks.{block}.1", seen)
        outputs.append(state)
    x = shallow + conv(s, "fusion.1", conv(s, "fusion.0", torch.cat(outputs, dim=1)))
    return conv(s, "tail", _sub_pixel(s, "upsampler", x, a["scale"]))


def srresnet(s: State, a: Arguments, lr: Tensor) -> Tensor:
    """Ledig et al., figure 4; HR in -1..1, one slope a PReLU."""
    x = shallow = prelu(s, "head.1", conv(s, "head.0", lr))
    for block in range(a["blocks"]):
        name = f"body.{block}"
        inner = prelu(s, f"{name}.2", normed(s, f"{name}.1", conv(s, f"{name}.0", x)))
        x = x + normed(s, f"{name}.4", conv(s, f"{name}.3", inner))
    x = shallow + normed(s, f"body.{a['blocks'] + 1}", conv(s, f"body.{a['blocks']}", x))
    for step, factor in enumerate(factors(a["scale"])):
        x = shuffled(conv(s, f"upsampler.{3 * step}", x), factor)
        x = prelu(s, f"upsampler.{3 * step + 2}", x)
    return (conv(s, "tail", x) + 1) / 2


def msrresnet(s: State, a: Arguments, lr: Tensor) -> Tensor:
    """SRResNet without normalisation, leaky ReLU of 0.1, over bilinear enlargement."""
    x = f.leaky_relu(conv(s, "conv_first", lr), 0.1)
    for block in range(a["blocks"]):
        name = f"body.{block}"
        x = x + conv(s, f"{name}.conv2", f.relu(conv(s, f"{name}.conv1", x)))
    for step, factor in enumerate(factors(a["scale"]), start=1):
        x = f.leaky_relu(shuffled(conv(s, f"upconv{step}", x), factor), 0.1)
    x = conv(s, "conv_last", f.leaky_relu(conv(s, "conv_hr", x), 0.1))
    return x + f.interpolate(
        lr, scale_factor=float(a["scale"]), mode="bilinear", align_corners=False
    )


def enhancenet(s: State, a: Arguments, lr: Tensor) -> Tensor:
    """Sajjadi et al., table 1: nearest and convolution, a residual over bicubic enlargement."""
    mean = torch.tensor([0.476, 0.450, 0.409], dtype=torch.float64).view(1, 3, 1, 1)
    x = f.relu(conv(s, "head", lr - mean))
    for block in range(a["blocks"]):
        x = residual(s, f"body.{block}", x)
    for step, factor in enumerate(factors(a["scale"])):
        x = f.relu(conv(s, f"upsampler.convolutions.{step}", nearest(x, factor)))
    return bicubic(lr, a["scale"]) + conv(s, "tail", f.relu(conv(s, "hr", x)))
