"""Files of raters as one analysis: models, pictures, raters, and how well raters agree with themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from degrade.foreign import ForeignFileError
from realsr.files.faults import all_of
from realsr.rating.errors import RatingError
from realsr.rating.opinions import (
    Given,
    GradeTable,
    ModelOpinion,
    Preferences,
    StimulusOpinion,
    four_ways,
    given,
    grade_table,
    model_opinions,
    preferences,
    stimulus_opinions,
)
from realsr.rating.plan import Kind
from realsr.rating.rater_file import SUFFIX, RaterFile, read_rater_file
from realsr.rating.stimuli import BICUBIC, HR
from realsr.statistics.intervals import wilson
from realsr.statistics.opinions import Opinions

FOLDER = "ratings"
"""Where the ratings of a run lie, in its folder."""
VERSION = 1
TURNED = {"left": "right", "same": "same", "right": "left"}


@dataclass(frozen=True)
class Repeats:
    """Trials that came twice. same: of them with the same answer, with a 95 % interval of the share; distance:
    mean distance of grades, None for choices."""

    count: int
    same: int
    low: float
    high: float
    distance: float | None


@dataclass(frozen=True)
class RaterSummary:
    """bias, inconsistency: in grades, by P.910; None where not estimated. rejected: by BT.500. anchors:
    pictures on which the truth was not put below bicubic, of those with both."""

    rater: str
    kind: Kind
    answers: int
    of: int
    repeats: Repeats | None
    bias: float | None
    inconsistency: float | None
    rejected: bool | None
    anchors: tuple[int, int] | None


@dataclass(frozen=True)
class RatingAnalysis:
    """models, stimuli: from grades, empty without any. preferences: from choices."""

    raters: tuple[RaterSummary, ...]
    models: tuple[ModelOpinion, ...]
    stimuli: tuple[StimulusOpinion, ...]
    repeats: dict[Kind, Repeats]
    preferences: Preferences | None

    def to_data(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {"version": VERSION, **_without_nan(asdict(self))}


def rating_files(places: Sequence[Path]) -> list[RaterFile]:
    """The files in folders of ratings, in runs' folders, and files themselves. Raises RatingError,
    ForeignFileError."""
    return all_of(read_rater_file, [path for place in places for path in _paths(place)])


def _paths(place: Path) -> list[Path]:
    if not place.is_dir():
        return [place]
    folder = place / FOLDER if (place / FOLDER).is_dir() else place
    try:
        found = sorted(one for one in folder.iterdir() if one.name.endswith(SUFFIX))
    except OSError as error:
        raise ForeignFileError(folder, "unreadable", f"it cannot be listed ({error})") from error
    if not found:
        raise RatingError(
            f"{place} holds no ratings (files *{SUFFIX}); `realsr rate open` takes some"
        )
    return found


def analysed(
    files: Sequence[RaterFile], pictures: Callable[[str], bool] = lambda _: True
) -> RatingAnalysis:
    """The analysis of answers to these pictures. Raises RatingError where there is none."""
    grades, choices = (given(files, kind, pictures) for kind in ("acr", "pairs"))
    if not grades and not choices:
        raise RatingError("no answer has been given yet")
    table = grade_table(grades)
    ways = four_ways(table) if grades else {}
    both: dict[Kind, list[Given]] = {"acr": grades, "pairs": choices}
    return RatingAnalysis(
        tuple(_raters(files, both, table, ways)),
        tuple(model_opinions(table, ways)) if grades else (),
        tuple(stimulus_opinions(table, ways)) if grades else (),
        {kind: found for kind, answers in both.items() if (found := repeats(answers)) is not None},
        preferences(choices) if choices else None,
    )


def repeats(answers: Sequence[Given]) -> Repeats | None:
    """How often a second showing got the answer of the first; None where nothing came twice."""
    first = {
        (one.rater, one.answer.trial, len(one.trial.models)): one.answer.answer for one in answers
    }
    pairs = [
        (first[key], one.answer.answer)
        for one in answers
        if (key := (one.rater, one.trial.repeats, len(one.trial.models))) in first
    ]
    if not pairs:
        return None
    same = sum(again == TURNED.get(before, before) for before, again in pairs)
    ends = wilson(same / len(pairs), len(pairs))
    grades = [abs(int(a) - int(b)) for a, b in pairs if a.isdigit()]
    distance = sum(grades) / len(grades) if grades else None
    return Repeats(len(pairs), same, ends.low, ends.high, distance)


def _raters(
    files: Sequence[RaterFile],
    answers: dict[Kind, list[Given]],
    table: GradeTable,
    ways: dict[str, Opinions],
) -> Iterator[RaterSummary]:
    for file in sorted(files, key=lambda one: (one.header.rater, one.header.kind)):
        name, kind = file.header.rater, file.header.kind
        own = [one for one in answers[kind] if one.rater == name]
        if not own:
            continue
        place = table.raters.index(name) if kind == "acr" and name in table.raters else None
        yield RaterSummary(
            name,
            kind,
            len(file.answers),
            len(file.header.trials),
            repeats(own),
            *_character(place, ways),
            _anchors(own),
        )


def _character(
    place: int | None, ways: dict[str, Opinions]
) -> tuple[float | None, float | None, bool | None]:
    if place is None:
        return None, None, None
    found = ways["consistent"]
    rejected = not ways["screened"].kept[place]
    return float(found.bias[place]), float(found.inconsistency[place]), rejected


def _anchors(own: Sequence[Given]) -> tuple[int, int] | None:
    """Of grades and of choices alike."""
    told = list(_anchored(own))
    return (sum(told), len(told)) if told else None


def _anchored(own: Sequence[Given]) -> Iterator[bool]:
    grades = {
        (one.trial.picture, one.trial.models[0]): int(one.answer.answer)
        for one in own
        if len(one.trial.models) == 1 and one.trial.repeats is None
    }
    for picture, model in grades:
        if model == HR and (picture, BICUBIC) in grades:
            yield grades[picture, HR] >= grades[picture, BICUBIC]
    for one in own:
        if set(one.trial.models) == {HR, BICUBIC} and one.trial.repeats is None:
            worse = "left" if one.trial.models[0] == BICUBIC else "right"
            yield one.answer.answer != worse


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(one) for one in value]
    return None if isinstance(value, float) and value != value else value
