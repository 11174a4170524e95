"""The classical pipelines against the published Set5 files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import degrade
from degrade.errors import PipelineError

NAMES = ["baby", "bird", "butterfly", "head", "woman"]


def pair(shared_data: Path, folder: str, name: str) -> tuple[torch.Tensor, np.ndarray]:
    golden = shared_data / "golden"
    high = np.asarray(Image.open(golden / "imresize_u8_symmetric" / "Set5_HR" / f"{name}.bmp"))
    low = np.asarray(Image.open(golden / "blur_noise" / folder / f"{name}_{folder}.png"))
    height, width = (side // 3 * 3 for side in high.shape[:2])
    hr = torch.from_numpy(high[:height, :width].copy()).permute(2, 0, 1).float() / 255
    return hr, low


def eight_bit(lr: torch.Tensor) -> np.ndarray:
    return (lr * 255).round().permute(1, 2, 0).numpy()


@pytest.mark.parametrize("name", NAMES)
def test_bd_is_the_published_pixels(shared_data: Path, name: str) -> None:
    hr, low = pair(shared_data, "LRBD_x3", name)
    traces = degrade.draw(degrade.load_pipeline("bd_x3"), degrade.keys(0, [name]))
    # One value of the five pictures lies at a half to the last bit of float32.
    assert np.count_nonzero(eight_bit(degrade.apply(traces, [hr])[0]) != low) <= 1


@pytest.mark.parametrize("name", NAMES)
def test_dn_has_the_published_noise(shared_data: Path, name: str) -> None:
    """Both are the same bicubic picture with noise of sigma 30: compared where nothing is clipped."""
    hr, low = pair(shared_data, "LRDN_x3", name)
    traces = degrade.draw(degrade.load_pipeline("dn_x3"), degrade.keys(0, [name]))
    clean = eight_bit(
        degrade.apply(
            degrade.draw(degrade.load_pipeline("bicubic", 3), degrade.keys(0, [name])), [hr]
        )[0]
    )
    middle = (clean > 110) & (clean < 145)
    ours, theirs = (
        image.astype(float)[middle] - clean[middle]
        for image in (eight_bit(degrade.apply(traces, [hr])[0]), low)
    )
    assert middle.sum() > 300
    for noise in (ours, theirs):
        error = 30 / np.sqrt(2 * middle.sum())
        assert abs(noise.std() - 30) < 4 * error + 0.1
        assert abs(noise.mean()) < 4 * 30 / np.sqrt(middle.sum())


@pytest.mark.parametrize("name", ["bd_x3", "dn_x3"])
def test_another_scale_is_an_error(name: str) -> None:
    assert degrade.load_pipeline(name).scale == 3
    with pytest.raises(PipelineError, match="scale 4 is not one of this pipeline's: 3"):
        degrade.load_pipeline(name, scale=4)
