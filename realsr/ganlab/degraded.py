"""Photographs with their LRs and the traces that made them: what networks are compared on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

import degrade
from degrade import Pair, Pipeline, Trace
from realsr.images.crops import Cut
from realsr.images.pixels import to_float
from realsr.images.reading import Reading, opened
from realsr.images.sources import Source
from realsr.metrics import fidelity
from realsr.metrics.convention import Convention
from realsr.metrics.planes import Picture, planes

LR_CONSISTENCY = (
    "PSNR in dB of the SR degraded as the HR was against the LR, RGB, not rounded, no border"
)


@dataclass(frozen=True)
class DegradedImage:
    """One image: its pair `1 c h w`, and how its LR was made."""

    pair: Pair
    trace: Trace

    def consistency(self, sr: Tensor) -> float:
        """LR-consistency of an SR `1 c h w` in dB, by the very steps that made the LR, its noise among them."""
        again = degrade.apply_lr([self.trace], sr.clamp(0, 1), threads=1)
        return psnr(again, self.pair.lr)


def cases(images: Mapping[str, Tensor], pipeline: Pipeline, seed: int = 0) -> list[DegradedImage]:
    """Pairs of HR images `c h w` in [0, 1] by their source ids; sides are multiples of the pipeline's scale."""
    traces = degrade.draw(pipeline, degrade.keys(seed=seed, sources=list(images), variant=0))
    return [_case(trace, hr[None]) for trace, hr in zip(traces, images.values(), strict=True)]


def hr_image(source: Source, scale: int, side: int = 0) -> Tensor:
    """A photograph as `3 h w` in [0, 1], cut to whole LR pixels. Raises SourceError.

    side: the middle of so many pixels is taken, 0 for all of it.
    """
    with opened(source.path, Reading()) as image:
        cut = Cut(scale, None)
        cut.check(image.size)
        box = cut.whole(image.size)
        pixels = image.pixels()[: box.height, : box.width]
    hr = to_float(pixels, torch.device("cpu"))
    hr = hr.expand(3, -1, -1)
    return (middle(hr, max(scale, side // scale * scale)) if side else hr).contiguous()


def middle(image: Tensor, side: int) -> Tensor:
    """The middle `side x side` of `... h w`, or less where it has less."""
    top, left = (max(0, (length - side) // 2) for length in image.shape[-2:])
    return image[..., top : top + side, left : left + side]


def psnr(first: Tensor, second: Tensor) -> float:
    """dB of two images `1 c h w` on [0, 1]; infinite for equal ones."""
    return fidelity.psnr(*(planes(as_picture(image[0]), Convention()) for image in (first, second)))


def as_picture(image: Tensor) -> Picture:
    """`c h w` as the array that metrics take."""
    return np.ascontiguousarray(image.permute(1, 2, 0).double().numpy())


def _case(trace: Trace, source: Tensor) -> DegradedImage:
    hr = degrade.apply_hr([trace], source, threads=1)
    return DegradedImage(Pair(hr, degrade.apply_lr([trace], hr, threads=1)), trace)
