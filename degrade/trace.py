"""The trace: every decision about one sample, as plain data.

Probabilities, choices, distributions and keys have vanished from it; what is left is a list of operators and
their values. Applying needs a trace and pixels, nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from degrade.errors import TraceError

Scalar = float | int | str | bool
Values = Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Step:
    """One operator with its values. The label is the stage's place in the pipeline, kept for reading.

    origin: SHA-256 of the file that a caller's own operator comes from; nothing for ours.
    """

    op: str
    version: int
    label: str
    values: Values
    origin: str

    def __init__(self, op: str, version: int, label: str, values: Values, origin: str = "") -> None:
        """As dataclass would write it, through the slots themselves: a dozen steps are made a sample."""
        _set_op(self, op)
        _set_version(self, version)
        _set_label(self, label)
        _set_values(self, values)
        _set_origin(self, origin)

    def to_data(self) -> dict[str, Any]:
        data = {
            "op": self.op,
            "version": self.version,
            "label": self.label,
            "values": dict(self.values),
        }
        return {**data, "origin": self.origin} if self.origin else data


_set_op, _set_version, _set_label, _set_values, _set_origin = (
    vars(Step)[name].__set__ for name in ("op", "version", "label", "values", "origin")
)


@dataclass(frozen=True, slots=True)
class Trace:
    """What is done to one sample.

    scale: HR side / LR side. hr: steps that make the HR itself (sharpening, augmentation). lr: steps that
    make the LR from that HR.
    """

    scale: int
    hr: tuple[Step, ...]
    lr: tuple[Step, ...]

    def to_data(self) -> dict[str, Any]:
        return {
            "scale": self.scale,
            "hr": [step.to_data() for step in self.hr],
            "lr": [step.to_data() for step in self.lr],
        }

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no blanks, shortest floats that read back equal."""
        return json.dumps(self.to_data(), sort_keys=True, separators=(",", ":"), allow_nan=False)


def step_from_data(data: Mapping[str, Any]) -> Step:
    step = Step(
        data["op"], data["version"], data["label"], dict(data["values"]), data.get("origin", "")
    )
    texts = (step.op, step.label, step.origin)
    if not (all(isinstance(text, str) for text in texts) and type(step.version) is int):
        raise ValueError("a step's op, label and origin are text and its version is a whole number")
    return step


def trace_from_data(data: Mapping[str, Any]) -> Trace:
    """A trace from `Trace.to_data`; the operators check the values when it is applied."""
    try:
        scale = data["scale"]
        if type(scale) is not int or scale < 1:
            raise ValueError(f"the scale is a whole number from 1 on, not {scale!r}")
        return Trace(
            scale=scale,
            hr=tuple(step_from_data(step) for step in data["hr"]),
            lr=tuple(step_from_data(step) for step in data["lr"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise TraceError(
            f"not a trace: {error!r}; expected the keys scale, hr and lr, each step with op, version, "
            "label and values"
        ) from error
