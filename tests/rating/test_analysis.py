"""What ratings say: of models, of pictures, of raters."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from degrade.foreign import ForeignFileError
from realsr.rating.analysis import analysed, rating_files
from realsr.rating.errors import RatingError
from realsr.rating.plan import Trial
from realsr.rating.wording import analysis_lines
from tests.rating.exhibits import GRADES, by_model, rated

SIX = ("ann", "bob", "cy", "dee", "eve", "harsh")


def unlike(rater: str, trial: Trial) -> str:
    """As `by_model`, with a mind of one's own now and then."""
    if len(trial.models) == 1:
        grade = int(by_model(rater, trial))
        odd = len(rater) * sum(map(ord, trial.picture + trial.models[0])) % 5 == 0
        return str(min(5, grade + odd))
    odd = (sum(map(ord, rater + trial.picture)) + len(trial.models[0])) % 3 == 0
    left, right = (GRADES[model] for model in trial.models)
    return "left" if (left > right) != odd else "right"


def test_models_stand_in_the_order_of_their_grades(tmp_path: Path) -> None:
    found = analysed(rating_files([rated(tmp_path, SIX, by_model)]))
    assert [one.model for one in found.models] == ["hr", "good", "poor", "bicubic"]
    means = {one.model: one.mos.value for one in found.models}
    assert means["good"] == pytest.approx(4 - 1 / 6)
    assert means["bicubic"] == pytest.approx(1.0)
    good = next(one for one in found.models if one.model == "good")
    assert (good.answers, good.pictures, good.left_out) == (36, 6, ())
    assert good.mos.low is not None
    assert good.mos.how.startswith("over pictures and raters (")
    assert good.unbiased.value == pytest.approx(good.mos.value)
    assert len(found.stimuli) == 24
    assert {one.answers for one in found.stimuli} == {6}


def test_raters_are_told_by_bias_anchors_and_repeats(tmp_path: Path) -> None:
    found = analysed(rating_files([rated(tmp_path, SIX, by_model)]))
    raters = {one.rater: one for one in found.raters}
    assert raters["harsh"].bias == min(one.bias for one in raters.values() if one.bias is not None)
    assert raters["ann"].anchors == (6, 6)
    assert raters["ann"].repeats is not None
    assert (raters["ann"].repeats.count, raters["ann"].repeats.same) == (4, 4)
    assert found.repeats["acr"].count == 24
    assert found.repeats["acr"].distance == 0.0
    assert not any(one.rejected for one in raters.values())


def test_a_rater_who_changes_his_mind_is_seen(tmp_path: Path) -> None:
    def forgetful(rater: str, trial: Trial) -> str:
        return "1" if trial.repeats is not None else by_model(rater, trial)

    again = analysed(rating_files([rated(tmp_path, ["ann"], forgetful, models=("hr", "good"))]))
    assert again.repeats["acr"].same == 0
    assert again.repeats["acr"].distance is not None
    assert again.repeats["acr"].distance > 2
    assert [one.mos.value for one in again.models] == [5.0, 4.0]


def test_no_interval_leaves_the_grades(tmp_path: Path) -> None:
    def nearly(rater: str, trial: Trial) -> str:
        odd = trial.picture == "picture 1"
        return {"hr": "4" if odd else "5", "bicubic": "2" if odd else "1"}[trial.models[0]]

    found = analysed(rating_files([rated(tmp_path, SIX, nearly, models=("hr", "bicubic"))]))
    best, worst = (one.mos for one in found.models)
    assert (best.high, worst.low) == (5.0, 1.0)
    assert best.low is not None
    assert 4.0 < best.low < best.value < 5.0


def test_few_raters_give_an_interval_of_these_raters_alone(tmp_path: Path) -> None:
    found = analysed(rating_files([rated(tmp_path, SIX[:2], unlike)]))
    assert all(one.mos.how.startswith("over pictures, these raters alone") for one in found.models)


