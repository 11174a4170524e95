"""SEAL's block: how often each model is acceptable, how evenly, and how bad its bad cases are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from realsr.robustness.judging.case_gaps import Question
from realsr.robustness.judging.scores import IS_LINE, RowScores, WorstPicture, judged
from realsr.robustness.page.report import Report, ShownMetric
from realsr.robustness.page.summary import trainings
from realsr.robustness.results.record import RecordedSet
from realsr.robustness.results.rows import MatrixRow, rows_of
from realsr.statistics.tail import Worst
from realsr.statistics.untold import Untold

WORST_CASES = 3


@dataclass(frozen=True)
class Scope:
    """Cases that are judged together. sizes: draws that each stands for; None counts every case once."""

    title: str
    cases: Sequence[str]
    sizes: Sequence[int] | None = None


@dataclass(frozen=True)
class ScoreRow:
    """A row of the table. refused: why there are no scores; then all else is empty. why: of a missing interval,
    rpr_why: of a missing RPR. rpr_a and rpr_u are None too where no case is accepted or unaccepted, for which
    SEAL prints 0. The tail is of the distances to the acceptance line, negative is worse."""

    name: str
    models: Sequence[str]
    loss: str | None
    refused: str = ""
    ar: float | None = None
    low: float | None = None
    high: float | None = None
    why: str = ""
    rpr_i: float | None = None
    rpr_a: float | None = None
    rpr_u: float | None = None
    rpr_why: str = ""
    cases: int = 0
    rpr_cases: int = 0
    tail: float | None = None
    beyond: float | None = None
    worst: Sequence[Worst] = ()
    pictures: Sequence[WorstPicture] = ()
    degenerate: Sequence[str] = ()
    without: Sequence[tuple[str, str]] = ()
    lineless: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Panel:
    """One metric over one scope, best row first by SEAL's order; refused rows last."""

    metric: str
    scope: str
    cases: int
    scores: Sequence[ScoreRow]

    @property
    def told(self) -> bool:
        """Whether any row has scores."""
        return any(not score.refused for score in self.scores)


def panels(report: Report, metrics: Sequence[ShownMetric]) -> list[Panel]:
    """Every metric over every scope."""
    rows = rows_of(trainings(report))
    return [
        _panel(report, metric, scope, rows) for metric in metrics for scope in scopes(report.sets)
    ]


def refusals(found: Sequence[Panel], metrics: Sequence[ShownMetric]) -> list[tuple[str, list[str]]]:
    """Metrics by title that no scope has scores for, each with the reasons of its rows."""
    told = {panel.metric for panel in found if panel.told}
    return [
        (metric.title, list(dict.fromkeys(_reasons(found, metric))))
        for metric in metrics
        if metric.name not in told
    ]


def _reasons(found: Sequence[Panel], metric: ShownMetric) -> Iterator[str]:
    for panel in found:
        if panel.metric == metric.name:
            yield from (score.refused for score in panel.scores if score.refused != IS_LINE)


def scopes(sets: Sequence[RecordedSet]) -> Iterator[Scope]:
    """The representative cases, once by their sizes and once each as one, apart from all other sets."""
    others = [test.name for test in sets if test.case is None]
    if others:
        yield Scope("Over the test sets, each one case", others)
    sizes = {test.name: test.case.size for test in sets if test.case is not None}
    if sizes:
        weighed = "Over the representative cases, weighted by the draws that each stands for"
        yield Scope(weighed, [*sizes], [*sizes.values()])
        yield Scope("Over the representative cases, each counting once", [*sizes])


def _panel(report: Report, metric: ShownMetric, scope: Scope, rows: Sequence[MatrixRow]) -> Panel:
    turned = report.observed(metric, turned=True)
    question = Question(metric.name, turned, rows, scope.cases, metric.quality, scope.sizes)
    found = [(row, judged(question, row, report.lines)) for row in rows]
    told = [(row, one) for row, one in found if isinstance(one, RowScores)]
    told.sort(key=lambda pair: pair[1].sort_key)
    refused = [(row, one.reason) for row, one in found if isinstance(one, Untold)]
    scores = [_score(row, one) for row, one in told]
    scores += [ScoreRow(row.name, _names(row), row.loss, refused=reason) for row, reason in refused]
    return Panel(metric.name, scope.title, len(scope.cases), scores)


def _score(row: MatrixRow, found: RowScores) -> ScoreRow:
    ends = None if isinstance(found.interval, Untold) else found.interval
    rpr = None if isinstance(found.seal, Untold) else found.seal
    return ScoreRow(
        name=row.name,
        models=_names(row),
        loss=row.loss,
        ar=found.ar,
        low=ends.low if ends else None,
        high=ends.high if ends else None,
        why=found.interval.reason if isinstance(found.interval, Untold) else "",
        rpr_i=rpr.rpr_i if rpr else None,
        rpr_a=rpr.rpr_a if rpr and rpr.ar > 0.0 else None,
        rpr_u=rpr.rpr_u if rpr and rpr.ar < 1.0 else None,
        rpr_why=found.seal.reason if isinstance(found.seal, Untold) else "",
        cases=len(found.cases),
        rpr_cases=rpr.cases if rpr else 0,
        tail=found.tail.quantile,
        beyond=found.tail.beyond,
        worst=found.tail.worst[:WORST_CASES],
        pictures=found.pictures,
        degenerate=found.degenerate,
        without=found.without,
        lineless=found.lineless,
    )


def _names(row: MatrixRow) -> list[str]:
    return [model.name for model in row.models]
