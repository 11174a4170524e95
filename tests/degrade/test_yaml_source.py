"""YAML: YAML 1.2's meaning, no duplicates, no tags, and a line for every place."""

from __future__ import annotations

import pytest

from degrade.errors import PipelineError
from degrade.reader.yaml_source import path_text, read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1.5e3", 1500.0),
        (".5", 0.5),
        ("010", 10),
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("4:2:0", "4:2:0"),
        ("2020-01-01", "2020-01-01"),
        ("'1'", "1"),
        ("~", None),
        ("-7", -7),
    ],
)
def test_plain_values_mean_what_they_look_like(text: str, value: object) -> None:
    data = read_yaml(f"a: {text}", "x.yaml").data
    assert data["a"] == value
    assert type(data["a"]) is type(value)


def test_places_know_their_lines() -> None:
    document = read_yaml("a:\n  - b: 1\n  - c:\n      d: 2\n", "x.yaml")
    assert document.where(("a", 1, "c", "d")) == "x.yaml:4: a[1].c.d"
    assert document.where(("a", 1, "c", "gone")) == "x.yaml:3: a[1].c.gone"
    assert path_text(()) == "(top)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", "x.yaml:3: a: the key 'a' is there twice"),
        ("a: !!python/object/apply:os.system ['true']", "x.yaml:1: a: the tag"),
        ("a: [1, 2", "x.yaml:"),
        ("a: &x [*x]", "more than"),
        ("? [1, 2]\n: 3", "plain value"),
    ],
)
def test_what_is_refused_and_where(text: str, said: str) -> None:
    with pytest.raises(PipelineError) as caught:
        read_yaml(text, "x.yaml")
    assert said in str(caught.value)


def test_aliases_that_multiply_are_stopped() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    with pytest.raises(PipelineError, match="does an alias repeat"):
        read_yaml("\n".join(lines), "x.yaml")
