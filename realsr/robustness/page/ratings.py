"""What people saw: the ratings of a run, which lie in a folder of their own beside its record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from degrade.errors import DegradeError
from realsr.files.prints import printed
from realsr.pages import Download
from realsr.rating.analysis import FOLDER, RatingAnalysis, analysed, rating_files
from realsr.rating.errors import RatingError
from realsr.rating.opinions import ModelOpinion, Preferences, ToldNumber
from realsr.rating.rater_file import RaterFile
from realsr.rating.wording import repeat_words, told_words
from realsr.robustness.page.methods import WordTable
from realsr.robustness.page.report import Report
from realsr.robustness.results.rated import rated_file

MOST_SETS = 8
"""Test sets that have a column each."""
COLUMNS = (
    "picture",
    "model",
    "grades",
    "mos",
    "mos_half",
    "unbiased",
    "unbiased_half",
    "p910",
    "p910_half",
)


@dataclass(frozen=True)
class ShownRatings:
    """tables: models by grades and by choices. notes: how they came about. stimuli: every picture, to
    download."""

    tables: Sequence[WordTable]
    notes: Sequence[str]
    stimuli: Download | None


def ratings(report: Report) -> ShownRatings | None:
    """The run's ratings; None where nobody rated. What cannot be read is a note, and the page is made without
    it."""
    if not (report.folder / FOLDER).is_dir():
        return None
    try:
        files = rating_files([report.folder / FOLDER])
        changed = set(_changed(report, files))
        found = analysed(files, lambda picture: picture not in changed)
    except DegradeError as error:
        return ShownRatings([], [f"No ratings are shown: {error}."], None)
    return ShownRatings(
        list(_tables(report, files, found, changed)),
        list(_notes(found, len(changed))),
        _download(found) if found.stimuli else None,
    )


def _changed(report: Report, files: Sequence[RaterFile]) -> Iterator[str]:
    """Pictures of which an answer is another one than was rated."""
    models = [model.name for model in report.models]
    shown = {(one.picture, one.model, one.digest) for file in files for one in file.header.shown}
    for picture, model, digest in sorted(shown):
        if ".." in Path(picture).parts or Path(picture).is_absolute() or "/" in model:
            raise RatingError(f"{picture!r} of {model!r} is no picture of a run")
        path = rated_file(report.folder, picture, model, models)
        if not path.is_file() or printed(path).sha256 != digest:
            yield picture


def _tables(
    report: Report, files: Sequence[RaterFile], found: RatingAnalysis, changed: set[str]
) -> Iterator[WordTable]:
    if found.models:
        yield _grades(found, list(_of_sets(report, files, changed)))
    if found.preferences:
        yield _choices(found.preferences)


def _of_sets(
    report: Report, files: Sequence[RaterFile], changed: set[str]
) -> Iterator[tuple[str, dict[str, ModelOpinion]]]:
    """The models' opinions in each rated set, where there are several and not too many."""
    rated = {one.picture for file in files for one in file.header.shown} - changed
    sets = [test.name for test in report.sets if any(_in(test.name)(one) for one in rated)]
    for name in sets if 1 < len(sets) <= MOST_SETS else ():
        wanted = {one for one in rated if _in(name)(one)}
        try:
            part = analysed(files, wanted.__contains__)
        except RatingError:  # shown to nobody yet
            continue
        yield name, {one.model: one for one in part.models}


def _in(name: str) -> Callable[[str], bool]:
    return lambda picture: picture.startswith(f"{name}/")


def _grades(
    found: RatingAnalysis, sets: Sequence[tuple[str, dict[str, ModelOpinion]]]
) -> WordTable:
    head = [
        "model",
        "MOS",
        "P.910",
        "bias-removed",
        "BT.500",
        "grades",
        *(name for name, _ in sets),
    ]
    rows = [
        [
            _named(one.model),
            _cell(one.mos),
            _cell(one.consistent),
            _cell(one.unbiased),
            _cell(one.screened) if one.screened else "all rejected",
            str(one.answers),
            *(_cell(of[one.model].mos) if one.model in of else "–" for _, of in sets),
        ]
        for one in found.models
    ]
    return WordTable("Mean opinion scores, 1 bad to 5 excellent", head, rows)


def _choices(found: Preferences) -> WordTable:
    rows = [
        [
            _named(one.model),
            _cell(one.strength) if one.strength else "–",
            f"{one.preferred:.0%}",
            str(one.choices),
        ]
        for one in found.models
    ]
    return WordTable(
        "Strengths from pairs, in log odds", ["model", "strength", "preferred", "choices"], rows
    )


def _named(model: str) -> str:
    return "HR (hidden)" if model == "hr" else model


def _cell(told: ToldNumber) -> str:
    return f"{told.value:.2f}" if told.low is None else told_words(told)


def _notes(found: RatingAnalysis, changed: int) -> Iterator[str]:
    raters = {one.rater for one in found.raters}
    yield f"{len(raters)} rater{'s' * (len(raters) != 1)}, who did not know which model they saw."
    for how in dict.fromkeys(one.mos.how for one in found.models):
        yield f"MOS: {'95 % intervals ' if how.startswith('over') else 'no interval, '}{how}."
    if found.preferences and found.preferences.why:
        yield f"No strengths: {found.preferences.why}."
    elif found.preferences:
        first = found.preferences.models[0].strength
        yield f"Strengths: 95 % intervals, {first.how if first else ''}."
    for kind, again in found.repeats.items():
        yield f"Shown twice ({kind}): {repeat_words(again)}."
    rejected = [one.rater for one in found.raters if one.rejected]
    if rejected:
        yield f"Rejected by BT.500: {', '.join(rejected)}."
    if changed:
        yield f"{changed} rated picture{'s' * (changed != 1)} changed since, and do not count."


def _download(found: RatingAnalysis) -> Download:
    rows = [
        (
            *(one.picture, one.model, one.answers, one.mos, one.mos_half, one.unbiased),
            *(one.unbiased_half, one.consistent, one.consistent_half),
        )
        for one in found.stimuli
    ]
    return Download(COLUMNS, rows, "what raters say of every picture, with half widths")
