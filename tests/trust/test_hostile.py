"""One shelf of hostile files through every command: none runs, writes outside, hangs or forges a line."""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from realsr.cli import trusted
from realsr.cli.main import app
from tests.trust import shelf
from tests.trust.forked import SECONDS, answered

PROCESSOR_SECONDS, PEAK = 20, 3 * 2**29
"""Of one command on one hostile input."""
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")
"""What steers a terminal, other than a line's end and a tab."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """`good`: a folder of ours of each kind. `bad`: the shelf. `mark`: there only if any of its code ran."""
    root = tmp_path_factory.mktemp("world")
    before = Path.cwd()
    os.chdir(root)
    mark = root / "mark"
    (root / "photographs").mkdir()
    for seed in range(2):
        pixels = np.random.default_rng(seed).integers(0, 256, (40, 48, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(root / "photographs" / f"{seed}.png")
    (root / "training.yaml").write_text(TRAINING)
    for command in GOOD:
        done = CliRunner().invoke(app, command.split())
        assert done.exit_code == 0, done.output
    shelf.pictures(root / "bad" / "pictures")
    shelf.models(root / "bad" / "models", mark)
    shelf.yaml(root / "bad" / "pipelines", mark, "name: p\nscale: 2\nlr: [{op: clamp}]\n")
    shelf.yaml(root / "bad" / "trainings", mark, TRAINING)
    shelf.yaml(root / "bad" / "options", mark, "name: o\nscale: 4\n")
    shelf.seals(root / "bad" / "seals")
    shelf.yaml(root / "bad" / "studies", mark, "hr: photographs\npipelines: [bicubic]\n")
    (root / "hostile.py").write_text(f"open({str(mark)!r}, 'w')\n")
    (root / "bad" / "studies" / "module.yaml").write_text(
        "models: [{name: m, path: 'hostile:run'}]\nhr: ../../photographs\npipelines: [bicubic]\n"
    )
    for name, files in FOLDERS.items():
        shelf.json_folders(root / "bad" / name, root / name, files, shutil.copytree)
        shelf.linked(root / "bad" / name, root / name, root / "outside" / name, shutil.copytree)
    sys.path.insert(0, str(root))
    yield root
    sys.path.remove(str(root))
    os.chdir(before)


TRAINING = (
    "model: {name: espcn, scale: 2, features: [6, 4]}\n"
    "data: {hr: photographs, crop: 16, batch: 2, pipeline: bicubic}\nsteps: 1\ndevice: cpu\n"
    "log: {tensorboard: false}\n"
)
GOOD = (
    "make-pairs photographs --out pairs --pipeline bicubic --scale 2 --crop full --workers 1",
    "robustness run --hr photographs --scale 2 --metrics psnr_y --pipelines bicubic --out run",
    "train training.yaml --out trained",
    "robustness representative photographs --pipeline gaussian8 --cases 1 --pool 2 --out cases",
)
FOLDERS = {
    "pairs": (
        "manifest.jsonl",
        "manifest.partial.jsonl",
        "failures.jsonl",
        "pipeline.yaml",
        "hr/0.png",
        ".realsr-format",
        ".realsr.lock",
    ),
    "run": (
        "record.json",
        "cells.jsonl",
        "cache/scores.jsonl",
        "images/index.json",
        "sweeps.json",
        "index.html",
        "data.js",
        ".realsr.lock",
    ),
    "trained": (
        "config.yaml",
        "data.json",
        "log.jsonl",
        "states/step_000000001.pt",
        "states/step_000000001.sha256",
        "model.safetensors",
        ".realsr.lock",
    ),
    "cases": ("cases.json",),
}
"""The folders of ours, and which of their files are made hostile; those that are absent are added."""

EACH = {
    "pictures": [
        "preview {} --out out/sheet.png --pipeline bicubic --scale 2",
        "upscale {} --out out --model bicubic --scale 2",
        "estimate {}",
        "check-hr {} --json",
        "estimate --lr {} --hr photographs/0.png",
        "estimate --lr photographs/0.png --hr {} --json",
    ],
    "models": [
        "models show {}",
        "upscale photographs --out out --model {}",
        "robustness run --hr photographs --pipelines bicubic --metrics psnr_y --out out --model m={}",
        "models export {} --safetensors out.safetensors",
        "models export {} --onnx out.onnx",
        "models interpolate {} trained/model.safetensors --out out.safetensors",
        "models interpolate trained/model.safetensors {} --out out.safetensors",
    ],
    "pipelines": [
        "pipelines check {}",
        "preview photographs/0.png --out out/sheet.png --pipeline {}",
        "make-pairs photographs --out out --crop full --workers 1 --pipeline {}",
        "robustness run --hr photographs --metrics psnr_y --out out --pipelines {}",
        "robustness sweep --hr photographs --parameter a.b --range 0:1 --out out --pipeline {}",
    ],
    "trainings": ["train {} --out out"],
    "options": ["pipelines import {} --out out.yaml"],
    "seals": [
        "pipelines import-seal {} --out out",
        "pipelines import-seal {} --out out --pictures bad/pictures",
    ],
    "studies": ["robustness run --metrics psnr_y --out out --study {}"],
    "pairs": [
        "verify {}",
        "convert {} --out out --format tar",
        "replay {} --check",
        "sheet {} --out out.png",
        "robustness run --metrics psnr_y --out out --pipelines {}",
        "train training.yaml --out out --set data.hr=[] --set data.pairs={} --set data.crop=32",
        "make-pairs photographs --out {} --pipeline bicubic --scale 2 --crop full --workers 1",
    ],
    "run": [
        "robustness render {}",
        "robustness merge {} run --out out",
        "robustness run --hr photographs --scale 2 --metrics psnr_y --pipelines bicubic --out {}",
    ],
    "trained": [
        "train training.yaml --out {} --set steps=2",
        "train {}/config.yaml --out out --set model.from=null",
        "models show {}/model.safetensors",
    ],
    "cases": ["robustness run --hr photographs --metrics psnr_y --out out --cases {}"],
}
WHOLE = (
    "make-pairs bad/pictures --out out --pipeline bicubic --scale 2 --crop full --workers 1",
    "upscale bad/pictures --out out --model bicubic --scale 2",
    "robustness run --real bad/pictures --scale 2 --metrics psnr_y --out out",
    "train training.yaml --out out --set data.hr=bad/pictures",
    "estimate bad/pictures --workers 2",
    "estimate --lr bad/pictures --hr bad/pictures",
    "check-hr bad/pictures --json",
    "compare-sets bad/pictures bad/pictures",
    "compare-sets bad/pictures photographs --json",
)

PYTHON = re.compile(r"object has no attribute|NoneType|\[Errno|not supported between|<class ")
"""What Python says of a mistake of its own, which is no sentence."""
FEW = ("pictures", "models", "pipelines", "trainings", "options", "seals", "studies", "cases")
"""Kinds of which every file is tried in `make test`, each with one command in turn."""


def tree(root: Path) -> dict[str, tuple[int, int]]:
    """What lies anywhere, followed nowhere."""
    status = {str(path): path.lstat() for path in root.rglob("*")}
    return {
        name: (each.st_size, each.st_mtime_ns)
        for name, each in status.items()
        if not stat.S_ISDIR(each.st_mode)
    }


def went_well(world: Path, words: list[str]) -> int:
    """Runs a command; its exit code, past everything that a hostile file must not bring about."""
    got = answered(words, lambda: forbid_programs(world / "mark"))
    assert got.code is not None, (words, f"no answer in {SECONDS:.0f} s")
    said = got.out + got.err
    assert not got.raised, (words, got.raised)
    assert got.code in (0, 1, 2, 3), (words, said)
    assert "Traceback" not in said, (words, said)
    assert not RAW.search(said), (words, RAW.search(said), said)
    assert not (world / "mark").exists(), (words, said)
    assert got.cpu < PROCESSOR_SECONDS, (words, got.cpu)
    assert got.peak < PEAK, (words, got.peak)
    assert not PYTHON.search(said), (words, said)
    if got.code == 2:
        told = [line for line in got.err.splitlines() if line.startswith(("realsr: ", "Usage: "))]
        assert told, (words, said)
        assert max(map(len, told)) < 1500, (words, said)
    return got.code


def forbid_programs(mark: Path) -> None:
    """In the child: nobody's own list of what may run, and a mark where a program is loaded all the same."""
    trusted.configuration = lambda: mark.with_name("nobody.yaml")
    torch.jit.load = lambda *_, **__: mark.touch()


