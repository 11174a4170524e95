"""Banks of noise: files, tiling, the law of a patch, and collecting patches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from degrade.errors import ImageError, TraceError
from degrade.functional.banks import bank_digest
from degrade.functional.noise_bank import read_patches
from degrade.functional.noise_patches import collect
from degrade.operators.noise_bank import NOISE_BANK as OPERATOR
from degrade.operators.noise_bank import NoiseBankParameters
from tests.cases import KEY, NOISE_BANK, NOISE_DIGEST
from tests.forms import fast
from tests.noise_statistics import LEVELS, assert_expected, assert_law, noise, record

PATCHES = read_patches(NOISE_BANK)


def values(index: int, **more: Any) -> dict[str, Any]:
    return {"folder": NOISE_BANK, "digest": NOISE_DIGEST, "index": index, **more}


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_patch_has_no_mean(index: int) -> None:
    assert np.abs(PATCHES[index].astype(np.float64).mean((0, 1))).max() < 1e-8


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("index", [0, 1, 2])
def test_the_law_of_a_patch(level: float, index: int) -> None:
    """Over keys: mean 0, the patch's covariance of channels, the correlation of its endless tiling."""
    patch = 2.0 * PATCHES[index].astype(np.float64)
    patch = np.broadcast_to(patch, (*patch.shape[:2], 3))
    period = np.pad(patch, ((0, patch.shape[0]), (0, patch.shape[1]), (0, 0)), "symmetric")
    covariance = np.einsum("hwc,hwd->cd", patch, patch) / patch[..., 0].size

    found = noise(OPERATOR, level, **values(index, gain=2.0))
    assert_law_of_channels(found, covariance, period)


def assert_law_of_channels(found: np.ndarray, covariance: np.ndarray, period: np.ndarray) -> None:
    for channel in range(3):
        one = period[..., channel]
        lags = {
            place: float((one * np.roll(one, place, (0, 1))).mean() / covariance[channel, channel])
            for place in ((0, 1), (1, 0), (1, 1), (0, 4), (5, 2))
        }
        alone = np.repeat(found[..., channel : channel + 1], 3, 3)
        assert_law(alone, 0.0, np.full((3, 3), covariance[channel, channel]), lags)
        for other in range(channel):
            product = (found[..., channel] * found[..., other]).mean((1, 2))
            assert_expected(product, covariance[channel, other], f"channels {channel}, {other}")


def test_tiling_is_by_reflection() -> None:
    image = np.zeros((90, 90, 3), np.float32)
    added = fast(OPERATOR, image, record(OPERATOR, **values(0)))
    patch = PATCHES[0]
    height, width = patch.shape[:2]
    around = ((0, 9 * height), (0, 9 * width), (0, 0))
    endless = np.pad(patch, around, "symmetric")
    found = [
        (top, left)
        for top in range(2 * height)
        for left in range(2 * width)
        if np.array_equal(endless[top : top + 90, left : left + 90], added)
    ]
    assert len(found) == 1
    other = fast(OPERATOR, image, record(OPERATOR, **values(0), key="f" * 16))
    assert not np.array_equal(other, added)


def test_gain_and_strength() -> None:
    image = np.zeros((40, 54, 3), np.float32)
    once = fast(OPERATOR, image, record(OPERATOR, **values(0)))
    twice = fast(OPERATOR, image, record(OPERATOR, **values(0, gain=2.0)))
    np.testing.assert_allclose(twice, 2 * once, atol=1e-7)
    # Two patches high and wide: each pixel four times.
    stated = OPERATOR.facts.strength(record(OPERATOR, **values(0)))["mid_grey_noise_sigma_255"]
    assert 255 * np.sqrt((once.astype(np.float64) ** 2).mean()) == pytest.approx(stated, rel=1e-5)


def test_grey_and_colour() -> None:
    image = np.zeros((30, 30, 3), np.float32)
    shared = fast(OPERATOR, image, record(OPERATOR, **values(1)))
    assert np.array_equal(shared[..., 0], shared[..., 2])
    colour = fast(OPERATOR, image, record(OPERATOR, **values(0)))
    assert not np.array_equal(colour[..., 0], colour[..., 2])
    grey = fast(OPERATOR, image[..., :1], record(OPERATOR, **values(0)))[..., 0]
    np.testing.assert_allclose(grey, colour @ np.array([0.299, 0.587, 0.114]), atol=1e-7)
    five = np.zeros((30, 30, 5), np.float32)
    assert fast(OPERATOR, five, record(OPERATOR, **values(1))).shape == five.shape
    with pytest.raises(ImageError, match="3 channels on an image of 5"):
        fast(OPERATOR, five, record(OPERATOR, **values(0)))


