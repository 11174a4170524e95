"""The page of estimates: whole, escaped, and asking for nothing outside itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data
from typer.testing import CliRunner, Result

from realsr.cli.main import app
from tests.pages.alone import SVG

NAME = "a<b>&c"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["estimate", *map(str, arguments), "--workers", "1"])


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("page")
    (root / "in").mkdir()
    picture = Image.fromarray(data.astronaut()[:96, :128])
    picture.save(root / "in" / f"{NAME}.jpg", quality=80)
    Image.fromarray(np.full((16, 16, 3), 9, np.uint8)).save(root / "in" / "small.png")
    done = run(root / "in", "--out", root / "report", "--json")
    assert done.exit_code == 0, done.output
    assert "index.html" in done.stderr
    lines = (root / "report" / "estimates.jsonl").read_text().splitlines()
    assert list(map(json.loads, lines)) == list(map(json.loads, done.stdout.splitlines()))
    return root / "report"


def test_every_estimate_and_every_reason_stands_in_it(report: Path) -> None:
    page = (report / "index.html").read_text()
    records = [json.loads(line) for line in (report / "estimates.jsonl").read_text().splitlines()]
    assert "a&lt;b&gt;&amp;c.jpg" in page
    assert NAME not in page
    for record in (*records[:-1], records[-1]["set"]):
        for name in (*record["estimates"], *record["refused"]):
            assert name in page
    assert "48 x 48 are needed" in page
    assert page.count("data:image/png;base64,") == 2


def test_it_asks_for_nothing_outside_its_folder(report: Path) -> None:
    page = (report / "index.html").read_text().replace(SVG, "")
    assert not re.findall(r"(?:https?:)?//[a-z]", re.sub(r"base64,[^\"]*", "", page))
    assert set(re.findall(r'(?:src|href)="(?!data:|#)([^"]*)"', page)) <= {"estimates.jsonl"}


def test_a_folder_with_something_else_in_it_stays(report: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    done = run(report.parent / "in", "--out", tmp_path)
    assert done.exit_code == 2
    assert "not empty" in done.stderr


def test_called_again_nothing_is_measured_and_the_page_is_the_same(
    report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, lines = ((report / name).read_bytes() for name in ("index.html", "estimates.jsonl"))
    monkeypatch.setattr("realsr.measuring.records.of_picture", None)
    done = run(report.parent / "in", "--out", report, "--json")
    assert done.exit_code == 0, done.output
    assert (report / "index.html").read_bytes() == page
    assert (report / "estimates.jsonl").read_bytes() == lines


def test_pairs_have_their_kernel_drawn(tmp_path: Path) -> None:
    hr = Image.fromarray(data.astronaut()[:256, :256])
    hr.save(tmp_path / "hr.png")
    hr.resize((128, 128), Image.Resampling.BICUBIC).save(tmp_path / "lr.png")
    done = run(
        "--lr", tmp_path / "lr.png", "--hr", tmp_path / "hr.png", "--out", tmp_path / "report"
    )
    assert done.exit_code == 0, done.output
    page = (tmp_path / "report" / "index.html").read_text()
    assert 'class="kernel"' in page
    assert "1 pair" in page
