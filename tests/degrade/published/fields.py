"""A pipeline's file as rows: every field of every stage in words, with both ends of every range."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from degrade.errors import PipelineError
from degrade.reader.yaml_source import read_yaml

FOLDER = Path(__file__).parents[3] / "pipelines"
NESTED = ("group", "shuffle", "stages")
Row = tuple[str, str, str]
Stage = Mapping[str, Any]


def rows(name: str) -> dict[str, str]:
    """`label` to its operator, `label.field` to a distribution, `choice>option` to the option's chance.

    A field that differs between the rounds of a repeat is two rows, `label.field.1` and `label.field.2`.
    """
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    data: Any = read_yaml(text, name, PipelineError).data
    found: dict[str, str] = {}
    for side in ("hr", "lr"):
        for label, field, value in _of(data.get(side, [])):
            key = f"{label}.{field}" if field else label
            assert key not in found, key
            found[key] = value
    return found


def _of(stages: list[Stage]) -> Iterator[Row]:
    for stage in stages:
        yield from _operator(stage) if "op" in stage else _node(stage)


def _operator(stage: Stage) -> Iterator[Row]:
    label = _label(stage)
    yield label, "", str(stage["op"])
    for field, value in stage.items():
        if field not in ("op", "label"):
            yield from _field(label, field, value)


def _node(stage: Stage) -> Iterator[Row]:
    label = _label(stage)
    for field in ("maybe", "repeat"):
        if field in stage:
            yield from _field(label, field, stage[field])
    if "before" in stage:
        yield label, "before", str(stage["before"])
    yield from _choice(label, stage.get("choice", []))
    for kind in NESTED:
        inner = stage.get(kind, [])
        if inner and kind != "stages":
            yield label, kind, ", ".join(map(_label, inner))
        yield from _of(inner)


def _choice(label: str, options: list[Stage]) -> Iterator[Row]:
    total = sum(option.get("weight", 1) for option in options)
    for option in options:
        chance = option.get("weight", 1) / total
        yield f"{label}>{_label(option['stages'][0])}", "", f"{chance:.6g}"
        yield from _of(option["stages"])


def _label(stage: Stage) -> str:
    return str(stage.get("label", stage.get("op")))


def _field(label: str, field: str, value: Any) -> Iterator[Row]:
    if isinstance(value, dict) and "per_repeat" in value:
        for number, each in enumerate(value["per_repeat"], 1):
            yield label, f"{field}.{number}", words(each)
    else:
        yield label, field, words(value)


def words(value: Any) -> str:
    """A distribution: `U 0.2 3`, `I 7..21 by 2`, `0.2 U 1 1.5 | 0.7 U 0.15 1 | 0.1 1`, `bicubic or linear`."""
    match value:
        case {"uniform": [low, high]}:
            return f"U {plain(low)} {plain(high)}"
        case {"log_uniform": [low, high]}:
            return f"L {plain(low)} {plain(high)}"
        case {"uniform_power": {"low": low, "high": high, "power": power}}:
            return f"U^{plain(power)} {plain(low)} {plain(high)}"
        case {"integer": [low, high, *step]}:
            return f"I {low}..{high}" + (f" by {step[0]}" if step else "")
        case dict():
            return _of_parts(value)
        case _:
            return plain(value)


def _of_parts(value: Mapping[str, Any]) -> str:
    """Of a distribution that is made of others. Raises KeyError for one that no published pipeline has."""
    if "mixture" in value:
        return _weighed([(part["weight"], words(part["of"])) for part in value["mixture"]])
    if "cases" in value:
        cases = [
            (f"to {case['up_to']} " if "up_to" in case else "") + words(case["value"])
            for case in value["cases"]
        ]
        return f"by {value['given']}: {', '.join(cases)}"
    if "given" in value:
        assert len(value) == 1, value
        return f"as {value['given']}"
    options = value["choice"]
    if isinstance(options, dict):
        return _weighed([(weight, plain(each)) for each, weight in options.items()])
    return " or ".join(map(plain, options))


def _weighed(parts: list[tuple[float, str]]) -> str:
    total = sum(weight for weight, _ in parts)
    return " | ".join(f"{weight / total:.6g} {said}" for weight, said in parts)


def plain(value: Any) -> str:
    """A number or a word; truth in lower case."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:.6g}"
    return str(value)
