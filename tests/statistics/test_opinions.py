"""Opinions: another program's figures, laws, and a straight-line evaluation of the likelihood."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import optimize

from realsr.statistics import StatisticsError
from realsr.statistics.opinions import (
    NORMAL,
    Floats,
    Opinions,
    complete,
    consistent_opinions,
    plain_opinions,
    screened_opinions,
    unbiased_opinions,
)

WAYS: dict[str, Callable[[Floats], Opinions]] = {
    "mos": plain_opinions,
    "bias_removed": unbiased_opinions,
    "bt500": screened_opinions,
    "p910": consistent_opinions,
}

grades = hnp.arrays(
    np.float64,
    st.tuples(st.integers(3, 8), st.integers(3, 7)),
    elements=st.sampled_from(range(1, 6)),
)


def feigned(stimuli: int, raters: int, seed: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Scores, and the qualities, biases and inconsistencies that they were made from."""
    draw = np.random.default_rng(seed)
    quality, bias = draw.uniform(1, 5, stimuli), draw.normal(0, 0.5, raters)
    spread = draw.uniform(0.5, 1.2, raters)
    scores = quality[:, None] + bias + spread * draw.normal(size=(stimuli, raters))
    return scores, quality, bias, spread


@pytest.mark.data
@pytest.mark.parametrize("way", sorted(WAYS))
def test_the_figures_of_another_program(shared_data: Path, way: str) -> None:
    golden: dict[str, Any] = json.loads((shared_data / "ratings" / "nflx_public.json").read_text())
    found, expected = WAYS[way](np.array(golden["scores"])), golden[way]
    np.testing.assert_allclose(found.quality, expected["quality"], atol=5e-4)
    for ends in expected["ci95_half_widths"]:
        np.testing.assert_allclose(found.half_width, ends, atol=5e-4)
    for name in ("bias", "inconsistency"):
        if name in expected:
            np.testing.assert_allclose(getattr(found, name), expected[name], atol=5e-4)
    rejected = expected.get("rejected", [False] * found.kept.size)
    assert (~found.kept).tolist() == rejected


@given(scores=grades, shift=st.sampled_from([-1.5, -0.5, 0.25, 2.0]))
@pytest.mark.parametrize("way", ["bias_removed", "p910"])
def test_a_friendlier_rater_moves_his_bias_and_the_common_level_alone(
    way: str, scores: Floats, shift: float
) -> None:
    before = WAYS[way](scores)
    friendlier = scores.copy()
    friendlier[:, 0] += shift
    after = WAYS[way](friendlier)
    common = after.quality - before.quality
    np.testing.assert_allclose(common, np.full(len(common), common[0]), atol=1e-5)
    np.testing.assert_allclose(
        np.diff(after.bias - before.bias)[1:], np.zeros(scores.shape[1] - 2), atol=1e-5
    )
    assert after.bias[0] - before.bias[0] == pytest.approx(shift - common[0], abs=1e-5)
    np.testing.assert_allclose(after.half_width, before.half_width, atol=1e-5)


@given(scores=grades, seed=st.integers(0, 9))
@pytest.mark.parametrize("way", sorted(WAYS))
def test_no_order_of_raters_or_stimuli_matters(way: str, scores: Floats, seed: int) -> None:
    draw = np.random.default_rng(seed)
    rows, columns = (draw.permutation(size) for size in scores.shape)
    found, moved = WAYS[way](scores), WAYS[way](scores[np.ix_(rows, columns)])
    np.testing.assert_allclose(moved.quality, found.quality[rows], atol=1e-6)
    np.testing.assert_allclose(moved.half_width, found.half_width[rows], atol=1e-6)
    assert moved.kept.tolist() == found.kept[columns].tolist()


@given(scores=grades)
@pytest.mark.parametrize("way", sorted(WAYS))
def test_a_rater_who_never_answered_is_as_one_who_is_not_there(way: str, scores: Floats) -> None:
    absent = np.column_stack([scores, np.full(len(scores), np.nan)])
    found, among = WAYS[way](scores), WAYS[way](absent)
    np.testing.assert_allclose(among.quality, found.quality, atol=1e-9)
    np.testing.assert_allclose(among.half_width, found.half_width, atol=1e-9)
    assert not among.kept[-1]
    assert np.isnan([among.bias[-1], among.inconsistency[-1]]).all()


def test_a_mean_and_its_half_width_by_hand() -> None:
    found = plain_opinions(np.array([[1.0, 2.0, 3.0], [4.0, np.nan, 4.0], [5.0, np.nan, np.nan]]))
    np.testing.assert_allclose(found.quality, [2.0, 4.0, 5.0])
    np.testing.assert_allclose(found.half_width[:2], [NORMAL / math.sqrt(3.0), 0.0])
    assert np.isnan(found.half_width[2])


def test_what_nobody_rated_has_no_quality() -> None:
    scores = np.tile([2.0, 3.0, 3.0, 4.0], (4, 1))
    scores[1] = np.nan
    for way in WAYS.values():
        found = way(scores)
        assert np.isnan(found.quality).tolist() == [False, True, False, False]
        assert np.isnan(found.half_width[1])


