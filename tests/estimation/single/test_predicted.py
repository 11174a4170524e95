"""What is told of pictures whose noise, blur or enlargement was made here."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from realsr.estimation.estimator import Inquiry
from realsr.estimation.findings import Findings
from realsr.estimation.seen import Seen
from realsr.estimation.single import network
from realsr.estimation.single.blur import OF_GAUSSIAN
from realsr.estimation.single.network import DIGEST, PredictorError
from realsr.estimation.single.rows import QUANTITIES, predicted
from realsr.measuring.reading import read_seen
from tests.estimation.codec.pictures import Bytes, crop, enlarged

NAMES = {quantity.name for quantity in QUANTITIES}
FILE = resources.files("realsr.estimation.single") / "data" / "predictor.safetensors"


def told(pixels: Bytes) -> Findings:
    return predicted(Seen(pixels), Inquiry(), Findings())


def value(found: Findings, name: str) -> Any:
    return found.estimates[name].value


def reduced(pixels: Bytes) -> Bytes:
    return cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]


def noisy(pixels: Bytes, sigma: float) -> Bytes:
    noise = np.random.default_rng(1).normal(0, sigma, pixels.shape)
    return np.clip(np.rint(pixels + noise), 0, 255).astype(np.uint8)


def test_the_file_is_the_one_that_was_shipped() -> None:
    data = FILE.read_bytes()
    assert hashlib.sha256(data).hexdigest() == DIGEST
    assert len(data) < 2_000_000


def test_another_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "DIGEST", "1" * 64)
    network.tensors.cache_clear()
    with pytest.raises(PredictorError, match="install the package again"):
        network.tensors()
    monkeypatch.undo()
    network.tensors.cache_clear()


def test_every_name_is_told_or_refused() -> None:
    found = told(crop(0, 100))
    assert set(found.estimates) | set(found.refused) == NAMES


@pytest.mark.parametrize("name", ["noise_sigma_255", "mtf50", "blur_sigma"])
def test_a_value_lies_in_its_interval(name: str) -> None:
    one: Any = told(noisy(crop(0, 128), 4)).estimates[name]
    assert 0 <= one.low <= one.value <= one.high


def test_more_noise_reads_as_more() -> None:
    clean = reduced(crop(3, 360))
    sizes = [value(told(noisy(clean, sigma)), "noise_sigma_255") for sigma in (2, 5, 12, 25)]
    assert sizes == sorted(sizes)
    assert sizes[-1] == pytest.approx(25, rel=0.4)


def test_more_blur_reads_as_more() -> None:
    sharp = reduced(crop(3, 360))
    soft = [cv2.GaussianBlur(sharp, (0, 0), sigma) for sigma in (0.6, 1.0, 1.6)]
    found = [told(np.asarray(each, np.uint8)) for each in soft]
    sigmas = [value(each, "blur_sigma") for each in found]
    assert sigmas == sorted(sigmas)
    for each in found:
        assert value(each, "blur_sigma") * value(each, "mtf50") == pytest.approx(OF_GAUSSIAN)


def test_an_enlarged_picture_is_told_with_its_factor() -> None:
    found = told(enlarged(crop(1, 200, "astronaut.png"), 1.6))
    assert value(found, "resized_by") == pytest.approx(1.6, abs=0.03)


def test_a_picture_as_it_was_taken_is_not_called_enlarged() -> None:
    for seed in range(3):
        assert "resized_by" in told(crop(seed, 256)).refused


@pytest.mark.parametrize(
    ("pixels", "why"),
    [
        (np.zeros((47, 90, 3), np.uint8), "48 x 48 are needed"),
        (np.full((90, 90, 3), 70, np.uint8), "flat"),
        (np.full((90, 90, 1), 255, np.uint8), "black or white"),
    ],
)
def test_what_cannot_be_measured_is_refused(pixels: Bytes, why: str) -> None:
    found = told(pixels)
    assert set(found.refused) == NAMES
    assert all(why in reason for reason in found.refused.values())


def test_a_grey_picture_has_no_kind_of_noise() -> None:
    found = told(noisy(crop(0, 128)[..., :1], 9))
    assert "grey" in found.refused["noise_grey"]


def test_files_whose_history_is_known(shared_data: Path) -> None:
    folder = shared_data / "estimation"
    large = predicted(read_seen(folder / "baboon_666.png"), Inquiry(), Findings())
    assert value(large, "resized_by") == pytest.approx(666 / 512, abs=0.02)
    for name in ("baboon.png", "pashmina.jpg", "pashmina_720.jpg"):
        found = predicted(read_seen(folder / name), Inquiry(), Findings())
        assert "resized_by" in found.refused, name
