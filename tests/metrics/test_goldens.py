"""The metrics against values that their authors' programs gave, and against published baselines."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from realsr.metrics import ACADEMIC, MATLAB, Convention, Score, score
from realsr.metrics.convention import SSIM_WINDOW
from realsr.metrics.interpolation import enlarged

pytestmark = pytest.mark.data

NAMES = ("I03", "I04", "I06", "I08", "I19")
GREY = Convention("grey", rounded=True, window=SSIM_WINDOW)


def _read(path: Path) -> npt.NDArray[np.uint8]:
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert pixels is not None, path
    return np.ascontiguousarray(pixels[:, :, ::-1])


def _value(metric: str, *pictures: npt.NDArray[np.uint8], **options: object) -> float:
    result = score(metric, *pictures, **options)  # type: ignore[arg-type]
    assert isinstance(result, Score), result
    return result.value


@pytest.fixture(scope="module")
def official(shared_data: Path) -> dict[str, dict[str, float]]:
    with (shared_data / "golden/metrics/results_official.csv").open() as file:
        return {
            row["Method"]: {name: float(row[f"{name}.bmp"]) for name in NAMES}
            for row in csv.DictReader(file)
        }


@pytest.fixture(params=NAMES)
def pair(request: pytest.FixtureRequest, shared_data: Path):
    folder = shared_data / "golden/metrics"
    name = request.param
    return name, _read(folder / f"dist_dir/{name}.bmp"), _read(folder / f"ref_dir/{name}.bmp")


@pytest.mark.parametrize(
    ("metric", "convention", "tolerance"),
    [
        ("psnr", Convention("rgb"), 0.005001),
        ("ssim", GREY, 0.00005001),
        ("gmsd", GREY, 1e-8),
        ("vif", GREY, 0.00005001),
    ],
)
def test_equals_the_authors_programs(pair, official, metric, convention, tolerance) -> None:
    name, distorted, reference = pair
    value = _value(metric, distorted, reference, convention=convention)
    assert value == pytest.approx(official[metric][name], abs=tolerance)


def test_ms_ssim_is_near_the_authors_program(pair, official) -> None:
    """Published ports differ from it by up to 0.0044, as does this one."""
    name, distorted, reference = pair
    assert _value("ms_ssim", distorted, reference) == pytest.approx(
        official["ms_ssim"][name], abs=0.005
    )


def test_niqe_with_the_authors_parameters(pair, official) -> None:
    name, distorted, _ = pair
    result = score("niqe", distorted, convention=Convention("grey", rounded=True))
    if not isinstance(result, Score):
        pytest.skip(str(result))
    assert result.value == pytest.approx(official["niqe"][name], rel=0.01)


BASICSR = {
    "I03": (23.5922, 0.7353, 15.5660),
    "I04": (57.3388, 0.9989, 3.7932),
    "I06": (57.8783, 0.9995, 3.1884),
    "I08": (25.0649, 0.9676, 3.1399),
    "I19": (24.3368, 0.6796, 8.6850),
}
"""PSNR, SSIM and NIQE of BasicSR 1.4.2 on luma, no border cut."""


def test_luma_as_basicsr(pair) -> None:
    name, distorted, reference = pair
    psnr, ssim, niqe = BASICSR[name]
    luma = Convention("y")
    assert _value("psnr", distorted, reference, convention=luma) == pytest.approx(psnr, abs=6e-5)
    assert _value("ssim", distorted, reference, convention=luma) == pytest.approx(ssim, abs=6e-5)
    result = score("niqe", distorted)
    if not isinstance(result, Score):
        pytest.skip(str(result))
    assert result.value == pytest.approx(niqe, rel=0.001)


def test_piqe_equals_matlab(pair, official) -> None:
    name, distorted, _ = pair
    assert _value("piqe", distorted) == pytest.approx(official["piqe"][name], abs=0.005001)


@pytest.mark.parametrize(
    ("scale", "convention", "psnr", "ssim"),
    [
        (2, ACADEMIC, 33.673, 0.9303),
        (3, ACADEMIC, 30.403, 0.8689),
        (4, ACADEMIC, 28.429, 0.8111),
        (2, MATLAB, 33.640, 0.9292),
        (3, MATLAB, 30.385, 0.8678),
        (4, MATLAB, 28.416, 0.8101),
    ],
)
def test_bicubic_on_set5(shared_data: Path, scale, convention, psnr, ssim) -> None:
    folder = shared_data / "golden/imresize_u8_symmetric"
    found = {"psnr": [], "ssim": []}
    for name in ("baby", "bird", "butterfly", "head", "woman"):
        sr = enlarged(_read(folder / f"Set5_LR_x{scale}/{name}x{scale}.bmp"), scale)
        hr = _read(folder / f"Set5_HR/{name}.bmp")[: sr.shape[0], : sr.shape[1]]
        for metric, values in found.items():
            values.append(_value(metric, sr, hr, scale=scale, convention=convention))
    assert math.fsum(found["psnr"]) / 5 == pytest.approx(psnr, abs=0.0005001)
    assert math.fsum(found["ssim"]) / 5 == pytest.approx(ssim, abs=0.00005001)
