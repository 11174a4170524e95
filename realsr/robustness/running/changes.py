"""Test pictures that changed under a run and were taken on purpose: `changes.jsonl`, told by later records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pydantic import ValidationError

from degrade.foreign import ForeignFileError
from realsr.files.faults import named
from realsr.files.json_lines import json_line, read_json_lines
from realsr.files.whole import write_whole
from realsr.robustness.cases.sets import TestPicture, TestSet
from realsr.robustness.errors import StudyError
from realsr.robustness.results.record import RecordedPicture, Written
from realsr.robustness.results.store import RunFolder, read_results

NAME = "changes.jsonl"


class ChangedPictures(Written):
    """Pictures of a set, by their keys."""

    set: str
    pictures: tuple[str, ...]

    def words(self) -> str:
        """As a note."""
        return f"{self.set}: changed under this run and taken as they then were: {named(self.pictures)}"


def with_changes(folder: RunFolder, sets: Sequence[TestSet], *, accept: bool) -> list[TestSet]:
    """The sets, those that were given with what changed in them since the last run.

    Raises StudyError naming it unless it is accepted. What a run freezes itself tells on its own.
    """
    before = dict(_recorded(folder))
    found = []
    for test in sets:
        changed = tuple(_changed(before.get(test.name, {}), test.pictures))
        if changed and not test.root.is_relative_to(folder.root):
            if not accept:
                raise StudyError(
                    f"{test.root}: pictures changed since they were tested: {named(changed)}; put them back, "
                    "give another --out, or take them as they are with --accept-changed, which the record notes"
                )
            found.append(replace(test, taken=changed))
        else:
            found.append(test)
    return found


def notes(folder: RunFolder, sets: Sequence[TestSet]) -> tuple[str, ...]:
    """Adds what was taken in these sets to the run's folder; all that was ever taken. Raises StorageError."""
    lines = [
        *_noted(folder),
        *(ChangedPictures(set=s.name, pictures=s.taken) for s in sets if s.taken),
    ]
    if lines:
        write_whole(folder.root / NAME, b"".join(json_line(line.to_data()) for line in lines))
    return tuple(dict.fromkeys(line.words() for line in lines))


def _noted(folder: RunFolder) -> Iterator[ChangedPictures]:
    path = folder.root / NAME
    if not path.exists():
        return
    try:
        for line in read_json_lines(path):
            yield ChangedPictures.model_validate_json(json_line(line))
    except (ForeignFileError, ValidationError, ValueError) as error:
        raise StudyError(
            f"{path} is damaged ({error}); remove it, and its notes with it"
        ) from error


def _recorded(folder: RunFolder) -> Iterator[tuple[str, Mapping[str, RecordedPicture]]]:
    """The pictures of the last run's sets by key; none where it has not ended."""
    try:
        record = read_results(folder.root).record
    except StudyError:
        return
    for test in record.sets:
        yield test.name, {picture.key: picture for picture in test.images}


def _changed(
    before: Mapping[str, RecordedPicture], pictures: Sequence[TestPicture]
) -> Iterator[str]:
    for picture in pictures:
        old = before.get(picture.key)
        if old is not None and _digests(old) != _digests(picture):
            yield picture.key


def _digests(picture: RecordedPicture | TestPicture) -> tuple[str, str | None]:
    return picture.lr.digest, None if picture.hr is None else picture.hr.digest
