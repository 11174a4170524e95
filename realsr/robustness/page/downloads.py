"""The numbers as files: a long table as CSV (and parquet where pyarrow is there), a summary as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.util import find_spec
from typing import Any

from realsr.files.whole import make_directory, write_whole
from realsr.robustness.page.acceptance import Panel
from realsr.robustness.page.study import Study
from realsr.robustness.page.summary import Summary

SCHEMA = 1
COLUMNS = ("model", "trained_on", "loss", "set", "image", "variant", "metric", "value", "state")
_NUMBERS = (
    "ar",
    "low",
    "high",
    "why",
    "rpr_i",
    "rpr_a",
    "rpr_u",
    "rpr_why",
    "cases",
    "rpr_cases",
    "tail",
    "beyond",
    "refused",
)
ACCEPTANCE = (
    *("metric", "scope", "model", "loss"),
    *_NUMBERS,
    *("worst", "degenerate", "without", "lineless"),
)
FOLDER = "downloads"

Rows = Sequence[tuple[Any, ...]]


def write_downloads(
    study: Study, summary: Summary, judged: Sequence[Panel]
) -> list[tuple[str, str]]:
    """Writes the files; their paths relative to the study, with what each holds."""
    make_directory(study.folder / FOLDER)
    tables = {
        "results": (COLUMNS, list(_rows(study)), "one row per model, case and metric"),
        "acceptance": (ACCEPTANCE, list(_judged(judged)), "AR, RPR and tail of every model"),
    }
    whole = "the matrices with intervals, p values and ranks, and SEAL's scores"
    files = [
        *((f"{name}.csv", _csv(head, rows), words) for name, (head, rows, words) in tables.items()),
        ("summary.json", _json(study, summary, judged), whole),
    ]
    if find_spec("pyarrow") is not None:
        files += [
            (f"{name}.parquet", _parquet(head, rows), f"{words}, for data frames")
            for name, (head, rows, words) in tables.items()
        ]
    for name, data, _ in files:
        write_whole(study.folder / FOLDER / name, data)
    return [(f"{FOLDER}/{name}", words) for name, _, words in files]


def _rows(study: Study) -> Iterator[tuple[Any, ...]]:
    models = {model.name: model for model in study.models}
    for cell in study.cells:
        model = models.get(cell.model)
        known = (model.trained_on, model.loss) if model else (None, None)
        for metric in study.metrics:
            value = cell.scores.get(metric.name)
            state = (
                "" if value is not None else cell.failed or cell.missing.get(metric.name, "absent")
            )
            yield cell.model, *known, *cell.case, metric.name, value, state


def _judged(panels: Sequence[Panel]) -> Iterator[tuple[Any, ...]]:
    for panel in panels:
        for score in panel.scores:
            values = (getattr(score, name) for name in _NUMBERS)
            named = ("; ".join(score.degenerate), *map(_reasoned, (score.without, score.lineless)))
            worst = "; ".join(f"{one.name} {one.value:.4g}" for one in score.worst)
            yield panel.metric, panel.scope, score.name, score.loss, *values, worst, *named


def _reasoned(cases: Sequence[tuple[str, str]]) -> str:
    return "; ".join(f"{case}: {reason}" for case, reason in cases)


def _csv(head: Sequence[str], rows: Rows) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode()


def _json(study: Study, summary: Summary, judged: Sequence[Panel]) -> bytes:
    whole = {
        "schema": SCHEMA,
        "sets": [test.name for test in study.sets],
        "columns": [asdict(column) for column in summary.columns],
        "grids": [asdict(grid) for grid in summary.grids],
        "lines": study.lines.model_dump(mode="json"),
        "acceptance": [asdict(panel) for panel in judged],
    }
    return json.dumps(whole, indent=1, allow_nan=False).encode() + b"\n"


def _parquet(head: Sequence[str], rows: Rows) -> bytes:
    import pyarrow
    import pyarrow.parquet

    columns = zip(*rows, strict=True) if rows else ((),) * len(head)
    table = pyarrow.table({name: list(column) for name, column in zip(head, columns, strict=True)})
    sink = io.BytesIO()
    pyarrow.parquet.write_table(table, sink)
    return sink.getvalue()
