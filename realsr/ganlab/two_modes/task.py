"""A made task in which every LR has exactly two HR images, equally likely.

A scene is a smooth coloured background with stripes on it that lean to the right (first) or to the left
(second). The LR is the mean of every 4 x 4 pixels, over which either stripes are zero: it tells the background,
and of the stripes nothing. So the posterior is known: half on each, and no network can know better.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

SCALE = 4
LR_SIDE = 6
SIDE = SCALE * LR_SIDE
WAVES = 3
"""Cosines along each side that a background is made of."""
CONTRAST = 0.3
"""Of the stripes: they are this much above and below the background, which stays in [0.3, 0.7]."""


@dataclass(frozen=True)
class Scenes:
    """lr: b 3 6 6, and the two HR images that have it: each b 3 24 24; all in [0, 1]."""

    lr: Tensor
    first: Tensor
    second: Tensor

    @property
    def mean(self) -> Tensor:
        """What the least squared error asks for."""
        return (self.first + self.second) / 2

    def either(self, generator: torch.Generator) -> Tensor:
        """One of the two HR images of every scene, by coins."""
        return torch.where(coins(len(self.lr), generator), self.first, self.second)


def coins(count: int, generator: torch.Generator) -> Tensor:
    """`count 1 1 1` booleans: half of them true (of an odd count one less), in an order that is drawn.

    Balanced, because a run of one side in small batches is enough to tip a GAN over to that side for good.
    """
    return (torch.randperm(count, generator=generator) % 2 == 1).reshape(-1, 1, 1, 1)


def to_lr(images: Tensor) -> Tensor:
    """The degradation: the mean of every 4 x 4 pixels."""
    return functional.avg_pool2d(images, SCALE)


def draw_scenes(count: int, generator: torch.Generator) -> Scenes:
    """`count` scenes from the caller's generator."""
    background = _backgrounds(count, generator)
    first, second = (background + CONTRAST * stripes(lean) for lean in (1, -1))
    return Scenes(to_lr(background), first, second)


def stripes(lean: int) -> Tensor:
    """24 x 24 of -1 and 1: diagonals of period 4. lean: 1 to the right, -1 to the left."""
    y, x = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    return torch.where((x + lean * y) % 4 < 2, 1.0, -1.0)


def _backgrounds(count: int, generator: torch.Generator) -> Tensor:
    """b 3 24 24, within 0.2 of the middle: so few slow waves that the LR tells them exactly."""
    shares = torch.randn(count, 3, WAVES, WAVES, generator=generator)
    shares = 0.2 * shares / shares.abs().sum((-2, -1), keepdim=True)
    return 0.5 + torch.einsum("bcuv,uy,vx->bcyx", shares, _waves(), _waves())


def _waves() -> Tensor:
    places = (torch.arange(SIDE) + 0.5) / SIDE
    return torch.stack([torch.cos(math.pi * wave * places) for wave in range(WAVES)])
