"""Acceptance over a run's cases: gaps to any line, what is left out and why, and the rate's interval."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from benchmarks.statistics.rates import main, measure_rate
from realsr.robustness.errors import StudyError
from realsr.robustness.judging.acceptance import acceptance_rate, rate_interval
from realsr.robustness.judging.case_gaps import CaseGaps, Question, between, case_gaps
from realsr.robustness.judging.lines import Lines
from realsr.robustness.judging.scores import RowScores, judged
from realsr.robustness.judging.seal import SealScores, seal
from realsr.robustness.results.observations import Observation, gathered
from realsr.robustness.results.rows import TrainedModel, rows_of
from realsr.robustness.study.line_choice import Constants, LineChoice, OfFamily
from realsr.statistics.intervals import Interval, wilson
from realsr.statistics.untold import Untold

IMAGES = tuple(f"image {number}" for number in range(6))
SETS = ("a", "b", "c")
LEVELS: Mapping[str, tuple[float, ...]] = {
    "bicubic": (20.0, 21.0, 22.0),
    "net-a": (24.0, 20.5, 21.0),
    "net-b": (21.0, 25.0, 22.5),
    "net-c": (20.5, 21.5, 26.0),
    "other": (22.0, 20.0, 22.0),
}
"""A model's mean in each case; every image deviates by as much in all of them."""
MODELS = (
    TrainedModel("bicubic"),
    *(TrainedModel(f"net-{case}", case, "content", 0, "net") for case in SETS),
    TrainedModel("other"),
)


def question(
    levels: Mapping[str, tuple[float, ...]] = LEVELS, sizes: tuple[int, ...] | None = None
) -> Question:
    seen = gathered(
        Observation(model, case, image, 0, value + 0.1 * number)
        for model, values in levels.items()
        for case, value in zip(SETS, values, strict=True)
        for number, image in enumerate(IMAGES)
    )
    return Question("psnr_y", seen, rows_of(MODELS), SETS, sizes=sizes)


def judgement(asked: Question, name: str, choice: LineChoice | None = None) -> RowScores:
    found = verdict(asked, name, choice)
    assert isinstance(found, RowScores), found
    return found


def verdict(asked: Question, name: str, choice: LineChoice | None = None) -> RowScores | Untold:
    row = next(row for row in asked.rows if row.name == name)
    return judged(asked, row, choice or LineChoice())


def test_bicubic_and_the_diagonal_give_the_scores_of_the_table() -> None:
    found = judgement(question(), "net-a")
    low = np.array(LEVELS["bicubic"])
    high = np.array([LEVELS[f"net-{case}"][place] for place, case in enumerate(SETS)])
    expected = seal(np.array(LEVELS["net-a"]), Lines(SETS, low, high))
    assert isinstance(expected, SealScores)
    assert isinstance(found.seal, SealScores)
    assert found.ar == expected.ar == pytest.approx(1 / 3)
    for name in ("rpr_i", "rpr_a", "rpr_u"):
        assert getattr(found.seal, name) == pytest.approx(getattr(expected, name))
    assert found.seal.rpr_a == pytest.approx(1 / (1 + np.exp(-1)))  # on its own diagonal
    assert [name for name, _ in found.tail.worst] == ["c", "b", "a"]
    assert found.tail.worst[0].value == pytest.approx(-1.0)
    assert found.pictures[0].case == "c"


def test_the_acceptance_line_is_not_judged_by_itself() -> None:
    assert verdict(question(), "bicubic") == Untold("this is the acceptance line")


def test_a_model_of_unknown_origin_has_a_rate_and_no_ratio() -> None:
    found = judgement(question(), "other")
    assert found.ar == pytest.approx(2 / 3)  # a tie is accepted
    assert isinstance(found.seal, Untold)
    assert dict(found.lineless) == dict.fromkeys(
        SETS, "no diagonal: what it was trained on is unknown"
    )


def test_any_model_family_or_constant_is_a_line() -> None:
    named = LineChoice(acceptance="other", excellence=OfFamily(family="net"))
    found = judgement(question(), "net-b", named)
    assert found.ar == pytest.approx(2 / 3)
    assert isinstance(found.seal, SealScores)
    constant = LineChoice(
        acceptance=Constants(values={"psnr_y": 21.25}),
        excellence=Constants(values={"psnr_y": 23.25}),
    )
    found = judgement(question(), "other", constant)
    assert isinstance(found.seal, SealScores)
    # every mean lies 0.25 above its level: 22.25, 20.25, 22.25 against 21.25
    sigmoid = 1 / (1 + np.exp(-np.array([0.5, -0.5])))
    assert found.seal.rpr_a == pytest.approx(sigmoid[0])
    assert found.seal.rpr_u == pytest.approx(sigmoid[1])
    none = verdict(question(), "other", LineChoice(acceptance=Constants(values={"ssim_y": 0.9})))
    assert isinstance(none, Untold)
    assert "the line has no constant" in none.reason


def test_a_gap_between_lines_has_one_sign_whichever_is_a_number() -> None:
    """Every mean lies 0.25 above its level."""
    asked = question()
    row = next(row for row in asked.rows if row.name == "net-a")
    constant = Constants(values={"psnr_y": 20.0})
    for case in SETS:
        upper = between(asked, row, "bicubic", constant, case)
        lower = between(asked, row, constant, "bicubic", case)
        assert isinstance(upper, float)
        assert upper == pytest.approx(LEVELS["bicubic"][SETS.index(case)] - 19.75)
        assert lower == pytest.approx(-upper)
    assert between(asked, row, Constants(values={"psnr_y": 23.0}), constant, "a") == 3.0


