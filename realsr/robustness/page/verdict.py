"""Three sentences about a report, written from its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from realsr.robustness.page.gallery import gaps
from realsr.robustness.page.report import Report, ShownMetric
from realsr.robustness.page.summary import Entry, Grid, GridRow, ShownMean, Summary


def verdict(report: Report, summary: Summary, metric: ShownMetric) -> list[str]:
    """What the mismatch costs, how often it costs more than training gained, and where it is worst."""
    grids = summary.of(metric.name)
    return [
        _largest_drop(summary, grids, metric),
        _below(report, summary, grids),
        _worst(report, metric),
    ]


def number(value: float, metric: ShownMetric, sign: bool = False) -> str:
    """A value with the digits and unit of its metric and a true minus."""
    digits = 2 if metric.unit == "dB" else 4
    text = f"{value:{'+' if sign else ''}.{digits}f}".replace("-", "−")
    return f"{text} {metric.unit}".rstrip()


def _interval(found: ShownMean, metric: ShownMetric) -> str:
    if found.low is None or found.high is None:
        return "(too few images for an interval)"
    digits = 2 if metric.unit == "dB" else 4
    return f"[{found.low:.{digits}f}, {found.high:.{digits}f}]".replace("-", "−")


def _cells(grids: Sequence[Grid]) -> Iterator[tuple[Grid, GridRow, int, Entry]]:
    for grid in grids:
        for line, row in zip(grid.lines, grid.entries, strict=True):
            if not line.baseline:
                for column, entry in enumerate(row):
                    yield grid, line, column, entry


def _largest_drop(summary: Summary, grids: Sequence[Grid], metric: ShownMetric) -> str:
    drops = [
        (entry.drop.value, grid, line, column, entry.drop)
        for grid, line, column, entry in _cells(grids)
        if entry.drop is not None
    ]
    if not drops:
        return (
            "No model was tested both on its own degradation and beside one trained for another: "
            "what a mismatch costs cannot be said."
        )
    _, grid, line, column, drop = max(drops, key=lambda found: found[0])
    cost = f"{number(drop.value, metric)} {metric.title} {_interval(drop, metric)}"
    test = summary.columns[column].name
    if not drop.sure:
        return (
            "No drop from the diagonal stands out: the largest, for a model trained on "
            f"{line.label} and tested on {test}, is {cost}."
        )
    return (
        f"Trained on {line.label} with the {grid.loss} loss and tested on {test}, a model loses {cost} against "
        "its sibling that was trained for that degradation: the largest drop of the matrix."
    )


def _below(report: Report, summary: Summary, grids: Sequence[Grid]) -> str:
    """Counts pictures: a column weighted by draws shows again those of the one beside it."""
    pairs = [
        (entry.below * entry.cases, entry.cases, line.trained_on == summary.columns[column].name)
        for _, line, column, entry in _cells(grids)
        if entry.below is not None and summary.columns[column].sizes is None
    ]
    if not pairs or report.baseline is None:
        return "There is no baseline to compare with: whether the models help at all is not known."
    off, on = ([pair for pair in pairs if pair[2] is matched] for matched in (False, True))
    sentence = (
        f"Away from their own degradation the models are below {report.baseline} in {_share(off)}"
    )
    return f"{sentence}; on it, in {_share(on)}." if on else f"{sentence}."


def _share(pairs: Sequence[tuple[float, int, bool]]) -> str:
    under, of = round(sum(pair[0] for pair in pairs)), sum(pair[1] for pair in pairs)
    return f"{under} of {of} cases" if of else "no case tested"


def _worst(report: Report, metric: ShownMetric) -> str:
    """Of all cases, whether their pictures were kept or not."""
    found = gaps(report, metric)
    if not found:
        return "No trained model has a number, so there is no worst case."
    gap, cell = found[0]
    draw = f" (variant {cell.variant})" if cell.variant else ""
    where = f"{cell.image}{draw} under {cell.set}, where {cell.model}"
    if report.baseline is None:
        return f"The worst single case is {where} reaches {number(gap, metric)}."
    side = "below" if gap < 0 else "above"
    return (
        f"The worst single case is {where} is {number(abs(gap), metric)} {side} {report.baseline}."
    )
