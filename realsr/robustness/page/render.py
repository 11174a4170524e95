"""From a run's folder to its page."""

from __future__ import annotations

from pathlib import Path

from realsr.files.confinement import confined
from realsr.files.whole import write_whole
from realsr.pages import as_script, rendered
from realsr.robustness.errors import StudyError
from realsr.robustness.page import sweeps
from realsr.robustness.page.acceptance import panels, refusals
from realsr.robustness.page.data import payload
from realsr.robustness.page.downloads import write_downloads
from realsr.robustness.page.gallery import worst
from realsr.robustness.page.gan_panel import gan_panel
from realsr.robustness.page.map_checks import checks_table, failures_words
from realsr.robustness.page.methods import methods
from realsr.robustness.page.ratings import ratings
from realsr.robustness.page.report import Report, report_of
from realsr.robustness.page.summary import summarise
from realsr.robustness.page.verdict import verdict
from realsr.robustness.study.line_choice import line_words


def render(out: Path) -> Path:
    """Writes `index.html`, `data.js`, `downloads/` and `maps/` into the run's folder; the page's path.

    The page opens from disk and asks for nothing outside the folder. May be called again at any time: it is
    made from record.json, cells.jsonl, sweeps.json, ratings/ and images/ alone.
    Raises StudyError where they are missing or not as written, StorageError where the folder is full or one of
    its parts leads out of it.
    """
    with confined(out):
        return _render(out)


def _render(out: Path) -> Path:
    report = report_of(out)
    summary = summarise(report)
    if not summary.grids:
        raise StudyError(
            f"{out}: no cell has a number yet, so there is nothing to show; run the study again on this "
            "folder, and look into cells.jsonl for why models failed"
        )
    metrics = [one for one in report.metrics if summary.of(one.name)]
    metric = metrics[0]
    cards = worst(report, metric)
    judged = panels(report, metrics)
    rated = ratings(report)
    checks = [card.map.checks for card in cards if card.map]
    write_whole(out / "data.js", as_script("REPORT", payload(report, summary, cards, judged)))
    ink = sweeps.inks(report)
    page = rendered(
        "realsr.robustness.page",
        "index.html",
        study=report,
        summary=summary,
        metric=metric,
        metrics=metrics,
        verdict=verdict(report, summary, metric),
        charts=sweeps.charts(report, metrics),
        swept=[(name, ink[name]) for name in ink if name in _swept(report)],
        axes=sweeps.AXES,
        lines={
            side: line_words(getattr(report.lines, side)) for side in ("acceptance", "excellence")
        },
        refusals=refusals(judged, metrics),
        cases=[test.case for test in report.sets if test.case],
        rated=rated,
        gan=gan_panel(report),
        distrust=failures_words(checks),
        methods=[*methods(report), *([checks_table(checks)] if checks else [])],
        downloads=write_downloads(report, summary, judged, rated.stimuli if rated else None),
        failed=sum(cell.failed is not None for cell in report.cells),
    )
    write_whole(out / "index.html", page.encode())
    return out / "index.html"


def _swept(report: Report) -> set[str]:
    return {line.model for line in report.sweeps}
