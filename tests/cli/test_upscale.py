"""`realsr upscale` and `realsr models`."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from realsr.cli.main import app
from realsr.images.png import encode_png
from realsr.models.cards import ModelCard, model_bytes, read_card


def realsr(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "in"
    (root / "deeper").mkdir(parents=True)
    generator = np.random.default_rng(0)
    (root / "a.png").write_bytes(encode_png(generator.integers(0, 255, (9, 7, 4), np.uint8)))
    (root / "deeper" / "b.png").write_bytes(
        encode_png(generator.integers(0, 65535, (5, 8, 1), np.uint16))
    )
    return root


@pytest.fixture
def model(tmp_path: Path) -> Path:
    card = ModelCard(
        architecture="espcn",
        arguments={"scale": 2, "features": (4, 4)},
        scale=2,
        colour="y",
        seed=1,
    )
    path = tmp_path / "m.safetensors"
    path.write_bytes(model_bytes(card.built(), card))
    return path


def test_a_folder_with_alpha_grey_and_16_bits(folder: Path, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = realsr("upscale", folder, "--out", out, "--model", model, "--device", "cpu")
    assert (done.exit_code, done.stdout) == (0, f"2 pictures enlarged; in {out}\n"), done.stderr
    first = cv2.imread(str(out / "a.png"), cv2.IMREAD_UNCHANGED)
    second = cv2.imread(str(out / "deeper" / "b.png"), cv2.IMREAD_UNCHANGED)
    assert first is not None
    assert second is not None
    assert (first.shape, first.dtype) == ((18, 14, 4), np.uint8)
    assert (second.shape, second.dtype) == ((10, 16), np.uint16)
    again = realsr("upscale", folder, "--out", out, "--model", model, "--device", "cpu")
    assert again.stdout == f"0 pictures enlarged, 2 kept from before; in {out}\n"
    other = realsr("upscale", folder, "--out", out, "--model", "bicubic", "--scale", 2)
    assert other.exit_code == 2
    assert "made by another request: model was m.safetensors, now bicubic" in other.stderr


def test_failures_are_named_and_counted(folder: Path, tmp_path: Path) -> None:
    (folder / "c.png").write_bytes(b"")
    (folder / "notes.txt").write_text("x")
    out = tmp_path / "out"
    done = realsr("upscale", folder, "--out", out, "--model", "bicubic", "--scale", 2)
    assert done.exit_code == 3
    assert done.stderr == "realsr: c (c.png): the file is empty (0 bytes)\n"
    assert done.stdout == (
        f"2 pictures enlarged, 1 failed (see {out / 'failures.jsonl'}), 1 other file passed over; in {out}\n"
    )
    assert json.loads((out / "failures.jsonl").read_text())["kind"] == "empty"


@pytest.mark.parametrize("linked", [False, True])
def test_a_source_is_never_overwritten(folder: Path, tmp_path: Path, linked: bool) -> None:
    before = (folder / "a.png").read_bytes()
    out = folder
    if linked:
        out = tmp_path / "link"
        out.symlink_to(folder, target_is_directory=True)
    done = realsr("upscale", folder / "a.png", "--out", out, "--model", "bicubic", "--scale", 2)
    assert done.exit_code == 2
    assert "would take the place" in done.stderr
    assert (folder / "a.png").read_bytes() == before
    assert realsr("upscale", folder, "--out", out, "--model", "bicubic").exit_code == 2
    assert (folder / "a.png").read_bytes() == before


def test_usage(folder: Path, tmp_path: Path) -> None:
    done = realsr("upscale", folder, "--out", tmp_path / "out", "--model", "no.pth")
    assert done.exit_code == 2
    assert "no model 'no.pth'" in done.stderr


def test_models_list_and_show(model: Path) -> None:
    listed = realsr("models", "list")
    assert listed.exit_code == 0
    assert "x2: 21,284, x3: 22,729, x4: 24,752 parameters" in listed.stdout
    shown = realsr("models", "show", "srcnn").stdout
    assert "scale (required)" in shown
    assert "57,281 parameters" in shown
    trained = realsr("models", "show", model).stdout
    assert "m: x2, sees luma alone" in trained
    assert "seed: 1" in trained
    assert "trained on: unknown" in trained


def test_models_interpolate_and_export(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "mixed.safetensors"
    assert realsr("models", "interpolate", model, model, "--out", out).exit_code == 0
    card = read_card(out)
    assert card is not None
    assert card.seed == 1
    assert realsr("models", "interpolate", model, model, "--out", out).exit_code == 2
    copy = tmp_path / "copy.safetensors"
    assert realsr("models", "export", out, "--safetensors", copy).exit_code == 0
    assert copy.read_bytes() == out.read_bytes()
    assert realsr("models", "export", out).exit_code == 2
