"""Whether a run keeps its rules: pass, fail, or not enough numbers to tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from realsr.metrics.metric import Better
from realsr.robustness.errors import StudyError
from realsr.robustness.results.observations import Observations, observed, shared_tables
from realsr.robustness.results.quality import quality
from realsr.robustness.results.store import Results
from realsr.robustness.study.line_choice import BASELINE
from realsr.robustness.study.rules import Rule, Rules
from realsr.statistics.bounds import Bound, Side, mean_bound, quantile_bound, share_bound
from realsr.statistics.components import TwoWayTable
from realsr.statistics.intervals import Design
from realsr.statistics.untold import Untold

State = Literal["pass", "fail", "incomplete"]


@dataclass(frozen=True)
class Verdict:
    """One rule on one model and set. bound: end of its one-sided interval, or the number itself; kept from
    margin 0.
    """

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


def judged(rules: Rules, results: Results) -> list[Verdict]:
    """Every rule on every model and set that it speaks of. Raises StudyError for names that the run has not."""
    return [verdict for rule in rules.rules for verdict in _judged(rule, results)]


def overall(verdicts: Sequence[Verdict]) -> State:
    """A rule that is broken is broken, whatever else is missing; and nothing judged is nothing kept."""
    states = {verdict.state for verdict in verdicts}
    if "fail" in states:
        return "fail"
    return "incomplete" if "incomplete" in states or not states else "pass"


def _judged(rule: Rule, results: Results) -> Iterator[Verdict]:
    better = results.metric(rule.metric).better
    seen = observed(results.cells, rule.metric)
    matched = _matched(results)
    for model in _named(rule.models, [n for n in results.models() if n != BASELINE], "model"):
        sets = _named(rule.sets, _sets(results, rule, seen), "set")
        if not sets:
            yield Verdict(
                rule.name, model, "every set", "incomplete", _why_none(results, rule.metric)
            )
            continue
        groups = [[name] for name in sets] if rule.over == "each" else [list(sets)]
        for group in groups:
            table = _measured(rule, seen, better, (model, group), matched.get(model))
            yield _verdict(rule, model, group, table, better)


def _sets(results: Results, rule: Rule, seen: Observations) -> list[str]:
    """Those where the metric has a meaning; a rule on a named set is never passed over."""
    names = [test.name for test in results.record.sets]
    if rule.sets is not None:
        return names
    return [name for name in names if any(seen.of(model, name) for model in results.models())]


def _why_none(results: Results, metric: str) -> str:
    """The first reason why a metric has no number at all."""
    reasons = (cell.lack(metric) for cell in results.cells)
    return f"no set has a number of {metric}: {next(filter(None, reasons), 'there is no picture')}"


def _named(wanted: Sequence[str] | None, known: Sequence[str], kind: str) -> Sequence[str]:
    for name in wanted or ():
        if name not in known:
            hint = f" ({BASELINE} is what models are compared with)" if name == BASELINE else ""
            raise StudyError(
                f"the run has no {kind} {name!r}{hint}; it has {', '.join(known) or 'none'}"
            )
    return known if wanted is None else wanted


def _matched(results: Results) -> dict[str, str]:
    """The set that a model was trained for, where there is one."""
    by_pipeline = {test.pipeline: test.name for test in results.record.sets}
    return {
        model.name: by_pipeline[model.trained_on]
        for model in results.record.models
        if model.trained_on is not None and model.trained_on in by_pipeline
    }


def _measured(
    rule: Rule,
    seen: Observations,
    better: Better,
    place: tuple[str, list[str]],
    matched: str | None,
) -> TwoWayTable | str:
    """What the rule looks at, images x draws of a set or images x sets; or why it is not there as a whole."""
    model, sets = place
    mine = [(model, name) for name in sets]
    if rule.of == "value" and rule.statistic != "share_below":
        if better == "nearer to 1" and rule.statistic != "mean":
            raise StudyError(f"rule {rule.name!r}: {rule.metric} is best at 1; give `of: gain`")
        found = _tables(seen, mine)
        return found if isinstance(found, str) else _joined(rule, found)
    if rule.of == "drop":
        if matched is None:
            return "nothing was tested on what the model was trained for"
        pairs = [((model, matched), own) for own in mine]
    else:
        pairs = [(own, (BASELINE, own[1])) for own in mine]
    found = _tables(seen, [one for pair in pairs for one in pair])
    if isinstance(found, str):
        return found
    turned = [quality(better, table) for table in found]
    return _joined(rule, [a - b for a, b in zip(turned[::2], turned[1::2], strict=True)])


def _tables(seen: Observations, places: Sequence[tuple[str, str]]) -> list[TwoWayTable] | str:
    """A table images x draws a place, of equal images; or the first picture that has no number."""
    for place in places:
        for lack in seen.lacking(*place):
            return f"{lack.image} has no number for {place[0]} on {place[1]}: {lack.reason}"
    columns = [seen.of(*place) for place in places]
    tables = shared_tables(columns)
    images = {one.image for column in columns for one in column}
    if not images:
        return "there is no picture"
    if len(tables[0]) < len(images):
        return f"of {len(images)} images only {len(tables[0])} are in all that is compared"
    return tables


def _joined(rule: Rule, tables: Sequence[TwoWayTable]) -> TwoWayTable:
    if rule.over == "each":
        return tables[0]
    return np.stack([table.mean(axis=1) for table in tables], axis=1)


def _verdict(
    rule: Rule, model: str, sets: Sequence[str], table: TwoWayTable | str, better: Better
) -> Verdict:
    where = sets[0] if len(sets) == 1 else f"{len(sets)} sets together"
    if isinstance(table, str):
        return Verdict(rule.name, model, where, "incomplete", table)
    value = _statistic(rule, table, better)
    bound = Bound(value, "") if rule.certainty is None else _bound(rule, table, better)
    if isinstance(bound, Untold):
        words = f"{_what(rule)} {value:.4g}; {bound}"
        return Verdict(rule.name, model, where, "incomplete", words, value)
    end = bound.value
    margin = end - rule.at_least if rule.at_least is not None else (rule.at_most or 0.0) - end
    state: State = "pass" if margin >= 0 else "fail"
    return Verdict(
        rule.name, model, where, state, _words(rule, value, bound, margin), value, end, margin
    )


def _bad_is_high(rule: Rule, better: Better) -> bool:
    return rule.of == "drop" or (rule.of == "value" and better == "lower")


def _level(rule: Rule, better: Better) -> float:
    """The rule's quantile, counted from the low end."""
    return 1.0 - rule.quantile if _bad_is_high(rule, better) else rule.quantile


