"""Answers as arrays, and what they say of models: opinions from grades, strengths from choices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from realsr.rating.errors import RatingError
from realsr.rating.plan import Kind, Trial
from realsr.rating.rater_file import RaterAnswer, RaterFile
from realsr.statistics.intervals import FEWEST, Estimate, estimate
from realsr.statistics.opinions import (
    Floats,
    Opinions,
    complete,
    consistent_opinions,
    plain_opinions,
    screened_opinions,
    unbiased_opinions,
)
from realsr.statistics.preferences import Choices, Strengths, groups_apart, strengths, wins
from realsr.statistics.untold import Untold

LEAST, BEST = 1.0, 5.0
"""Grades; no interval of a mean leaves them, unless the likelihood put the mean itself outside."""
SHARE = {"left": 1.0, "same": 0.5, "right": 0.0}
"""Of the left picture in a choice."""


@dataclass(frozen=True)
class Given:
    """An answer with what it was given to."""

    rater: str
    trial: Trial
    answer: RaterAnswer


@dataclass(frozen=True)
class ToldNumber:
    """A number for a model. low, high: its 95 % interval, None where there is none; how: over what the interval
    is, or why there is none."""

    value: float
    low: float | None
    high: float | None
    how: str


@dataclass(frozen=True)
class ModelOpinion:
    """mos: the mean over pictures of the means over raters. unbiased, screened, consistent: the same of
    bias-removed grades, of BT.500's raters and by P.910's likelihood. left_out: raters who lack pictures, where
    that made the table whole."""

    model: str
    pictures: int
    answers: int
    mos: ToldNumber
    unbiased: ToldNumber
    screened: ToldNumber | None
    consistent: ToldNumber
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class StimulusOpinion:
    """A picture of a model. half: of the 95 % interval over raters like these; None with one rater."""

    picture: str
    model: str
    answers: int
    mos: float
    mos_half: float | None
    unbiased: float
    unbiased_half: float | None
    consistent: float | None
    consistent_half: float | None


@dataclass(frozen=True)
class GradeTable:
    """stimuli: (picture, model), sorted. scores: stimuli x raters, NaN without an answer; the first showing
    counts."""

    stimuli: tuple[tuple[str, str], ...]
    raters: tuple[str, ...]
    scores: Floats

    def rows(self, model: str) -> list[int]:
        """The stimuli of a model."""
        return [place for place, one in enumerate(self.stimuli) if one[1] == model]

    @property
    def models(self) -> list[str]:
        """Sorted."""
        return sorted({model for _, model in self.stimuli})


def given(
    files: Iterable[RaterFile], kind: Kind, pictures: Callable[[str], bool] = lambda _: True
) -> list[Given]:
    """The answers of a kind to these pictures. Raises RatingError where a rater rated one thing in two
    files."""
    found, seen = [], dict[tuple[object, ...], RaterFile]()
    for file in files:
        if file.header.kind != kind:
            continue
        for number, answer in sorted(file.answers.items()):
            trial = file.header.trials[number]
            key = file.header.rater, trial.picture, frozenset(trial.models)
            if seen.setdefault(key, file) is not file:
                raise RatingError(
                    f"{file.header.rater} rated {trial.picture} in {seen[key].path} and in {file.path}; "
                    "analyse them apart, or rename one rater"
                )
            if pictures(trial.picture):
                found.append(Given(file.header.rater, trial, answer))
    return found


def grade_table(answers: Sequence[Given]) -> GradeTable:
    """Grades as an array."""
    first = [one for one in answers if one.trial.repeats is None]
    stimuli = sorted({(one.trial.picture, one.trial.models[0]) for one in first})
    raters = sorted({one.rater for one in first})
    rows = {key: place for place, key in enumerate(stimuli)}
    columns = {rater: place for place, rater in enumerate(raters)}
    scores = np.full((len(stimuli), len(raters)), np.nan)
    for one in first:
        key = one.trial.picture, one.trial.models[0]
        scores[rows[key], columns[one.rater]] = float(one.answer.answer)
    return GradeTable(tuple(stimuli), tuple(raters), scores)


def four_ways(table: GradeTable) -> dict[str, Opinions]:
    """The table's opinions: mos, unbiased, screened, consistent."""
    return {
        "mos": plain_opinions(table.scores),
        "unbiased": unbiased_opinions(table.scores),
        "screened": screened_opinions(table.scores, to_the_letter=False),
        "consistent": consistent_opinions(table.scores),
    }


def stimulus_opinions(table: GradeTable, ways: dict[str, Opinions]) -> list[StimulusOpinion]:
    """Every picture of every model."""
    counts = (~np.isnan(table.scores)).sum(1)
    mos, unbiased, consistent = (ways[name] for name in ("mos", "unbiased", "consistent"))
    return [
        StimulusOpinion(
            picture,
            model,
            answers=int(counts[row]),
            mos=float(mos.quality[row]),
            mos_half=_number(mos.half_width[row]),
            unbiased=float(unbiased.quality[row]),
            unbiased_half=_number(unbiased.half_width[row]),
            consistent=_number(consistent.quality[row]),
            consistent_half=_number(consistent.half_width[row]),
        )
        for row, (picture, model) in enumerate(table.stimuli)
    ]


