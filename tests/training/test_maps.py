"""Maps of classes in a training: cut and turned with their photographs, checked before the first step."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from realsr.models.table import build
from realsr.training import TrainingConfig, TrainingError, parse_config, train
from realsr.training.batches import Batches, Told
from realsr.training.check import material
from realsr.training.checkpoints import states
from realsr.training.config_file import config_text
from realsr.training.data_record import NAME
from tests.training.conftest import Make
from tests.training.kinds import of_kind
from tests.training.states import assert_equal, last_state, told

CPU = torch.device("cpu")
MODEL = {
    "name": "sftgan", "scale": 4, "prior": "segmentation", "classes": 4,
    "blocks": 1, "features": 4, "conditions": 4,
}  # fmt: skip
GAN = {
    "objective": {
        "terms": [
            {"name": "l1"},
            {"name": "adversarial", "weight": 0.01},
            {"name": "auxiliary_class", "weight": 0.01},
        ],
        "discriminator": {"kind": "vanilla", "auxiliary": 1.0},
    },
    "discriminator": {"name": "sftgan", "features": 4, "classes": 4},
}


def classes(picture: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A class of each pixel that its own red value says, so that a crop is known by itself."""
    return (picture[..., 0] // 64).astype(np.uint8)


@pytest.fixture(scope="module")
def maps(photographs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("maps")
    for path in photographs.iterdir():
        Image.fromarray(classes(np.asarray(Image.open(path)))).save(folder / path.name)
    return folder


@pytest.fixture
def told_maps(make: Make, photographs: Path, maps: Path) -> Make:
    data = {"hr": [str(photographs)], "maps": str(maps), "crop": 32, "batch": 4}

    def made(**changes: Any) -> TrainingConfig:
        own = data | changes.pop("data", {})
        return make(**{"model": MODEL, "steps": 3} | GAN | changes, data=own)

    return made


def test_maps_are_cut_and_turned_with_their_photographs(told_maps: Make) -> None:
    config = told_maps()
    given = material(config)
    network = build(config.model.row, **config.model_arguments)
    batches = Batches(config, given.photographs, None, given.pipelines, told=Told.of(network))
    crops = set()
    for step in range(4):
        batch = batches.at(step, CPU)
        expected = (batch.hr[:, 0] * 255).round().long() // 64
        assert torch.equal(batch.conditions["maps"].argmax(dim=1), expected)
        assert torch.equal(batch.conditions["maps"].sum(dim=1), torch.ones(4, 32, 32))
        crops |= {tuple(each.flatten()[:64].tolist()) for each in expected}
        counts = torch.stack([(expected == k).sum(dim=(1, 2)) for k in range(4)], dim=1)
        assert batch.labels is not None
        assert torch.equal(counts.gather(1, batch.labels[:, None])[:, 0], counts.amax(dim=1))
    assert len(crops) == 16
    batches.close()


def test_the_class_head_is_trained_and_told(told_maps: Make, tmp_path: Path) -> None:
    sets = [{"name": "own", "held_out": 0.2}]
    train(told_maps(validation={"every": 3, "sets": sets}), tmp_path)
    assert "auxiliary_class" in of_kind(tmp_path, "generator")[0]["raw"]  # type: ignore[operator]
    raw = of_kind(tmp_path, "discriminator")[0]["raw"]
    assert raw.keys() == {"adversarial", "classes_real", "classes_fake"}  # type: ignore[attr-defined]
    state = last_state(tmp_path)["discriminator"]
    assert state["class_head.3.weight"].shape == (4, 100)
    assert of_kind(tmp_path, "validation")[0]["own"]["psnr"] > 5  # type: ignore[index]


def test_killed_it_goes_on_with_the_very_maps(told_maps: Make, tmp_path: Path) -> None:
    config = told_maps(steps=400, ema=0.9, accumulate=2, checkpoint={"every": 1})
    (tmp_path / "config.yaml").write_text(config_text(config))
    command = [sys.executable, "-m", "realsr.cli.main", "train", "config.yaml", "--out", "out"]
    env = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(command, cwd=tmp_path, env=env, stderr=subprocess.DEVNULL)
    while not states(tmp_path / "out" / "states")[1:]:
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.wait()
    end = last_state(tmp_path / "out")["step"] + 2
    train(config, tmp_path / "out", stop_at=end)
    train(config, tmp_path / "whole", stop_at=end)
    assert_equal(last_state(tmp_path / "whole"), last_state(tmp_path / "out"))
    assert told(tmp_path / "whole") == told(tmp_path / "out")


TEXT = """
model: {name: sftgan, scale: 4, prior: segmentation, classes: 4}
data: {hr: photographs, crop: 32}
steps: 1
"""


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ([], r"<text>:2: model: sftgan is to be told maps of 4 classes: give their folder as data\.maps"),
        (["model.prior=texture", "model.classes=8", "data.maps=m"], r"data\.maps: sftgan is told no maps of classes"),
        (["data.maps=m", "data.pairs=p"], r"data\.pairs=p: data\.pairs: maps go with photographs"),
        (["data.maps=m", "validation.sets=[{name: a, hr: v}]"], r"validation\.sets\[0\]: maps: give the folder of this"),
        (["data.maps=m", "objective=sftgan", "discriminator={name: sftgan}"], r"told 4 classes and the discriminator tells 8"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_told_with_its_line(settings: list[str], said: str) -> None:
    with pytest.raises(TrainingError, match=said):
        parse_config(TEXT, settings=settings)


def test_labels_at_fault_are_named_before_step_one(
    told_maps: Make, maps: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    shutil.copytree(maps, own)
    config = told_maps(data={"maps": str(own)})
    one = own / "photo3.png"
    labels = np.asarray(Image.open(one))
    for broken, sentence in (
        (labels[:, :-1], r"photo3\.png: it is 48 x 58 .*its picture is 48 x 59"),
        (labels + 4, r"photo3\.png: it holds the value 7; classes are numbered from 0 to 3"),
        (np.repeat(labels[..., None], 3, axis=2), r"photo3\.png: it is RGB of 8 bits; labels are"),
    ):
        Image.fromarray(broken).save(one)
        with pytest.raises(TrainingError, match=r"data\.maps: .*" + sentence):
            train(config, tmp_path / "out")
    one.unlink()
    with pytest.raises(TrainingError, match=r"data\.maps: .*there are no labels of photo3 here"):
        train(config, tmp_path / "out")
    assert not (tmp_path / "out" / "config.yaml").exists()


def test_labels_that_change_under_a_training_are_named(
    told_maps: Make, maps: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    shutil.copytree(maps, own)
    config = told_maps(data={"maps": str(own)}, steps=1)
    train(config, tmp_path / "out")
    assert "maps of photo0" in (tmp_path / "out" / NAME).read_text()
    labels = np.asarray(Image.open(own / "photo0.png"))
    Image.fromarray(3 - labels).save(own / "photo0.png")
    with pytest.raises(TrainingError, match="changed maps of photo0"):
        train(config.model_copy(update={"steps": 2}), tmp_path / "out")


def test_a_pipeline_that_moves_the_hr_is_refused(told_maps: Make, tmp_path: Path) -> None:
    pipeline = tmp_path / "moving.yaml"
    flip = "{op: albumentations, transform: HorizontalFlip}"
    quantised = "{op: quantise, label: quantise_hr}"
    shrink = "{op: matlab_bicubic, factor: 1, of: target}"
    pipeline.write_text(f"name: moving\nversion: 1\nhr: [{flip}, {quantised}]\nlr: [{shrink}]\n")
    with pytest.raises(TrainingError, match=r"data\.pipeline: moving has albumentations on the HR"):
        train(told_maps(data={"pipeline": str(pipeline)}), tmp_path / "out")


def test_a_class_head_without_maps_is_refused(make: Make, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="objective: the objective needs labels"):
        train(make(**GAN), tmp_path)
