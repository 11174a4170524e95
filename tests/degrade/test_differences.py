"""Differences of pipelines: every one of them, in words, and none where there is none."""

from __future__ import annotations

import pytest

import degrade
from degrade.pipeline.differences import differences

BASE = """
name: base
lr:
  - {op: gaussian_noise, sigma_255: {uniform: [1, 30]}, grey: {choice: {true: 0.4, false: 0.6}}}
  - label: kind
    choice:
      - {weight: 3, stages: [{op: jpeg, quality: {integer: [30, 95]}}]}
      - {weight: 1, stages: []}
  - {op: quantise}
"""


def changed(old: str, new: str) -> list[str]:
    assert old in BASE
    other = BASE.replace("name: base", "name: other").replace(old, new)
    return differences(degrade.parse_pipeline(BASE), degrade.parse_pipeline(other))


@pytest.mark.parametrize("name", degrade.pipeline_names())
def test_nothing_differs_from_itself(name: str) -> None:
    pipeline = degrade.load_pipeline(name)
    assert differences(pipeline, degrade.parse_pipeline(pipeline.to_yaml())) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "[1, 30]",
            "[1, 25]",
            ["lr > gaussian_noise > sigma_255: uniform 1 to 30 against uniform 1 to 25"],
        ),
        (
            "{choice: {true: 0.4, false: 0.6}}",
            "false",
            ["lr > gaussian_noise > grey: true (weight 0.4) or false (weight 0.6) against false"],
        ),
        (
            "weight: 3",
            "weight: 1",
            [
                "lr > kind > jpeg: chosen with probability 0.75 against chosen with probability 0.5",
                "lr > kind > nothing: chosen with probability 0.25 against chosen with probability 0.5",
            ],
        ),
        (
            "  - {op: quantise}",
            "  - {op: quantise}\n  - {op: clamp}",
            ["lr > clamp: clamp only in other"],
        ),
        ("  - {op: quantise}\n", "", ["lr > quantise: quantise only in base"]),
        ("lr:", "scale: 2\nlr:", ["scale: 4 against 2"]),
    ],
)
def test_each_difference_is_one_line(old: str, new: str, said: list[str]) -> None:
    assert changed(old, new) == said


def test_published_against_corrected() -> None:
    lines = differences(degrade.load_pipeline("realesrgan"), degrade.load_pipeline("second_order"))
    text = "\n".join(lines)
    assert "hr > usm: usm only in realesrgan" in text
    assert "lr > round > noise > poisson_noise > count: distinct against 256" in text
    assert "1 (weight 1) or uniform 1 to 2 (weight 1) against uniform 1 to 2" in text
