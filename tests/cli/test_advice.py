"""A command speaks of its own options and of no other's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from realsr.cli.main import app

FOREIGN = ("--alpha", "--crop", "--max-pixels", "--tiles")


def realsr(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.output


@pytest.fixture
def transparent(tmp_path: Path) -> Path:
    """A folder with one picture that has transparent pixels, and a small one."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.new("RGBA", (96, 96), (9, 9, 9, 128)).save(folder / "window.png")
    return folder


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    folder.mkdir()
    Image.fromarray(np.zeros((40, 90, 3), np.uint8)).save(folder / "strip.png")
    return folder


def test_make_pairs_names_its_options(transparent: Path, small: Path, tmp_path: Path) -> None:
    code, said = realsr("make-pairs", transparent, "--out", tmp_path / "a", "--crop", "48")
    assert (code, "--alpha drop, white or black" in said) == (3, True)
    code, said = realsr("make-pairs", small, "--out", tmp_path / "b", "--crop", "48")
    assert "40 x 90 (height x width), smaller than the crop 48 x 48; use --crop full" in said
    code, said = realsr(
        "make-pairs", small, "--out", tmp_path / "c", "--crop", "full", "--max-pixels", "9"
    )
    assert "at most 9 are decoded; --max-pixels N takes larger" in said


@pytest.mark.parametrize("kind", ["transparent", "small"])
def test_train_names_none_of_make_pairs(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder = request.getfixturevalue(kind)
    Image.new("RGB", (96, 96)).save(folder / "other.png")
    Image.new("RGB", (96, 96)).save(folder / "third.png")
    code, said = realsr(
        "train",
        "espcn_t91",
        "--set",
        f"data.hr={folder}",
        "--set",
        "validation.sets=[]",
        "--set",
        "steps=1",
        "--out",
        tmp_path / "out",
    )
    assert code == 2, said
    assert [option for option in FOREIGN if option in said] == []
    assert ("flatten it first" if kind == "transparent" else "smaller data.crop") in said