def model_opinions(table: GradeTable, ways: dict[str, Opinions]) -> list[ModelOpinion]:
    """Every model, best first."""
    found = [_model(table, ways, model) for model in table.models]
    return sorted(found, key=lambda one: -one.mos.value)


def _model(table: GradeTable, ways: dict[str, Opinions], model: str) -> ModelOpinion:
    rows = table.rows(model)
    scores = table.scores[rows]
    whole, raters = complete(scores)
    crossed = len(whole) == len(rows) and len(raters) >= min(FEWEST, scores.shape[1])
    mos = _over_both(scores[:, raters]) if crossed else _over_pictures(ways["mos"].quality[rows])
    left = [name for place, name in enumerate(table.raters) if place not in set(raters)]
    kept = ways["screened"].kept.any()
    return ModelOpinion(
        model,
        len(rows),
        int((~np.isnan(scores)).sum()),
        mos,
        _over_pictures(ways["unbiased"].quality[rows]),
        _over_pictures(ways["screened"].quality[rows]) if kept else None,
        _over_pictures(ways["consistent"].quality[rows]),
        tuple(left) if crossed else (),
    )


def _over_both(scores: Floats) -> ToldNumber:
    """Over pictures and raters like these where there are enough raters; else over pictures, for these
    raters."""
    if scores.shape[1] >= FEWEST:
        return _told(estimate([scores], "crossed"), "over pictures and raters")
    return _told(estimate([scores], "fixed"), "over pictures, these raters alone")


def _over_pictures(qualities: Floats) -> ToldNumber:
    there = qualities[~np.isnan(qualities)]
    if not there.size:
        return ToldNumber(float("nan"), None, None, "no rater counts")
    return _told(estimate([there[:, None]], "fixed"), "over pictures, these raters alone")


def _told(found: Estimate, how: str) -> ToldNumber:
    ends = found.interval
    if isinstance(ends, Untold):
        return ToldNumber(found.mean, None, None, ends.reason)
    low, high = max(ends.low, LEAST), min(ends.high, BEST)
    return ToldNumber(
        found.mean, min(low, found.mean), max(high, found.mean), f"{how} ({ends.method})"
    )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


@dataclass(frozen=True)
class Preference:
    """strength: in log odds, 0 in the mean of the models; None where there is no finite one. preferred: how
    often it was preferred among `choices`, undecided ones half."""

    model: str
    strength: ToldNumber | None
    preferred: float
    choices: int


@dataclass(frozen=True)
class Preferences:
    """models: best first. why: why there are no strengths; groups: models that are apart then. table: how often
    the row was preferred to the column, in the order of `models`."""

    models: tuple[Preference, ...]
    why: str | None
    groups: tuple[tuple[str, ...], ...]
    table: tuple[tuple[float, ...], ...]


def preferences(answers: Sequence[Given]) -> Preferences:
    """Choices as strengths; the first showing of a pair counts."""
    first = [one for one in answers if one.trial.repeats is None]
    models = sorted({model for one in first for model in one.trial.models})
    chosen = _choices(first, models)
    table, found = wins(chosen, len(models)), strengths(chosen, len(models))
    rows = [_preference(place, models, table, found) for place in range(len(models))]
    order = sorted(range(len(models)), key=lambda place: -_rank(rows[place]))
    why = found.reason if isinstance(found, Untold) else None
    groups = groups_apart(table) if why else []
    return Preferences(
        tuple(rows[place] for place in order),
        why,
        tuple(tuple(models[place] for place in group) for group in groups),
        tuple(tuple(float(table[row, column]) for column in order) for row in order),
    )


def _choices(first: Sequence[Given], models: Sequence[str]) -> Choices:
    places = {model: place for place, model in enumerate(models)}
    raters = {rater: place for place, rater in enumerate(sorted({one.rater for one in first}))}
    return Choices(
        np.array([places[one.trial.models[0]] for one in first], np.intp),
        np.array([places[one.trial.models[1]] for one in first], np.intp),
        np.array([SHARE[one.answer.answer] for one in first], np.float64),
        np.array([raters[one.rater] for one in first], np.intp),
    )


def _preference(
    place: int, models: Sequence[str], table: Floats, found: Strengths | Untold
) -> Preference:
    total = float(table[place].sum() + table[:, place].sum())
    strength = None
    if isinstance(found, Strengths):
        ends = float(found.low[place]), float(found.high[place])
        strength = ToldNumber(float(found.value[place]), *ends, found.method)
    return Preference(models[place], strength, float(table[place].sum() / total), int(total))


def _rank(one: Preference) -> float:
    return one.strength.value if one.strength else one.preferred
