"""The mistakes that people make first, and the sentence that each of them needs."""

from __future__ import annotations

import pytest

import degrade
from degrade.errors import PipelineError
from degrade.reader.near import LISTED, meant, meant_or_known
from tests.degrade.refusals import HEAD, refusal

BLUR = HEAD + "  - {op: gaussian_blur, size: 21, sigma_x: %s, sigma_y: 1, angle: 0}\n"


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("[0.4, 1.6]", "write a range as {uniform: [0.4, 1.6]}"),
        ("[1, 3]", "write a range as {uniform: [1, 3]}, of whole numbers {integer: [1, 3]}"),
        ("[1, 2, 3]", "write values to choose from as {choice: [1, 2, 3]}"),
        ("[a, b]", "write values to choose from as {choice: ['a', 'b']}"),
        ("[]", "write values to choose from as {choice: [a, b]}"),
    ],
)
@pytest.mark.parametrize("around", ["%s", "{per_repeat: [%s]}", "{mixture: [{weight: 1, of: %s}]}"])
def test_a_list_is_answered_with_the_form_that_it_stands_for(
    value: str, form: str, around: str
) -> None:
    said = refusal(BLUR % (around % value))
    assert said.startswith("my.yaml:3: lr[0].sigma_x")
    assert said.endswith(f"expected one value or a distribution; {form}")
    assert "\n" not in said


def test_an_empty_value_is_called_empty() -> None:
    assert refusal(BLUR % "").endswith("lr[0].sigma_x: expected a value; it is empty")


@pytest.mark.parametrize("times", ["[1, 3]", "{uniform: [1, 3]}"])
def test_rounds_are_a_number_or_integer(times: str) -> None:
    said = refusal(HEAD + f"  - repeat: {times}\n    stages: [{{op: clamp}}]\n")
    assert said.startswith("my.yaml:3: lr[0].repeat: expected a whole number, or {integer: [1, 3]}")
    assert "\n" not in said


def test_a_range_that_is_too_wide_is_told_by_its_end() -> None:
    quality = HEAD + "  - {op: jpeg, quality: {integer: [%s]}}\n"
    assert "lr[0].quality: reaches 120: input should be less than" in refusal(quality % "30, 120")
    assert "lr[0].quality: reaches -7: input should be greater" in refusal(quality % "-7, 50")


def test_a_tab_is_called_a_tab() -> None:
    for text in ("name: a\nlr:\n\t- {op: clamp}\n", "name: a\nlr:\n  - op: clamp\n\t  low: 0\n"):
        said = refusal(text)
        line = text[: text.index("\t")].count("\n") + 1
        assert f"my.yaml:{line}: " in said
        assert "a tab; YAML is set in by spaces" in said


def test_a_doubled_label_is_told_where_it_stands() -> None:
    text = (
        HEAD + "  - op: clamp\n  - op: quantise\n  - maybe: 0.5\n    stages:\n      - op: clamp\n"
    )
    assert refusal(text).startswith("my.yaml:7: lr[2].stages[0]: the label 'clamp' is there twice")


@pytest.mark.parametrize(
    ("stage", "where"),
    [
        ("{maybe: {per_repeat: [1, 0]}, stages: [{op: clamp}]}", "my.yaml:4: lr[1]: "),
        ("{shuffle: [{op: resize, factor: 1, of: 'before:x', filter: area}]}", "lr[1].shuffle[0]"),
        ("{choice: [{stages: [{op: quantise}]}]}", "lr[1].choice[0].stages[0]"),
        ("{group: [{op: quantise}]}", "lr[1].group[0]"),
        ("{repeat: 2, stages: [{op: clamp}, {op: clamp}]}", "lr[1].stages[1]"),
    ],
)
def test_what_is_wrong_between_stages_is_told_at_its_stage(stage: str, where: str) -> None:
    assert where in refusal(HEAD + f"  - op: quantise\n  - {stage}\n")


def test_a_key_in_other_letters_is_one_fault() -> None:
    said = refusal("name: a\nLR: [{op: clamp}]\n")
    assert said == "my.yaml:2: LR: unknown key 'LR'; did you mean 'lr'?"


def test_both_faults_are_told_where_they_are_two() -> None:
    said = refusal("name: a\nwords: x\n")
    assert "the key 'lr' is missing" in said
    assert "unknown key 'words'" in said


def test_a_filter_is_told_its_near_matches_and_no_long_list() -> None:
    resize = HEAD + "  - {op: resize, factor: 0.5, filter: %s, antialias: true}\n"
    near = refusal(resize % "lanczos")
    assert near.endswith("no 'lanczos' here; did you mean 'lanczos2', 'lanczos3' or 'lanczos4'?")
    assert len(refusal(resize % "qqq")) < 250


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("second-order", "no pipeline 'second-order'; did you mean 'second_order'?"),
        ("Second Order", "no pipeline 'Second Order'; did you mean 'second_order'?"),
        ("lanczos", "'lanczos2', 'lanczos3' and 'lanczos4' are filters of the stage `resize`"),
        ("jpeg", "'jpeg' is an operator"),
        ("qqq", "none of 29 is alike (`realsr pipelines list`)"),
    ],
)
def test_a_pipeline_that_is_none_is_told_what_it_may_be(name: str, said: str) -> None:
    with pytest.raises(PipelineError) as caught:
        degrade.load_pipeline(name)
    assert said in str(caught.value)


def test_an_operator_like_no_other_brings_no_list_of_all() -> None:
    assert len(refusal(HEAD + "  - {op: xyzzy}\n")) < 200


def test_long_lists_are_counted_and_short_ones_shown() -> None:
    few, many = list("abc"), [f"name{number}" for number in range(LISTED + 1)]
    assert meant_or_known("zz", few) == "; known are a, b, c"
    assert meant_or_known("zz", many) == f"; none of {LISTED + 1} is alike"
    assert meant_or_known("zz", many, "a page") == f"; none of {LISTED + 1} is alike (a page)"
    assert meant("Name 3", ["name_3", "zz"]) == "; did you mean 'name_3'?"
    assert meant("zz", []) == ""