def test_who_left_early_is_left_out_of_the_interval_by_name(tmp_path: Path) -> None:
    rated(tmp_path, SIX[:5], unlike)
    folder = rated(tmp_path, ["late"], unlike, upto=3)
    found = analysed(rating_files([folder]))
    assert {one.left_out for one in found.models} <= {("late",), ()}
    assert ("late",) in {one.left_out for one in found.models}
    assert all(one.mos.how.startswith("over pictures and raters") for one in found.models)


def test_choices_become_strengths(tmp_path: Path) -> None:
    found = analysed(rating_files([rated(tmp_path, SIX, unlike, kind="pairs")]))
    assert found.models == ()
    assert found.preferences is not None
    assert found.preferences.why is None
    assert [one.model for one in found.preferences.models] == ["hr", "good", "poor", "bicubic"]
    strengths = [one.strength for one in found.preferences.models]
    assert all(one is not None and one.low is not None and one.low < one.value for one in strengths)
    assert sum(one.value for one in strengths if one) == pytest.approx(0.0, abs=1e-6)
    assert {one.choices for one in found.preferences.models} == {6 * 3 * 6}
    again = found.repeats["pairs"]
    assert again.count == 24
    assert again.distance is None


def test_a_model_that_always_won_has_no_strength_and_it_is_said(tmp_path: Path) -> None:
    found = analysed(rating_files([rated(tmp_path, ["ann", "bob"], by_model, kind="pairs")]))
    assert found.preferences is not None
    assert "not connected" in str(found.preferences.why)
    assert found.preferences.groups == (("bicubic",), ("good",), ("hr",), ("poor",))
    assert [one.model for one in found.preferences.models] == ["hr", "good", "poor", "bicubic"]
    assert found.repeats["pairs"].same == 8
    assert any("no strengths: not connected" in line for line in analysis_lines(found))


def test_grades_and_choices_are_told_together_as_json_and_in_words(tmp_path: Path) -> None:
    rated(tmp_path, SIX, unlike)
    folder = rated(tmp_path, SIX, unlike, kind="pairs")
    found = analysed(rating_files([folder]))
    data = json.loads(json.dumps(found.to_data(), allow_nan=False))
    assert data["version"] == 1
    assert len(data["models"]) == len(data["preferences"]["models"]) == 4
    assert len(data["raters"]) == 12
    text = "\n".join(analysis_lines(found))
    for word in ("hr: MOS 5.", "bias-removed", "BT.500", "P.910", "strength", "repeats (pairs)"):
        assert word in text


def test_a_single_answer_is_an_analysis(tmp_path: Path) -> None:
    folder = rated(tmp_path, ["ann"], by_model, upto=1)
    found = analysed(rating_files([folder]))
    json.dumps(found.to_data(), allow_nan=False)
    assert "no interval: too few" in "\n".join(analysis_lines(found))


def test_a_part_of_the_pictures_can_be_asked_for(tmp_path: Path) -> None:
    files = rating_files([rated(tmp_path, SIX, by_model)])
    found = analysed(files, lambda picture: picture != "picture 0")
    assert {one.pictures for one in found.models} == {5}
    with pytest.raises(RatingError, match="no answer"):
        analysed(files, lambda picture: False)


def test_one_rater_in_two_files_is_one_where_the_pictures_differ(tmp_path: Path) -> None:
    first = rated(tmp_path / "a", ["ann"], by_model)
    shutil.copytree(first, tmp_path / "copy")
    with pytest.raises(RatingError, match=r"ann rated picture \d in .* and in"):
        analysed(rating_files([first, tmp_path / "copy"]))


def test_places_without_ratings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RatingError, match="holds no ratings"):
        rating_files([tmp_path])
    with pytest.raises(ForeignFileError):
        rating_files([tmp_path / "absent"])
    folder = rated(tmp_path / "study", ["ann"], by_model, upto=2)
    assert len(rating_files([tmp_path / "study"])) == 1
    assert len(rating_files([folder])) == 1
    assert len(rating_files(sorted(folder.glob("*.jsonl")))) == 1
