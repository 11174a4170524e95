"""What a discriminator sees of its images: views that are drawn anew at every step (DiffAugment).

The discriminator meets no image twice, so it cannot learn its training images by heart. Every view passes
gradients, which lets the generator's step go through it too. Real, generated and LR images of one sample are
moved, cut and coloured alike: features stay comparable, and an image keeps agreeing with its LR. That is why
all places lie on the LR's grid; whole LR pixels also leave the phase of a checkerboard as it is.

Zhao et al., Differentiable Augmentation for Data-Efficient GAN Training, NeurIPS 2020.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from realsr.losses.wavelets import detail
from realsr.training.config import ViewConfig
from realsr.training.config_remedies import BandsConfig

View = Callable[[Tensor], Tensor]
"""Images b c h w of either size to what is seen of them, of the same shape."""


@dataclass(frozen=True)
class DrawnView:
    """One draw a sample. grid: height and width of the LR. shift: b 2, down and right. corner: b 2, of the
    square `hole` that is blotted out, possibly beyond the border. tone: b 3, of brightness, saturation and
    contrast, None where they stay. Lengths are in LR pixels.
    """

    grid: tuple[int, int]
    shift: Tensor
    corner: Tensor
    hole: int
    tone: Tensor | None

    def __call__(self, images: Tensor) -> Tensor:
        unit = images.shape[-2] // self.grid[0]
        seen = images if self.tone is None else toned(images, self.tone)
        return blotted(moved(seen, self.shift * unit), self.corner * unit, self.hole * unit)


def drawn_view(config: ViewConfig | None, lr: Tensor, share: float | None = None) -> View:
    """A view of one batch, by torch's global generator; without a configuration the images as they are.

    share: the probability of each kind of change, for each sample; None makes all of them.
    """
    if config is None:
        return _as_it_is
    count, (height, width), device = len(lr), lr.shape[-2:], lr.device
    sides = torch.tensor([height, width], device=device)
    reach = (config.translation * sides).round()
    shift = torch.floor(torch.rand(count, 2, device=device) * (2 * reach + 1)) - reach
    hole = round(config.cutout * min(height, width))
    centre = torch.floor(torch.rand(count, 2, device=device) * sides)
    tone = config.colour * (2 * torch.rand(count, 3, device=device) - 1) if config.colour else None
    corner = centre.long() - hole // 2
    if share is not None:
        made = torch.rand(count, 3, device=device) < share
        shift = shift * made[:, :1]
        corner = torch.where(made[:, 1:2], corner, -hole)  # which lies beyond the border
        tone = None if tone is None else tone * made[:, 2:]
    return DrawnView((height, width), shift.long(), corner, hole, tone)


def _as_it_is(images: Tensor) -> Tensor:
    return images


def bands_of(config: BandsConfig | None, images: Tensor) -> Tensor:
    """What a discriminator that judges details alone sees of images b c H W."""
    return images if config is None else detail(images, config.levels)


def moved(images: Tensor, shift: Tensor) -> Tensor:
    """Each image moved down and right by whole pixels (b 2), black where nothing came from."""
    rows, columns = _places(images, -shift)
    height, width = images.shape[-2:]
    inside = _product(_between(rows, 0, height), _between(columns, 0, width))
    samples = torch.arange(len(images), device=images.device)[:, None, None]
    row, column = rows.clamp(0, height - 1)[:, :, None], columns.clamp(0, width - 1)[:, None, :]
    return images[samples, :, row, column].movedim(-1, 1) * inside


def blotted(images: Tensor, corner: Tensor, side: int) -> Tensor:
    """Black in a square of each image that begins at a corner (b 2)."""
    rows, columns = _places(images, -corner)
    hole = _product(_between(rows, 0, side), _between(columns, 0, side))
    return images * ~hole


def toned(images: Tensor, tone: Tensor) -> Tensor:
    """Brightness by tone / 2; distances from the grey by 1 + tone; from the mean by 1 + tone / 2."""
    brightness, saturation, contrast = tone.view(-1, 3, 1, 1, 1).unbind(1)
    images = images + 0.5 * brightness
    grey = images.mean(dim=1, keepdim=True)
    images = grey + (1 + saturation) * (images - grey)
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    return mean + (1 + 0.5 * contrast) * (images - mean)


def _places(images: Tensor, offset: Tensor) -> tuple[Tensor, Tensor]:
    """Row numbers (b h) and column numbers (b w), each sample's from its own offset on."""
    height, width = (torch.arange(side, device=images.device) for side in images.shape[-2:])
    return height + offset[:, :1], width + offset[:, 1:]


def _between(numbers: Tensor, low: int, high: int) -> Tensor:
    return (numbers >= low) & (numbers < high)


def _product(rows: Tensor, columns: Tensor) -> Tensor:
    """b h and b w to b 1 h w."""
    return rows[:, None, :, None] & columns[:, None, None, :]
