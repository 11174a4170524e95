"""What the page's scripts read, from `data.js`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from realsr.pages import link
from realsr.robustness.page.acceptance import Panel
from realsr.robustness.page.gallery import Card
from realsr.robustness.page.pictures import folder, pictures
from realsr.robustness.page.report import Report
from realsr.robustness.page.summary import Grid, Summary
from realsr.robustness.page.sweeps import inks
from realsr.robustness.results.record import Cell, PictureKey, RecordedSet

Answers = Mapping[str, Mapping[PictureKey, Cell]]


class _Texts:
    """Sentences that many cases share, kept once."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self._places: dict[str, int] = {}

    def place(self, text: str) -> int:
        if text not in self._places:
            self._places[text] = len(self.all)
            self.all.append(text)
        return self._places[text]


def payload(
    report: Report, summary: Summary, cards: Sequence[Card], judged: Sequence[Panel]
) -> dict[str, Any]:
    """The study by case: scores[metric][model] and replay[model] are lists in the order of `cases`."""
    cases = list(dict.fromkeys(cell.picture for cell in report.cells))
    places = {case: place for place, case in enumerate(cases)}
    table = report.by_model()
    texts, ink = _Texts(), inks(report)
    return {
        "models": [
            {"name": model.name, "loss": model.loss, "ink": ink[model.name]}
            for model in report.models
        ],
        "sets": [_set(test, texts) for test in report.sets],
        "metrics": [
            {
                "name": metric.name,
                "title": metric.title,
                "better": metric.better,
                "unit": metric.unit,
            }
            for metric in report.metrics
        ],
        "columns": [asdict(column) for column in summary.columns],
        "baseline": report.baseline,
        "losses": list(summary.losses),
        "cases": [_case(report, case, _words(table, case, texts)) for case in cases],
        "scores": {
            metric.name: {model: _scores(metric.name, row, cases) for model, row in table.items()}
            for metric in report.metrics
        },
        "replay": {
            model: [texts.place(row[case].replay) if case in row else None for case in cases]
            for model, row in table.items()
        },
        "failed": {
            model: {places[case]: cell.failed for case, cell in row.items() if cell.failed}
            for model, row in table.items()
        },
        "grids": {f"{grid.metric}/{grid.loss}": _grid(grid) for grid in summary.grids},
        "panels": [asdict(panel) for panel in judged],
        "gallery": [_card(card, places[card.cell.picture]) for card in cards],
        "texts": texts.all,
    }


def _set(test: RecordedSet, texts: _Texts) -> dict[str, Any]:
    found: dict[str, Any] = {"name": test.name, "pipeline": test.pipeline}
    if test.case is not None:
        found |= {"size": test.case.size, "pool": test.case.pool}
        found["words"] = [texts.place(word) for word in test.case.words]
    return found


def _case(report: Report, case: PictureKey, words: Sequence[int]) -> dict[str, Any]:
    test, image, variant = case
    return {
        "set": test,
        "image": image,
        "variant": variant,
        "at": link(folder(case)),
        "pictures": pictures(report, case),
        "words": words,
    }


def _words(table: Answers, case: PictureKey, texts: _Texts) -> list[int]:
    """The degradation in words, which all models share."""
    cells = (row[case] for row in table.values() if case in row)
    return [texts.place(word) for word in next((cell.words for cell in cells if cell.words), ())]


def _scores(
    metric: str, row: Mapping[PictureKey, Cell], cases: Sequence[PictureKey]
) -> list[float | None]:
    found = (row[case].scores.get(metric) if case in row else None for case in cases)
    return [None if value is None else round(value, 5) for value in found]


def _grid(grid: Grid) -> dict[str, Any]:
    whole = asdict(grid)
    return {key: whole[key] for key in ("lines", "entries", "standings", "power")}


def _card(card: Card, place: int) -> dict[str, Any]:
    shown: dict[str, Any] = {"case": place, "model": card.cell.model, "gap": card.gap}
    if card.map:
        shown["map"] = {
            "at": link(card.map.path),
            "words": card.map.words,
            "trusted": card.map.check.passed,
        }
    return shown
