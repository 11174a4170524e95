"""A run as the page sees it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from realsr.metrics.table import METRICS
from realsr.robustness.cases.sets import StandsFor
from realsr.robustness.errors import StudyError
from realsr.robustness.results.store import read_results
from realsr.robustness.study.line_choice import BASELINE, LineChoice

Row = Mapping[str, Any]

_CAPITALS = frozenset(
    {"psnr", "ssim", "ms", "gmsd", "vif", "niqe", "piqe", "lpips", "dists", "lr", "rgb", "y"}
)

_SWEPT = (
    *("model", "pipeline", "parameter", "values"),
    *("scores", "intervals", "interval", "breakdown"),
)
"""What a line of sweeps.json has."""

Case = tuple[str, str, int]
"""What models are compared on: set, image, variant."""


@dataclass(frozen=True)
class Model:
    """trained_on: a pipeline's name. None is unknown."""

    name: str
    trained_on: str | None
    loss: str | None
    seed: int | None
    family: str | None


@dataclass(frozen=True)
class TestSet:
    """pipeline: None for real pairs and photographs. stands_for: of a representative case."""

    __test__ = False  # no tests, whatever its name says

    name: str
    kind: str
    pipeline: str | None
    stands_for: StandsFor | None = None


@dataclass(frozen=True)
class Metric:
    """better: 'higher', 'lower' or 'nearer to 1'."""

    name: str
    better: str
    unit: str

    @property
    def title(self) -> str:
        """The name for people: psnr_y is PSNR (Y)."""
        words = self.name.split("_")
        known = [word.upper() if word in _CAPITALS else word for word in words]
        if words[0] in METRICS and len(words) > 1:
            return f"{known[0]} ({' '.join(known[1:])})"
        return " ".join(known)

    def quality(self, value: float) -> float:
        """The value on a scale where more is better."""
        if self.better == "lower":
            return -value
        return -abs(value - 1.0) if self.better == "nearer to 1" else value


@dataclass(frozen=True)
class Cell:
    """One model's answer to one case. scores hold finite numbers only; `missing` says why one is not there."""

    model: str
    set: str
    image: str
    variant: int
    scores: Mapping[str, float]
    missing: Mapping[str, str]
    failed: str | None
    words: Sequence[str]
    replay: str

    @property
    def case(self) -> Case:
        return self.set, self.image, self.variant


@dataclass(frozen=True)
class Study:
    """A whole run. record and sweeps: as written. baseline: the model that stands for doing nothing clever."""

    folder: Path
    record: Row
    models: Sequence[Model]
    sets: Sequence[TestSet]
    metrics: Sequence[Metric]
    cells: Sequence[Cell]
    sweeps: Sequence[Row]
    lines: LineChoice

    @property
    def baseline(self) -> str | None:
        return BASELINE if any(model.name == BASELINE for model in self.models) else None

    def failures(self, models: Sequence[str], test: str) -> int:
        """Pictures of a set to which these models gave no answer."""
        return sum(
            cell.failed is not None and cell.set == test and cell.model in models
            for cell in self.cells
        )

    def by_model(self) -> dict[str, dict[Case, Cell]]:
        """Every model's answers."""
        table: dict[str, dict[Case, Cell]] = {model.name: {} for model in self.models}
        for cell in self.cells:
            table[cell.model][cell.case] = cell
        return table

    def missing(self) -> Iterator[tuple[str, str, int]]:
        """(what, why, how many cells) of everything that has no number: metrics, then models that failed."""
        counts: dict[tuple[str, str], int] = {}
        for cell in self.cells:
            found = dict(cell.missing) if cell.failed is None else {cell.model: cell.failed}
            for name, reason in found.items():
                counts[name, reason] = counts.get((name, reason), 0) + 1
        for (name, reason), count in counts.items():
            yield name, reason, count


def study_of(folder: Path) -> Study:
    """The run in `folder`, with its sweeps if it has any. Raises StudyError where a file is no such thing."""
    results = read_results(folder)
    try:
        return Study(
            folder,
            results.record,
            [_model(row) for row in results.record["models"]],
            [_set(row) for row in results.record["sets"]],
            [_metric(row) for row in results.record["metrics"]],
            [_cell(row) for row in results.cells],
            _sweeps(folder / "sweeps.json"),
            LineChoice.model_validate(results.record.get("lines", {})),
        )
    except (KeyError, TypeError, ValidationError) as error:
        raise StudyError(
            f"{folder}: record.json or cells.jsonl lacks or mistypes {error}; run the study again on this "
            "folder: only what is missing is computed"
        ) from error


def _model(row: Row) -> Model:
    return Model(row["name"], row["trained_on"], row["loss"], row["seed"], row.get("family"))


def _set(row: Row) -> TestSet:
    case = row.get("case")
    stands_for = case and StandsFor(case["size"], case["pool"], case["of"], tuple(case["words"]))
    return TestSet(row["name"], row["kind"], row["pipeline"], stands_for)


def _metric(row: Row) -> Metric:
    known = METRICS.get(row["name"]) or METRICS.get(row["name"].partition("_")[0])
    return Metric(row["name"], row["better"], known.unit if known else "")


def _cell(row: Row) -> Cell:
    return Cell(
        row["model"],
        row["set"],
        row["image"],
        row["variant"],
        {name: value for name, value in row["scores"].items() if _finite(value)},
        row["not_computed"],
        row["failed"],
        row["words"],
        row["replay"],
    )


def _finite(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _sweeps(path: Path) -> Sequence[Row]:
    if not path.is_file():
        return ()
    try:
        found: Sequence[Row] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StudyError(f"{path} is not JSON ({error}); make the sweep again") from error
    for row in found:
        _check_sweep(path, row)
    return found


def _check_sweep(path: Path, row: Row) -> None:
    lacking = [name for name in _SWEPT if name not in row]
    told = row.get("breakdown", {}).values()
    if lacking or any("words" not in one for one in told):
        raise StudyError(
            f"{path}: the sweep of {row.get('model')} lacks "
            f"{', '.join(lacking) or 'the words of its breakdown'}; an earlier version made it: "
            "make the sweep again"
        )