def test_the_alternation_ends_at_the_maximum_of_the_likelihood() -> None:
    scores, *_ = feigned(12, 6, seed=3)
    scores[2, 1] = scores[7, 4] = np.nan
    found = consistent_opinions(scores)
    stimuli, raters = scores.shape

    def loss(values: Floats) -> float:
        total = 0.0
        for rater in range(raters):
            bias, spread = values[stimuli + rater], math.exp(values[stimuli + raters + rater])
            for stimulus in range(stimuli):
                if not math.isnan(scores[stimulus, rater]):
                    residual = scores[stimulus, rater] - values[stimulus] - bias
                    total += math.log(spread) + 0.5 * (residual / spread) ** 2
        return total

    ours = np.concatenate([found.quality, found.bias, np.log(found.inconsistency)])
    free = [(None, None)] * (stimuli + raters)
    rounding = [(math.log(1.0 / math.sqrt(12.0)), None)] * raters
    start = np.concatenate([plain_opinions(scores).quality, np.zeros(2 * raters)])
    for begun in (ours, start):
        best = optimize.minimize(loss, begun, method="L-BFGS-B", bounds=free + rounding)
        assert loss(ours) <= best.fun + 1e-6
        level = np.mean(best.x[:stimuli] - found.quality)
        np.testing.assert_allclose(best.x[:stimuli] - level, found.quality, atol=5e-3)


def test_planted_biases_and_inconsistencies_are_found_again() -> None:
    scores, quality, bias, spread = feigned(400, 30, seed=1)
    scores[np.random.default_rng(2).random(scores.shape) < 0.2] = np.nan
    found = consistent_opinions(scores, step=0.0)
    level = np.mean(found.quality - quality)
    np.testing.assert_allclose(found.bias - (bias - level), 0.0, atol=0.25)
    np.testing.assert_allclose(found.inconsistency / spread, 1.0, atol=0.12)
    covered = np.abs(found.quality - level - quality) <= found.half_width
    assert 0.90 <= covered.mean() <= 0.99
    weighted, plain = (
        np.sqrt(np.mean((one.quality - np.mean(one.quality - quality) - quality) ** 2))
        for one in (found, plain_opinions(scores))
    )
    assert weighted < plain


def test_nobody_is_taken_as_surer_than_the_rounding_of_grades() -> None:
    same = np.repeat(np.array([[1.0], [3.0], [5.0], [4.0]]), 3, axis=1)
    found = consistent_opinions(same)
    np.testing.assert_allclose(found.inconsistency, 1.0 / math.sqrt(12.0))
    np.testing.assert_allclose(found.half_width, NORMAL / math.sqrt(3 * 12.0))


def test_a_rater_of_two_answers_tells_nothing_of_himself() -> None:
    scores, *_ = feigned(10, 4, seed=5)
    scores[2:, 3] = np.nan
    found = consistent_opinions(scores)
    assert found.kept.tolist() == [True, True, True, False]
    assert np.isnan([found.bias[3], found.inconsistency[3]]).all()
    np.testing.assert_allclose(found.quality, consistent_opinions(scores[:, :3]).quality)


def test_who_answers_at_random_is_rejected_and_a_friendly_rater_is_not() -> None:
    draw = np.random.default_rng(4)
    quality = np.tile([1.5, 4.5], 30)
    scores = np.rint(quality[:, None] + draw.normal(0, 0.3, (60, 60))).clip(1, 5)
    scores[:, 0] = np.where(quality > 3, 1, 5)
    scores[:, 1] = (scores[:, 1] + 1).clip(1, 5)
    for letter in (True, False):
        assert np.flatnonzero(~screened_opinions(scores, to_the_letter=letter).kept).tolist() == [0]


def test_agreement_puts_everybody_out_by_the_letter_alone() -> None:
    same = np.repeat(np.array([[1.0], [3.0], [5.0]]), 4, axis=1)
    assert not screened_opinions(same).kept.any()
    assert screened_opinions(same, to_the_letter=False).kept.all()


@given(scores=grades, seed=st.integers(0, 99), share=st.sampled_from([0.0, 0.1, 0.5, 1.0]))
def test_what_is_complete_has_no_gap_and_a_full_table_stays_whole(
    scores: Floats, seed: int, share: float
) -> None:
    scores[np.random.default_rng(seed).random(scores.shape) < share] = np.nan
    rows, columns = complete(scores)
    assert not np.isnan(scores[np.ix_(rows, columns)]).any()
    if not np.isnan(scores).any():
        assert (rows.size, columns.size) == scores.shape


def test_a_rater_who_left_early_goes_before_any_stimulus() -> None:
    scores = np.ones((5, 4))
    scores[2:, 3] = np.nan
    rows, columns = complete(scores)
    assert (rows.tolist(), columns.tolist()) == ([0, 1, 2, 3, 4], [0, 1, 2])


@pytest.mark.parametrize("scores", [np.ones(3), np.full((2, 2), np.inf)])
def test_other_shapes_and_infinities_are_refused(scores: Floats) -> None:
    for way in (*WAYS.values(), complete):
        with pytest.raises(StatisticsError, match="stimuli x raters"):
            way(scores)
