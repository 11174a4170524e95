"""The numbers of the page: the matrix in all its views, rank stability and power.

The only file of the page that knows where statistics come from; the others read `Summary` and nothing below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from realsr.robustness.judging import matrix
from realsr.robustness.page.pooling import GridColumn, columns, pooled, share_below
from realsr.robustness.page.report import Report, ShownMetric
from realsr.robustness.results import rows
from realsr.robustness.results.observations import Observations, shared_tables
from realsr.robustness.results.record import RecordedModel
from realsr.statistics import intervals
from realsr.statistics.comparisons import Comparison
from realsr.statistics.components import TwoWayTable, mean_squares
from realsr.statistics.power import power_note
from realsr.statistics.ranks import rank_stability
from realsr.statistics.tail import tail
from realsr.statistics.untold import Untold

LOSSES = ("content", "perceptual", "gan")
"""The order of the tabs; others follow as the study names them."""

ALL = "all losses"
"""The tab of a study that knows no model's loss."""


@dataclass(frozen=True)
class ShownMean:
    """A mean and its 95 % interval; low and high are None where there is none, and `why` says the reason."""

    value: float
    low: float | None = None
    high: float | None = None
    why: str = ""

    @property
    def sure(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low is not None and self.high is not None and self.low * self.high > 0


@dataclass(frozen=True)
class GridRow:
    """A row of the matrix: models trained on one pipeline with one loss (several where seeds differ)."""

    label: str
    trained_on: str | None
    models: Sequence[str]
    baseline: bool = False


@dataclass(frozen=True)
class Entry:
    """A cell of the matrix; None where there is no such number, and `notes` says why.

    drop: how much worse than the diagonal of its column, gain: how much better than the baseline, both positive
    in the direction of their name; each with its p and Holm's p over all drops, and over all gains, of the
    matrix. below: share of pictures under the baseline. rpr: SEAL's ratio between baseline (0.5) and diagonal
    (0.731).
    """

    cases: int
    failed: int
    mean: ShownMean | None
    drop: ShownMean | None
    gain: ShownMean | None
    below: float | None
    rpr: float | None
    p: float | None
    holm: float | None
    gain_p: float | None
    gain_holm: float | None
    notes: Sequence[str]


@dataclass(frozen=True)
class Standing:
    """One row among others. first: how often it is best when images and sets are drawn anew; next: how often it
    beats the one listed after it. tail: 5 % quantile of the gain over the baseline, case by case."""

    name: str
    value: float
    first: float
    next: float | None
    tail: float | None


@dataclass(frozen=True)
class Grid:
    """The matrix of one metric and one loss. entries: a list a line, in the order of the columns."""

    metric: str
    loss: str
    lines: Sequence[GridRow]
    entries: Sequence[Sequence[Entry]]
    standings: Sequence[Standing]
    power: str


@dataclass(frozen=True)
class Summary:
    """All grids; the first is the one a reader meets first."""

    losses: Sequence[str]
    columns: Sequence[GridColumn]
    grids: Sequence[Grid]

    def of(self, metric: str) -> list[Grid]:
        """The grids of a metric, in the order of the losses."""
        return [grid for grid in self.grids if grid.metric == metric]


def summarise(report: Report) -> Summary:
    """Every grid of the study; metrics that no cell has are left out."""
    scores = (score for cell in report.cells for score in cell.scores.items())
    seen = {name for name, value in scores if value is not None}
    grids = [
        grid for metric in report.metrics if metric.name in seen for grid in _grids(report, metric)
    ]
    return Summary(_losses(report), columns(report.sets), grids)


def _losses(report: Report) -> list[str]:
    found = dict.fromkeys(model.loss for model in report.models if model.loss)
    known = {loss: place for place, loss in enumerate(LOSSES)}
    return sorted(found, key=lambda loss: known.get(loss, len(known))) or [ALL]


def _grids(report: Report, metric: ShownMetric) -> Iterator[Grid]:
    found = rows.rows_of(trainings(report))
    among = columns(report.sets)
    names = [model.name for model in report.models]
    raw = pooled(report.observed(metric, turned=False), names, among)
    # What is best near 1 has no direction of its own: it is compared by its distance from 1.
    turned = raw
    if metric.better == "nearer to 1":
        turned = pooled(report.observed(metric, turned=True), names, among)
    higher = metric.better != "lower"
    whole = matrix.matrix(turned, found, [one.name for one in among], matrix.Scheme(higher))
    pair = _Pair(report, raw, turned, whole, higher)
    for loss in _losses(report):
        kept = [row for row in found if row.loss in (None, loss)]
        kept.sort(key=lambda row: row.loss is None)
        yield Grid(
            metric.name,
            loss,
            [_line(report, row, kept) for row in kept],
            [[_entry(pair, row, column) for column in among] for row in kept],
            *_order(report, metric, raw, turned, kept),
        )


def trainings(report: Report) -> list[rows.TrainedModel]:
    """The run's models; the matrix names degradations by test set, the record by pipeline."""
    sets: dict[str | None, str] = {
        test.pipeline: test.name for test in report.sets if test.pipeline
    }
    seeds = [(model.trained_on, model.loss, model.seed) for model in report.models]
    return [
        rows.TrainedModel(
            model.name,
            sets.get(model.trained_on, model.trained_on),
            model.loss,
            model.seed,
            _family(model, seeds),
        )
        for model in report.models
    ]


def _family(
    model: RecordedModel, seeds: Sequence[tuple[str | None, str | None, int | None]]
) -> str | None:
    """Siblings by the record's word; without one, all models are siblings as long as seeds tell them apart."""
    if model.family is not None or model.loss is None:
        return model.family
    return "one" if len(set(seeds)) == len(seeds) else None


def _line(report: Report, row: rows.MatrixRow, among: Sequence[rows.MatrixRow]) -> GridRow:
    """Named by what it was trained on, where that tells it from the other rows."""
    same = sum(other.trained_on == row.trained_on for other in among)
    label = row.trained_on if row.trained_on and same == 1 else row.name
    names = [model.name for model in row.models]
    return GridRow(label, row.trained_on, names, baseline=row.name == report.baseline)


class _Pair(NamedTuple):
    """A metric's numbers as they are, what they are compared by, and the matrix of that."""

    report: Report
    raw: Observations
    turned: Observations
    whole: matrix.Matrix
    higher: bool


def _entry(pair: _Pair, row: rows.MatrixRow, column: GridColumn) -> Entry:
    cell = pair.whole.cell(row.name, column.name)
    drop = cell.drop if isinstance(cell.drop, Comparison) else None
    gain = cell.gain if isinstance(cell.gain, Comparison) else None
    models = [model.name for model in row.models]
    told = (cell.value, cell.drop, cell.gain, cell.rpr)
    return Entry(
        cases=sum(len(pair.raw.of(model, test)) for model in models for test in column.sets),
        failed=sum(pair.report.failures(models, test) for test in column.sets),
        mean=_mean(pair.raw, row, column.name),
        drop=_shown(drop.difference) if drop else None,
        gain=_shown(gain.difference) if gain else None,
        below=_share_below(pair, row, column, cell.below_baseline),
        rpr=None if isinstance(cell.rpr, Untold) else cell.rpr,
        p=drop.p if drop else None,
        holm=drop.holm if drop else None,
        gain_p=gain.p if gain else None,
        gain_holm=gain.holm if gain else None,
        notes=list(dict.fromkeys(one.reason for one in told if isinstance(one, Untold))),
    )


def _share_below(
    pair: _Pair, row: rows.MatrixRow, column: GridColumn, of_set: intervals.Estimate | Untold
) -> float | None:
    if isinstance(of_set, Untold):
        return None
    if column.single or pair.report.baseline is None:
        return of_set.mean
    return share_below(pair.turned, row, pair.report.baseline, column, pair.higher)


def _mean(raw: Observations, row: rows.MatrixRow, test: str) -> ShownMean | None:
    tables = shared_tables([raw.of(model.name, test) for model in row.models])
    return _shown(intervals.estimate(tables, "own")) if tables[0].size else None


def _shown(found: intervals.Estimate) -> ShownMean:
    ends = found.interval
    if isinstance(ends, Untold):
        return ShownMean(found.mean, why=ends.reason)
    return ShownMean(found.mean, ends.low, ends.high)


def _order(
    report: Report,
    metric: ShownMetric,
    raw: Observations,
    turned: Observations,
    kept: Sequence[rows.MatrixRow],
) -> tuple[list[Standing], str]:
    """Rank stability over the sets that every row has numbers on, and the power note of its first two."""
    sets = [
        test.name
        for test in report.sets
        if all(turned.of(model.name, test.name) for row in kept for model in row.models)
    ]
    tables = _tables(turned, kept, sets)
    if len(tables) < 2 or min(table.size for table in tables.values()) == 0:
        return [], "Fewer than two models have numbers on the same images."
    found = rank_stability(tables, higher_is_better=metric.better != "lower")
    shown = _tables(raw, kept, sets)
    titles = {row.name: _title(row) for row in kept}
    first, second = found.order[:2]
    standings = [
        Standing(
            titles[name],
            float(shown[name].mean()),
            float(found.ranks[place, 0]),
            float(found.ahead[place, place + 1]) if place + 1 < len(found.order) else None,
            _tail(metric, tables, name, report.baseline),
        )
        for place, name in enumerate(found.order)
    ]
    return standings, _power(metric, titles[first], titles[second], tables[first] - tables[second])


def _tables(
    observations: Observations, kept: Sequence[rows.MatrixRow], sets: Sequence[str]
) -> dict[str, TwoWayTable]:
    """images x sets for each row, the mean of its trainings."""
    names = [model.name for row in kept for model in row.models]
    tables = iter(matrix.across_tables(observations, names, sets) if sets else [])
    return {row.name: np.mean([next(tables) for _ in row.models], axis=0) for row in kept if sets}


def _title(row: rows.MatrixRow) -> str:
    """A row by itself, without the table that says what it was trained on."""
    count = len(row.models)
    return row.name if count == 1 else f"{row.trained_on}, {row.loss}, {count} seeds"


def _tail(
    metric: ShownMetric, tables: dict[str, TwoWayTable], name: str, baseline: str | None
) -> float | None:
    if baseline not in tables or name == baseline:
        return None
    gains = (tables[name] - tables[baseline]).ravel()
    turned = -gains if metric.better == "lower" else gains
    return tail(turned, [str(place) for place in range(turned.size)]).quantile


def _power(metric: ShownMetric, first: str, second: str, difference: TwoWayTable) -> str:
    if min(difference.shape) < 2:
        return "One test set or one image says nothing about how many would be needed."
    effect, unit = (0.1, " dB") if metric.unit == "dB" else (0.01, "")
    note = power_note(mean_squares(difference), effect)
    ways = {"images": note.images, "test sets": note.cases}
    enough = [f"{count:,} {what}" for what, count in ways.items() if not isinstance(count, Untold)]
    ways_out = (
        f"it takes {' or '.join(enough)}" if enough else "neither more images nor sets suffice"
    )
    return (
        f"Over degradations like these, {len(difference)} images and {difference.shape[1]} test sets can tell "
        f"{first} from {second}, the first two, if they differ by {note.seen_now:.2g}{unit} or more; "
        f"for {effect:g}{unit} {ways_out}."
    )
