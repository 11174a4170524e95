"""An autoencoder whose bottleneck is an image of the LR's size: what an LR can hold of an HR, decoded."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from degrade.reader.records import Strict
from realsr.models.checkpoints import load_weights, read_checkpoint
from realsr.models.errors import ModelError
from realsr.models.layers import conv
from realsr.models.upsampling import enlarge


class AutoencoderArguments(Strict):
    """scale: HR side / bottleneck's side."""

    scale: int = Field(ge=1)
    channels: int = Field(default=3, ge=1)
    features: int = Field(default=32, ge=1, description="channels of both bodies")
    blocks: int = Field(default=4, ge=1, description="residual blocks of each")


class Autoencoder(nn.Module):
    """After AESOP's (Lee et al., CVPR 2025): encoder at LR size, a bottleneck of as many channels as the image,
    and a decoder that is a small SR network. Theirs are of RRDB blocks; these of plain residual ones.
    """

    def __init__(self, arguments: AutoencoderArguments) -> None:
        super().__init__()
        channels, features = arguments.channels, arguments.features
        self.scale, area = arguments.scale, arguments.scale**2
        blocks = arguments.blocks
        self.encoder = nn.Sequential(
            nn.PixelUnshuffle(self.scale),
            conv(channels * area, features),
            *(_Block(features) for _ in range(blocks)),
            conv(features, channels),
        )
        self.decoder = nn.Sequential(
            conv(channels, features),
            *(_Block(features) for _ in range(blocks)),
            conv(features, channels * area),
            nn.PixelShuffle(self.scale),
        )

    def forward(self, images: Tensor) -> Tensor:
        """`b c H W` to what is left of it, of the same shape; H and W are multiples of the scale."""
        small = functional.avg_pool2d(images, self.scale) + self.encoder(images)
        decoded: Tensor = self.decoder(small)
        return enlarge(small, self.scale) + decoded


class _Block(nn.Module):
    def __init__(self, features: int) -> None:
        super().__init__()
        self.first, self.second = conv(features, features), conv(features, features)

    def forward(self, x: Tensor) -> Tensor:
        inner: Tensor = self.second(functional.relu(self.first(x)))
        return x + inner


def autoencoder_of(path: Path) -> Autoencoder:
    """A trained autoencoder from its weights, which say what it is. Raises ModelError for other weights."""
    state = read_checkpoint(path)
    first, last = state.get("encoder.1.weight"), state.get("decoder.0.weight")
    if (
        not isinstance(first, Tensor)
        or not isinstance(last, Tensor)
        or {first.ndim, last.ndim} != {4}
    ):
        raise ModelError(
            f"{path}: weights of no autoencoder; expected autoencoder.safetensors of a training"
        )
    channels, blocks = last.shape[1], sum(name.endswith("first.weight") for name in state) // 2
    scale = round((first.shape[1] / max(channels, 1)) ** 0.5)
    if channels * scale**2 != first.shape[1] or not blocks:
        raise ModelError(
            f"{path}: weights of no autoencoder, whose scale and blocks would be whole"
        )
    told = AutoencoderArguments(
        scale=scale, channels=channels, features=first.shape[0], blocks=blocks
    )
    network = Autoencoder(told)
    load_weights(network, state)
    return network