def test_files_of_every_kind(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    stack = draw.normal(size=(2, 6, 7, 3)) + 4.0
    np.save(tmp_path / "a.npy", stack)
    np.save(tmp_path / "b.npy", stack[0, ..., 0])
    eight = draw.integers(0, 256, (5, 9, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "c.png"), eight[..., ::-1])
    sixteen = draw.integers(0, 65536, (8, 5), np.uint16)
    cv2.imwrite(str(tmp_path / "d.png"), sixteen)
    (tmp_path / "notes.txt").write_text("no noise")
    expected = [*stack, stack[0, ..., :1], eight / 255, sixteen[..., None] / 65535]
    found = read_patches(str(tmp_path))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other - other.mean((0, 1)), atol=1e-6)
        assert one.dtype == np.float32


def test_what_is_refused(tmp_path: Path) -> None:
    image = np.zeros((4, 4, 3), np.float32)

    def run(**more: Any) -> None:
        fast(OPERATOR, image, NoiseBankParameters(**{**values(0, key=KEY), **more}))

    with pytest.raises(TraceError, match=f"noise_bank.*{NOISE_DIGEST}"):
        run(digest="0" * 64)
    with pytest.raises(TraceError, match=r"entry 3 .*expected 0 to 2"):
        run(index=3)
    with pytest.raises(TraceError, match="no such file"):
        run(folder=str(tmp_path / "none.npy"))
    with pytest.raises(TraceError, match="no noises found"):
        run(folder=str(tmp_path))
    (tmp_path / "text.png").write_text("not a picture")
    with pytest.raises(TraceError, match=r"text\.png"):
        run(folder=str(tmp_path))
    (tmp_path / "text.png").unlink()
    for array in (
        np.zeros((3, 4, 2)),
        np.full((3, 4), np.nan),
        np.zeros(3),
        np.zeros((2, 2), complex),
    ):
        np.save(tmp_path / "a.npy", array)
        with pytest.raises(TraceError, match="expected"):
            run(folder=str(tmp_path / "a.npy"))


def test_collecting_takes_quiet_patches_only() -> None:
    """Four quarters: noise of variance 16, of variance 25, clipped white, an edge with noise."""
    draw = np.random.default_rng(1)
    image = np.full((130, 140, 3), 0.4)
    noisy = draw.normal(size=(130, 140, 1)) / 255
    image[:64, :64] += 4 * noisy[:64, :64]
    image[:64, 64:128] += 5 * noisy[:64, 64:128]
    image[64:128, :64] = 1.0
    image[64:128, 96:128] += 0.2
    image[64:128, 64:128] += noisy[64:128, 64:128]
    found = collect([image.astype(np.float32)] * 2, size=64, most_variance=20.0)
    assert len(found) == 2
    expected = image[:64, :64] - image[:64, :64].mean((0, 1))
    np.testing.assert_allclose(found[1], expected, atol=1e-7)
    assert np.abs(found[0].mean((0, 1), np.float64)).max() < 1e-8
    with pytest.raises(ValueError, match="above 0"):
        collect([], size=0)
    with pytest.raises(ValueError, match="c 1 or 3"):
        collect([np.zeros((64, 64, 2), np.float32) + np.eye(64, dtype=np.float32)[..., None]], 64)


def test_what_is_collected_is_a_bank(tmp_path: Path) -> None:
    draw = np.random.default_rng(2)
    image = (0.5 + draw.normal(size=(96, 64, 3)) * 3 / 255).astype(np.float32)
    patches = collect([image], size=32)
    assert len(patches) == 6
    np.save(tmp_path / "bank.npy", np.stack(patches))
    stored = read_patches(str(tmp_path))
    named = {"folder": str(tmp_path), "digest": bank_digest(stored), "index": 5}
    added = fast(OPERATOR, np.zeros((64, 64, 3), np.float32), record(OPERATOR, **named))
    assert 255 * added.std() == pytest.approx(3.0, rel=0.05)
