"""What tests of drawn values share: many traces of a named pipeline, its steps by label, and statistical assertions.

Shares are held to four standard errors, continuous fields to Kolmogorov-Smirnov, whole numbers to chi-square.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from scipy import stats

import degrade
from degrade.trace import Scalar, Step, Trace

COUNT = 4000
P = 1e-3
FOLDER = Path(__file__).parents[2] / "pipelines"


def pipeline(name: str, scale: int | None = None) -> degrade.Pipeline:
    return degrade.load_pipeline(FOLDER / f"{name}.yaml", scale)


@cache
def drawn(name: str) -> list[Trace]:
    """COUNT traces at the pipeline's own scale, or 4."""
    return degrade.draw(pipeline(name), degrade.keys(0, (f"photo{i}" for i in range(COUNT))))


@cache
def steps(name: str) -> dict[str, list[Step]]:
    """The steps of all traces by label."""
    found: dict[str, list[Step]] = {}
    for trace in drawn(name):
        for step in trace.lr:
            found.setdefault(step.label, []).append(step)
    return found


def count(name: str, *labels: str) -> int:
    return sum(len(steps(name).get(label, [])) for label in labels)


def values(name: str, label: str, of: str) -> list[Scalar]:
    """A field's values over all traces that have the step."""
    return [step.values[of] for step in steps(name)[label]]


def array(name: str, label: str, of: str) -> np.ndarray:
    return np.array(values(name, label, of))


def assert_share(hits: int, of: int, probability: float) -> None:
    error = math.sqrt(probability * (1 - probability) / of)
    assert abs(hits / of - probability) <= 4 * error, (hits / of, probability, error)


def assert_uniform(sample: Sequence[float] | np.ndarray, low: float, high: float) -> None:
    """Uniform on [low, high]; both ends approached as closely as that many draws should."""
    assert min(sample) >= low
    assert max(sample) <= high
    slack = 12 * (high - low) / len(sample)
    assert min(sample) - low < slack
    assert high - max(sample) < slack
    assert stats.kstest(sample, stats.uniform(low, high - low).cdf).pvalue > P


def assert_even(sample: Iterable[object], support: Sequence[object]) -> None:
    found = list(sample)
    counts = [found.count(value) for value in support]
    assert sum(counts) == len(found), "a value outside the support"
    assert stats.chisquare(counts).pvalue > P
