"""`realsr estimate` from outside."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data
from typer.testing import CliRunner, Result

from realsr.cli.main import app
from realsr.estimation.estimator import Inquiry
from realsr.measuring.items import Item
from realsr.measuring.kept import NAME
from realsr.measuring.records import Looked, looked


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


def photographs(folder: Path, count: int) -> Path:
    """Places of one photograph, 64 px a side."""
    folder.mkdir()
    for number in range(count):
        row, column = divmod(number, 8)
        place = data.astronaut()[64 * row : 64 * row + 64, 64 * column : 64 * column + 64]
        Image.fromarray(place).save(folder / f"{number}.png")
    return folder


def test_killed_it_goes_on_and_ends_as_if_undisturbed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By SIGKILL, in the midst of the work; pictures whose lines are there are not measured again."""
    pictures, out = photographs(tmp_path / "in", 5), tmp_path / "out"
    command = [sys.executable, "-m", "realsr", "estimate", str(pictures), "--out", str(out)]
    process = subprocess.Popen(
        [*command, "--workers", "1"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    while lines(out / NAME) < 2 and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.wait()
    known = lines(out / NAME)
    assert 1 < known < 6  # the first line is the header
    measured = []

    def counted(item: Item, asked: Inquiry) -> Looked:
        measured.append(item.key)
        return looked(item, asked)

    monkeypatch.setattr("realsr.cli.actions.estimate.looked", counted)
    done = run(pictures, "--out", out, "--json")
    assert done.exit_code == 0, done.output
    assert measured == [str(number) for number in range(known - 1, 5)]
    undisturbed = run(pictures, "--out", tmp_path / "whole", "--json")
    assert done.stdout == undisturbed.stdout
    for name in ("index.html", "estimates.jsonl"):
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def lines(path: Path) -> int:
    """How many whole ones there are."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


def test_memory_hardly_grows_with_the_number_of_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record has over twenty kilobytes in memory; what is held of it, for the set's medians, has five."""
    pictures = photographs(tmp_path / "in", 1)
    text = json.dumps(looked(Item("0", pictures / "0.png"), Inquiry()).record)

    def found(item: Item, asked: Inquiry) -> Looked:
        return Looked(json.loads(text) | {"source": str(item.path)})

    def held(count: int) -> int:
        """The most that is held at a time, without what was told."""
        many = [Item(str(number), pictures / "0.png") for number in range(count)]
        monkeypatch.setattr("realsr.cli.actions.estimate.pictures", lambda *given: many)
        tracemalloc.start()
        code = run(pictures, "--out", tmp_path / str(count)).exit_code
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert code == 0
        return most

    monkeypatch.setattr("realsr.cli.actions.estimate.looked", found)
    monkeypatch.setattr("realsr.cli.actions.estimate._show_item", lambda seen, as_json: None)
    held(1)
    few, many = held(210), held(510)
    assert (many - few) / 300 < 6000