def _statistic(rule: Rule, table: TwoWayTable, better: Better) -> float:
    match rule.statistic:
        case "mean":
            return float(table.mean())
        case "share_below":
            return float((table < 0).mean())
        case "quantile":
            return float(np.quantile(table, _level(rule, better)))
        case _:
            return float(table.max() if _bad_is_high(rule, better) else table.min())


def _bound(rule: Rule, table: TwoWayTable, better: Better) -> Bound | Untold:
    """By the interval of the design: a set's draws are an image's own, sets together as the rule says."""
    certainty = rule.certainty or 0.0
    side: Side = "at most" if rule.at_least is None else "at least"
    design: Design = "own" if rule.over == "each" else rule.over
    if rule.statistic == "quantile":
        return quantile_bound(table, _level(rule, better), certainty, side)
    bound_of = share_bound if rule.statistic == "share_below" else mean_bound
    return bound_of(table, design, certainty, side)


def _what(rule: Rule) -> str:
    return f"{rule.statistic} {rule.of} of {rule.metric}"


def _words(rule: Rule, value: float, bound: Bound, margin: float) -> str:
    sign, limit = (">=", rule.at_least) if rule.at_least is not None else ("<=", rule.at_most)
    sure = (
        ""
        if rule.certainty is None
        else f", at {100 * rule.certainty:g} % certainty {bound.value:.4g} ({bound.kind})"
    )
    return f"{_what(rule)} {value:.4g}{sure}; expected {sign} {limit:g} (margin {margin:+.4g})"
