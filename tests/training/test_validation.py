"""Validation sets: draws that no training's seed moves, pixels as they lie in files, a border as wide as the scale."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import degrade
from realsr.metrics.fidelity import psnr
from realsr.models.upsampling import enlarge
from realsr.training.config_data import SetConfig
from realsr.training.fidelity import comparable
from realsr.training.validation import ValidationSet
from tests.training.conftest import Make


@pytest.fixture
def levels(tmp_path: Path) -> Path:
    """A photograph with every level of eight bits, and not of a multiple of the scale."""
    folder = tmp_path / "set"
    folder.mkdir()
    pixels = np.random.default_rng(1).permutation(3 * 45 * 37) % 256
    Image.fromarray(pixels.reshape(45, 37, 3).astype(np.uint8)).save(folder / "a.png")
    return folder


def test_a_set_is_the_same_whatever_the_trainings_seed(make: Make, levels: Path) -> None:
    config = SetConfig(name="own", hr=(levels,), pipeline="second_order")
    [(hr, lr)] = ValidationSet(config, make(seed=0)).pairs_of()
    [(other_hr, other_lr)] = ValidationSet(config, make(seed=7)).pairs_of()
    assert torch.equal(hr, other_hr)
    assert torch.equal(lr, other_lr)
    [trace] = degrade.draw(degrade.load_pipeline("second_order", scale=2), degrade.keys(0, ["a"]))
    assert torch.equal(lr, degrade.apply_lr([trace], degrade.apply_hr([trace], hr)))


def test_hr_is_the_files_pixels_cut_to_the_scale(make: Make, levels: Path) -> None:
    config = SetConfig(name="own", hr=(levels,), pipeline="bicubic")
    [(hr, _)] = ValidationSet(config, make()).pairs_of()
    expected = np.asarray(Image.open(levels / "a.png"))[:44, :36]
    assert np.array_equal((hr[0] * 255).round().permute(1, 2, 0).numpy(), expected)


@pytest.mark.parametrize(("stated", "border"), [(None, 2), (0, 0), (5, 5)])
def test_the_border_is_the_scale_unless_stated(
    make: Make, levels: Path, stated: int | None, border: int
) -> None:
    config = SetConfig(name="own", hr=(levels,), pipeline="bicubic")
    own = ValidationSet(config, make(validation={"border": stated}))
    [(hr, lr)] = own.pairs_of()
    by_hand = psnr(comparable(enlarge(lr, 2), border), comparable(hr, border))
    assert own.bicubic().psnr == pytest.approx(by_hand, abs=1e-9)
