"""Where a network's answers lie: at one of the two HR images, at their mean, or elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from realsr.ganlab.two_modes.task import Scenes, to_lr
from realsr.ganlab.two_modes.training import LossWay, draw_noise
from realsr.models.noise_srvgg import NoiseSRVGG

SLACK = 0.02
"""How far outside two values still counts as between them."""


@dataclass(frozen=True)
class Measures:
    """Means over scenes and draws, on [0, 1]. to_*: root mean square distances.

    at_*: shares of answers within a quarter of the distance from one HR image to the other. squared_error,
    absolute_error: expected against an HR image that a coin picks. between: share of values that lie between
    those of the two HR images, to 0.02. lr_consistency: PSNR in dB, the answers degraded again against the LR.
    """

    to_mean: float
    to_first: float
    to_second: float
    at_mean: float
    at_first: float
    at_second: float
    squared_error: float
    absolute_error: float
    between: float
    lr_consistency: float


@torch.no_grad()
def answers(
    network: NoiseSRVGG, way: LossWay, scenes: Scenes, draws: int, generator: torch.Generator
) -> Tensor:
    """`draws b 3 24 24`: of a network without noise all draws are one."""
    count = len(scenes.lr)
    noises = (draw_noise(count, generator) if way.noise else None for _ in range(draws))
    return torch.stack([network(scenes.lr, noise) for noise in noises])


def measured(sr: Tensor, scenes: Scenes) -> Measures:
    """sr: answers to the scenes, `draws b 3 24 24`."""
    reach = _distance(scenes.first, scenes.second) / 4
    to_mean, to_first, to_second = (
        _distance(sr, place) for place in (scenes.mean, scenes.first, scenes.second)
    )
    low = torch.minimum(scenes.first, scenes.second) - SLACK
    high = torch.maximum(scenes.first, scenes.second) + SLACK
    consistency = (to_lr(sr.flatten(0, 1)) - scenes.lr.repeat(len(sr), 1, 1, 1)).square().mean()
    return Measures(
        to_mean=_mean(to_mean),
        to_first=_mean(to_first),
        to_second=_mean(to_second),
        at_mean=_mean((to_mean < reach).float()),
        at_first=_mean((to_first < reach).float()),
        at_second=_mean((to_second < reach).float()),
        squared_error=_mean((sr - scenes.first) ** 2 + (sr - scenes.second) ** 2) / 2,
        absolute_error=_mean((sr - scenes.first).abs() + (sr - scenes.second).abs()) / 2,
        between=_mean(((sr >= low) & (sr <= high)).float()),
        lr_consistency=float(-10 * torch.log10(consistency)),
    )


def _distance(first: Tensor, second: Tensor) -> Tensor:
    return (first - second).square().mean((-3, -2, -1)).sqrt()


def _mean(values: Tensor) -> float:
    return float(values.mean())
