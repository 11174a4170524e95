"""A study while it is rated: blind, in order, resumable, many at once."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from realsr.files.errors import FolderBusyError
from realsr.rating.errors import RatingError
from realsr.rating.plan import Kind
from realsr.rating.rater_file import path_of, read_rater_file
from realsr.rating.session import RatingSession, RatingStudy, rating_session
from realsr.rating.stimuli import of_folders
from tests.rating.exhibits import MODELS, answer_all, by_model, write_folders


def study(root: Path, kind: Kind = "acr") -> RatingStudy:
    return RatingStudy(kind, of_folders(write_folders(root / "pictures")), repeats=2)


@pytest.fixture(params=["acr", "pairs"])
def session(request: pytest.FixtureRequest, tmp_path: Path) -> RatingSession:
    return RatingSession(study(tmp_path, request.param), tmp_path)


def test_nothing_that_is_told_names_a_model_or_a_picture(session: RatingSession) -> None:
    view, told, names = session.begin("ann"), [], set[str]()
    trials = session._raters["ann"].header.trials
    while view["trial"] < view["total"]:
        told.append(json.dumps(view))
        assert not names & set(view["pictures"]), "a name would tell a repeat"
        names |= set(view["pictures"])
        for name in view["pictures"]:
            assert b"made by" not in session.picture(name)
        view = session.answer("ann", view["trial"], by_model("ann", trials[view["trial"]]), 9)
    assert set(view) == {"trial", "total", "answer", "pictures", "next"}
    said = " ".join(told)
    assert not [word for word in (*MODELS, "picture ", "repeat") if word in said]


def test_names_of_pictures_are_others_for_every_rater_and_start(
    session: RatingSession, tmp_path: Path
) -> None:
    again = RatingSession(session.study, tmp_path)
    views = [session.begin("ann"), session.begin("bob"), again.begin("ann")]
    names = [name for view in views for name in view["pictures"]]
    assert len(set(names)) == len(names)


def test_only_pictures_that_were_shown_can_be_had(session: RatingSession) -> None:
    view = session.begin("ann")
    assert session.picture(view["pictures"][0]).startswith(b"\x89PNG")
    for name in ("", "good", "0" * 32, "../good/picture 0.png"):
        with pytest.raises(RatingError, match="no such picture"):
            session.picture(name)


def test_answers_come_in_order_and_can_be_changed(tmp_path: Path) -> None:
    session = RatingSession(study(tmp_path), tmp_path)
    with pytest.raises(RatingError, match="has not begun"):
        session.answer("ann", 0, "3", 9)
    session.begin("ann")
    for trial in (1, -1, 99):
        with pytest.raises(RatingError, match="not shown yet"):
            session.answer("ann", trial, "3", 9)
    with pytest.raises(RatingError, match="none of 1, 2"):
        session.answer("ann", 0, "6", 9)
    assert session.answer("ann", 0, "3", 9)["trial"] == 1
    assert session.show("ann", 0)["answer"] == "3"
    assert session.show("ann", 7)["trial"] == 1
    assert session.answer("ann", 0, "5", 9)["trial"] == 1
    assert read_rater_file(path_of(tmp_path, "ann", "acr")).answers[0].answer == "5"


def test_at_the_end_nothing_is_shown_and_nothing_more_is_taken(tmp_path: Path) -> None:
    session = RatingSession(study(tmp_path), tmp_path)
    answer_all(session, "ann", by_model)
    view = session.begin("ann")
    assert view == {"trial": 11, "total": 11, "answer": None, "pictures": [], "next": []}
    with pytest.raises(RatingError):
        session.answer("ann", 11, "3", 9)
    assert session.show("ann", 10)["pictures"]


def test_a_new_start_goes_on_with_the_same_trials(tmp_path: Path) -> None:
    asked = study(tmp_path)
    first = RatingSession(asked, tmp_path)
    answer_all(first, "ann", by_model, upto=4)
    header = first._raters["ann"].header
    other = RatingStudy("acr", asked.exhibition, seed=9, most=2, repeats=0)
    second = RatingSession(other, tmp_path)
    assert second.begin("ann")["trial"] == 4
    assert second._raters["ann"].header == header


@pytest.mark.parametrize("change", ["changed", "is not there"])
def test_who_began_with_other_pictures_is_not_led_on(tmp_path: Path, change: str) -> None:
    answer_all(RatingSession(study(tmp_path), tmp_path), "ann", by_model, upto=2)
    folders = write_folders(tmp_path / "pictures")
    for folder in folders:
        if change == "changed":
            data = (folder / "picture 0.png").read_bytes()
            (folder / "picture 0.png").write_bytes(data + b"x")
        else:
            (folder / "picture 0.png").unlink()
    later = RatingSession(RatingStudy("acr", of_folders(folders)), tmp_path)
    with pytest.raises(RatingError, match=rf"other pictures \(one {change}\)"):
        later.begin("ann")
    assert later.begin("bob")["trial"] == 0


def test_many_raters_at_once_and_one_in_two_windows_lose_nothing(tmp_path: Path) -> None:
    session, faults = RatingSession(study(tmp_path), tmp_path), list[BaseException]()

    def rate(rater: str) -> None:
        try:
            view: dict[str, Any] = session.begin(rater)
            while view["trial"] < view["total"]:
                view = session.answer(rater, view["trial"], "4", 1)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=rate, args=(name,)) for name in ("ann", "ann", "bob", "cy")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    for rater in ("ann", "bob", "cy"):
        file = read_rater_file(path_of(tmp_path, rater, "acr"))
        assert set(file.answers) == set(range(11))


def test_one_process_takes_ratings_in_a_folder(tmp_path: Path) -> None:
    asked = study(tmp_path)
    with (
        rating_session(asked, tmp_path / "out"),
        pytest.raises(FolderBusyError, match="another process takes ratings"),
        rating_session(asked, tmp_path / "out"),
    ):
        pass
