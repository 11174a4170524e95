"""The curve: both ends and the networks between them; beside it, mixtures of the two ends' images."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Literal

import torch
from torch import Tensor, nn

from realsr.ganlab.degraded import DegradedImage
from realsr.ganlab.interpolation.measures import high_band_energy, luma_psnr
from realsr.inference.mixing import mixed
from realsr.models.checkpoints import load_weights

ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0)

Mixed = Literal["weights", "images"]


@dataclass(frozen=True)
class Point:
    """Means over the images. mixed: what was interpolated. alpha: the GAN's share. See measures.CONVENTIONS."""

    mixed: Mixed
    alpha: float
    psnr: float
    lr_consistency: float
    high_band_energy: float


@torch.no_grad()
def curve(
    network: nn.Module,
    content: Mapping[str, Tensor],
    gan: Mapping[str, Tensor],
    tests: Sequence[DegradedImage],
    alphas: Sequence[float] = ALPHAS,
) -> list[Point]:
    """A point for every alpha by weights, then by images. network: says the architecture, and is not changed.

    Raises InferenceError where the states differ, ModelError where they do not fit the network.
    """
    ends = _answers(network, content, tests), _answers(network, gan, tests)
    by_weights = [
        _point("weights", alpha, _answers(network, mixed(content, gan, alpha), tests), tests)
        for alpha in alphas
    ]
    by_images = [_point("images", alpha, _mixtures(*ends, alpha), tests) for alpha in alphas]
    return by_weights + by_images


def as_rows(points: Sequence[Point]) -> list[dict[str, float | str | None]]:
    """Points as plain data; None for the infinite PSNR of equal images, which JSON has no word for."""
    return [
        {name: None if value == math.inf else value for name, value in asdict(point).items()}
        for point in points
    ]


def _answers(
    network: nn.Module, state: Mapping[str, Tensor], tests: Sequence[DegradedImage]
) -> list[Tensor]:
    loaded = copy.deepcopy(network).eval()
    load_weights(loaded, state)
    return [loaded(case.pair.lr) for case in tests]


def _mixtures(first: Sequence[Tensor], second: Sequence[Tensor], alpha: float) -> list[Tensor]:
    return [torch.lerp(*pair, alpha) for pair in zip(first, second, strict=True)]


def _point(
    mixed: Mixed, alpha: float, answers: Sequence[Tensor], tests: Sequence[DegradedImage]
) -> Point:
    columns = zip(*_measured(answers, tests), strict=True)
    return Point(mixed, alpha, *(fmean(column) for column in columns))


def _measured(
    answers: Sequence[Tensor], tests: Sequence[DegradedImage]
) -> Iterator[tuple[float, float, float]]:
    for case, sr in zip(tests, answers, strict=True):
        yield (
            luma_psnr(sr[0], case.pair.hr[0], border=case.trace.scale),
            case.consistency(sr),
            high_band_energy(sr[0], case.pair.hr[0]),
        )