def test_constants_are_turned_with_their_metric() -> None:
    down = {name: tuple(-value for value in values) for name, values in LEVELS.items()}
    asked = question(down)
    turned = Question("gmsd", asked.observations, asked.rows, SETS, turn=lambda value: -value)
    line = LineChoice(acceptance=Constants(values={"gmsd": 21.0}))
    row = next(row for row in asked.rows if row.name == "other")
    assert case_gaps(turned, row, line.acceptance).means == pytest.approx([-0.75, 1.25, -0.75])


def test_degenerate_cases_are_named_and_left_out_of_everything() -> None:
    levels = {**LEVELS, "net-c": (20.5, 21.5, 21.9)}
    found = judgement(question(levels), "net-a")
    assert found.degenerate == ("c",)
    assert found.cases == ("a", "b")
    assert found.ar == 0.5
    assert [name for name, _ in found.tail.worst] == ["b", "a"]
    levels["net-b"] = (21.0, 23.0, 22.5)
    refused = verdict(question(levels), "net-a", LineChoice(least_gap={"psnr_y": 3.0}))
    assert isinstance(refused, Untold)
    assert "not above acceptance in 2 of 3 cases" in refused.reason


def test_cases_without_numbers_are_told() -> None:
    asked = question({name: values for name, values in LEVELS.items() if name != "net-b"})
    gone = verdict(asked, "net-b")
    assert isinstance(gone, Untold)
    assert "no picture has numbers of both sides" in gone.reason
    found = judgement(asked, "net-a")
    assert dict(found.lineless) == {"b": "no picture has numbers of both sides"}
    assert found.cases == SETS
    assert isinstance(found.seal, SealScores)
    assert found.seal.cases == 2


def test_cluster_sizes_weigh_the_cases() -> None:
    found = judgement(question(sizes=(7, 2, 1)), "net-a")
    assert found.ar == pytest.approx(0.7)
    assert isinstance(found.seal, SealScores)
    assert found.seal.ar == pytest.approx(0.7)
    assert isinstance(verdict(question(sizes=(0, 0, 0)), "net-a"), Untold)


def test_three_degradations_are_too_few_to_tell() -> None:
    found = judgement(question(), "net-a").interval
    assert isinstance(found, Untold)
    assert found.reason == "too few to tell: 3 degradations; 5 are needed"


def gaps(values: np.ndarray) -> CaseGaps:
    images, cases = values.shape
    return CaseGaps(tuple(map(str, range(cases))), tuple(map(str, range(images))), values, ())


@pytest.mark.parametrize(
    ("shares", "rate"), [("images dominate", 0.5), ("degradations dominate", 0.8)]
)
def test_the_interval_covers_both_factors(shares: str, rate: float) -> None:
    found = measure_rate((14, 20), shares, rate, tables=400)
    assert found.covered >= 90.0
    assert found.width < 0.9


def test_over_cases_alone_one_is_far_too_sure() -> None:
    """Where one image more or less tips many cases."""
    assert measure_rate((14, 20), "images dominate", 0.5, tables=100).wilson <= 75.0


def test_the_push_of_scattered_images_towards_one_half_is_undone() -> None:
    found = measure_rate((14, 100), "interaction dominates", 0.95, tables=60)
    assert found.covered >= 88.0
    assert found.percentile <= 60.0


def test_the_table_of_the_documentation_has_a_row_for_each_design(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--tables", "2"]) == 0
    rows = capsys.readouterr().out.splitlines()
    documented = (Path(__file__).parents[2] / "docs" / "robustness.md").read_text(encoding="utf-8")
    assert len(rows) == 2 + 27
    for row in rows[2:]:
        assert row.rsplit("|", 5)[0] + "|" in documented


def test_cases_that_all_agree_still_have_an_interval() -> None:
    found = rate_interval(gaps(np.full((6, 8), 3.0)))
    assert isinstance(found, Interval)
    assert found.high == 1.0
    assert found.low == pytest.approx(wilson(1.0, 8).low)


def test_images_may_differ_from_case_to_case() -> None:
    """Real pairs show other scenes than the pictures that pipelines degrade."""
    values = np.full((12, 6), np.nan)
    values[:6, :3] = 1.0
    values[6:, 3:] = -1.0
    found = rate_interval(gaps(values))
    assert acceptance_rate(gaps(values)) == 0.5
    assert isinstance(found, Interval)
    assert 0.0 <= found.low < 0.5 < found.high <= 1.0


def test_lines_name_what_the_run_has() -> None:
    choice = LineChoice(acceptance="bicubic", excellence=OfFamily(family="nets"))
    with pytest.raises(StudyError, match="excellence: the run has no family 'nets'; it has net"):
        choice.checked(["bicubic"], ["net"], ["psnr_y"])
    with pytest.raises(StudyError, match="acceptance: the run has no model 'bicubik'"):
        LineChoice(acceptance="bicubik").checked(["bicubic"], [], [])
    with pytest.raises(StudyError, match="least_gap: the run has no metric 'psnr'"):
        LineChoice(least_gap={"psnr": 0.1}).checked(["bicubic"], [], ["psnr_y"])
    for wrong in ({"acceptance": {"kind": "x"}}, {"least_gap": {"psnr_y": -1}}, {"upper": "x"}):
        with pytest.raises(ValidationError):
            LineChoice.model_validate(wrong)
    assert LineChoice.model_validate(choice.model_dump(mode="json")) == choice
