"""Values worked out by hand, and those of scikit-image."""

from __future__ import annotations

import math

import numpy as np
import pytest

from realsr.metrics import Convention, Score, Window, score
from realsr.metrics.colour import lab
from realsr.metrics.convention import SSIM_WINDOW
from realsr.metrics.interpolation import cut_to_multiple, enlarged, reduced
from realsr.metrics.planes import Picture, planes
from realsr.metrics.spectrum import HIGH, LOW, MIDDLE, detail


def _value(name: str, *pictures: Picture, **options: object) -> float:
    result = score(name, *pictures, **options)  # type: ignore[arg-type]
    assert isinstance(result, Score), result
    return result.value


def _flat(level: int, *shape: int) -> Picture:
    return np.full(shape, level, dtype=np.uint8)


def test_psnr_of_one_level() -> None:
    """MSE 1: 20 log10 255 = 48.1308 dB; luma of a grey level is 219 / 255 of it."""
    first, second = _flat(100, 8, 8, 3), _flat(101, 8, 8, 3)
    assert _value("psnr", first, second) == pytest.approx(48.13080361, abs=1e-7)
    luma = _value("psnr", first, second, convention=Convention("y"))
    assert luma == pytest.approx(48.13080361 + 20.0 * math.log10(255.0 / 219.0), abs=1e-7)
    assert _value("psnr", first, second, convention=Convention("grey")) == pytest.approx(48.1308036)


def test_rounded_luma() -> None:
    """Y of 100 and 101 is 101.88 and 102.74: rounded 102 and 103."""
    convention = Convention("y", rounded=True)
    assert planes(_flat(100, 2, 2, 3), convention).max() == 102.0
    value = _value("psnr", _flat(100, 8, 8, 3), _flat(101, 8, 8, 3), convention=convention)
    assert value == pytest.approx(48.13080361, abs=1e-7)


@pytest.mark.parametrize(
    ("colour", "y"),
    [((0, 0, 0), 16.0), ((255, 255, 255), 235.0), ((255, 0, 0), 81.481), ((0, 255, 0), 144.553)],
)
def test_luma_is_studio_range(colour, y) -> None:
    picture = np.full((2, 2, 3), colour, dtype=np.uint8)
    assert planes(picture, Convention("y"))[0, 0, 0] == pytest.approx(y, abs=1e-9)


def test_crop_leaves_out_the_border(photograph) -> None:
    other = photograph.copy()
    other[:4] = 0
    other[:, -4:] = 255
    assert _value("psnr", other, photograph, convention=Convention(crop=4)) == math.inf
    assert (
        _value("psnr", other, photograph, convention=Convention(crop="scale"), scale=4) == math.inf
    )
    assert _value("psnr", other, photograph, convention=Convention(crop=3)) < 30.0


def test_ssim_of_flat_pictures() -> None:
    """Without variance only the light's term stays: (2 ab + C1) / (a^2 + b^2 + C1)."""
    c1 = 2.55**2
    expected = (2.0 * 50 * 100 + c1) / (50**2 + 100**2 + c1)
    found = _value("ssim", _flat(50, 16, 16), _flat(100, 16, 16))
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("channel", ["rgb", "y"])
def test_psnr_and_ssim_of_scikit_image(photograph, noisy, channel) -> None:
    theirs = pytest.importorskip("skimage.metrics")
    convention = Convention(channel, window=SSIM_WINDOW)
    first, second = (planes(p, convention) for p in (noisy[2], photograph))
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    _, full = theirs.structural_similarity(
        first, second, data_range=255.0, channel_axis=2, full=True, **options
    )
    ours = _value("ssim", noisy[2], photograph, convention=convention)
    assert ours == pytest.approx(full[5:-5, 5:-5].mean(), abs=1e-9)
    ours = _value("psnr", noisy[2], photograph, convention=convention)
    expected = theirs.peak_signal_noise_ratio(first, second, data_range=255.0)
    assert ours == pytest.approx(expected, abs=1e-9)


def test_the_window_counts(photograph, noisy) -> None:
    small = Convention("y", window=Window(7, 1.5))
    default = Convention("y")
    result = score("ssim", noisy[2], photograph, convention=default)
    assert isinstance(result, Score)
    assert result.convention.window == SSIM_WINDOW
    assert _value("ssim", noisy[2], photograph, convention=small) != result.value


def test_lab_is_that_of_scikit_image(photograph) -> None:
    theirs = pytest.importorskip("skimage.color")
    ours = lab(photograph.astype(np.float64))
    np.testing.assert_allclose(ours, theirs.rgb2lab(photograph), atol=0.02)


