"""Test pictures that change under a run: named and refused, or taken on purpose and noted for good."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

from realsr.cli.main import app
from realsr.robustness import read_results

RUN = ["robustness", "run", "--scale", "2", "--metrics", "psnr_y", "--out", "run"]
SETS = {
    "pipeline": ["--hr", "photographs", "--pipelines", "bicubic"],
    "pairs": ["--pairs", "low", "photographs"],
    "real": ["--real", "photographs"],
    "folder": ["--pipelines", "./made"],
}


def save(path: Path, seed: int, side: int = 32) -> None:
    path.parent.mkdir(exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


def realsr(*words: str) -> Result:
    return CliRunner().invoke(app, words)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for seed, name in enumerate("ab"):
        save(Path(f"photographs/{name}.png"), seed)
        save(Path(f"low/{name}.png"), seed, 16)
    make = "make-pairs photographs --out made --pipeline bicubic --scale 2 --crop full"
    assert realsr(*make.split()).exit_code == 0
    return tmp_path


@pytest.mark.parametrize("kind", SETS)
def test_they_are_named_or_taken_and_noted(here: Path, kind: str) -> None:
    words = [*RUN, *SETS[kind]]
    assert realsr(*words).exit_code == 0
    before = read_results(here / "run")
    save(here / "photographs" / "b.png", 9)
    if kind == "folder":
        make = "make-pairs photographs --out made --pipeline bicubic --scale 2 --crop full"
        assert realsr(*make.split(), "--accept-changed").exit_code == 0
    done = realsr(*words)
    assert (done.exit_code, done.stderr.count("realsr: ")) == (2, 1), done.output
    assert ": b; put them back" in done.stderr
    assert "--accept-changed" in done.stderr
    assert read_results(here / "run") == before
    assert realsr(*words, "--accept-changed").exit_code == 0
    after = read_results(here / "run")
    (note,) = after.record.notes
    assert note.endswith("changed under this run and taken as they then were: b")
    assert after.record.sets[0].digest != before.record.sets[0].digest
    assert realsr(*words).exit_code == 0
    again = read_results(here / "run")
    assert (again.record.notes, again.cells) == ((note,), after.cells)


@pytest.mark.parametrize("kind", ["pipeline", "folder"])
@pytest.mark.parametrize("side", ["hr", "lr"])
@pytest.mark.parametrize("damage", ["truncated", "other"])
def test_a_frozen_picture_that_is_damaged_costs_its_own_cells(
    here: Path, kind: str, side: str, damage: str
) -> None:
    words = [*RUN, *SETS[kind]]
    root = here / "made"
    if kind == "pipeline":
        assert realsr(*words).exit_code == 0
        (here / "run" / "cache" / "scores.jsonl").unlink()
        root = here / "run" / "sets" / "bicubic"
    path = root / side / "b.png"
    path.write_bytes(path.read_bytes()[:-60]) if damage == "truncated" else save(
        path, 9, 32 if side == "hr" else 16
    )
    done = realsr(*words)
    assert done.exit_code == 3, done.output
    assert f"{side}/b.png" in done.stderr
    cells = {(cell.model, cell.image): cell for cell in read_results(here / "run").cells}
    assert cells["bicubic", "b"].scores == {"psnr_y": None}
    assert cells["bicubic", "a"].failed is None


def test_altered_cached_numbers_are_taken_again(here: Path) -> None:
    words = [*RUN, *SETS["pipeline"]]
    realsr(*words)
    before, path = read_results(here / "run"), here / "run" / "cache" / "scores.jsonl"
    value = before.cells[0].scores["psnr_y"]
    text = path.read_text()
    assert str(value) in text
    path.write_text(text.replace(str(value), "61.5"))
    assert realsr(*words).exit_code == 0
    assert read_results(here / "run").cells == before.cells
