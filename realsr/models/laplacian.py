"""The Laplacian pyramid of LapSRN and MS-LapSRN: every level adds a residual to an image twice as large."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Literal

from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from realsr.models.base import Arguments
from realsr.models.initialisation import he_
from realsr.models.layers import conv
from realsr.models.upsampling import bilinear_, steps_of, three_quarters, transposed


class LaplacianArguments(Arguments):
    """What both networks have in common."""

    scale: Literal[2, 3, 4, 8] = Field(
        description="HR side / LR side; 3 is the result of 4 shrunk by bicubic interpolation"
    )
    channels: int = Field(
        default=1, ge=1, description="channels of LR and SR; the paper's is the luma"
    )
    features: int = Field(default=64, ge=1, description="channels of the feature branch")
    kernel: Literal[3, 4] = Field(
        default=3,
        description="of the features' transposed convolution: 3 in the released code, 4 in the paper",
    )


class Level(nn.Module):
    """What leads from one level's features and image to the next one's."""

    def __init__(self, features: int, channels: int, kernel: int) -> None:
        super().__init__()
        self.enlarge_features = transposed(features, features, 2, kernel)
        self.residual = conv(features, channels)
        self.enlarge_image = transposed(channels, channels, 2, 4, bias=False)
        nn.init.kaiming_normal_(self.enlarge_features.weight)
        bilinear_(self.enlarge_image)
        he_(self.residual)

    def forward(self, features: Tensor, image: Tensor) -> tuple[Tensor, Tensor]:
        features = functional.leaky_relu(self.enlarge_features(features), 0.2)
        enlarged: Tensor = self.enlarge_image(image)
        return features, enlarged + self.residual(features)


class LaplacianPyramid(nn.Module, ABC):
    """`outputs` gives every level for deep supervision, `forward` the last one."""

    def __init__(self, arguments: LaplacianArguments) -> None:
        super().__init__()
        self.scale = arguments.scale
        self.levels = _levels(self.scale)
        self.scales = tuple(each for each in (2, 3, 4, 8) if _levels(each) <= self.levels)
        self.head = conv(arguments.channels, arguments.features)
        nn.init.normal_(self.head.weight, std=1e-3)

    @abstractmethod
    def embed(self, level: int, features: Tensor) -> Tensor:
        """The convolutions of a level, at that level's input size."""

    @abstractmethod
    def step(self, level: int) -> nn.Module:
        """The Level that ends a level: its own, or the shared one."""

    def outputs(self, lr: Tensor, scale: int | None = None) -> tuple[Tensor, ...]:
        """`b c h w` to images of 2, 4, ... times its size, the last of `scale` times.

        At x3 the last is that of x4, shrunk: the papers' x3 has no weights of its own. scale: a lower one than
        the network's, whose levels alone are then used; by default the network's. Raises ValueError for others.
        """
        scale = self.scale if scale is None else scale
        if scale not in self.scales:
            raise ValueError(f"scale {scale}: this network reaches {self.scales}")
        features, image = functional.leaky_relu(self.head(lr), 0.2), lr
        images = []
        for level in range(_levels(scale)):
            features, image = self.step(level)(self.embed(level, features), image)
            images.append(image)
        if scale == 3:
            images[-1] = three_quarters(image)
        return tuple(images)

    def forward(self, lr: Tensor, scale: int | None = None) -> Tensor:
        """`b c h w` to `b c scale*h scale*w`."""
        return self.outputs(lr, scale)[-1]


def _levels(scale: int) -> int:
    """Doublings on the way to a scale; 3 is reached by way of 4."""
    return len(steps_of(4 if scale == 3 else scale))
