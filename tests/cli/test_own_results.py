"""No command takes what another one wrote for photographs, and what was done to pairs is said."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from realsr.cli.main import app


def realsr(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "photographs"
    folder.mkdir()
    for seed in range(3):
        pixels = (
            np.random.default_rng(seed)
            .integers(0, 256, (8, 8, 3), np.uint8)
            .repeat(6, 0)
            .repeat(6, 1)
        )
        Image.fromarray(pixels).save(folder / f"{seed}.png")
    return folder


def answers(out: Path) -> set[str]:
    return {json.loads(line)["image"] for line in (out / "cells.jsonl").read_text().splitlines()}


ASKED = (
    "--model",
    "bicubic",
    "--scale",
    2,
    "--metrics",
    "psnr_y",
    "--device",
    "cpu",
    "--workers",
    1,
)


def test_a_robustness_run_among_its_photographs(photographs: Path) -> None:
    asked = ("robustness", "run", "--hr", photographs, "--pipelines", "bicubic", *ASKED)
    for name in ("run", "run", "other"):
        done = realsr(*asked, "--out", photographs / name)
        assert done.exit_code == 0, done.output
        assert answers(photographs / name) == {"0", "1", "2"}
    done = realsr(*asked, "--out", photographs)
    assert done.exit_code == 2
    assert "is the directory of the sources" in done.stderr
    made = realsr(
        "make-pairs", photographs, "--out", photographs / "pairs",
        "--pipeline", "bicubic", "--scale", 2, "--crop", "full", "--device", "cpu",
    )  # fmt: skip
    assert "3 pairs made, 2 other files passed over" in made.stdout, made.output


def test_pairs_on_one_grid_are_said_to_be(photographs: Path, tmp_path: Path) -> None:
    low = tmp_path / "low"
    shutil.copytree(photographs, low)
    asked = ("robustness", "run", "--pairs", low, photographs, *ASKED, "--out", tmp_path / "out")
    done = realsr(*asked)
    assert done.exit_code == 0, done.output
    assert "LR and HR came on one grid; LR was reduced by matlab_bicubic 1/2" in done.stderr


def test_a_contact_sheet_is_no_photograph(photographs: Path, tmp_path: Path) -> None:
    drawn = realsr(
        "preview", photographs / "0.png", "--out", photographs / "sheet.png", "--scale", 2
    )
    assert drawn.exit_code == 0, drawn.output
    done = realsr(
        "upscale", photographs, "--out", tmp_path / "out", "--model", "bicubic", "--scale", 2
    )
    assert done.exit_code == 3
    assert "sheet (sheet.png): it is a contact sheet that realsr drew" in done.stderr
