"""The picture of the study shows what its networks make of its photograph."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from realsr.demos.photographs import export_photographs
from realsr.models.cards import ModelCard
from realsr.models.table import build
from realsr.training.model_files import save_model
from tools.docs.study_picture import CAPTION, GAP, LEFT, PHOTOGRAPH, PIPELINES, SIDE, TOP, main


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Networks that were not trained, and the photograph."""
    pytest.importorskip("skimage")
    export_photographs(tmp_path / "photographs" / "testing", [PHOTOGRAPH])
    for seed, name in enumerate(PIPELINES):
        torch.manual_seed(seed)
        arguments = {"features": 4, "convolutions": 1}
        (tmp_path / name).mkdir()
        save_model(
            tmp_path / name / "model.safetensors",
            build("srvgg", scale=4, **arguments),
            ModelCard(architecture="srvgg", arguments=arguments, scale=4, colour="rgb"),
        )
    return tmp_path


def test_the_panels_are_of_the_photograph_and_of_two_networks(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["study_picture", str(study), str(study / "made.png")])
    main()
    made = np.asarray(Image.open(study / "made.png"))

    def panel(row: int, column: int) -> np.ndarray:
        top, left = row * (SIDE + CAPTION + GAP), column * (SIDE + GAP)
        return made[top : top + SIDE, left : left + SIDE]

    photograph = np.asarray(Image.open(study / "photographs" / "testing" / PHOTOGRAPH))
    hr = photograph[TOP : TOP + SIDE, LEFT : LEFT + SIDE]
    for row in range(len(PIPELINES)):
        np.testing.assert_array_equal(panel(row, 4), hr)
        pixels = panel(row, 0)[::4, ::4]
        np.testing.assert_array_equal(panel(row, 0), pixels.repeat(4, 0).repeat(4, 1))
        seen = [panel(row, column).astype(float) for column in range(5)]
        apart = [np.abs(a - b).mean() for a, b in itertools.pairwise(seen)]
        assert min(apart) > 0.5
    assert np.abs(panel(0, 0).astype(float) - panel(1, 0)).mean() > 1
