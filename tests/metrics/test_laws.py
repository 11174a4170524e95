"""What must be true of every metric: identity, symmetry, order under growing distortion, invariance."""

from __future__ import annotations

import math

import numpy as np
import pytest

from realsr.metrics import METRICS, Convention, NotComputed, Score, score
from realsr.metrics.interpolation import reduced
from realsr.metrics.planes import Picture

LEARNED = tuple(name for name, row in METRICS.items() if row.trained and "hr" in row.needs)
ALL = tuple(name for name in METRICS if name not in LEARNED)
WITH_HR = tuple(name for name in ALL if "hr" in METRICS[name].needs)
SYMMETRIC = ("psnr", "ssim", "ms_ssim", "gmsd", "coherence_high", "colour_shift")
IDEAL = {
    "psnr": math.inf,
    "lr_psnr": math.inf,
    "lr_consistency_true": math.inf,
    "worst_tile_psnr": math.inf,
    "ssim": 1.0,
    "ms_ssim": 1.0,
    "vif": 1.0,
    "energy_middle": 1.0,
    "energy_high": 1.0,
    "coherence_middle": 1.0,
    "coherence_high": 1.0,
}
"""Of a picture against itself; 0 for the others that need HR."""


def _half(picture: Picture) -> Picture:
    return reduced(picture, 2)


def value(name: str, sr: Picture, hr: Picture, convention: Convention | None = None) -> float:
    result = score(
        name,
        sr,
        hr,
        lr=_half(hr),
        scale=2,
        convention=convention,
        true_operator=_half,
        assumed_operator=_half,
    )
    if name == "niqe" and isinstance(result, NotComputed):
        pytest.skip(str(result))
    assert isinstance(result, Score), result
    assert math.isfinite(result.value) or result.value == math.inf
    return result.value


@pytest.mark.parametrize("name", WITH_HR)
def test_identity(name, photograph) -> None:
    """The maps leave what a regularised fit leaves of a picture against itself."""
    tolerance = 0.5 if name in ("artefact_ringing", "artefact_texture") else 1e-9
    assert value(name, photograph, photograph.copy()) == pytest.approx(
        IDEAL.get(name, 0.0), abs=tolerance
    )


@pytest.mark.parametrize("name", SYMMETRIC)
def test_symmetry(name, photograph, noisy) -> None:
    there, back = value(name, noisy[2], photograph), value(name, photograph, noisy[2])
    assert there == pytest.approx(back, rel=1e-9)


OTHER_THAN_NOISE = (
    "artefact_checkerboard",
    "artefact_colour_blob",
    "artefact_drift",
    "artefact_halo",
    "brightness_drift",
    "colour_drift",
    "period_spikes",
    "piqe",
)
BY_NOISE = [n for n in ALL if n not in OTHER_THAN_NOISE and METRICS[n].better != "nearer to 1"]


@pytest.mark.parametrize("name", BY_NOISE)
def test_more_noise_is_worse(name, photograph, noisy) -> None:
    values = [value(name, picture, photograph) for picture in noisy]
    if METRICS[name].better == "higher":
        values = [-v for v in values]
    assert values == sorted(values)
    assert values[-1] > values[0]


@pytest.mark.parametrize("name", ["psnr", "ssim", "ms_ssim", "gmsd", "vif", "niqe", "niqe_own"])
def test_more_blur_is_worse(name, photograph, blurred) -> None:
    values = [value(name, picture, photograph) for picture in (photograph, *blurred)]
    if METRICS[name].better == "higher":
        values = [-v for v in values]
    assert values == sorted(values)
    assert values[-1] > values[0]


def test_blur_lacks_energy_and_noise_lacks_coherence(photograph, blurred, noisy) -> None:
    energies = [value("energy_high", picture, photograph) for picture in blurred]
    assert 1.0 > energies[0] > energies[1] > energies[2]
    assert value("energy_high", noisy[3], photograph) > 2.0
    assert value("coherence_high", noisy[3], photograph) < 0.7
    assert value("coherence_high", blurred[0], photograph) > 0.9


@pytest.mark.parametrize("name", ["psnr", "ssim", "gmsd", "vif", "ms_ssim", "colour_shift"])
def test_transposing_both_changes_nothing(name, photograph, noisy) -> None:
    turned = [np.ascontiguousarray(p.swapaxes(0, 1)) for p in (noisy[2], photograph)]
    assert value(name, *turned) == pytest.approx(value(name, noisy[2], photograph), rel=1e-7)


@pytest.mark.parametrize("name", [n for n in ALL if not n.startswith("lr_")])
def test_floats_give_what_bytes_give(name, photograph, noisy) -> None:
    floats = [p.astype(np.float64) / 255.0 for p in (noisy[2], photograph)]
    result = score(name, *floats, scale=2)
    if isinstance(result, NotComputed):
        pytest.skip(str(result))
    assert result.convention.depth == "float"
    assert result.value == pytest.approx(value(name, noisy[2], photograph), rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("name", ALL)
def test_inputs_are_left_alone_and_values_repeat(name, photograph, noisy) -> None:
    sr, hr = noisy[1].copy(), photograph.copy()
    sr.flags.writeable = hr.flags.writeable = False
    assert value(name, sr, hr) == value(name, np.asfortranarray(sr), hr)


@pytest.mark.parametrize("name", ["psnr", "ssim", "gmsd", "vif", "niqe_own", "artefact_texture"])
def test_grey_pictures_count_as_three_equal_channels(name, photograph, noisy) -> None:
    grey = [p[:, :, 1] for p in (noisy[2], photograph)]
    colour = [np.repeat(p[:, :, None], 3, axis=2) for p in grey]
    assert value(name, *grey) == pytest.approx(value(name, *colour), rel=1e-9)


def test_chroma_is_seen_in_rgb_only(photograph) -> None:
    """A shift that keeps luma: red and blue exchanged by the ratio of their weights."""
    hr = photograph.astype(np.float64) / 255.0 * 0.5 + 0.25
    sr = hr + 0.1 * np.array([24.966, 0.0, -65.481]) / 65.481
    assert value("psnr", sr, hr, Convention("y")) > 150.0
    assert value("psnr", sr, hr) < 25.0
    assert value("colour_shift", sr, hr) > 10.0
