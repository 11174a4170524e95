"""The betas that SEAL's strings leave open, estimated from its published pictures.

Where a kernel's beta is stated as b, the published code drew one between 1 and b for all pictures, without a
seed. The pictures tell which: with two independent makings x, y of a picture under a trial beta, the mean of
(o - x)(o - y) over the pixels of the published picture o is var(noise of o) + (bias of the making)^2, whatever
the noise of the makings. A square (o - x)^2 would add that noise, which a smoother kernel lowers, and
so would err to that end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

import degrade
from degrade import Pipeline
from realsr.interop.seal import open_betas, seal_pipeline
from realsr.interop.seal_strings import SealString

Values = npt.NDArray[np.float64]
TRIALS = 9
"""Betas that are tried, evenly over the range; a parabola through them has its lowest point in between."""
RESAMPLED = 2000


@dataclass(frozen=True)
class BetaEstimate:
    """Of a stage, by its label. low, high: the 95 % interval, by percentiles over resampled pictures. ends: of
    the range that the string leaves. pictures: how many were compared."""

    label: str
    beta: float
    low: float
    high: float
    ends: tuple[float, float]
    pictures: int

    def __str__(self) -> str:
        return (
            f"{self.label}: beta {self.beta:.3g}, 95 % interval {self.low:.3g} to {self.high:.3g}, of "
            f"{self.ends[0]:.3g} to {self.ends[1]:.3g}, by {self.pictures} pictures"
        )


def estimated_betas(
    string: SealString, pairs: Mapping[str, tuple[Tensor, Tensor]]
) -> list[BetaEstimate]:
    """Every beta that a string leaves open. pairs: HR `c h w` and the published LR by the picture's name.

    Of two open betas each is estimated with the other where it was found last, twice over.
    Raises PipelineError for a string that cannot be read.
    """
    ends = open_betas(string)
    at = {label: (low + high) / 2 for label, (low, high) in ends.items()}
    found: dict[str, BetaEstimate] = {}
    for label in [*ends] * (1 if len(ends) == 1 else 2):
        trials = np.linspace(*ends[label], TRIALS)
        costs = [_costs(seal_pipeline(string, at | {label: float(each)}), pairs) for each in trials]
        found[label] = estimate(label, trials, np.array(costs))
        at[label] = found[label].beta
    return list(found.values())


def estimate(label: str, trials: Values, costs: Values) -> BetaEstimate:
    """From the cost of each trial and picture (trials x pictures). The interval is over pictures."""
    pictures = costs.shape[1]
    generator = np.random.default_rng(0)
    drawn = generator.integers(0, pictures, (RESAMPLED, pictures))
    lowest = [_lowest(trials, costs[:, each].mean(axis=1)) for each in drawn]
    low, high = np.quantile(lowest, [0.025, 0.975])
    beta = _lowest(trials, costs.mean(axis=1))
    ends = (float(trials[0]), float(trials[-1]))
    return BetaEstimate(label, beta, float(low), float(high), ends, pictures)


def _lowest(trials: Values, costs: Values) -> float:
    """Where a parabola by least squares is lowest between the first trial and the last."""
    curve = np.polynomial.Polynomial.fit(trials, costs, 2)
    candidates = [trials[0], trials[-1]]
    inner = curve.deriv().roots()
    candidates += [root.real for root in inner if trials[0] < root.real < trials[-1]]
    return float(min(candidates, key=curve))


def _costs(pipeline: Pipeline, pairs: Mapping[str, tuple[Tensor, Tensor]]) -> list[float]:
    one, other = (_made(pipeline, pairs, seed) for seed in (0, 1))
    return [
        float(((shipped - a) * (shipped - b)).mean()) * 255**2
        for a, b, (_, shipped) in zip(one, other, pairs.values(), strict=True)
    ]


def _made(
    pipeline: Pipeline, pairs: Mapping[str, tuple[Tensor, Tensor]], seed: int
) -> Iterator[Tensor]:
    traces = degrade.draw(pipeline, degrade.keys(seed, list(pairs)))
    made: Sequence[Tensor] = degrade.apply(traces, [hr for hr, _ in pairs.values()])
    return (each.to(torch.float64) for each in made)
