"""A fresh discriminator against a frozen generator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from realsr.cli.main import main
from realsr.models.discriminators.base import Discriminator
from realsr.training import TrainingError, load_model, probe, probing, train
from realsr.training.model_files import model_card, save_model
from realsr.training.probing import _layers
from tests.training.conftest import Make


@pytest.fixture
def grainy(tmp_path: Path) -> Path:
    """Photographs whose grain no enlargement brings back: a discriminator's easy prey."""
    generator = np.random.default_rng(3)
    for part, count in (("learned", 6), ("held", 6)):
        (tmp_path / part).mkdir()
        for number in range(count):
            coarse = generator.integers(60, 196, (5, 5, 3), dtype=np.uint8)
            smooth = np.asarray(Image.fromarray(coarse).resize((40, 40), Image.Resampling.BICUBIC))
            noisy = smooth + generator.normal(0, 25, smooth.shape)
            Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(
                tmp_path / part / f"{part}{number}.png"
            )
    return tmp_path


def trained(make: Make, folder: Path, **changes: Any) -> Path:
    config = make(
        data={"hr": [str(folder / "learned")], "crop": 32, "batch": 4, "pipeline": "bicubic"},
        steps=2,
        validation={
            "sets": [{"name": "held", "hr": [str(folder / "held")], "pipeline": "bicubic"}]
        },
        **changes,
    )
    train(config, folder / "run")
    return folder / "run"


def losses(run: Path, **options: Any) -> list[str]:
    """What it tells of two steps; areas of a network that has hardly learned are all alike."""
    said: list[str] = []
    probe(run, steps=2, tell=said.append, **options)
    return said


def test_it_finds_what_is_missing_and_nothing_where_nothing_is(
    make: Make, grainy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = trained(make, grainy)
    found = probe(run, steps=40)
    assert list(found.areas) == ["train", "content/held"]
    assert found.areas["content/held"].value > 0.9
    assert found.above_chance["content/held"].low > 0
    assert found.gaps["content/held"].low < 0.05
    again = probe(run, steps=40)
    assert again == found
    assert losses(run, seed=1) != losses(run) == losses(run)

    def same(self: Any, network: Any) -> torch.Tensor:
        return self.hr.clone()

    monkeypatch.setattr("realsr.training.batches.TrainingBatch.enlarged_by", same)
    none = probe(run, steps=10)
    assert none.areas["content/held"].value == 0.5
    assert none.above_chance["content/held"].low < 0 < none.above_chance["content/held"].high


def test_it_judges_the_model_of_the_folder(make: Make, grainy: Path) -> None:
    run = trained(make, grainy)
    first = losses(run)
    network = load_model(run / "model.safetensors")
    with torch.no_grad():
        for each in network.parameters():
            each.mul_(0.5)
    card = model_card(run / "model.safetensors")
    (run / "model.safetensors").unlink()
    save_model(run / "model.safetensors", network, card)
    assert losses(run) != first


def test_nothing_of_its_networks_is_normalised_over_a_batch(
    make: Make, grainy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Discriminator] = []
    build = probing.build_discriminator

    def kept_build(*args: Any, **arguments: Any) -> Discriminator:
        kept.append(build(*args, **arguments))
        return kept[-1]

    monkeypatch.setattr(probing, "build_discriminator", kept_build)
    probe(trained(make, grainy), steps=1)
    assert kept
    assert not any(isinstance(each, torch.nn.BatchNorm2d) for each in kept[-1].modules())


def test_from_the_command_line(
    make: Make, grainy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = trained(make, grainy)
    assert main(["models", "probe", str(run), "--steps", "30"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "a fresh discriminator of 30 steps tells photographs from generated images"
    assert lines[1].startswith("  train: ")
    assert "above chance" in lines[2]
    assert main(["models", "probe", str(run), "--steps", "30", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["above_chance"]["content/held"]["value"] == pytest.approx(
        data["areas"]["content/held"]["value"] - 0.5
    )


def test_what_it_needs_is_said(make: Make, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="holds no training with a model"):
        probe(tmp_path)
    train(make(steps=1), tmp_path / "out")
    with pytest.raises(TrainingError, match="no validation set holds out"):
        probe(tmp_path / "out")


def test_its_depth_follows_the_crop(make: Make) -> None:
    data = make().data.model_dump(mode="json")
    assert [_layers(make(data=data | {"crop": crop})) for crop in (16, 32, 64, 128)] == [1, 2, 3, 3]
