"""Samples of one picture, and their scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean

import numpy as np
import torch
from torch import Tensor

from realsr.conditions.pictures import DrawnNoise
from realsr.ganlab.degraded import DegradedImage, as_picture, psnr
from realsr.inference.upscaler import Upscaler
from realsr.metrics.samples import (
    crps,
    diversity_score,
    error_maps,
    posterior_mean_gain,
    rank_histogram,
    spread,
    unevenness,
)

SCORES = {
    "diversity": "NTIRE 2021, but of squared errors in place of LPIPS; 0 of equal samples, 100 at most",
    "spread": "standard deviation of the samples, root mean square over values, in grey levels of 255",
    "crps": "continuous ranked probability score, the fair form, in grey levels; lower is better",
    "gain": "dB by which the samples' mean is nearer to HR than the samples are",
    "unevenness": "share of HR values that would have to move for the rank histogram to be flat",
    "psnr": "of the samples, dB, RGB, mean of them",
    "plain_psnr": "of the answer at z = 0",
    "lr_consistency": "of the samples, by the degradation that made the LR, dB, mean of them",
    "worst_consistency": "of the sample that has the least",
    "plain_consistency": "of the answer at z = 0",
}
DIGITS = {"unevenness": 3}
"""After the point; 2 of the others."""


@dataclass(frozen=True)
class SampleScores:
    """Of one picture. source: its id. count: K. ranks: shares of HR values, K + 1. The rest: see `SCORES`."""

    source: str
    count: int
    ranks: tuple[float, ...]
    diversity: float
    spread: float
    crps: float
    gain: float
    unevenness: float
    psnr: float
    plain_psnr: float
    lr_consistency: float
    worst_consistency: float
    plain_consistency: float

    def as_data(self) -> dict[str, object]:
        """For JSON, which has no word for infinity."""
        return {
            name: None if isinstance(value, float) and not np.isfinite(value) else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True)
class SampleAnswers:
    """What a network makes of one LR. drawn: K 3 H W, plain: 1 3 H W at z = 0; in [0, 1]."""

    drawn: Tensor
    plain: Tensor


def answered(
    upscaler: Upscaler, channels: int, source: str, lr: Tensor, count: int
) -> SampleAnswers:
    """`count` answers to an LR `1 3 h w`, those of `realsr upscale --samples`. channels: of its z."""
    rows, columns = (range(side) for side in lr.shape[-2:])
    drawn = [
        upscaler.told(DrawnNoise(source, number, channels).at(rows, columns))(lr)
        for number in range(1, count + 1)
    ]
    return SampleAnswers(torch.cat(drawn).clamp(0, 1), upscaler(lr).clamp(0, 1))


def scored(source: str, case: DegradedImage, answers: SampleAnswers) -> SampleScores:
    """The scores of one picture's answers."""
    hr = 255.0 * as_picture(case.pair.hr[0])
    samples = 255.0 * np.stack([as_picture(one) for one in answers.drawn])
    ranks = rank_histogram(samples, hr)
    consistencies = [case.consistency(one[None]) for one in answers.drawn]
    return SampleScores(
        source=source,
        count=len(samples),
        ranks=tuple(map(float, ranks)),
        diversity=diversity_score(error_maps(samples, hr)),
        spread=float(np.sqrt((spread(samples) ** 2).mean())),
        crps=crps(samples, hr),
        gain=posterior_mean_gain(samples, hr),
        unevenness=unevenness(ranks),
        psnr=fmean(psnr(one[None], case.pair.hr) for one in answers.drawn),
        plain_psnr=psnr(answers.plain, case.pair.hr),
        lr_consistency=fmean(consistencies),
        worst_consistency=min(consistencies),
        plain_consistency=case.consistency(answers.plain),
    )


def means(scores: Sequence[SampleScores]) -> dict[str, float]:
    """Of every score over the pictures."""
    return {name: fmean(getattr(one, name) for one in scores) for name in SCORES}


def mean_ranks(scores: Sequence[SampleScores]) -> list[float]:
    """The rank histogram of all pictures, each counting alike."""
    return [fmean(column) for column in zip(*(one.ranks for one in scores), strict=True)]
