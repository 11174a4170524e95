"""Pyramids: LapSRN, MS-LapSRN, ProSR."""

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
    deconv,
    factors,
    resized,
    shuffled,
)


def _pyramid(
    s: State,
    a: Arguments,
    lr: Tensor,
    embed: Callable[[int, Tensor], Tensor],
    step: Callable[[int], str],
) -> Tensor:
    """A level adds a residual to an image twice as large; x3 is x4 shrunk."""
    features, image = f.leaky_relu(conv(s, "head", lr), 0.2), lr
    for level in range(len(factors(4 if a["scale"] == 3 else a["scale"]))):
        name = step(level)
        wide = deconv(s, f"{name}.enlarge_features", embed(level, features), 2)
        features = f.leaky_relu(wide, 0.2)
        image = deconv(s, f"{name}.enlarge_image", image, 2) + conv(s, f"{name}.residual", features)
    if a["scale"] == 3:
        return resized(image, *(3 * side for side in lr.shape[-2:]))
    return image


def lapsrn(s: State, a: Arguments, lr: Tensor) -> Tensor:
    """Lai et al. 2017, figure 1; leaky ReLU of 0.2."""

    def embed(level: int, x: Tensor) -> Tensor:
        for layer in range(a["depth"]):
            x = f.leaky_relu(conv(s, f"embeddings.{level}.{2 * layer}", x), 0.2)
        return x

    return _pyramid(s, a, lr, embed, lambda level: f"steps.{level}")


def ms_lapsrn(s: State, a: Arguments, lr: Tensor) -> Tensor:
    """Lai et al. 2019: one block of pre-activated convolutions, R times, each with a skip from the level's input."""

    def embed(level: int, features: Tensor) -> Tensor:
        x = features
        for _ in range(a["recursions"]):
            inner = x
            for layer in range(a["depth"]):
                inner = conv(s, f"block.{2 * layer + 1}", f.leaky_relu(inner, 0.2))
            x = features + inner
        return x

    return _pyramid(s, a, lr, embed, lambda level: "shared")


def _reflecting(s: State, name: str, x: Tensor) -> Tensor:
    mirrored = f.pad(x, (1, 1, 1, 1), mode="reflect")
    return f.conv2d(mirrored, s[f"{name}.weight"], s[f"{name}.bias"])


def prosr(s: State, a: Arguments, lr: Tensor) -> Tensor:
    """Wang et al., figure 2: levels of dense compression units, x2 each; a residual over bicubic enlargement.

    With skips (ProSR-l): a unit's result by 0.2 on its input, a level's on its own. Without (ProSR-s): the last
    unit of a level compresses nothing. Deeper levels begin with a compression.
    """
    levels, skips = len(factors(a["scale"])), a["residual"] is not None
    x = _reflecting(s, f"heads.{levels - 1}", 255 * (lr - DIV2K))
    for level in range(levels):
        at, index, deep = f"pyramids.{level}.body", 0, x
        if level:
            deep, index = conv(s, f"{at}.0", x), 1
        for unit, layers in enumerate(a["units"][level]):
            grown = deep
            for layer in range(layers):
                dense = f"{at}.{index}.dense.{layer}"
                new = _reflecting(s, f"{dense}.2", f.relu(conv(s, f"{dense}.0", grown)))
                grown = torch.cat([grown, new], dim=1)
            last = unit == len(a["units"][level]) - 1
            made = grown if last and not skips else conv(s, f"{at}.{index}.compress", grown)
            deep = deep + a["residual"] * made if skips else made
            index += 1
        if deep.shape[1] > a["widest"]:
            deep, index = conv(s, f"{at}.{index}", deep), index + 1
        deep = _reflecting(s, f"{at}.{index}", deep) + (x if skips else 0)
        x = f.relu(shuffled(_reflecting(s, f"pyramids.{level}.upsampler.0", deep), 2))
    change = _reflecting(s, f"pyramids.{levels - 1}.reconstruct", x)
    return bicubic(lr, a["scale"]) + change / 255
