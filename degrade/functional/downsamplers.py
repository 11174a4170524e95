"""Small learned downsamplers whose shape is named by a file's metadata and whose weights the file holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from safetensors.torch import load, save_file
from torch import nn
from torch.nn import functional as torch_nn

ARCHITECTURE, SCALE = "architecture", "scale"
HEADER_LENGTH = 8
"""Bytes of a safetensors file that tell how long its JSON header is."""


class LinearGenerator(nn.Module):
    """A chain of convolutions without bias and without anything between them, for each channel by itself.

    The generator of KernelGAN (Bell-Kligler et al., NeurIPS 2019, section 3): together the layers are one
    kernel, whose side is 1 + the sum of (side - 1). No layer pads; the last one steps by the scale.
    Takes and gives b c h w of any channel count.
    """

    def __init__(self, shapes: list[torch.Size], scale: int) -> None:
        super().__init__()
        last = len(shapes) - 1
        self.layers = nn.ModuleList(
            nn.Conv2d(inner, outer, (high, wide), stride=scale if i == last else 1, bias=False)
            for i, (outer, inner, high, wide) in enumerate(shapes)
        )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        batch, channels = images.shape[:2]
        planes = images.reshape(batch * channels, 1, *images.shape[2:])
        for layer in self.layers:
            planes = layer(planes)
        return planes.reshape(batch, channels, *planes.shape[2:])


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions around a PReLU, added to what came in."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.slope = nn.PReLU()
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = features + self.second(self.slope(self.first(features)))
        return out


class ResidualDownsampler(nn.Module):
    """Residual blocks at full size on top of a mean over scale x scale pixels.

    The shape of DSGAN's generator (Fritsche et al., ICCVW 2019): a convolution, residual blocks and a
    convolution back to the channels. Here the blocks' result is brought down by a strided convolution and is
    added to the mean, so that weights of zero leave plain area averaging.
    """

    def __init__(self, channels: int, width: int, blocks: int, scale: int) -> None:
        super().__init__()
        self.scale = scale
        self.enter = nn.Conv2d(channels, width, 3, padding=1)
        self.blocks = nn.Sequential(*(ResidualBlock(width) for _ in range(blocks)))
        self.leave = nn.Conv2d(width, channels, scale, stride=scale)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        mean = torch_nn.avg_pool2d(images, self.scale)
        out: torch.Tensor = mean + self.leave(self.blocks(self.enter(images)))
        return out


Weights = Mapping[str, torch.Tensor]


def _linear(weights: Weights, scale: int) -> nn.Module:
    count = len(weights)
    return LinearGenerator([weights[f"layers.{i}.weight"].shape for i in range(count)], scale)


def _residual(weights: Weights, scale: int) -> nn.Module:
    width, channels = weights["enter.weight"].shape[:2]
    blocks = sum(name.endswith(".first.weight") for name in weights)
    return ResidualDownsampler(channels, width, blocks, scale)


ARCHITECTURES: dict[str, Callable[[Weights, int], nn.Module]] = {
    "linear_generator": _linear,
    "residual": _residual,
}
"""What the metadata of a safetensors file may name; widths and depths are those of the weights."""


def save_downsampler(module: nn.Module, architecture: str, scale: int, path: str | Path) -> None:
    """Writes a module of `ARCHITECTURES` as a file that `read_safetensors` reads back."""
    weights = {name: value.contiguous() for name, value in module.state_dict().items()}
    save_file(weights, path, metadata={ARCHITECTURE: architecture, SCALE: str(scale)})


def read_safetensors(content: bytes) -> nn.Module:
    """The module of a safetensors file's bytes; no code is in such a file.

    Its metadata name `architecture`, one of `ARCHITECTURES`, and `scale`. Raises ValueError for other content.
    """
    try:
        weights = load(content)
        start = int.from_bytes(content[:HEADER_LENGTH], "little") + HEADER_LENGTH
        metadata = json.loads(content[HEADER_LENGTH:start]).get("__metadata__", {})
    except Exception as error:  # safetensors' own error derives from Exception alone
        raise ValueError(f"not a safetensors file: {error}") from error
    name, scale = metadata.get(ARCHITECTURE), metadata.get(SCALE, "")
    if name not in ARCHITECTURES or scale not in map(str, range(1, 17)):
        raise ValueError(
            f"the metadata say {ARCHITECTURE} {name!r} and {SCALE} {scale!r}; expected one of "
            f"{', '.join(ARCHITECTURES)} and a whole number of 1..16: write it by `save_downsampler`"
        )
    return _filled(name, int(scale), weights)


def _check_shapes(asked: Weights, weights: Weights) -> None:
    """Raises ValueError where a network would not be filled by the weights exactly."""
    for key in sorted(asked.keys() | weights.keys()):
        ours, theirs = (
            tuple(each[key].shape) if key in each else None for each in (asked, weights)
        )
        if ours != theirs:
            raise ValueError(f"{key} is {theirs}, not {ours}")


def _filled(name: str, scale: int, weights: Weights) -> nn.Module:
    try:
        with torch.device("meta"):  # a width that is told by a small tensor may ask for any memory
            asked = ARCHITECTURES[name](weights, scale).state_dict()
        _check_shapes(asked, weights)
        module = ARCHITECTURES[name](weights, scale)
        module.load_state_dict(dict(weights))
    except (KeyError, ValueError, RuntimeError, IndexError, TypeError) as error:
        raise ValueError(f"the weights are not those of {name}: {error}") from error
    return module
