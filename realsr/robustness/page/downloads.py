"""The numbers as files: a row a result, a row a judgement, and everything else as one summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from realsr.pages import Download
from realsr.pages import downloads as files
from realsr.robustness.page.acceptance import Panel
from realsr.robustness.page.report import Report
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


def write_downloads(
    report: Report, summary: Summary, judged: Sequence[Panel], rated: Download | None = None
) -> list[tuple[str, str]]:
    """Writes the files; their paths relative to the run, with what each holds. rated: what raters say."""
    results = Download(COLUMNS, list(_rows(report)), "one row per model, case and metric")
    scores = Download(ACCEPTANCE, list(_judged(judged)), "AR, RPR and tail of every model")
    whole = "the matrices with intervals, p values and ranks, and SEAL's scores"
    return files.write_downloads(
        report.folder,
        {"results": results, "acceptance": scores, **({"ratings": rated} if rated else {})},
        summary=(_summary(report, summary, judged), whole),
    )


def _rows(report: Report) -> Iterator[tuple[Any, ...]]:
    models = {model.name: model for model in report.models}
    for cell in report.cells:
        model = models.get(cell.model)
        known = (model.trained_on, model.loss) if model else (None, None)
        for metric in report.metrics:
            value = cell.scores.get(metric.name)
            state = "" if value is not None else cell.lack(metric.name) or "absent"
            yield cell.model, *known, *cell.picture, metric.name, value, state


def _judged(panels: Sequence[Panel]) -> Iterator[tuple[Any, ...]]:
    for panel in panels:
        for score in panel.scores:
            values = (getattr(score, name) for name in _NUMBERS)
            named = ("; ".join(score.degenerate), *map(_reasoned, (score.without, score.lineless)))
            worst = "; ".join(f"{one.name} {one.value:.4g}" for one in score.worst)
            yield panel.metric, panel.scope, score.name, score.loss, *values, worst, *named


def _reasoned(cases: Sequence[tuple[str, str]]) -> str:
    return "; ".join(f"{case}: {reason}" for case, reason in cases)


def _summary(report: Report, summary: Summary, judged: Sequence[Panel]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "sets": [test.name for test in report.sets],
        "columns": [asdict(column) for column in summary.columns],
        "grids": [asdict(grid) for grid in summary.grids],
        "lines": report.lines.model_dump(mode="json"),
        "acceptance": [asdict(panel) for panel in judged],
    }
