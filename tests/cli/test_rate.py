"""`realsr rate` from outside."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from realsr.cli.main import app
from tests.rating.exhibits import by_model, rated, write_folders
from tests.rating.opened import opened_study
from tests.robustness.page_study import write_study


def rate(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["rate", *map(str, arguments)])


def post(address: str, what: str, **data: Any) -> dict[str, Any]:
    request = urllib.request.Request(
        address + what, json.dumps(data).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as reply:
        found: dict[str, Any] = json.loads(reply.read())
    return found


def test_a_killed_server_goes_on_and_ctrl_c_says_what_is_saved(tmp_path: Path) -> None:
    folders = write_folders(tmp_path / "pictures")
    arguments = (*folders, "--out", tmp_path / "out", "--repeats", "0")
    with opened_study(*arguments) as first:
        view = post(first.address, "begin", rater="ann")
        assert (view["trial"], view["total"]) == (0, 9)
        for trial in range(3):
            post(first.address, "answer", rater="ann", trial=trial, answer="4", ms=900)
        first.kill()
    with opened_study(*arguments) as second:
        assert second.address != first.address
        assert post(second.address, "begin", rater="ann")["trial"] == 3
        post(second.address, "answer", rater="ann", trial=3, answer="2", ms=900)
        code, said = second.interrupt()
    assert code == 130
    assert f"1 answer of ann saved in {tmp_path / 'out'}; the same command goes on" in said
    assert "Traceback" not in said
    lines = (tmp_path / "out" / "ann.acr.ratings.jsonl").read_text().splitlines()
    assert [json.loads(line)["answer"] for line in lines[1:]] == ["4", "4", "4", "2"]
    found = rate("analyse", tmp_path / "out", "--json")
    assert found.exit_code == 0
    assert sum(one["answers"] for one in json.loads(found.stdout)["models"]) == 4


def test_a_run_is_rated_beside_its_record(tmp_path: Path) -> None:
    run = write_study(tmp_path / "run", 2, ("content",), ("bicubic", "gaussian8"), side=64)
    with opened_study(run, "--pairs", "--set", "gaussian8", "--rater", "ann") as study:
        assert study.address.endswith("/#ann")
        view = post(study.address.partition("#")[0], "begin", rater="ann")
        assert len(view["pictures"]) == 2
        assert view["total"] == 6 + 0  # HR, bicubic and one model: three pairs of two pictures
        study.interrupt()
    header = json.loads((run / "ratings" / "ann.pairs.ratings.jsonl").read_text().splitlines()[0])
    assert {one["model"] for one in header["shown"]} == {"hr", "bicubic", "content-bicubic"}
    assert {one["picture"].partition("/")[0] for one in header["shown"]} == {"gaussian8"}


def test_analyse_says_models_and_raters(tmp_path: Path) -> None:
    folder = rated(tmp_path, ["ann", "bob"], by_model)
    found = rate("analyse", folder)
    assert found.exit_code == 0
    lines = found.stdout.splitlines()
    assert lines[0].startswith("hr: MOS 5.00 [5.00, 5.00]; 12 grades of 6 pictures")
    assert lines[-1].startswith("bob: 28 of 28 (acr); bias ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{a}", "{b}"], "--out DIR"),
        (["{a}", "{b}", "--out", "{out}", "--set", "x"], "--set chooses sets of a run"),
        (["{run}", "--hr", "{a}"], "a run has its own"),
        (["{run}", "--set", "absent"], "no set 'absent'"),
        (["{a}", "--out", "{out}"], "nothing to compare"),
        (["{a}", "{b}", "--out", "{out}", "--rater", "../x"], "no name for a rater"),
        (["{a}/absent", "{b}", "--out", "{out}"], "does not exist"),
    ],
)
def test_what_cannot_be_rated_is_said_before_anything_is_made(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    a, b = write_folders(tmp_path, ("a", "b"))
    run = write_study(tmp_path / "run", 1, ("content",), ("bicubic", "gaussian8"), side=64)
    places = {"a": a, "b": b, "run": run, "out": tmp_path / "out"}
    found = rate("open", *(one.format(**places) for one in arguments), "--no-browser")
    assert found.exit_code == 2
    assert said in found.stderr
    assert not (tmp_path / "out").exists()


def test_nothing_to_analyse_is_a_sentence(tmp_path: Path) -> None:
    found = rate("analyse", tmp_path)
    assert found.exit_code == 2
    assert "holds no ratings" in found.stderr
