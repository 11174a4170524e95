"""`realsr estimate` from outside."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from realsr.cli.main import app


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["estimate", *map(str, arguments), "--workers", "1"])


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    for name, side in (("lr", 8), ("hr", 16)):
        (tmp_path / name).mkdir()
        pixels = np.full((side, side, 3), 9, np.uint8)
        Image.fromarray(pixels).save(tmp_path / name / "a.png")
    return tmp_path / "lr", tmp_path / "hr"


def test_json_is_one_object_a_picture_and_the_set(pair: tuple[Path, Path]) -> None:
    done = run(pair[0], "--json")
    assert done.exit_code == 0, done.output
    picture, last = map(json.loads, done.stdout.splitlines())
    assert set(picture) == {"source", "width", "height", "estimates", "refused"}
    assert set(last) == {"set"}
    assert set(last["set"]) == {"pictures", "estimates", "refused"}


def test_a_pair_is_told_under_the_lr(pair: tuple[Path, Path]) -> None:
    done = run("--lr", pair[0], "--hr", pair[1], "--json")
    assert done.exit_code == 0, done.output
    record = json.loads(done.stdout.splitlines()[0])
    assert (record["source"], record["width"]) == (str(pair[0] / "a.png"), 8)


def test_pictures_and_pairs_at_once_are_refused(pair: tuple[Path, Path]) -> None:
    for arguments in ((pair[0], "--hr", pair[1]), ("--lr", pair[0]), ()):
        done = run(*arguments)
        assert done.exit_code == 2
        assert "--lr and --hr together" in done.stderr
