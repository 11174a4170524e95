"""What a discriminator is: logits of images, and on request what it computed on the way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import NamedTuple, Protocol, runtime_checkable

import torch
from pydantic import Field
from torch import Tensor, nn

from degrade.reader.records import Strict
from realsr.models.upsampling import enlarge


class DiscriminatorArguments(Strict):
    """Base of a discriminator's arguments: frozen, unknown names refused."""

    channels: int = Field(default=3, ge=1, description="channels of the judged images")
    lr_scale: int | None = Field(
        default=None, ge=1, description="HR side / LR side, to judge an image together with its LR"
    )

    @property
    def inputs(self) -> int:
        """Channels that the first convolution sees."""
        return self.channels if self.lr_scale is None else 2 * self.channels


class Judged(NamedTuple):
    """logits: real is positive, no sigmoid taken. features: activations, first layer first."""

    logits: Tensor
    features: tuple[Tensor, ...]


@runtime_checkable
class TellsClasses(Protocol):
    """A discriminator with a second head, which says what an image shows."""

    classes: int

    def classes_of(self, judged: Judged) -> Tensor:
        """`b classes`: logits of the classes of images that were judged."""
        ...


class Discriminator(nn.Module, ABC):
    """Images `b c h w` in [0, 1] to logits: `b 1`, or a map `b 1 h' w'` where patches or pixels are judged.

    With lr_scale the LR is enlarged by bicubic interpolation and joined to the image's channels, so that an
    image can be real and still wrong for its LR.
    """

    def __init__(self, arguments: DiscriminatorArguments) -> None:
        super().__init__()
        self.lr_scale = arguments.lr_scale

    @abstractmethod
    def judge_joined(self, x: Tensor) -> Judged:
        """The judgement of images whose LR, if any, has been joined."""

    def judge(self, images: Tensor, lr: Tensor | None = None) -> Judged:
        """Logits with the features that a feature-matching loss compares."""
        return self.judge_joined(self._joined(images, lr))

    def forward(self, images: Tensor, lr: Tensor | None = None) -> Tensor:
        """Logits alone."""
        return self.judge(images, lr).logits

    def _joined(self, images: Tensor, lr: Tensor | None) -> Tensor:
        if self.lr_scale is None:
            return images
        if lr is None:
            raise ValueError(
                f"this discriminator judges an image together with its LR (lr_scale {self.lr_scale}): "
                "call it as discriminator(images, lr)"
            )
        enlarged = enlarge(lr, self.lr_scale)
        if enlarged.shape != images.shape:
            raise ValueError(
                f"images {tuple(images.shape)} and LR {tuple(lr.shape)} do not agree at "
                f"lr_scale {self.lr_scale}"
            )
        return torch.cat([images, enlarged], dim=1)


def walk(blocks: Iterable[nn.Module], x: Tensor) -> tuple[Tensor, ...]:
    """What every block of a chain gives, in order."""
    seen = []
    for block in blocks:
        x = block(x)
        seen.append(x)
    return tuple(seen)
