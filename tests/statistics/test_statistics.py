"""Intervals, comparisons, ranks and power: hand-computed values, laws, and coverage by simulation."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from benchmarks.statistics.means import SHARES, Shares, drawn_table, main, measure
from realsr.statistics import student
from realsr.statistics.comparisons import Comparison, compare, corrected, holm
from realsr.statistics.components import cautious, components, mean_squares, unbiased
from realsr.statistics.intervals import Estimate, Interval, estimate, interval, p_value, share
from realsr.statistics.power import power_note
from realsr.statistics.ranks import rank_stability
from realsr.statistics.untold import StatisticsError, Untold

RECORD = Path(__file__).parents[2] / "benchmarks" / "results" / "coverage.json"
REQUIRED = ("images dominate", "degradations dominate", "interaction dominates")
MIXED = Shares(0.5, 0.2, 0.3)


def table(images: int, cases: int, seed: int = 0, mean: float = 0.0) -> np.ndarray:
    return mean + drawn_table(np.random.default_rng(seed), (images, cases), MIXED)


def told(found: Interval | Untold) -> Interval:
    assert isinstance(found, Interval)
    return found


@pytest.mark.parametrize("df", [1.0, 1.3, 4.0, 17.5, 1000.0])
def test_students_t_is_scipys(df: float) -> None:
    for level in (0.5, 0.95, 0.999):
        expected = stats.t.ppf((1.0 + level) / 2.0, df)
        assert student.quantile(level, df) == pytest.approx(expected, rel=1e-9)
    for statistic in (0.0, 0.3, -2.0, 40.0):
        expected = 2.0 * stats.t.sf(abs(statistic), df)
        assert student.two_sided(statistic, df) == pytest.approx(expected, rel=1e-9)


def test_the_t_of_no_end_of_freedom_is_normal() -> None:
    assert student.quantile(0.95, math.inf) == pytest.approx(1.959963985, rel=1e-6)
    with pytest.raises(StatisticsError):
        student.two_sided(1.0, 0.0)
    with pytest.raises(StatisticsError):
        student.quantile(1.0, 5.0)


def test_mean_squares_by_hand() -> None:
    squares = mean_squares(np.array([[1.0, 2.0, 6.0], [3.0, 4.0, 2.0]]))
    # rows 3, 3; columns 2, 3, 4; total 3; rest (-1, -1, 2), (1, 1, -2)
    assert (squares.image, squares.case, squares.rest) == pytest.approx((0.0, 2.0, 6.0))
    parts = components(squares)
    assert (parts.image, parts.case, parts.rest) == pytest.approx((0.0, 0.0, 6.0))


def test_the_variance_of_the_mean_is_right_on_average() -> None:
    size, count = (6, 9), 3000
    expected = MIXED.image / 6 + MIXED.case / 9 + MIXED.rest / 54
    generator = np.random.default_rng(3)
    squares = [mean_squares(drawn_table(generator, size, MIXED)) for _ in range(count)]
    found = [(one.image + one.case - one.rest) / 54 for one in squares]
    error = float(np.std(found)) / math.sqrt(count)
    assert abs(np.mean(found) - expected) < 4.0 * error
    assert np.mean([cautious(one).variance for one in squares]) >= np.mean(found)


def test_a_variance_that_comes_out_negative_is_not_used() -> None:
    squares = mean_squares(np.array([[0.0, 1.0], [1.0, 0.0]]))
    assert unbiased(squares) is None
    assert cautious(squares).variance == pytest.approx(squares.rest / 4)


@pytest.mark.parametrize(
    ("images", "cases", "design", "method"),
    [
        (14, 14, "crossed", "two-way bootstrap"),
        (14, 100, "crossed", "two-way bootstrap"),
        (13, 100, "crossed", "variance components"),
        (5, 5, "crossed", "variance components"),
        (5, 1, "own", "t over images"),
        (5, 3, "fixed", "t over images"),
    ],
)
def test_the_design_chooses_the_interval(images: int, cases: int, design: str, method: str) -> None:
    values = table(images, cases)
    found = told(interval(values, design))  # type: ignore[arg-type]
    assert found.method == method
    assert found.low < values.mean() < found.high


@pytest.mark.parametrize(
    ("images", "cases", "design", "reason"),
    [
        (4, 20, "crossed", "too few to tell: 4 images; 5 are needed"),
        (20, 1, "crossed", "too few to tell: 1 degradation; 5 are needed"),
        (1, 4, "crossed", "too few to tell: 1 image, 4 degradations; 5 are needed"),
        (4, 50, "own", "too few to tell: 4 images; 5 are needed"),
    ],
)
def test_too_few_to_tell(images: int, cases: int, design: str, reason: str) -> None:
    found = estimate([table(images, cases)], design)  # type: ignore[arg-type]
    assert str(found.interval) == reason
    assert math.isfinite(found.mean)


def test_t_over_images_is_the_textbook_interval() -> None:
    values = table(9, 3)
    found = told(interval(values, "own"))
    expected = stats.ttest_1samp(values.mean(1), 0.0)
    low, high = expected.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert p_value(float(values.mean()), found) == pytest.approx(expected.pvalue)


@pytest.mark.parametrize(("images", "cases"), [(6, 7), (14, 20)])
def test_intervals_follow_shift_and_scale_and_repeat(images: int, cases: int) -> None:
    values = table(images, cases)
    one, moved = told(interval(values, "crossed")), told(interval(3.0 * values + 20.0, "crossed"))
    assert (moved.low, moved.high) == pytest.approx((3.0 * one.low + 20.0, 3.0 * one.high + 20.0))
    assert told(interval(values, "crossed")) == one
    wider = told(interval(values, "crossed", level=0.99))
    assert wider.low < one.low < one.high < wider.high


@pytest.mark.parametrize("size", [(14, 14), (14, 20), (40, 60)])
def test_the_corrected_bootstrap_is_as_wide_as_t_times_the_unbiased_error(
    size: tuple[int, int],
) -> None:
    """Of symmetric data; the ends of 2000 resamples stand within 6 % of the normal ones."""
    values = table(*size, seed=9)
    found = told(interval(values, "crossed"))
    spread = unbiased(mean_squares(values))
    assert spread is not None
    assert (found.error**2, found.df) == pytest.approx(spread)
    reach = stats.t.ppf(0.975, spread.df) * math.sqrt(spread.variance)
    assert (found.high - found.low) / 2.0 == pytest.approx(reach, rel=0.06)


def test_the_callers_generator_is_not_touched() -> None:
    state = np.random.get_state()[1].copy()
    told(interval(table(15, 15), "crossed"))
    assert np.array_equal(np.random.get_state()[1], state)


def test_equal_values_have_an_interval_of_no_width() -> None:
    found = told(interval(np.full((6, 6), 2.5), "crossed"))
    assert (found.low, found.high, found.method) == (2.5, 2.5, "no variation")
    assert (p_value(0.0, found), p_value(2.5, found)) == (1.0, 0.0)
    rows_alike = np.tile(np.arange(6.0), (6, 1))
    still = told(interval(rows_alike, "own"))
    assert (still.low, still.high) == (2.5, 2.5)


@pytest.mark.parametrize("fault", [np.nan, np.inf])
def test_values_that_are_none_are_refused(fault: float) -> None:
    values = table(6, 6)
    values[2, 3] = fault
    with pytest.raises(StatisticsError, match="NaN or infinite"):
        estimate([values], "crossed")


def test_seeds_widen_by_the_spread_of_their_means() -> None:
    values = table(8, 8)
    alone = estimate([values], "crossed")
    seeds = estimate([values - 1.0, values, values + 1.0], "crossed")
    assert (alone.seeds, seeds.seeds, seeds.mean) == (1, 3, pytest.approx(alone.mean))
    error = told(alone.interval).error
    assert told(seeds.interval).error == pytest.approx(math.sqrt(error**2 + 1.0 / 3.0))
    assert told(seeds.interval).df < told(alone.interval).df
    same = estimate([values, values], "crossed")
    assert told(same.interval) == told(alone.interval)
    with pytest.raises(StatisticsError, match="one shape"):
        estimate([values, values[:5]], "crossed")


def test_pooled_seeds_cover_the_mean_over_trainings() -> None:
    """Seeds with an effect of their own, 400 studies: 3.5 standard errors of a true 95 % are 3.8 %."""
    generator, hits = np.random.default_rng(8), 0
    for _ in range(400):
        common = drawn_table(generator, (14, 14), MIXED)
        seeds = [
            common + 0.3 * generator.standard_normal() + 0.2 * generator.standard_normal((14, 14))
            for _ in range(4)
        ]
        found = told(estimate(seeds, "crossed").interval)
        hits += found.low <= 0.0 <= found.high
    assert hits / 400 == pytest.approx(0.95, abs=0.038)


def test_pairing_removes_what_images_and_cases_share() -> None:
    common, generator = table(14, 20, seed=5), np.random.default_rng(6)
    first = common + 0.05 + 0.02 * generator.standard_normal(common.shape)
    found = compare([first], [common], "crossed")
    assert found.difference.mean == pytest.approx(0.05, abs=0.005)
    assert found.p is not None
    assert found.p < 1e-6
    alone = told(estimate([first], "crossed").interval)
    assert told(found.difference.interval).error < alone.error / 20
    back = compare([common], [first], "crossed")
    assert back.difference.mean == -found.difference.mean
    assert back.p == pytest.approx(found.p)


def test_the_seeds_of_both_sides_count() -> None:
    values = table(8, 8)
    seeds = [values - 1.0, values + 1.0]
    none = told(compare([values], [values[:, ::-1]], "crossed").difference.interval).error
    for first, second in ((seeds, [values[:, ::-1]]), ([values], [one[:, ::-1] for one in seeds])):
        found = told(compare(first, second, "crossed").difference.interval)
        assert found.error == pytest.approx(math.sqrt(none**2 + 1.0))


def test_comparisons_have_one_shape_and_enough_values() -> None:
    with pytest.raises(StatisticsError, match="one shape"):
        compare([table(6, 6)], [table(6, 5)], "crossed")
    assert compare([table(4, 6)], [table(4, 6, seed=1)], "crossed").p is None


def test_holm_by_hand() -> None:
    # sorted .005 x4, .01 x3, .03 x2, .04 x1 -> .02, .03, .06, max(.06, .04)
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []


def test_holm_leaves_out_what_has_no_p() -> None:
    none = Comparison(Estimate(0.0, Untold("too few to tell"), 1, 1), None)
    some = [Comparison(none.difference, p) for p in (0.02, 0.03)]
    found = corrected([some[0], none, some[1]])
    assert [one.holm for one in found] == [pytest.approx(0.04), None, pytest.approx(0.04)]


def test_ranks_of_models_far_apart_and_of_equal_ones() -> None:
    base = table(10, 12)
    far = {"worst": base - 9.0, "best": base + 9.0, "middle": base}
    found = rank_stability(far, higher_is_better=True)
    assert (found.order, found.holds) == (("best", "middle", "worst"), 1.0)
    assert np.array_equal(found.ranks, np.eye(3))
    assert rank_stability(far, higher_is_better=False).order == ("worst", "middle", "best")
    noise = np.random.default_rng(1).standard_normal((2, 10, 12))
    noise -= noise.mean((1, 2), keepdims=True)
    twins = rank_stability({"a": base + noise[0], "b": base + noise[1]}, higher_is_better=True)
    assert twins.ahead[0, 1] == pytest.approx(0.5, abs=0.05)
    assert twins.ahead[0, 1] + twins.ahead[1, 0] == pytest.approx(1.0)
    same = rank_stability({"a": base, "b": base}, higher_is_better=True)
    assert (same.order, same.holds, same.ahead.sum()) == (("a", "b"), 0.0, 0.0)
    with pytest.raises(StatisticsError, match="one set"):
        rank_stability({"a": base, "b": base[:5]}, higher_is_better=True)


def test_the_power_note_is_kept_by_simulation() -> None:
    """A design of the advised size finds the effect in 80 of 100 trials."""
    true = Shares(0.02, 0.01, 0.05)
    generator = np.random.default_rng(4)
    trial = drawn_table(generator, (400, 400), true)
    squares = mean_squares(trial[:, :30])
    squares = type(squares)(
        30 * true.image + true.rest, 400 * true.case + true.rest, true.rest, 400, 30
    )
    note = power_note(squares, 0.1)
    assert isinstance(note.images, int)
    found = 0
    for _ in range(600):
        values = 0.1 + drawn_table(generator, (note.images, 30), true)
        ends = told(interval(values, "crossed"))
        found += ends.low > 0.0 or ends.high < 0.0
    assert found / 600 == pytest.approx(0.8, abs=0.06)


def test_the_power_note_says_when_nothing_suffices() -> None:
    squares = mean_squares(drawn_table(np.random.default_rng(0), (30, 5), Shares(0.01, 0.9, 0.09)))
    note = power_note(squares, 0.1)
    assert isinstance(note.images, Untold)
    assert isinstance(note.cases, int)
    assert note.sentence() == (
        f"To see 0.1 dB you need {note.cases:,} degradations at 30 images; "
        "no number of images suffices at 5 degradations."
    )
    nothing = power_note(squares, 0.001).sentence()
    assert nothing.startswith("To see 0.001 dB takes both more images and more degradations; no ")
    smaller = power_note(squares, note.seen_now)
    assert isinstance(smaller.cases, int)
    assert smaller.cases <= 5
    with pytest.raises(StatisticsError):
        power_note(squares, 0.0)


def test_shares_stay_within_0_and_1_and_are_never_without_width() -> None:
    flags = table(14, 20) > 1.0
    found = share(flags, "crossed")
    ends = told(found.interval)
    assert 0.0 <= ends.low < found.mean < ends.high <= 1.0
    none = share(np.zeros((10, 3), bool), "own")
    # Wilson on 10 images: z^2 / (n + z^2)
    assert told(none.interval).method == "Wilson"
    assert (told(none.interval).low, told(none.interval).high) == pytest.approx(
        (0.0, 0.27753), abs=1e-5
    )
    assert isinstance(share(np.zeros((2, 3), bool), "own").interval, Untold)


@pytest.mark.parametrize("shares", REQUIRED)
@pytest.mark.parametrize("cases", [20, 100])
def test_coverage(cases: int, shares: str) -> None:
    """400 tables: 93 to 97 % and 3.5 standard errors of Monte Carlo (1.1 % each) beside."""
    found = measure((14, cases), shares, tables=400, seed=1)
    assert found.method == "two-way bootstrap"
    assert 93.0 - 3.5 * found.error <= found.covered <= 97.0 + 3.5 * found.error


@pytest.mark.parametrize("shares", SHARES)
@pytest.mark.parametrize("size", [(5, 5), (14, 5)])
def test_small_designs_never_promise_too_much(size: tuple[int, int], shares: str) -> None:
    found = measure(size, shares, tables=400, seed=1)
    assert found.method == "variance components"
    assert found.covered >= 95.0 - 3.5 * found.error


def test_the_plain_bootstrap_is_as_wrong_as_it_is_said_to_be() -> None:
    assert measure((14, 5), "degradations dominate", tables=400).percentile < 91.0
    assert measure((14, 20), "interaction alone", tables=400).percentile > 98.0


def test_the_recorded_coverage_keeps_its_promise() -> None:
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    rows = [
        row
        for row in record["rows"]
        if row["effects"] == "normal"
        and (row["images"], row["cases"]) in ((14, 20), (14, 100))
        and row["shares"] in REQUIRED
    ]
    assert len(rows) == 6
    assert record["monte_carlo_error"] < 0.4
    assert all(93.0 <= row["covered"] <= 97.0 for row in rows)


def test_the_command_writes_its_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "coverage.json"
    assert main(["--tables", "2", "--out", str(out)]) == 0
    rows = json.loads(out.read_text(encoding="utf-8"))["rows"]
    assert len(capsys.readouterr().out.splitlines()) == len(rows) + 2


@pytest.mark.slow
@pytest.mark.parametrize("shares", REQUIRED)
@pytest.mark.parametrize("cases", [20, 100])
def test_coverage_in_full(cases: int, shares: str) -> None:
    """4000 other tables: 93 to 97 % as measured, without allowance."""
    assert 93.0 <= measure((14, cases), shares, tables=4000, seed=2).covered <= 97.0
