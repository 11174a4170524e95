"""The two-sample test on sets of which the truth is known."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from realsr.estimation.sets.auc import Whole, alone, by_counts, ranked, wins
from realsr.estimation.sets.classifier import PENALTIES, Floats, Labels, Scale, scores
from realsr.estimation.sets.telling import compare, deal
from realsr.estimation.single.coding import UNCODED
from realsr.estimation.single.feature_names import NAMES
from realsr.estimation.single.features import features
from tests.photographs import synthetic


def sets(shift: float, count: int, wide: int = 30, seed: int = 0) -> tuple[Floats, Labels, Whole]:
    """Normal features, the first two of the second set further up."""
    rows = np.random.default_rng(seed).normal(size=(2 * count, wide))
    second = np.arange(2 * count) >= count
    rows[second, :2] += shift
    return rows, second, np.arange(2 * count)


def test_every_feature_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES) == len(features(synthetic(0, 64, 64), UNCODED))


def test_names_stand_at_what_they_say() -> None:
    """Another picture moves the features of that name, and those alone."""
    values = [features(synthetic(0, side, side), UNCODED) for side in (64, 96)]
    assert NAMES[-1] == "size"
    assert values[0][-1] == pytest.approx(np.log(64), abs=1e-5)
    wave = (
        np.zeros((128, 128, 3))
        + 128
        + 60 * np.sin(2 * np.pi * 0.25 * np.arange(128))[None, :, None]
    )
    told = dict(zip(NAMES, features(wave.astype(np.uint8), UNCODED), strict=True))
    assert told["power across at 0.25 cycles/px"] > told["power down at 0.25 cycles/px"] + 3
    rings = {name: one for name, one in told.items() if name.endswith("cycles/px, all places")}
    assert max(rings, key=lambda name: rings[name]) in {
        f"power at {at:.2f} cycles/px, all places" for at in (0.23, 0.27, 0.234375, 0.265625)
    }
    grey = dict(zip(NAMES, features(synthetic(0, 64, 64, 1).repeat(3, 2), UNCODED), strict=True))
    assert grey["fine grain that red and green share"] == pytest.approx(1, abs=0.01)
    assert grey["whether a JPEG compression is known"] == 0
    assert grey["fine grain of Cb, emptiest 50 %"] < grey["fine grain of luma, emptiest 50 %"]


@given(st.integers(2, 12), st.integers(2, 12), st.integers(0, 99))
def test_areas_of_single_features_are_counted_pairs(a: int, b: int, seed: int) -> None:
    rows = np.random.default_rng(seed).integers(0, 5, (a + b, 3)).astype(float)
    second = np.arange(a + b) >= a
    for column, area in zip(rows.T, alone(ranked(rows), second), strict=True):
        pairs = itertools.product(column[:a], column[a:])
        assert area == pytest.approx(np.mean([(y > x) + 0.5 * (x == y) for x, y in pairs]))


def test_scores_are_those_of_the_normal_equations_at_the_best_penalty() -> None:
    """Of 30 and 10: each set weighs as much."""
    rows, second, _ = sets(1.0, 30, wide=6)
    rows, second = rows[:40], second[:40]
    root = np.sqrt(np.where(second, 40 / 20, 40 / 60))[:, None]
    known = Scale.of(rows)(rows)
    centred = known - np.average(known, axis=0, weights=root.ravel() ** 2)
    target = root.ravel() * np.where(second, 1.0, -1.0)
    heavy = root * centred
    errors = []
    for penalty in PENALTIES:
        hat = heavy @ np.linalg.solve(heavy.T @ heavy + penalty * np.eye(6), heavy.T)
        errors.append((((target - hat @ target) / (1 - np.diag(hat))) ** 2).sum())
    best = PENALTIES[int(np.argmin(errors))]
    weights = np.linalg.solve(heavy.T @ heavy + best * np.eye(6), heavy.T @ target)
    np.testing.assert_allclose(scores(rows, second, rows), centred @ weights, atol=1e-9)


def test_scenes_that_both_sets_have_stand_in_all_folds_and_change_sides() -> None:
    rows, second, _ = sets(1.0, 20)
    sources = np.tile(np.arange(20), 2)
    found = wins(rows, second, sources)
    assert (found.tried.sum(axis=0) == 2 * 4).all()  # two repeats, folds of four scenes
    dealt = [deal(second, sources, np.random.default_rng(seed)) for seed in range(9)]
    changed = np.array([one[:20] for one in dealt])
    assert 0.3 < changed.mean() < 0.7


def test_sets_that_differ_are_told_apart_by_what_they_differ_in() -> None:
    found = compare(*sets(2.5, 40))
    assert found.differ
    best = norm.cdf(2.5)  # of two features of equal shift: Phi(shift sqrt(2) / sqrt(2))
    assert found.auc.low < best < found.auc.high + 0.02
    assert found.auc.value > 0.9
    assert {one.number for one in found.features[:2]} == {0, 1}
    assert all(one.second > one.first and one.auc > found.chance for one in found.features[:2])
    assert all(one.auc < found.chance for one in found.features[2:])


@pytest.mark.parametrize(
    ("tests", "most"), [(5, 1), pytest.param(60, 6, marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_alike_sets_are_hardly_ever_told_apart(tests: int, most: int) -> None:
    """2.5 % of them: more than so many by chance in 0.6 % of all such tests."""
    told = [compare(*sets(0.0, 15, wide=8, seed=seed)) for seed in range(tests)]
    assert sum(one.differ for one in told) <= most
    assert abs(np.mean([one.floor.value for one in told]) - 0.5) < 0.04


def test_a_scene_that_both_sets_have_is_not_learned_by_heart() -> None:
    """Pictures of one source are near one another; were they in two folds, labels would be remembered."""
    generator = np.random.default_rng(0)
    scenes = generator.normal(size=(24, 20)) * 3
    sources = np.repeat(np.arange(24), 6)
    rows = scenes[sources] + generator.normal(size=(144, 20)) * 0.1
    second = np.repeat(np.arange(24) % 2 == 1, 6)
    found = wins(rows, second, sources)
    assert found.auc() < 0.75
    one = np.arange(144)
    assert wins(rows, second, one).auc() > 0.95
    low, high = found.interval()
    narrow = wins(rows, second, one).interval()
    assert high - low > narrow[1] - narrow[0]


@pytest.mark.parametrize("count", [10, 14, 50])
def test_sets_quite_apart_have_an_interval(count: int) -> None:
    found = compare(*sets(50.0, count))
    assert found.auc.value == found.auc.high == 1.0
    assert 0.7 < found.auc.low < 1 - 0.3 / count


@given(st.floats(0, 1), st.integers(5, 80), st.integers(5, 80))
def test_intervals_by_counts_hold_their_area_and_mirror(area: float, a: int, b: int) -> None:
    low, high = by_counts(area, a, b)
    assert 0 <= low <= area + 5e-4
    assert area - 5e-4 <= high <= 1
    mirrored = by_counts(1 - area, a, b)
    assert (1 - mirrored[1], 1 - mirrored[0]) == pytest.approx((low, high), abs=1.1e-3)


def test_intervals_by_counts_cover_the_truth() -> None:
    generator = np.random.default_rng(0)
    truth, held = norm.cdf(1 / 2**0.5), 0
    for _ in range(400):
        a, b = generator.normal(size=20), generator.normal(size=25) + 1
        low, high = by_counts(float((b[:, None] > a).mean()), 20, 25)
        held += low <= truth <= high
    assert held / 400 >= 0.92


@settings(max_examples=50)
@given(st.integers(2, 20), st.integers(2, 20), st.integers(0, 8), st.integers(0, 99))
def test_a_deal_keeps_the_number_of_sources_and_their_pictures_together(
    a: int, b: int, shared: int, seed: int
) -> None:
    sources = np.concatenate(
        [np.arange(a), a + np.arange(b), *[[a + b + n] * 2 for n in range(shared)]]
    )
    second = np.concatenate([np.zeros(a, bool), np.ones(b, bool), np.tile([False, True], shared)])
    dealt = deal(second, sources.astype(np.int64), np.random.default_rng(seed))
    assert dealt[: a + b].sum() == b
    assert all(one.sum() == 1 for one in dealt[a + b :].reshape(-1, 2))
