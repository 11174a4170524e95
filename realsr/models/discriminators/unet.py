"""Real-ESRGAN's discriminator: a U-Net with spectral norm that judges every pixel."""

from __future__ import annotations

from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from realsr.models.discriminators.base import Discriminator, DiscriminatorArguments, Judged


class UNetArguments(DiscriminatorArguments):
    """Width, and whether decoder and encoder are joined."""

    features: int = Field(default=64, ge=1, description="channels at full size")
    skips: bool = Field(default=True, description="add the encoder's features to the decoder's")


class UNetSN(Discriminator):
    """Wang et al., Real-ESRGAN, ICCVW 2021: `b 1 h w`.

    Layers are named as in BasicSR, whose weights `load_weights` reads. Sizes that 8 does not divide are taken:
    the decoder enlarges to the size of the encoder's features.
    """

    def __init__(self, arguments: UNetArguments) -> None:
        super().__init__(arguments)
        width = arguments.features
        self.skips = arguments.skips
        self.conv0 = nn.Conv2d(arguments.inputs, width, 3, padding=1)
        self.conv1 = _down(width)
        self.conv2 = _down(2 * width)
        self.conv3 = _down(4 * width)
        self.conv4 = _same(8 * width, 4 * width)
        self.conv5 = _same(4 * width, 2 * width)
        self.conv6 = _same(2 * width, width)
        self.conv7 = _same(width, width)
        self.conv8 = _same(width, width)
        self.conv9 = nn.Conv2d(width, 1, 3, padding=1)

    def judge_joined(self, x: Tensor) -> Judged:
        features = [_active(self.conv0(x))]
        for layer in (self.conv1, self.conv2, self.conv3):
            features.append(_active(layer(features[-1])))
        encoded = features[:3]
        for layer, beside in zip((self.conv4, self.conv5, self.conv6), encoded[::-1], strict=True):
            features.append(self._decoded(layer, features[-1], beside))
        for layer in (self.conv7, self.conv8):
            features.append(_active(layer(features[-1])))
        return Judged(self.conv9(features[-1]), tuple(features))

    def _decoded(self, layer: nn.Module, x: Tensor, beside: Tensor) -> Tensor:
        enlarged = functional.interpolate(x, size=beside.shape[-2:], mode="bilinear")
        decoded = _active(layer(enlarged))
        return decoded + beside if self.skips else decoded


def _down(width: int) -> nn.Module:
    return spectral_norm(nn.Conv2d(width, 2 * width, 4, stride=2, padding=1, bias=False))


def _same(inputs: int, outputs: int) -> nn.Module:
    return spectral_norm(nn.Conv2d(inputs, outputs, 3, padding=1, bias=False))


def _active(x: Tensor) -> Tensor:
    return functional.leaky_relu(x, 0.2)
