"""Ratings on the page of a run: beside its record, and gone when they do not fit it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from realsr.rating.plan import Kind, Trial
from realsr.rating.session import RatingStudy, rating_session
from realsr.robustness.after.exhibited import exhibited
from realsr.robustness.errors import StudyError
from realsr.robustness.page import render
from tests.rating.exhibits import answer_all
from tests.robustness.page_study import write_study

RATERS = ("ann", "bob", "cy", "dee", "eve")


def judging(rater: str, trial: Trial) -> str:
    """GANs are liked best after the truth, bicubic least; everyone has a mind of his own now and then."""

    def liked(model: str) -> int:
        return {"hr": 5, "bicubic": 2}.get(model, 4 if model.startswith("gan") else 3)

    odd = sum(map(ord, rater + trial.picture + trial.models[0])) % 4 == 0
    if len(trial.models) == 1:
        return str(max(1, liked(trial.models[0]) - odd))
    left, right = map(liked, trial.models)
    return "same" if left == right else ("left" if (left > right) != odd else "right")


def rate(run: Path, kind: Kind = "acr", sets: tuple[str, ...] = ()) -> None:
    study = RatingStudy(kind, exhibited(run, sets), most=60, repeats=5)
    with rating_session(study, run / "ratings") as session:
        for rater in RATERS:
            answer_all(session, rater, judging)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("rated") / "run"
    write_study(out, 5, ("content", "gan"), ("bicubic", "gaussian8"), side=64)
    rate(out)
    rate(out, "pairs", ("gaussian8",))
    return out


def page_of(run: Path) -> str:
    return render(run).read_text(encoding="utf-8")


def test_a_column_of_mean_opinions_with_intervals(run: Path) -> None:
    page = page_of(run)
    section = page.partition('<section id="ratings"')[2].partition("</section>")[0]
    assert '<a href="#ratings">Ratings</a>' in page
    assert '<th scope="col" class="n">MOS</th>' in section
    assert (
        section.index("HR (hidden)")
        < section.index("gan-bicubic")
        < section.index("content-bicubic")
    )
    assert '<td>HR (hidden)</td><td class="n">4.' in section
    assert "[" in section.partition("HR (hidden)")[2].partition("</tr>")[0]
    assert "gaussian8</th>" in section
    assert "5 raters, who did not know which model they saw." in section
    assert "Strengths from pairs" in section
    assert "Shown twice (acr): " in section


def test_ratings_of_every_picture_can_be_downloaded(run: Path) -> None:
    render(run)
    with (run / "downloads" / "ratings.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 5 * 4
    assert {row["grades"] for row in rows} == {"5"}
    assert all(1 <= float(row["mos"]) <= 5 for row in rows)


def test_a_run_without_ratings_has_no_such_section(tmp_path: Path) -> None:
    out = write_study(tmp_path / "run", 2, ("content",), ("bicubic", "gaussian8"), side=64)
    page = page_of(out)
    assert 'id="ratings"' not in page
    assert '"#ratings"' not in page
    assert not (out / "downloads" / "ratings.csv").exists()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    out = write_study(tmp_path / "run", 2, ("content",), ("bicubic", "gaussian8"), side=64)
    rate(out)
    return out


def test_ratings_of_pictures_that_changed_do_not_count(small: Path) -> None:
    answer = next((small / "images" / "gaussian8").glob("*/content-bicubic.png"))
    answer.write_bytes((answer.parent / "hr.png").read_bytes())
    assert "1 rated picture changed since, and do not count." in page_of(small)
    for path in (small / "images").glob("*/*/bicubic.png"):
        path.write_bytes((path.parent / "hr.png").read_bytes())
    assert "No ratings are shown: no answer has been given yet." in page_of(small)


def test_ratings_that_cannot_be_read_stop_no_page(small: Path) -> None:
    path = small / "ratings" / "ann.acr.ratings.jsonl"
    path.write_bytes(b"{}\n" + path.read_bytes())
    page = page_of(small)
    assert "No ratings are shown: " in page
    assert "ann.acr.ratings.jsonl, line 1" in page


def test_no_rating_leads_out_of_the_run(small: Path) -> None:
    path = small / "ratings" / "ann.acr.ratings.jsonl"
    path.write_bytes(path.read_bytes().replace(b"gaussian8/", b"../../gaussian8/"))
    assert "is no picture of a run" in page_of(small)


def test_pictures_without_an_answer_are_left_out_and_said(small: Path) -> None:
    next((small / "images" / "gaussian8").glob("*/content-bicubic.png")).unlink()
    found = exhibited(small)
    assert len(found.pictures) == 3
    assert found.notes[0].startswith("left out, since not every model answered: gaussian8/")


def test_where_no_bicubic_was_run_it_is_made_of_the_lr(small: Path) -> None:
    for name in ("record.json", "cells.jsonl"):
        lines = (small / name).read_text()
        (small / name).write_text(
            lines.replace('"bicubic", "', '"plain", "')
            .replace('"model": "bicubic"', '"model": "plain"')
            .replace('"name": "bicubic", "path"', '"name": "plain", "path"')
        )
    for path in list((small / "images").glob("*/*/bicubic.png")):
        path.rename(path.with_name("plain.png"))
    found = exhibited(small, ("gaussian8",))
    shown = [one for one in found.stimuli.values() if one.model == "bicubic"]
    assert {one.path.name for one in shown} == {"lr.png"}
    assert {one.size() for one in shown} == {(64, 64)}
    assert {one.model for one in found.stimuli.values()} == {
        "hr",
        "bicubic",
        "plain",
        "content-bicubic",
    }


def test_a_model_called_as_the_truth_is_refused(small: Path) -> None:
    for name in ("record.json", "cells.jsonl"):
        lines = (small / name).read_text()
        (small / name).write_text(lines.replace("content-bicubic", "hr"))
    with pytest.raises(StudyError, match="a model is called hr"):
        exhibited(small)
