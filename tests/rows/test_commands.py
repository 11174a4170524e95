"""A stranger's operator, metric, loss and network in one file, used from YAML through the commands."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image
from typer.testing import CliRunner

from realsr.cli.main import app
from tests.rows.stranger import PIPELINE, TEXT, write


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return write(tmp_path / "elsewhere")


@pytest.fixture
def pipeline(tmp_path: Path) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(PIPELINE)
    return path


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "photographs"
    folder.mkdir()
    for seed in range(2):
        pixels = np.random.default_rng(seed).integers(0, 256, (48, 56, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{seed}.png")
    return folder


def said(*words: object, code: int = 0) -> str:
    found = CliRunner().invoke(app, [str(word) for word in words])
    assert found.exit_code == code, found.output
    return found.output


def test_a_training_goes_on_with_the_same_file_alone(
    tmp_path: Path, rows: Path, pipeline: Path, photographs: Path
) -> None:
    config, out = tmp_path / "own_training.yaml", tmp_path / "run"
    config.write_text(
        "model: {name: own_plain, scale: 2, kernel: 5}\n"
        f"data: {{hr: ['{photographs}'], pipeline: '{pipeline}', crop: 16, batch: 2}}\n"
        "steps: 2\nobjective: {terms: [{name: own_power}, {name: lr_consistency, weight: 0.1}]}\n"
        f"validation: {{sets: [{{name: own, hr: ['{photographs}'], pipeline: '{pipeline}'}}]}}\n"
    )
    train = ("train", config, "--out", out)
    assert "no architecture 'own_plain'" in said(*train, code=2)
    said(*train, "--rows", rows)
    kept = yaml.safe_load((out / "config.yaml").read_text())
    assert [file["file"] for file in kept["rows"]] == ["mine.py"]
    more = ("--set", "steps=3")
    assert "give that file again: --rows mine.py" in said(
        "train", out / "config.yaml", "--out", out, *more, code=2
    )
    said(*train, *more, "--rows", rows)
    write(rows.parent, TEXT + "\n# changed\n")
    assert "the mine.py given has" in said(*train, "--set", "steps=4", "--rows", rows, code=2)
    write(rows.parent)
    upscale = (
        "upscale",
        photographs,
        "--out",
        tmp_path / "sr",
        "--model",
        out / "model.safetensors",
    )
    assert "no architecture 'own_plain'" in said(*upscale, code=2)
    said(*upscale, "--rows", rows)
    assert json.loads((tmp_path / "sr" / "upscale.json").read_text())["rows"] == kept["rows"]


def test_pipelines_are_shown_and_checked_with_them(rows: Path, pipeline: Path) -> None:
    assert "no operator 'own_dim'" in said("pipelines", "check", pipeline, code=1)
    assert "sound" in said("pipelines", "check", pipeline, "--rows", rows)
    assert "own_dim" in said("pipelines", "show", pipeline, "--rows", rows)
    assert "own_dim" in said("pipelines", "schema", "--rows", rows)


def test_pairs_are_made_and_replayed(
    tmp_path: Path, rows: Path, pipeline: Path, photographs: Path
) -> None:
    out = tmp_path / "pairs"
    make = ("make-pairs", photographs, "--out", out, "--pipeline", pipeline, "--crop", "full")
    said(*make, code=2)
    said(*make, "--rows", rows, "--workers", 2)
    header = json.loads((out / "manifest.jsonl").read_text().splitlines()[0])
    assert [file["file"] for file in header["rows"]] == ["mine.py"]
    assert "nothing left to do" in said(*make, "--rows", rows)
    assert "give that file again: --rows mine.py" in said("replay", out, "--check", code=2)
    said("replay", out, "--check", "--rows", rows)
    said("replay", out, "--rows", rows, "--workers", 2)
    said("sheet", out, "--out", tmp_path / "pairs.png", "--rows", rows)
    preview = ("--out", tmp_path / "sheet.png", "--pipeline", pipeline, "--rows", rows)
    said("preview", photographs / "0.png", *preview)


def test_a_robustness_run_is_made_gone_on_with_and_replayed(
    tmp_path: Path, rows: Path, pipeline: Path, photographs: Path
) -> None:
    study, out = tmp_path / "study.yaml", tmp_path / "run"
    study.write_text(
        "hr: photographs\npipelines: [own.yaml]\nmetrics: [psnr_y, lr_consistency_true, own_range]\n"
    )
    run = ("robustness", "run", "--study", study, "--out", out, "--scale", 2)
    said(*run, code=2)
    said(*run, "--rows", rows)
    record = json.loads((out / "record.json").read_text())
    assert [file["file"] for file in record["rows"]] == ["mine.py"]
    cell = json.loads((out / "cells.jsonl").read_text().splitlines()[0])
    assert cell["scores"]["own_range"] > 0
    replay = ("robustness", "replay", out, "--model", "bicubic", "--set", "own", "--key", "0")
    assert "give that file again: --rows mine.py" in said(*replay, code=2)
    said(*replay, "--rows", rows)
    write(rows.parent, TEXT + "\n# changed\n")
    assert "the mine.py given has" in said(*run, "--rows", rows, code=2)
