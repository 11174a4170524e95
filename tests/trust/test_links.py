"""Folders of ours that came from elsewhere, with a link, a pipe or a name that leads out in one of their places."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from realsr.cli.main import app

TRAINING = (
    "model: {name: espcn, scale: 2, features: [6, 4]}\n"
    "data: {hr: photographs, crop: 16, batch: 2, pipeline: bicubic}\nsteps: 1\ndevice: cpu\n"
)
RUN = "robustness run --hr photographs --scale 2 --metrics psnr_y --pipelines bicubic --out run"
TRAIN = "train training.yaml --out trained"
UPSCALE = "upscale photographs --out large --model bicubic --scale 2"
MORE = f"{RUN.replace('bicubic', 'bicubic,own.yaml')} --model l=lanczos"
LARGER = UPSCALE.replace("photographs", "photographs other")
CASES = "robustness representative photographs --pipeline gaussian8 --cases 1 --pool 2 --out cases"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of each kind, made from two photographs."""
    root = tmp_path_factory.mktemp("made")
    (root / "photographs").mkdir()
    for seed in range(2):
        pixels = np.random.default_rng(seed).integers(0, 256, (40, 48, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(root / "photographs" / f"{seed}.png")
    (root / "other").mkdir()
    shutil.copy(root / "photographs" / "0.png", root / "other" / "2.png")
    (root / "training.yaml").write_text(TRAINING)
    (root / "own.yaml").write_text(
        "name: own\nscale: 2\nlr: [{op: matlab_bicubic, factor: 1, of: target}]\n"
    )
    before = Path.cwd()
    os.chdir(root)
    try:
        for command in (f"{RUN} --model n=nearest", TRAIN, UPSCALE, CASES):
            assert CliRunner().invoke(app, command.split()).exit_code == 0
    finally:
        os.chdir(before)
    return root


@pytest.fixture
def world(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy to change, beside it `outside` with its like of every folder."""
    shutil.copytree(made, tmp_path / "world")
    shutil.copytree(made, tmp_path / "outside")
    monkeypatch.chdir(tmp_path / "world")
    return tmp_path / "world"


def told(command: str, *, code: int) -> str:
    done = CliRunner().invoke(app, command.split())
    assert done.exit_code == code, done.output
    return " ".join(done.stderr.split())


def snapshot(root: Path) -> dict[str, tuple[int, int]]:
    found = {str(path): path.lstat() for path in root.rglob("*")}
    return {name: (each.st_mtime_ns, each.st_size) for name, each in found.items()}


def replace(path: Path, make: Callable[[Path], object]) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    make(path)


CHANGED = {
    "run/cache": MORE,
    "run/cache/scores.jsonl": MORE,
    "run/sets": MORE,
    "run/sets/bicubic": MORE,
    "run/images": MORE,
    "run/images/bicubic": MORE,
    "run/downloads": "robustness render run",
    "run/maps": "robustness render run",
    "trained/states": f"{TRAIN} --set steps=2",
    "trained/log.jsonl": f"{TRAIN} --set steps=2",
    "trained/tensorboard": f"{TRAIN} --set steps=2",
    "large/results.jsonl": LARGER,
}
"""A part of a folder, and a command that writes in it."""


@pytest.mark.parametrize("part", CHANGED)
@pytest.mark.parametrize("dangling", [False, True])
def test_a_part_that_is_a_link_is_not_written_through(
    world: Path, part: str, dangling: bool
) -> None:
    outside = world.parent / "outside"
    target = outside / ("nowhere" if dangling else part)
    if not dangling and not target.exists():
        target.mkdir(parents=True)
    replace(world / part, lambda path: path.symlink_to(target))
    before = snapshot(outside)
    done = CliRunner().invoke(app, CHANGED[part].split())
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    assert snapshot(outside) == before
    if done.exit_code:
        assert done.exit_code in (2, 3)
        assert "\nrealsr: " in f"\n{done.stderr}", done.output
        assert re.search("in its place|in the place of the link|is a broken link", done.stderr)


@pytest.mark.parametrize(
    ("file", "command"),
    [
        ("run/cache/scores.jsonl", RUN),
        ("trained/log.jsonl", f"{TRAIN} --set steps=2"),
        ("large/results.jsonl", LARGER),
    ],
)
def test_a_pipe_in_the_place_of_a_file_that_grows(world: Path, file: str, command: str) -> None:
    replace(world / file, os.mkfifo)
    done = CliRunner().invoke(app, command.split())
    assert done.exit_code in (2, 3), done.output
    assert "\nrealsr: " in f"\n{done.stderr}"
    assert file in done.stderr


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (("models", 0, "name"), r"models\[0\]\.name"),
        (("sets", 0, "name"), r"sets\[0\]\.name"),
        (("sets", 0, "images", 0, "image"), r"image"),
        (("sets", 0, "images", 0, "key"), r"key"),
    ],
)
@pytest.mark.parametrize("name", ["../../outside/x", "/etc/x", "a/../../../x", ""])
def test_a_record_names_no_file_outside(
    world: Path, place: tuple[str | int, ...], words: str, name: str
) -> None:
    record = json.loads((world / "run" / "record.json").read_text())
    inner = record
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = name
    (world / "run" / "record.json").write_text(json.dumps(record))
    before = snapshot(world.parent)
    assert "record.json" in told("robustness render run", code=2)
    assert snapshot(world.parent) == before


@pytest.mark.parametrize("field", ["model", "set", "image"])
def test_a_cell_names_no_file_outside(world: Path, field: str) -> None:
    path = world / "run" / "cells.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[0][field] = "../../outside"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert "cells.jsonl, line 1" in told("robustness render run", code=2)


def test_a_case_names_no_file_outside(world: Path) -> None:
    path = world / "cases" / "cases.json"
    cases = json.loads(path.read_text())
    cases["cases"][0]["name"] = "../../outside/cases/case_000"
    path.write_text(json.dumps(cases))
    assert "path separator" in told(
        "robustness run --hr photographs --metrics psnr_y --out out --cases cases", code=2
    )


def test_a_page_shows_nothing_through_a_link(world: Path) -> None:
    picture = next((world / "run" / "images").rglob("n.png"))
    shutil.rmtree(world / "run" / "maps")
    replace(picture, lambda path: path.symlink_to(world / "photographs" / "0.png"))
    told("robustness render run", code=0)
    drawn = (world / "run" / "maps").rglob("n.png")
    assert picture.parent.name not in {path.parent.name for path in drawn}


@pytest.mark.parametrize("kind", ["file", "folder", "pipe", "device"])
def test_a_merge_copies_nothing_through_a_link(world: Path, kind: str) -> None:
    place = world / "run" / "images" / "more"
    if kind == "pipe":
        os.mkfifo(place)
    else:
        target = {
            "file": "/etc/hostname",
            "folder": world.parent / "outside",
            "device": "/dev/zero",
        }
        place.symlink_to(target[kind])
    shutil.copytree(world / "run", world / "second", symlinks=True, ignore=lambda *_: ["more"])
    done = CliRunner().invoke(app, ["robustness", "merge", "second", "run", "--out", "merged"])
    assert done.exit_code in (0, 2), done.output
    assert not (world / "merged" / "images" / "more").exists()
    assert done.exit_code == 0 or str(place.relative_to(world)) in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "upscale photographs --out out --model bicubic --scale 2",
        "robustness run --real photographs --scale 2 --metrics psnr_y --out out",
        "make-pairs photographs --out out --pipeline bicubic --scale 2 --crop full --workers 1",
    ],
)
def test_a_link_to_itself_stops_only_itself(world: Path, command: str) -> None:
    (world / "photographs" / "loop.png").symlink_to("loop.png")
    assert "loop" in told(command, code=3)


@pytest.mark.parametrize(
    "command",
    [
        "robustness run --real loop --scale 2 --metrics psnr_y --out out",
        "preview photographs/0.png --out loop --pipeline bicubic --scale 2",
        "robustness merge run run --out loop",
    ],
)
def test_a_link_to_itself_is_told_where_it_is_asked_for(world: Path, command: str) -> None:
    (world / "loop").symlink_to("loop")
    assert "loop" in told(command, code=2)