def attempts(world: Path, kind: str, whole: bool) -> Iterator[tuple[Path, list[str]]]:
    """Each file with each command that takes it; or, not whole, with one of them in turn."""
    for number, path in enumerate(sorted((world / "bad" / kind).iterdir())):
        commands = EACH[kind] if whole else [EACH[kind][number % len(EACH[kind])]]
        for command in commands:
            name = str(path.relative_to(world))
            yield path, [word.replace("{}", name) for word in command.split()]


def cleared(world: Path) -> None:
    for name in ("out", "out.png", "out.safetensors", "out.onnx", "out.yaml"):
        path = world / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def judged(world: Path, words: list[str], own: Path) -> str | None:
    """What is wrong with how a command went; it may write in `own` and `out` alone."""
    before = tree(world)
    try:
        went_well(world, words)
    except AssertionError as fault:
        return str(fault)
    finally:
        cleared(world)
    after = tree(world)
    changed = [name for name in before | after if before.get(name) != after.get(name)]
    outside = [name for name in changed if not name.startswith(f"{own}/")]
    return f"{words} wrote {outside}" if outside else None


def check(world: Path, kind: str, *, whole: bool) -> None:
    found = [judged(world, words, path) for path, words in attempts(world, kind, whole)]
    faults = [fault for fault in found if fault]
    assert not faults, "\n\n".join(faults)


@pytest.mark.parametrize("kind", FEW)
def test_every_file_through_a_command_that_takes_it(world: Path, kind: str) -> None:
    check(world, kind, whole=False)


@pytest.mark.slow
@pytest.mark.parametrize("kind", EACH)
def test_every_file_through_every_command_that_takes_it(world: Path, kind: str) -> None:
    check(world, kind, whole=True)


@pytest.mark.slow
@pytest.mark.parametrize("command", WHOLE)
def test_a_folder_of_them_at_once(world: Path, command: str) -> None:
    assert judged(world, command.split(), world / "out") is None
