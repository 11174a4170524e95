"""What a command adds to while it works is taken away by another process: it says so, and is gone on with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.trust.forked import Answer
from tests.trust.forked import answered as forked

PICTURES = 40
TRAINING = (
    "model: {name: espcn, scale: 2, features: [6, 4]}\n"
    "data: {hr: photographs, crop: 16, batch: 1, pipeline: bicubic}\nsteps: 60\ndevice: cpu\n"
    "log: {tensorboard: false, every: 1}\ncheckpoint: {every: 20}\n"
)
COMMANDS = {
    "make-pairs photographs --out out --pipeline bicubic --scale 2 --crop full --workers 1": (
        "manifest.partial.jsonl"
    ),
    "make-pairs photographs --out out --pipeline bicubic --scale 2 --crop full --workers 2": (
        "manifest.partial.jsonl"
    ),
    "upscale photographs --out out --model bicubic --scale 2": "results.jsonl",
    "robustness run --hr photographs --scale 2 --metrics psnr_y --pipelines bicubic --out out": (
        "cache/scores.jsonl"
    ),
    "train training.yaml --out out": "log.jsonl",
}
"""What each adds to."""
TIMED = {".realsr.lock", "record.json", "index.html", "data.js", "scores.jsonl", "results.jsonl"}
"""Files that say when, how fast or in which order."""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("photographs").mkdir()
    for seed in range(PICTURES):
        pixels = np.random.default_rng(seed).integers(0, 256, (40, 48, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(f"photographs/{seed:02}.png")
    Path("training.yaml").write_text(TRAINING)


def begun_anew(words: list[str]) -> Answer:
    """The same by a process that starts from nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "realsr", *words], capture_output=True, text=True, check=False
    )
    raised = done.stderr if "Traceback" in done.stderr else ""
    return Answer(done.returncode, done.stdout, done.stderr, raised, 0.0, 0)


def taken_away(path: Path, lines: int, by: Callable[[Path], object]) -> int:
    """The number of a process that does so as soon as the file has so many lines."""
    child = os.fork()
    if not child:
        end = time.monotonic() + 80
        while time.monotonic() < end:
            if path.exists() and path.read_bytes().count(b"\n") >= lines:
                by(path)
                os._exit(0)
            time.sleep(0.001)
        os._exit(1)
    return child


def content(root: Path) -> dict[str, bytes]:
    """Of every file that is the same in each run; of the log without its times."""
    files = sorted(path for path in root.rglob("*") if path.is_file() and path.name not in TIMED)
    return {
        str(path.relative_to(root)): _untimed(path)
        if path.name == "log.jsonl"
        else path.read_bytes()
        for path in files
    }


def _untimed(path: Path) -> bytes:
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    return json.dumps([line for line in lines if line["kind"] != "pace"]).encode()


def lines_of(path: Path) -> set[bytes]:
    return set(path.read_bytes().split(b"\n"))


@pytest.mark.parametrize("command", COMMANDS)
def test_it_is_said_and_gone_on_with(command: str, tmp_path: Path) -> None:
    words, name = command.split(), COMMANDS[command]
    # Autograd cannot be used in a fork of a process that has used it, as other tests have.
    answered = begun_anew if words[0] == "train" else forked
    assert answered(words).code == 0
    Path("out").rename("undisturbed")
    out = tmp_path / "out"
    child = taken_away(out / name, 4, Path.unlink)
    got = answered(words)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert got.code == 3, got
    assert f"cannot write out/{name}: somebody removed, replaced or altered it" in got.err
    assert "run the same command again" in got.err
    assert not got.raised
    kept = lines_of(out / name)
    assert len(kept) >= 4
    assert answered(words).code == 0
    assert content(out) == content(tmp_path / "undisturbed")
    if name in ("results.jsonl", "cache/scores.jsonl"):
        assert lines_of(out / name) == lines_of(tmp_path / "undisturbed" / name) >= kept


def test_a_whole_folder_that_is_removed_meanwhile(tmp_path: Path) -> None:
    """No manifest lists pairs that are not there."""
    import shutil

    words = next(iter(COMMANDS)).split()
    assert forked(words).code == 0
    Path("out").rename("undisturbed")
    partial = tmp_path / "out" / "manifest.partial.jsonl"
    child = taken_away(partial, 4, lambda path: shutil.rmtree(path.parent, ignore_errors=True))
    got = forked(words)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert got.code == 3, got
    assert not (tmp_path / "out" / "manifest.jsonl").exists()
    assert forked(words).code == 0
    assert content(tmp_path / "out") == content(tmp_path / "undisturbed")
