"""Scores of several answers: by hand, by straight lines of Python, and by law."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from realsr.metrics.errors import MetricError
from realsr.metrics.samples import (
    crps,
    diversity_score,
    error_maps,
    expected_gain,
    posterior_mean_gain,
    rank_histogram,
    spread,
    unevenness,
)

values = st.integers(0, 5).map(float)  # few values, so that there are ties


def drawn(count: int = 3):
    return arrays(np.float64, (count, 2, 3, 1), elements=values)


hrs = arrays(np.float64, (2, 3, 1), elements=values)


def test_diversity_by_hand() -> None:
    maps = np.array([[[0.0, 4.0]], [[2.0, 0.0]]])
    # Means 2 and 1, least of each pixel 0: all of the best sample's error could be chosen away.
    assert diversity_score(maps) == 100.0
    maps = np.array([[[1.0, 4.0]], [[3.0, 1.0]]])
    assert diversity_score(maps) == pytest.approx(100 * (2.0 - 1.0) / 2.0)


def test_two_half_perfect_samples_are_all_there_is() -> None:
    hr = np.random.default_rng(0).uniform(0, 255, (8, 8, 3))
    left, right = hr.copy(), hr.copy()
    left[:, :4] += 20.0
    right[:, 4:] -= 20.0
    samples = np.stack([left, right])
    assert diversity_score(error_maps(samples, hr, window=0)) == pytest.approx(100.0)
    assert diversity_score(error_maps(samples[:1], hr)) == 0.0


@given(hrs, drawn(1), st.integers(1, 5))
def test_equal_samples_have_no_distribution(hr, sample, count) -> None:
    samples = np.repeat(sample, count, axis=0)
    assert diversity_score(error_maps(samples, hr)) == 0.0
    assert not spread(samples).any()
    assert posterior_mean_gain(samples, hr) == pytest.approx(0.0, abs=1e-12)
    assert crps(samples, hr) == pytest.approx(float(np.abs(sample - hr).mean()))


@given(arrays(np.float64, (4, 3, 2), elements=st.floats(0, 10)))
def test_diversity_lies_in_its_range_and_a_worse_sample_changes_nothing(maps) -> None:
    score = diversity_score(maps)
    assert 0.0 <= score <= 100.0
    worse = np.concatenate([maps, maps.max(axis=0, keepdims=True) + 1.0])
    assert diversity_score(worse) == pytest.approx(score)
    assert diversity_score(maps[::-1]) == pytest.approx(score)
    # Straight on: of lists, one place after the other.
    rows = [one.ravel().tolist() for one in maps]
    best = min(sum(row) / len(row) for row in rows)
    local = sum(min(column) for column in zip(*rows, strict=True)) / len(rows[0])
    assert score == pytest.approx(100 * (best - local) / best if best else 0.0, abs=1e-6)


def test_errors_of_a_place() -> None:
    hr = np.zeros((9, 9, 2))
    samples = np.zeros((1, 9, 9, 2))
    samples[0, 4, 4] = (3.0, 1.0)
    assert error_maps(samples, hr, window=0)[0, 4, 4] == 5.0
    near = error_maps(samples, hr, window=1.0)
    assert 0 < near[0, 4, 5] < near[0, 4, 4] < 5.0
    assert near.sum() == pytest.approx(5.0, rel=1e-3)


@given(drawn(), hrs)
def test_ranks_straight_on(samples, hr) -> None:
    counts = [0.0] * 4
    for place in np.ndindex(hr.shape):
        column = [float(one[place]) for one in samples]
        below, ties = sum(v < hr[place] for v in column), sum(v == hr[place] for v in column)
        for rank in range(below, below + ties + 1):
            counts[rank] += 1 / (ties + 1)
    shares = rank_histogram(samples, hr)
    assert shares == pytest.approx(np.array(counts) / hr.size)
    assert shares.sum() == pytest.approx(1.0)
    # Turned upside down, the histogram is mirrored.
    assert rank_histogram(-samples, -hr) == pytest.approx(shares[::-1])


def test_ranks_of_the_truth_s_own_draws_are_flat() -> None:
    generator = np.random.default_rng(1)
    samples, hr = generator.normal(size=(4, 20000, 1)), generator.normal(size=(20000, 1))
    assert unevenness(rank_histogram(samples, hr)) < 0.02
    narrow, wide, aside = (
        rank_histogram(each, hr) for each in (samples / 4, samples * 4, samples + 3)
    )
    assert min(narrow[0], narrow[-1]) > 0.3
    assert narrow[2] < 0.1
    assert max(wide[0], wide[-1]) < 0.15
    assert aside[0] > 0.8
    assert unevenness(np.array([1.0, 0.0, 0.0, 0.0, 0.0])) == pytest.approx(0.8)


@given(drawn(), hrs)
def test_crps_straight_on(samples, hr) -> None:
    far = float(np.mean([np.abs(one - hr) for one in samples]))
    apart = float(np.mean([np.abs(a - b) for a, b in combinations(samples, 2)]))
    assert crps(samples, hr) == pytest.approx(far - apart / 2)
    assert crps(samples + 7, hr + 7) == pytest.approx(crps(samples, hr))
    assert crps(3 * samples, 3 * hr) == pytest.approx(3 * crps(samples, hr))


def test_crps_is_fair_and_proper() -> None:
    """Its mean is the same whatever K, and the truth's own distribution is the best."""
    generator = np.random.default_rng(2)
    hr = generator.normal(size=(100_000, 1))
    expected = 1 / math.sqrt(math.pi)
    for count in (2, 5):
        own = generator.normal(size=(count, 100_000, 1))
        assert crps(own, hr) == pytest.approx(expected, abs=0.01)
        for other in (own * 0.3, own * 2, own + 1, np.zeros_like(own)):
            assert crps(other, hr) > expected + 0.05


@pytest.mark.parametrize("count", [1, 2, 10])
def test_the_gain_of_true_samples_is_the_expected_one(count) -> None:
    generator = np.random.default_rng(3)
    hr = generator.normal(size=(100_000, 1))
    samples = generator.normal(size=(count, 100_000, 1))
    assert posterior_mean_gain(samples, hr) == pytest.approx(expected_gain(count), abs=0.05)


def test_expected_gains() -> None:
    assert expected_gain(1) == 0.0
    assert expected_gain(2) == pytest.approx(10 * math.log10(4 / 3))
    assert expected_gain(10**9) == pytest.approx(3.0103, abs=1e-4)


def test_the_mean_that_is_the_truth() -> None:
    hr = np.full((2, 2, 1), 5.0)
    assert posterior_mean_gain(np.stack([hr - 1, hr + 1]), hr) == math.inf
    assert posterior_mean_gain(np.stack([hr, hr]), hr) == 0.0


@given(drawn())
def test_spread_straight_on(samples) -> None:
    mean = sum(samples) / 3
    assert spread(samples) ** 2 == pytest.approx(sum((one - mean) ** 2 for one in samples) / 2)
    assert not spread(samples[:1]).any()


def test_shapes_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(MetricError, match="one size"):
        crps(np.zeros((2, 3, 3, 1)), np.zeros((3, 4, 1)))
    with pytest.raises(MetricError, match="K of one size"):
        diversity_score(np.zeros((0, 3)))
