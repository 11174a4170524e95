"""Killed at any moment and started again: the same tables. And the commands themselves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from realsr.cli.main import app
from realsr.robustness.results.store import read_results

REPOSITORY = Path(__file__).parents[2]


TRUST = ("--trust-code", "tests.robustness.toys")
"""The command line takes this module's functions as models."""


def arguments(photographs: Path, out: Path, *models: str) -> list[str]:
    chosen = [part for model in models for part in ("--model", model)]
    return [
        *("robustness", "run", *chosen, "--hr", str(photographs), "--out", str(out)),
        *("--pipelines", "bicubic,gaussian8", "--metrics", "psnr_y,ssim_y", "--workers", "2"),
        *("--device", "cpu"),
    ]


def realsr(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def started(photographs: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "realsr.cli.main"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [*command, *arguments(photographs, out, "slow=tests.robustness.toys:slow")],
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def lines_in(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.is_file() else 0


@pytest.mark.parametrize("after", [1, 6])
def test_killed_and_started_again(photographs: Path, tmp_path: Path, after: int) -> None:
    out, cache = tmp_path / "out", tmp_path / "out" / "cache" / "scores.jsonl"
    process = started(photographs, out)
    end = time.monotonic() + 60
    while lines_in(cache) < after and process.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    known = lines_in(cache)
    assert after <= known < 16
    assert not (out / "record.json").exists()
    slow = "slow=tests.robustness.toys:slow"
    again = realsr(*arguments(photographs, out, slow))
    assert again.exit_code == 0, again.output
    realsr(*arguments(photographs, tmp_path / "whole", slow))
    assert (out / "cells.jsonl").read_bytes() == (tmp_path / "whole" / "cells.jsonl").read_bytes()
    assert lines_in(cache) == 16


def test_run_replay_and_remake_by_command(
    photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    found = realsr(*arguments(photographs, out, "near=tests.robustness.toys:near"))
    assert found.exit_code == 0, found.output
    assert "% in the models" in found.output
    monkeypatch.chdir(out)
    cell = read_results(out).cells[-1]
    made = realsr(*cell.replay.split()[1:], *TRUST)
    assert made.exit_code == 0, made.output
    assert "0 of " in made.output
    place = out / "replayed" / cell.set / cell.image
    assert {path.name for path in place.iterdir()} == {"hr.png", "lr.png", "near.png"}
    assert realsr("robustness", "remake", out).exit_code == 0
    assert realsr("robustness", "compare", out, out).exit_code == 0


def test_usage(photographs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for words, told in (
        (["--pipelines", "bicubic"], "give --hr DIR"),
        (["--hr", str(photographs)], "no test set"),
        (["--hr", str(photographs), "--pipelines", "bicubik"], "bicubik"),
        (
            ["--hr", str(photographs), "--pipelines", "bicubic", "--metrics", "psnr_z"],
            "did you mean",
        ),
        (["--hr", str(photographs), "--pipelines", "gaussian8", "--scale", "2"], "is for 4"),
    ):
        found = realsr("robustness", "run", "--out", out, "--device", "cpu", *words)
        assert found.exit_code == 2, found.output
        assert told in found.output
        assert not out.exists()


def test_a_study_file(photographs: Path, tmp_path: Path) -> None:
    study = tmp_path / "study.yaml"
    study.write_text(
        "hr: hr\npipelines: [bicubic]\nmetrics: [psnr_y]\n"
        "models:\n  - {name: near, path: 'tests.robustness.toys:near', trained_on: bicubic, loss: l1, seed: 3}\n"
    )
    out = tmp_path / "out"
    asked = ("robustness", "run", "--study", study, "--out", out, "--device", "cpu")
    found = realsr(*asked, *TRUST)
    assert found.exit_code == 0, found.output
    [bicubic, near] = read_results(out).record.models
    assert (near.trained_on, near.loss, near.seed) == ("bicubic", "l1", 3)
    assert (bicubic.trained_on, bicubic.loss) == (None, None)
    study.write_text("hr: hr\npipeline: [bicubic]\n")
    wrong = realsr("robustness", "run", "--study", study, "--out", out)
    assert wrong.exit_code == 2
    assert "study.yaml:2: pipeline" in wrong.output
