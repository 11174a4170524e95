"""A pipeline with one field of one stage set to a value: the steps of a sweep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import yaml

from degrade import Pipeline, parse_pipeline
from degrade.errors import PipelineError
from degrade.reader.near import meant, meant_or_known
from realsr.robustness.errors import StudyError

StageData = dict[str, Any]


def steps(text: str, count: int) -> list[float]:
    """`lo:hi` as evenly spaced values, ends included, at six significant digits. Raises StudyError."""
    try:
        low, high = map(float, text.split(":"))
    except ValueError as error:
        raise StudyError(f"--range {text}: expected lo:hi, such as 0.2:4") from error
    if not (low < high and count >= 2):
        raise StudyError(f"--range {text} with {count} steps: expected lo < hi and 2 steps or more")
    return [float(f"{value:.6g}") for value in np.linspace(low, high, count)]


def at_severity(pipeline: Pipeline, parameter: str, value: float) -> Pipeline:
    """The pipeline with `STAGE.FIELD` at a value; all other draws stay, since each field has its own key.

    STAGE: a stage's label, or its operator where it has none. A whole value is given as a whole number.
    Raises StudyError for an unknown stage or field, PipelineError for a value out of the field's range.
    """
    stage, _, field = parameter.partition(".")
    data = pipeline.content()
    found = [each for each in _stages(data["lr"]) if stage in (each.get("label"), each["op"])]
    if not found or not field:
        raise StudyError(_unknown(pipeline, parameter, data["lr"]))
    for each in found:
        if field not in each:
            known = [name for name in each if name not in ("op", "label")]
            raise StudyError(
                f"{parameter}: {stage!r} sets {', '.join(known)}, no {field!r}{meant(field, known)}"
            )
        each[field] = int(value) if float(value).is_integer() else value
    data["name"] = severity_name(pipeline.name, parameter, value)
    text = yaml.safe_dump(data, sort_keys=False)
    try:
        return parse_pipeline(text, data["name"], rows=pipeline.own_operators)
    except PipelineError as error:
        reason = str(error).partition(f"{field}: is ")[2] or str(error)
        raise PipelineError(
            f"{parameter} cannot be {reason}; give a --range and --steps whose values it takes"
        ) from error


def severity_name(pipeline: str, parameter: str, value: float) -> str:
    """A name for a step: `gaussian8_gaussian_blur_sigma_x_1p8`."""
    number = f"{value:g}".replace(".", "p").replace("-", "m").replace("+", "")
    return f"{pipeline}_{parameter.replace('.', '_')}_{number}".lower()


def _stages(nodes: Sequence[Any]) -> Iterator[StageData]:
    """Every operator's stage of a tree, however deep."""
    for node in nodes:
        if isinstance(node, list):
            yield from _stages(node)
        elif isinstance(node, dict):
            if isinstance(node.get("op"), str):
                yield node
            yield from _stages([inner for inner in node.values() if isinstance(inner, list)])


def _unknown(pipeline: Pipeline, parameter: str, nodes: Sequence[Any]) -> str:
    known = sorted(
        f"{each.get('label') or each['op']}.{field}"
        for each in _stages(nodes)
        for field in each
        if field not in ("op", "label")
    )
    return f"{pipeline.name} has no STAGE.FIELD {parameter!r}{meant_or_known(parameter, known)}"
