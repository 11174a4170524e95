"""YAML: YAML 1.2's meaning, no duplicates, no tags, and a line for every place."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from degrade.errors import PipelineError
from degrade.pipeline import parse_pipeline
from degrade.reader.yaml_source import MAX_BYTES, path_text, read_text, read_yaml


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


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\n"
        + "".join(
            f"{chr(99 + i)}: &{chr(99 + i)} [*{chr(98 + i)}, *{chr(98 + i)}]\n" for i in range(20)
        )
        + "? *v\n: 1\n",
        "? " + "[" * 500 + "]" * 500 + "\n: 1\n",
        "a: " + "[" * 400_000,
        "a: [" + "1," * 400_000 + "1]",
        "- 1\n" * 250_000,
        "x" * (MAX_BYTES + 1),
    ],
)
def test_no_document_costs_more_than_its_bounds(text: str) -> None:
    start = time.process_time()
    with pytest.raises(PipelineError) as caught:
        read_yaml(text, "x.yaml")
    assert time.process_time() - start < 10
    assert len(str(caught.value)) < 300


def test_a_file_is_bounded_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "large.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    os.mkfifo(tmp_path / "pipe.yaml")
    for name, said in (("large", "at most"), ("pipe", "a pipe"), ("none", "no such file")):
        with pytest.raises(PipelineError, match=said):
            read_text(tmp_path / f"{name}.yaml", "the pipeline file")


def test_sentences_stay_short_whatever_the_file_holds() -> None:
    long = "k" * 500_000
    for text in (
        f"{long}: 1",
        f"name: {long}",
        f"name: x\nlr: [{{{long}: 1}}]",
        f"a: {{{long}: 1, {long}: 2}}",
    ):
        with pytest.raises(PipelineError) as caught:
            parse_pipeline(text)
        assert len(str(caught.value)) < 6000
