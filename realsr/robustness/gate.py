"""Whether a run keeps its rules: pass, fail, or not enough numbers to tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from realsr.metrics.metric import Better
from realsr.robustness.contestants import BASELINE
from realsr.robustness.errors import StudyError
from realsr.robustness.quality import quality
from realsr.robustness.rules import Rule, Rules
from realsr.robustness.store import Results, Row

FEWEST = 6
"""Pictures from which on resampling says anything about others."""

State = Literal["pass", "fail", "incomplete"]
Values = npt.NDArray[np.float64]

Drawn = Callable[[Values], Values]
"""Rows of resampled pictures, draws x pictures, from one value a picture."""

Table = Mapping[tuple[str, str], Mapping[tuple[str, int], float | None]]
"""By model and set, then image and variant; None where there is no number."""


@dataclass(frozen=True)
class Verdict:
    """One rule on one model and set. bound: end of its interval, or the number itself; kept from margin 0."""

    rule: str
    model: str
    set: str
    state: State
    words: str
    value: float | None = None
    bound: float | None = None
    margin: float | None = None

    def __str__(self) -> str:
        return f"{self.state}: {self.rule}: {self.model} on {self.set}: {self.words}"


def resampled(values: Values, draws: int = 2000, seed: int = 0) -> Values:
    """Pictures drawn with replacement."""
    picks = np.random.default_rng(seed).integers(0, len(values), (draws, len(values)))
    return values[picks]


def judged(rules: Rules, results: Results, drawn: Drawn = resampled) -> list[Verdict]:
    """Every rule on every model and set that it speaks of. Raises StudyError for names that the run has not."""
    return [verdict for rule in rules.rules for verdict in _judged(rule, results, drawn)]


def overall(verdicts: Sequence[Verdict]) -> State:
    """A rule that is broken is broken, whatever else is missing; and nothing judged is nothing kept."""
    states = {verdict.state for verdict in verdicts}
    if "fail" in states:
        return "fail"
    return "incomplete" if "incomplete" in states or not states else "pass"


def _judged(rule: Rule, results: Results, drawn: Drawn) -> Iterator[Verdict]:
    better: Better = results.metric(rule.metric)["better"]
    table = _table(results, rule.metric)
    matched = _matched(results)
    for model in _named(rule.models, [n for n in results.models() if n != BASELINE], "model"):
        for test in _named(rule.sets, _sets(results, rule, table), "set"):
            values = _measured(rule, table, better, (model, test), matched.get(model))
            yield _verdict(rule, model, test, values, better, drawn)


def _sets(results: Results, rule: Rule, table: Table) -> list[str]:
    """Those where the metric has a meaning; a rule on a named set is never passed over."""
    names = [test["name"] for test in results.record["sets"]]
    if rule.sets is not None:
        return names
    return [name for name in names if _has_numbers(table, name)]


def _has_numbers(table: Table, test: str) -> bool:
    return any(
        value is not None
        for (_, name), cells in table.items()
        if name == test
        for value in cells.values()
    )


def _named(wanted: Sequence[str] | None, known: Sequence[str], kind: str) -> Sequence[str]:
    for name in wanted or ():
        if name not in known:
            raise StudyError(f"the run has no {kind} {name!r}; it has {', '.join(known) or 'none'}")
    return known if wanted is None else wanted


def _matched(results: Results) -> dict[str, str]:
    """The set that a model was trained for, where there is one."""
    by_pipeline = {test["pipeline"]: test["name"] for test in results.record["sets"]}
    return {
        model["name"]: by_pipeline[model["trained_on"]]
        for model in results.record["models"]
        if model["trained_on"] is not None and model["trained_on"] in by_pipeline
    }


def _table(results: Results, metric: str) -> Table:
    table: dict[tuple[str, str], dict[tuple[str, int], float | None]] = {}
    for cell in results.cells:
        row = table.setdefault((cell["model"], cell["set"]), {})
        row[cell["image"], cell["variant"]] = _number(cell, metric)
    return table


def _number(cell: Row, metric: str) -> float | None:
    value: float | None = cell["scores"].get(metric)
    return value


def _measured(
    rule: Rule, table: Table, better: Better, place: tuple[str, str], matched: str | None
) -> Values | str:
    """What the rule looks at, one value a picture; or why there is not one for every picture."""
    model, test = place
    mine = table.get(place, {})
    if rule.of == "value" and rule.statistic != "share_below":
        if better == "nearer to 1" and rule.statistic != "mean":
            raise StudyError(f"rule {rule.name!r}: {rule.metric} is best at 1; give `of: gain`")
        return _differences(mine, None, better)
    if rule.of == "drop":
        if matched is None:
            return "nothing was tested on what the model was trained for"
        return _differences(table.get((model, matched), {}), mine, better)
    return _differences(mine, table.get((BASELINE, test), {}), better)


def _differences(
    cells: Mapping[tuple[str, int], float | None],
    others: Mapping[tuple[str, int], float | None] | None,
    better: Better,
) -> Values | str:
    """Values of the pictures, or by how much they are better than others of the same pictures."""
    found = []
    for picture, value in cells.items():
        other = None if others is None else others.get(picture)
        if value is None or (others is not None and other is None):
            return f"{picture[0]} has no number"
        found.append(value if other is None else quality(value, better) - quality(other, better))
    return np.array(found) if found else "there is no picture"


def _verdict(
    rule: Rule, model: str, test: str, values: Values | str, better: Better, drawn: Drawn
) -> Verdict:
    if isinstance(values, str):
        return Verdict(rule.name, model, test, "incomplete", values)
    if rule.certainty is not None and len(values) < FEWEST:
        few = f"{len(values)} pictures are too few to tell with certainty; {FEWEST} at least"
        return Verdict(rule.name, model, test, "incomplete", few)
    value = float(_statistic(rule, values[None], better)[0])
    bound = _bound(rule, values, value, better, drawn)
    margin = bound - rule.at_least if rule.at_least is not None else (rule.at_most or 0.0) - bound
    state: State = "pass" if margin >= 0 else "fail"
    words = _words(rule, value, bound, margin)
    return Verdict(rule.name, model, test, state, words, value, bound, margin)


def _statistic(rule: Rule, rows: Values, better: Better) -> Values:
    """One number a row of pictures."""
    bad_is_high = rule.of == "drop" or (rule.of == "value" and better == "lower")
    match rule.statistic:
        case "mean":
            return np.asarray(rows.mean(axis=1))
        case "share_below":
            return np.asarray((rows < 0).mean(axis=1))
        case "quantile":
            level = 1 - rule.quantile if bad_is_high else rule.quantile
            return np.asarray(np.quantile(rows, level, axis=1))
        case _:
            return np.asarray(rows.max(axis=1) if bad_is_high else rows.min(axis=1))


def _bound(rule: Rule, values: Values, value: float, better: Better, drawn: Drawn) -> float:
    if rule.certainty is None:
        return value
    many = _statistic(rule, drawn(values), better)
    level = 1 - rule.certainty if rule.at_least is not None else rule.certainty
    return float(np.quantile(many, level))


def _words(rule: Rule, value: float, bound: float, margin: float) -> str:
    sign, limit = (">=", rule.at_least) if rule.at_least is not None else ("<=", rule.at_most)
    sure = (
        "" if rule.certainty is None else f", at {100 * rule.certainty:g} % certainty {bound:.4g}"
    )
    what = f"{rule.statistic} {rule.of} of {rule.metric}"
    return f"{what} {value:.4g}{sure}; expected {sign} {limit:g} (margin {margin:+.4g})"
