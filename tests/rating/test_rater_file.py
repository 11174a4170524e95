"""A rater's file: nothing that was acknowledged is lost, and nothing damaged is taken for an answer."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from degrade.foreign import ForeignFileError
from realsr.files.errors import StorageError
from realsr.rating.errors import RatingError
from realsr.rating.plan import Trial
from realsr.rating.rater_file import (
    RaterAnswer,
    RaterHeader,
    ShownFile,
    append_answer,
    begin_rater_file,
    path_of,
    read_rater_file,
)

SHOWN = tuple(ShownFile(picture="p", model=model, digest="0" * 64) for model in ("a", "b"))
TRIALS = (Trial(picture="p", models=("a",)), Trial(picture="p", models=("b",)))
HEADER = RaterHeader(kind="acr", rater="ann", seed=0, shown=SHOWN, trials=TRIALS)


def answer(trial: int, grade: str) -> RaterAnswer:
    return RaterAnswer(trial=trial, answer=grade, ms=5, at="2026-01-01T00:00:00+00:00")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = path_of(tmp_path, "ann", "acr")
    begin_rater_file(found, HEADER)
    return found


def test_what_is_appended_is_read_and_the_last_answer_counts(path: Path) -> None:
    for trial, grade in ((0, "3"), (1, "4"), (0, "5")):
        append_answer(path, answer(trial, grade))
    found = read_rater_file(path)
    assert found.header == HEADER
    assert {trial: one.answer for trial, one in found.answers.items()} == {0: "5", 1: "4"}
    assert len(path.read_bytes().splitlines()) == 4


def test_a_line_that_a_kill_cut_anywhere_is_dropped_and_the_next_stands_whole(path: Path) -> None:
    append_answer(path, answer(0, "3"))
    kept = path.read_bytes()
    append_answer(path, answer(1, "4"))
    whole = path.read_bytes()
    for cut in range(len(kept), len(whole)):
        path.write_bytes(whole[:cut])
        assert set(read_rater_file(path).answers) == {0}
        append_answer(path, answer(1, "2"))
        assert read_rater_file(path).answers[1].answer == "2"


def test_an_answer_is_on_disk_before_it_is_acknowledged(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = []
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(os.fstat(number).st_size))
    append_answer(path, answer(0, "3"))
    assert synced == [path.stat().st_size]


def test_a_disk_that_is_full_leaves_no_part_of_an_answer(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    before = path.read_bytes()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        append_answer(path, answer(0, "3"))
    assert path.read_bytes() == before


def test_a_link_in_the_place_of_a_file_is_not_written_through(path: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    before = (tmp_path / "elsewhere").read_bytes()
    with pytest.raises(StorageError, match="link"):
        append_answer(path, answer(0, "3"))
    assert (tmp_path / "elsewhere").read_bytes() == before


@pytest.mark.parametrize("name", ["", "../x", "Ann", "a b", "-a", "a" * 41, "ä", ".a", "con/x"])
def test_names_that_cannot_name_files_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RatingError, match="no name for a rater"):
        path_of(tmp_path, name, "acr")


def damaged(path: Path, number: int, **changed: Any) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    lines[number] = json.dumps(json.loads(lines[number]) | changed).encode() + b"\n"
    path.write_bytes(b"".join(lines))


@pytest.mark.parametrize(
    ("line", "changed", "said"),
    [
        (0, {"version": 2}, "line 1"),
        (0, {"rater": "../x"}, "line 1"),
        (0, {"kind": "pairs"}, "trial 0"),
        (0, {"trials": [{"picture": "p", "models": ["z"], "repeats": None}]}, "trial 0"),
        (0, {"trials": [{"picture": "p", "models": ["a"], "repeats": 0}]}, "trial 0"),
        (1, {"answer": "6"}, "line 2: trial 0 has the answer '6'"),
        (1, {"trial": 2}, "line 2: trial 2"),
        (1, {"trial": -1}, "line 2"),
        (1, {"more": 1}, "line 2"),
        (1, {"answer": 3}, "line 2"),
    ],
)
def test_what_is_not_as_written_is_said_with_its_line(
    path: Path, line: int, changed: dict[str, Any], said: str
) -> None:
    append_answer(path, answer(0, "3"))
    damaged(path, line, **changed)
    with pytest.raises(RatingError, match=f"{path.name}.*{said}"):
        read_rater_file(path)


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    for data in (b"", b"{", b"[1]\n", b"\xff\n", b"[" * 9999 + b"\n"):
        (tmp_path / "x").write_bytes(data)
        with pytest.raises(RatingError):
            read_rater_file(tmp_path / "x")
    with pytest.raises(ForeignFileError):
        read_rater_file(tmp_path / "absent")