def test_colour_shift_ignores_detail_and_sees_a_cast() -> None:
    """A chessboard of one pixel about 128 has the block mean of flat 128."""
    rows, columns = np.indices((64, 64))
    board = np.where((rows + columns) % 2, 118, 138).astype(np.uint8)
    assert _value("colour_shift", board, _flat(128, 64, 64)) == pytest.approx(0.0, abs=1e-4)
    cast = np.repeat(_flat(128, 64, 64, 1), 3, axis=2)
    cast[:, :, 0] += 12
    assert _value("colour_shift", cast, _flat(128, 64, 64, 3)) > 2.3


def test_energy_is_power_and_coherence_is_place() -> None:
    """Two waves: the slow one halved, the fast one kept, moved by a quarter period, or by a half."""
    column = np.arange(256.0)
    slow, fast = (np.cos(2.0 * np.pi * f * column) for f in (16 / 256, 80 / 256))
    moved = np.sin(2.0 * np.pi * 80 / 256 * column)
    hr, kept, shifted, opposed = (
        np.tile(127.0 + 40.0 * part, (256, 1))
        for part in (slow + fast, 0.5 * slow + fast, slow + moved, slow - fast)
    )
    assert detail(kept, hr, LOW) == pytest.approx((0.25, 1.0), abs=1e-3)
    assert detail(kept, hr, HIGH) == pytest.approx((1.0, 1.0), abs=1e-3)
    assert detail(shifted, hr, HIGH) == pytest.approx((1.0, 0.0), abs=1e-3)
    assert detail(opposed, hr, HIGH) == pytest.approx((1.0, -1.0), abs=1e-3)


def test_the_bands_share_the_power_out(photograph) -> None:
    """Of white noise against itself doubled, every band has four times the power."""
    noise = np.random.default_rng(0).standard_normal((101, 64)) * 10.0
    for band in (LOW, MIDDLE, HIGH):
        assert detail(2.0 * noise, noise, band) == pytest.approx((4.0, 1.0), rel=1e-9)


@pytest.mark.parametrize("shape", [(16, 18), (24, 16), (17, 19)])
@pytest.mark.parametrize("band", [LOW, MIDDLE, HIGH, (0.25, 0.75)])
def test_detail_is_what_the_full_spectrum_says(
    shape: tuple[int, int], band: tuple[float, float]
) -> None:
    """Frequency by frequency, each of the whole plane once; the widest band holds the highest ones too."""
    first, second = np.random.default_rng(5).uniform(0, 255, (2, *shape))
    window = np.outer(*(np.sin(np.pi * np.arange(1, side + 1) / (side + 1)) ** 2 for side in shape))
    sr, hr = (np.fft.fft2((plane - plane.mean()) * window) for plane in (first, second))
    power_1 = power_2 = cross = 0.0
    for row in range(shape[0]):
        for column in range(shape[1]):
            down, across = (
                min(at, side - at) / side for at, side in zip((row, column), shape, strict=True)
            )
            if band[0] <= math.hypot(down, across) < band[1]:
                power_1 += abs(sr[row, column]) ** 2
                power_2 += abs(hr[row, column]) ** 2
                cross += (sr[row, column] * np.conj(hr[row, column])).real
    expected = (power_1 / power_2, cross / math.sqrt(power_1 * power_2))
    assert detail(first, second, band) == pytest.approx(expected, rel=1e-10)


def test_vif_of_higher_contrast_is_above_one(photograph) -> None:
    middle = (photograph.astype(np.float64) / 255.0 - 0.5) * 0.5 + 0.5
    stronger = (middle - 0.5) * 1.3 + 0.5
    assert _value("vif", stronger, middle) > 1.0 > _value("vif", middle, stronger)


def test_lr_consistency_tells_the_true_operator_from_the_assumed(photograph) -> None:
    """The model's answer fits bicubic, while the LR was made by taking every second pixel."""
    taken = lambda picture: picture[::2, ::2]  # noqa: E731
    options = {
        "lr": taken(photograph),
        "true_operator": taken,
        "assumed_operator": lambda p: reduced(p, 2),
    }
    assert _value("lr_consistency_true", photograph, photograph, **options) == math.inf
    assert _value("lr_consistency_assumed", photograph, **options) < 40.0
    plain = enlarged(taken(photograph), 2)
    assert _value("lr_consistency_true", plain, photograph, **options) < 40.0


def test_ntire_lr_psnr_cuts_to_a_multiple_of_eight(photograph) -> None:
    hr = photograph[:131, :141]
    sr = hr.copy()
    sr[128:], sr[:, 136:] = 0, 0
    assert _value("lr_psnr", sr, hr, scale=4) == math.inf
    assert cut_to_multiple(hr, 8).shape == (128, 136, 3)


def test_a_learned_distance_is_the_callers(photograph) -> None:
    def distance(sr: Picture, hr: Picture) -> float:
        assert sr.shape == hr.shape == (256 - 8, 320 - 8, 3)
        return float(np.abs(sr.astype(float) - hr).max())

    result = score(
        "lpips_alex", photograph, photograph, distance=distance, convention=Convention(crop=4)
    )
    assert isinstance(result, Score)
    assert result.value == 0.0
