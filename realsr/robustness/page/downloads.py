"""The numbers as files: a long table as CSV (and parquet where pyarrow is there), a summary as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from importlib.util import find_spec
from typing import Any

from realsr.pairs.folder import make_directory, write_whole
from realsr.robustness.page.study import Study
from realsr.robustness.page.summary import Summary

SCHEMA = 1
COLUMNS = ("model", "trained_on", "loss", "set", "image", "variant", "metric", "value", "state")
FOLDER = "downloads"


def write_downloads(study: Study, summary: Summary) -> list[tuple[str, str]]:
    """Writes the files; their paths relative to the study, with what each holds."""
    make_directory(study.folder / FOLDER)
    rows = list(_rows(study))
    files = [
        ("results.csv", _csv(rows), "one row per model, case and metric"),
        ("summary.json", _json(study, summary), "the matrices with intervals, p values and ranks"),
    ]
    if find_spec("pyarrow") is not None:
        files.append(("results.parquet", _parquet(rows), "the long table for data frames"))
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


def _csv(rows: list[tuple[Any, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return text.getvalue().encode()


def _json(study: Study, summary: Summary) -> bytes:
    whole = {
        "schema": SCHEMA,
        "sets": [test.name for test in study.sets],
        "grids": [asdict(grid) for grid in summary.grids],
    }
    return json.dumps(whole, indent=1, allow_nan=False).encode() + b"\n"


def _parquet(rows: list[tuple[Any, ...]]) -> bytes:
    import pyarrow
    import pyarrow.parquet

    columns = zip(*rows, strict=True) if rows else ((),) * len(COLUMNS)
    table = pyarrow.table(
        {name: list(column) for name, column in zip(COLUMNS, columns, strict=True)}
    )
    sink = io.BytesIO()
    pyarrow.parquet.write_table(table, sink)
    return sink.getvalue()
