"""One rater's file: a header with everything that is shown, then a line an answer, each on disk before the
next.

A kill can cut the last line short, which was then acknowledged to nobody; it is dropped. An answer that is
given anew is a line more, and the last one of a trial counts."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import ConfigDict, Field, ValidationError

from degrade.foreign import read_foreign
from degrade.reader.records import Strict
from degrade.reader.sentences import of_data
from realsr.files.confinement import opened_to_append
from realsr.files.json_lines import MOST_BYTES, json_line
from realsr.files.whole import write_whole, writing
from realsr.rating.errors import RatingError
from realsr.rating.plan import Kind, Trial

VERSION = 1
SUFFIX = ".ratings.jsonl"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
"""Of a rater: it names files, on any system."""
GRADES = {"acr": ("1", "2", "3", "4", "5"), "pairs": ("left", "same", "right")}
"""Answers by kind; of one picture from bad to excellent."""


class _Line(Strict):
    model_config = ConfigDict(strict=True)


class ShownFile(_Line):
    """A picture of a model, and the SHA-256 of its file when the rater began."""

    picture: str
    model: str
    digest: str


class RaterHeader(_Line):
    """The first line. trials: in the order in which they are shown."""

    version: Annotated[int, Field(ge=VERSION, le=VERSION)] = VERSION
    kind: Kind
    rater: Annotated[str, Field(pattern=f"^{NAME.pattern}$")]
    seed: int
    shown: tuple[ShownFile, ...]
    trials: tuple[Trial, ...]


class RaterAnswer(_Line):
    """trial: its number from 0. answer: one of GRADES. ms: milliseconds from when it was seen. at: when it was
    given, ISO 8601, UTC."""

    trial: Annotated[int, Field(ge=0)]
    answer: str
    ms: Annotated[int, Field(ge=0)]
    at: str


@dataclass(frozen=True)
class RaterFile:
    """What a file says. answers: by trial, the last one given."""

    path: Path
    header: RaterHeader
    answers: dict[int, RaterAnswer]


def path_of(folder: Path, rater: str, kind: Kind) -> Path:
    """Where a rater's answers lie. Raises RatingError for a name that cannot name files."""
    if not NAME.fullmatch(rater):
        raise RatingError(
            f"{rater[:60]!r} is no name for a rater: 1 to 40 small letters, digits, - and _, of which "
            "the first is a letter or a digit"
        )
    return folder / f"{rater}.{kind}{SUFFIX}"


def begin_rater_file(path: Path, header: RaterHeader) -> RaterFile:
    """A new file with its header, whole or not at all. Raises StorageError."""
    write_whole(path, json_line(header.model_dump(mode="json")))
    return RaterFile(path, header, {})


def append_answer(path: Path, answer: RaterAnswer) -> None:
    """Adds an answer, which is on disk when this returns; leaves no part of it otherwise. Raises
    StorageError."""
    line = json_line(answer.model_dump(mode="json"))
    with writing(path), opened_to_append(path) as file:
        end = _end_of_lines(path, file.seek(0, os.SEEK_END))
        file.truncate(end)
        try:
            if file.write(line) != len(line):
                raise OSError("the disk took a part of it")
            os.fsync(file.fileno())
        except OSError:
            file.truncate(end)
            raise


def read_rater_file(path: Path) -> RaterFile:
    """A rater's file; a last line that a kill cut short is left out. Raises ForeignFileError, RatingError."""
    data = read_foreign(path, most=MOST_BYTES)
    lines = data[: data.rfind(b"\n") + 1].split(b"\n")[:-1]
    if not lines:
        raise RatingError(f"{path} holds no whole line; remove it, and the rater begins anew")
    header = _read(RaterHeader, lines[0], path, 1)
    answers = [_read(RaterAnswer, line, path, number) for number, line in enumerate(lines[1:], 2)]
    _check(path, header, answers)
    return RaterFile(path, header, {one.trial: one for one in answers})


def _end_of_lines(path: Path, size: int) -> int:
    """Where the last whole line ends; a kill may have left a part of one behind it."""
    data = read_foreign(path, most=MOST_BYTES)[:size]
    return data.rfind(b"\n") + 1


_Kind = TypeVar("_Kind", bound=_Line)


def _read(kind: type[_Kind], line: bytes, path: Path, number: int) -> _Kind:
    try:
        return kind.model_validate_json(line)
    except ValidationError as error:
        told = "; ".join(of_data(error, kind))
        raise RatingError(f"{path}, line {number}: {told}; is it a file of ratings?") from error


def _check(path: Path, header: RaterHeader, answers: Sequence[RaterAnswer]) -> None:
    """What a header alone and an answer alone cannot say."""
    shown = {(one.picture, one.model) for one in header.shown}
    for place, trial in enumerate(header.trials):
        known = all((trial.picture, model) in shown for model in trial.models)
        before = trial.repeats is None or 0 <= trial.repeats < place
        if not known or not before or len(trial.models) != (1 if header.kind == "acr" else 2):
            raise RatingError(f"{path}, line 1: trial {place} is none of this study")
    for number, one in enumerate(answers, 2):
        if one.trial >= len(header.trials) or one.answer not in GRADES[header.kind]:
            raise RatingError(
                f"{path}, line {number}: trial {one.trial} has the answer {one.answer!r}; expected one of "
                f"{len(header.trials)} trials, and {', '.join(GRADES[header.kind])}"
            )
