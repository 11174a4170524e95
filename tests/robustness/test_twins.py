"""Models that no row of the matrix can tell apart are refused before any work, whatever else is at fault."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from realsr.cli.main import main
from realsr.models.cards import ModelCard
from realsr.models.table import build
from realsr.robustness.results.rows import TrainedModel, twins
from realsr.robustness.results.store import read_results
from realsr.training.model_files import save_model


def saved(path: Path, *, ema: bool, seed: int = 0) -> Path:
    torch.manual_seed(3 + ema)
    arguments = {"features": (4, 4), "channels": 3}
    card = ModelCard(
        architecture="espcn",
        arguments=arguments,
        scale=2,
        colour="rgb",
        trained_on="bicubic",
        objective="l1",
        seed=seed,
        steps=7,
        ema=ema,
    )
    save_model(path, build("espcn", scale=2, **arguments), card)
    return path


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "hr"
    folder.mkdir()
    pixels = np.random.default_rng(0).integers(0, 256, (40, 44, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(folder / "noise.png")
    return folder


def run(photographs: Path, out: Path, *more: str) -> int:
    fixed = ["--hr", str(photographs), "--pipelines", "bicubic", "--metrics", "psnr_y"]
    return main(["robustness", "run", "--out", str(out), *fixed, *more])


def test_an_average_and_the_network_that_it_follows_are_compared(
    photographs: Path, tmp_path: Path
) -> None:
    models = [
        f"--model={name}={saved(tmp_path / f'{name}.safetensors', ema=name == 'average')}"
        for name in ("average", "online")
    ]
    assert run(photographs, tmp_path / "out", *models) == 0
    families = {model.name: model.family for model in read_results(tmp_path / "out").record.models}
    assert families["average"] == "espcn, 7 steps, moving average"
    assert families["online"] == "espcn, 7 steps"
    page = (tmp_path / "out" / "index.html").read_text()
    assert "average" in page
    assert "online" in page


def test_twins_are_refused_before_any_work(
    photographs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models = [
        f"--model={name}={saved(tmp_path / f'{name}.safetensors', ema=False)}"
        for name in ("one", "other")
    ]
    assert run(photographs, tmp_path / "out", *models) == 2
    said = capsys.readouterr().err
    assert (
        "one and other are twins: espcn, 7 steps, trained on bicubic with l1, seed 0; leave" in said
    )
    assert not (tmp_path / "out").exists()
    study = tmp_path / "study.yaml"
    study.write_text(
        "models:\n"
        "  - {name: one, path: one.safetensors, family: first}\n"
        "  - {name: other, path: other.safetensors}\n"
    )
    assert run(photographs, tmp_path / "out", "--study", str(study)) == 0


def test_twins_are_of_one_row_and_one_seed() -> None:
    def model(name: str, seed: int | None, family: str | None = "net") -> TrainedModel:
        return TrainedModel(name, "x", "l1", seed, family)

    assert twins([model("a", 0), model("b", 1), model("c", None), model("d", None)]) == ()
    assert twins([model("a", 0), model("b", 0, "other")]) == ()
    assert twins([model("a", 0, None), model("b", 0, None)]) == ()
    same = [model("b", 1), model("d", 1)]
    assert twins([model("a", 0), same[0], model("c", 2), same[1]]) == tuple(same)
