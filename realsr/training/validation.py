"""Validation per degradation: whole photographs through several named pipelines, with a line for bicubic.

Draws are frozen: whatever the training's seed and step, a set's LR images are always the same, so that a change
of the numbers is a change of the network.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

import degrade
from degrade import Key
from degrade.errors import PipelineError
from degrade.functional.color import studio_luma
from degrade.geometry import Size
from realsr.conditions.network import class_maps
from realsr.images.crops import Cut
from realsr.images.reading import Reading, opened
from realsr.images.sources import Source, discover
from realsr.metrics.fidelity import psnr
from realsr.metrics.ssim import ssim
from realsr.models.upsampling import enlarge
from realsr.training.config import TrainingConfig
from realsr.training.config_data import SetConfig
from realsr.training.errors import TrainingError
from realsr.training.fidelity import comparable
from realsr.training.holding import held_out
from realsr.training.samples import checked_labels, image_of, labels_for, with_maps

FROZEN_SEED = 0

Enlarge = Callable[..., Tensor]
"""LR `1 c h w` to SR, in the colour that a network sees; with `maps` where it is told classes."""


@dataclass(frozen=True)
class SetScores:
    """Means over a set: of the images' PSNR in dB, and of their SSIM."""

    psnr: float
    ssim: float


class ValidationSet:
    """A set, its LR images made at the first use and kept, beside HR in bytes, on the CPU."""

    def __init__(self, config: SetConfig, training: TrainingConfig) -> None:
        self.name, self.training = config.name, training
        self.held_out = config.held_out is not None
        self.scale = training.model.scale
        try:
            self.pipeline = degrade.load_pipeline(
                config.pipeline, self.scale, training.own.operators
            )
        except PipelineError as error:
            raise TrainingError(f"validation set {config.name}: {error}") from error
        given = held_out(config, training) if self.held_out else discover(config.hr).sources
        self.sources = given[: config.limit]
        if not self.sources:
            raise TrainingError(f"validation set {config.name}: no images in {config.hr[0]}")
        border = training.validation.border
        self.border = self.scale if border is None else border
        self.pairs: list[tuple[Tensor, Tensor]] = []
        self.labels = labels_for(training, training.data.maps if self.held_out else config.maps)
        self._check_labels()

    @property
    def learned(self) -> list[Source]:
        """Every file that scores depend on, each under a name of its own."""
        return with_maps(self.sources, self.labels)

    def _check_labels(self) -> None:
        if self.labels is None:
            return
        for source in self.sources:
            with opened(source.path, Reading()) as image:
                checked_labels(self.labels, source.id, image.size, self.training)

    def bicubic(self) -> SetScores:
        """Of bicubic enlargement, in colour, whatever the network sees."""
        return self._scores(lambda lr, **_: enlarge(lr, self.scale), luma_alone=False)

    def scores(self, network: Enlarge) -> SetScores:
        """Of a network."""
        return self._scores(network, luma_alone=self.training.seen == "y")

    @torch.no_grad()
    def _scores(self, network: Enlarge, *, luma_alone: bool) -> SetScores:
        found = []
        for (hr, lr), source in zip(self.pairs_of(), self.sources, strict=True):
            told = self.told(source, Size(*hr.shape[-2:]))
            sr = network(studio_luma(lr) if luma_alone else lr, **told).cpu()
            ours, theirs = comparable(sr, self.border), comparable(hr, self.border)
            found.append((psnr(ours, theirs), ssim(ours, theirs)))
        return SetScores(*(sum(column) / len(found) for column in zip(*found, strict=True)))

    def told(self, source: Source, size: Size) -> dict[str, Tensor]:
        """The maps of a photograph that was cut to a size, right and bottom."""
        if self.labels is None:
            return {}
        with opened(source.path, Reading()) as image:
            whole = self.labels.labels(source.id, image.size)
        labels = torch.from_numpy(whole[: size.height, : size.width, 0])[None]
        return {"maps": class_maps(labels, self.labels.classes)}

    def pairs_of(self, most: int | None = None) -> list[tuple[Tensor, Tensor]]:
        """The first so many pairs of the set, `1 3 H W` and `1 3 h w`."""
        if not self.pairs:
            self.pairs = [self._pair(source) for source in self.sources]
        return [(hr / 255, lr) for hr, lr in self.pairs[:most]]

    def _pair(self, source: Source) -> tuple[Tensor, Tensor]:
        traces = degrade.draw(self.pipeline, [Key(FROZEN_SEED, source.id, 0)])
        own = self.pipeline.own_operators
        hr = degrade.apply_hr(traces, photograph(source, self.scale), rows=own)
        return hr.mul(255).round().byte(), degrade.apply_lr(traces, hr, rows=own)


def photograph(source: Source, scale: int) -> Tensor:
    """A whole photograph as RGB `1 3 h w`, cut right and bottom to a multiple of the scale."""
    with opened(source.path, Reading()) as image:
        pixels = image.pixels()
    return image_of(Cut(scale, None).whole(Size(*pixels.shape[:2])).of(pixels))[None]
