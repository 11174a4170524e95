"""From a run's folder to its page."""

from __future__ import annotations

from pathlib import Path

from realsr.files.whole import write_whole
from realsr.pages import as_script, rendered
from realsr.robustness.errors import StudyError
from realsr.robustness.page import sweeps
from realsr.robustness.page.acceptance import panels, refusals
from realsr.robustness.page.data import payload
from realsr.robustness.page.downloads import write_downloads
from realsr.robustness.page.gallery import worst
from realsr.robustness.page.map_checks import checks_table, failures_words
from realsr.robustness.page.methods import methods
from realsr.robustness.page.study import Study, study_of
from realsr.robustness.page.summary import summarise
from realsr.robustness.page.verdict import verdict
from realsr.robustness.study.line_choice import line_words


def render(out: Path) -> Path:
    """Writes `index.html`, `data.js`, `downloads/` and `maps/` into the run's folder; the page's path.

    The page opens from disk and asks for nothing outside the folder. May be called again at any time: it is
    made from record.json, cells.jsonl, sweeps.json and images/ alone.
    Raises StudyError where they are missing or not as written, StorageError where the folder is full.
    """
    study = study_of(out)
    summary = summarise(study)
    if not summary.grids:
        raise StudyError(
            f"{out}: no cell has a number yet, so there is nothing to show; run the study again on this "
            "folder, and look into cells.jsonl for why models failed"
        )
    metrics = [one for one in study.metrics if summary.of(one.name)]
    metric = metrics[0]
    cards = worst(study, metric)
    judged = panels(study, metrics)
    checks = [card.map.checks for card in cards if card.map]
    write_whole(out / "data.js", as_script("REPORT", payload(study, summary, cards, judged)))
    ink = sweeps.inks(study)
    page = rendered(
        "realsr.robustness.page",
        "index.html",
        study=study,
        summary=summary,
        metric=metric,
        metrics=metrics,
        verdict=verdict(study, summary, metric),
        charts=sweeps.charts(study, metrics),
        swept=[(name, ink[name]) for name in ink if name in _swept(study)],
        axes=sweeps.AXES,
        lines={
            side: line_words(getattr(study.lines, side)) for side in ("acceptance", "excellence")
        },
        refusals=refusals(judged, metrics),
        cases=[test.stands_for for test in study.sets if test.stands_for],
        distrust=failures_words(checks),
        methods=[*methods(study), *([checks_table(checks)] if checks else [])],
        downloads=write_downloads(study, summary, judged),
        failed=sum(cell.failed is not None for cell in study.cells),
    )
    write_whole(out / "index.html", page.encode())
    return out / "index.html"


def _swept(study: Study) -> set[str]:
    return {row["model"] for row in study.sweeps}
