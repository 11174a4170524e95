"""Which lines a study judges its models by, as the study file says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from degrade.reader.records import Strict
from realsr.robustness.errors import StudyError

BASELINE = "bicubic"
"""The model that every other is compared with: MATLAB's enlargement in whole numbers."""

DIAGONAL = "diagonal"
"""The judged model's sibling that was trained on the very case."""


class OfFamily(Strict):
    """In each case the model of this family that was trained on it, as SEAL's small and large networks."""

    family: str


class Constants(Strict):
    """The same demand in every case, by metric."""

    values: dict[str, float]


Line = Literal["diagonal"] | str | OfFamily | Constants
"""The diagonal, a model's name, a family or constants."""


class LineChoice(Strict):
    """least_gap: by metric, how far excellence must lie above acceptance for a case to tell good from bad."""

    acceptance: Line = BASELINE
    excellence: Line = DIAGONAL
    least_gap: dict[str, Annotated[float, Field(ge=0.0)]] = Field(default_factory=dict)

    def checked(
        self, models: Sequence[str], families: Sequence[str], metrics: Sequence[str]
    ) -> LineChoice:
        """Itself. Raises StudyError where a line names what the run does not have."""
        for side in ("acceptance", "excellence"):
            self._check(side, getattr(self, side), models, families, metrics)
        _known("least_gap", "metric", self.least_gap, metrics)
        return self

    def words(self) -> str:
        """All of it for people, constants and gaps with their values."""
        sides = (f"{side} {_valued(getattr(self, side))}" for side in ("acceptance", "excellence"))
        gaps = f"least gap {_by_metric(self.least_gap)}" if self.least_gap else None
        return ", ".join(filter(None, (*sides, gaps)))

    @staticmethod
    def _check(
        side: str,
        line: Line,
        models: Sequence[str],
        families: Sequence[str],
        metrics: Sequence[str],
    ) -> None:
        match line:
            case OfFamily():
                _known(side, "family", [line.family], families)
            case Constants():
                _known(side, "metric", line.values, metrics)
            case _:
                _known(side, "model", [line], [*models, DIAGONAL])


def line_words(line: Line) -> str:
    """A line for people."""
    match line:
        case OfFamily():
            return f"in every case the {line.family} model trained for it"
        case Constants():
            return "constants of the study"
        case "diagonal":
            return "in every case the sibling trained for it"
        case _:
            return line


def _valued(line: Line) -> str:
    return _by_metric(line.values) if isinstance(line, Constants) else line_words(line)


def _by_metric(values: Mapping[str, float]) -> str:
    return " and ".join(f"{metric} {value:g}" for metric, value in values.items())


def _known(
    side: str, kind: str, names: Sequence[str] | Mapping[str, float], there: Sequence[str]
) -> None:
    for name in names:
        if name not in there:
            raise StudyError(
                f"lines: {side}: the run has no {kind} {name!r}; it has {', '.join(there) or 'none'}"
            )
