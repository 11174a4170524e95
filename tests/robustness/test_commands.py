"""`robustness run` as it is typed: what wins, what a bad model or photograph costs, what is left behind."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data
from typer.testing import CliRunner

from realsr.cli.actions.robustness.study import study_of
from realsr.cli.commands.robustness_options import Asked, Measured
from realsr.cli.main import app
from realsr.images.reading import Alpha, Reading, opened
from realsr.robustness.cases.photographs import photographs as freeze_photographs
from realsr.robustness.study.study import PhotographsEntry
from tests.robustness.conftest import save

RUN = ("run", "--out", "deep/out", "--hr", "hr", "--pipelines", "bicubic", "--metrics", "psnr_y")
TOYS = "tests.robustness.toys"
PHOTOGRAPH = data.coffee()[100:164, 200:280]  # type: ignore[no-untyped-call]


@pytest.fixture
def folder(photographs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(photographs.parent)
    return photographs.parent


def said(*words: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, ["robustness", *words])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found.exit_code, found.output


def cells(folder: Path) -> list[dict[str, object]]:
    lines = (folder / "deep/out/cells.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def transparent(path: Path) -> None:
    """A photograph whose left half is fully transparent."""
    image = np.dstack([PHOTOGRAPH, np.full((64, 80), 255, np.uint8)])
    image[:, :40, 3] = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)


@pytest.mark.parametrize(
    ("name", "why"), [("broken", "no kernel for this machine"), ("silent", "NoneType")]
)
def test_a_model_that_fails_its_probe_costs_its_own_cells(
    folder: Path, name: str, why: str
) -> None:
    models = ("--model", f"bad={TOYS}:{name}", "--model", f"good={TOYS}:near")
    code, output = said(*RUN, *models)
    assert code == 3, output
    found = cells(folder)
    assert {cell["model"] for cell in found} == {"bicubic", "bad", "good"}
    assert all((why in str(cell["failed"])) == (cell["model"] == "bad") for cell in found)


def test_a_told_scale_is_enough_for_a_model_that_fails_its_probe(folder: Path) -> None:
    model = ("--model", f"bad={TOYS}:broken")
    code, output = said(*RUN, *model)
    assert (code, "cannot enlarge a picture" in output) == (2, True)
    assert said(*RUN, *model, "--scale", "4")[0] == 3


def test_transparent_photographs_become_what_alpha_says(folder: Path) -> None:
    transparent(folder / "hr" / "window.png")
    code, output = said(*RUN)
    assert (code, "--alpha drop, white or black" in output) == (3, True)
    code, output = said(*RUN, "--alpha", "white")
    assert (code, "--alpha was refuse, now white" in output) == (2, True)
    (folder / "study.yaml").write_text("alpha: black\n")
    words = [word.replace("deep", "white") for word in RUN]
    code, output = said(*words, "--study", "study.yaml", "--alpha", "white")
    assert code == 0, output
    with opened(folder / "white/out/sets/bicubic/hr/window.png", Reading()) as image:
        assert np.all(image.pixels()[:, :40] == 255)


def test_alpha_decides_what_is_frozen_of_photographs_without_truth(tmp_path: Path) -> None:
    transparent(tmp_path / "real" / "window.png")
    entry, root = PhotographsEntry(name="real", dir=tmp_path / "real"), tmp_path / "set"
    refused = freeze_photographs(entry, 4, root, None)
    assert (refused.pictures, len(refused.failures)) == ((), 1)
    levels: dict[Alpha, int] = {"white": 255, "black": 0}
    for alpha, level in levels.items():
        [case] = freeze_photographs(entry, 4, root, None, alpha).pictures
        assert np.all(case.lr.read()[:, :40] == level)


@pytest.mark.parametrize(
    "words",
    [
        ("--hr", "nowhere", "--pipelines", "bicubic"),
        ("--hr", "empty", "--pipelines", "bicubic"),
        ("--pairs", "hr", "other"),
        ("--hr", "hr", "--pipelines", "bicubic", "--pairs", "hr", "other"),
        ("--real", "empty"),
    ],
)
def test_what_is_refused_leaves_nothing(folder: Path, words: tuple[str, ...]) -> None:
    (folder / "empty").mkdir()
    save(folder / "other" / "stranger.png", PHOTOGRAPH)
    assert said("run", "--out", "deep/out", *words)[0] == 2
    assert not (folder / "deep").exists()
    (folder / "deep/out").mkdir(parents=True)
    assert said("run", "--out", "deep/out", *words)[0] == 2
    assert list((folder / "deep/out").iterdir()) == []


def typed(study: Path, crop: str | None, seed: int | None) -> tuple[int | None, int]:
    found = study_of(Asked(study=study), Measured(crop=crop, seed=seed))
    return found.crop, found.seed


def test_what_is_typed_wins_and_what_is_not_does_not(tmp_path: Path) -> None:
    study = tmp_path / "study.yaml"
    study.write_text("crop: 48\nseed: 7\n")
    assert typed(study, None, None) == (48, 7)
    assert typed(study, "full", 0) == (None, 0)
    assert typed(study, "32", 3) == (32, 3)


def test_the_package_runs_as_a_module() -> None:
    words = [sys.executable, "-m", "realsr", "robustness", "run", "--help"]
    assert "--alpha" in subprocess.run(words, capture_output=True, text=True, check=True).stdout
