"""Analogue video: bands, place, crosstalk, timing and noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from pydantic import ValidationError

from degrade.functional.color import YCBCR_FROM_RGB
from degrade.operators.analogue import ANALOGUE_VIDEO, AnalogueVideoParameters
from tests.forms import fast
from tests.noise_statistics import assert_expected

Floats = npt.NDArray[Any]
KEY = "00112233445566aa"
TO_PLANES = np.array(YCBCR_FROM_RGB)


def run(image: Floats, key: str = KEY, **values: Any) -> Floats:
    record = AnalogueVideoParameters(**values, key=key)
    return fast(ANALOGUE_VIDEO, image.astype(np.float32), record).astype(np.float64)


def rgb(planes: Floats) -> Floats:
    """Y, Cb, Cr h w 3 as RGB."""
    return planes @ np.linalg.inv(TO_PLANES).T


def planes(image: Floats) -> Floats:
    return image @ TO_PLANES.T


def wave(frequency: float, plane: int, height: int = 4, width: int = 400) -> Floats:
    """A cosine along the lines in one plane, at mid grey."""
    out = np.zeros((height, width, 3))
    out[..., 0] = 0.5
    out[..., plane] += 0.1 * np.cos(2 * np.pi * frequency * np.arange(width))
    return rgb(out)


def amplitude(out: Floats, frequency: float, plane: int) -> float:
    values = planes(out)[0, 100:300, plane]
    values = values - values.mean()
    return float(2 * abs((values * np.exp(-2j * np.pi * frequency * np.arange(200))).mean()))


@pytest.mark.parametrize(("plane", "field"), [(0, "luma_cutoff"), (1, "chroma_cutoff")])
def test_the_cutoff_halves_the_contrast(plane: int, field: str) -> None:
    out = run(wave(0.1, plane), **{field: 0.1})
    assert amplitude(out, 0.1, plane) == pytest.approx(0.05, rel=2e-3)


def test_the_bands_are_apart_and_lines_do_not_mix() -> None:
    out = run(wave(0.1, 1), luma_cutoff=0.05)
    assert planes(out)[..., 0] == pytest.approx(0.5, abs=1e-6)
    image = np.zeros((6, 30, 3))
    image[3] = 1.0
    assert run(image, peaking=1.0) == pytest.approx(image, abs=1e-6)


def test_peaking_overshoots_at_an_edge_and_keeps_the_mean() -> None:
    image = np.full((2, 80, 3), 0.3)
    image[:, 40:] = 0.7
    out = run(image, peaking=1.0, luma_cutoff=0.2)
    assert out.max() > 0.71
    assert out.min() < 0.29
    assert out.mean() == pytest.approx(0.5, abs=1e-6)


def test_detail_at_the_subcarrier_becomes_colour_on_one_wire_only() -> None:
    """Cross-colour: grey stripes of 3.5 pixels beside a subcarrier of 3.77."""
    stripes = wave(1 / 3.5, 0)
    apart = planes(run(stripes, luma_cutoff=0.5, composite=0.0))
    mixed = planes(run(stripes, luma_cutoff=0.5, composite=1.0))
    assert np.abs(apart[..., 1:]).max() < 1e-6
    assert np.abs(mixed[:, 100:300, 1:]).max() > 0.03


def test_an_edge_of_colour_leaves_dots_that_change_from_line_to_line() -> None:
    """Dot crawl: at the edge only, half a turn apart on neighbouring lines."""
    image = np.zeros((4, 160, 3))
    image[..., 0] = 0.5
    image[:, 80:, 2] = 0.2
    dots = planes(run(rgb(image), composite=1.0))[..., 0] - 0.5
    assert np.abs(dots[:, 70:90]).max() > 0.01
    assert np.abs(dots[:, 20:40]).max() < 1e-4
    assert dots[0, 60:100] == pytest.approx(-dots[1, 60:100], abs=5e-5)


def test_flat_colour_passes_the_wire() -> None:
    image = np.full((6, 120, 3), (0.7, 0.3, 0.2))
    assert run(image, composite=1.0)[:, 40:80] == pytest.approx(image[:, 40:80], abs=1e-4)


def blob() -> Floats:
    rows, columns = np.indices((64, 96))
    spot = np.exp(-0.5 * ((rows - 31.4) ** 2 + (columns - 47.7) ** 2) / 6.0**2)
    out = np.zeros((64, 96, 3))
    out[..., 0], out[..., 1] = spot, 0.3 * spot
    return rgb(out)


def centre(plane: Floats) -> tuple[float, float]:
    rows, columns = np.indices(plane.shape)
    return float((rows * plane).sum() / plane.sum()), float((columns * plane).sum() / plane.sum())


def test_luma_stays_in_place_and_chroma_goes_where_it_is_sent() -> None:
    """All at once but noise and timing."""
    values = {"composite": 1.0, "peaking": 0.7, "chroma_delay_px": 1.6, "chroma_cutoff": 0.06}
    steady = planes(run(blob(), **values))
    assert centre(steady[..., 0]) == pytest.approx((31.4, 47.7), abs=0.005)
    assert centre(steady[..., 1])[1] == pytest.approx(49.3, abs=0.03)


def test_unsteady_lines_keep_an_upright_line_in_place() -> None:
    """The mean over lines does not move, whatever the key: to 0.001 of a pixel."""
    upright = np.exp(-0.5 * ((np.arange(96) - 47.7) / 6.0) ** 2)
    image = np.tile(upright[None, :, None], (64, 1, 3))
    for number in range(5):
        out = run(image, key=f"{number:016x}", jitter_px=1.0)[..., 1]
        assert centre(out)[1] == pytest.approx(47.7, abs=1e-3)


def test_paired_lines_part_evenly_by_the_stated_deviation() -> None:
    ramp = np.tile(np.arange(100)[None, :, None] / 128, (401, 1, 3))
    moved = (ramp - run(ramp, jitter_px=0.8))[:, 50, 0] * 128
    assert moved[400] == pytest.approx(0.0, abs=1e-3)
    assert moved[0:400:2] == pytest.approx(-moved[1:400:2], abs=1e-3)
    assert moved[0:400:2].std() == pytest.approx(0.8, rel=4 / np.sqrt(2 * 200))


def test_noise_has_its_stated_deviation_within_its_band() -> None:
    flat, found = np.full((16, 300, 3), 0.5), []
    for number in range(30):
        values = {"luma_noise_255": 5.0, "chroma_noise_255": 8.0, "chroma_cutoff": 0.1}
        out = planes(run(flat, key=f"{number:016x}", **values))[:, 20:280] - (0.5, 0.0, 0.0)
        found.append((out**2).mean((0, 1)))
    squares = np.stack(found) * 255**2
    for plane, sigma in enumerate((5.0, 8.0, 8.0)):
        assert_expected(squares[:, plane], sigma**2, f"variance of plane {plane}")


def test_hue_turns_lines_and_keeps_saturation() -> None:
    image = np.full((300, 60, 3), (0.7, 0.3, 0.3))
    out = planes(run(image, hue_sigma=0.1))[:, 30]
    before = planes(image)[:, 30]
    size = np.hypot(out[:, 1], out[:, 2])
    assert size == pytest.approx(np.hypot(before[:, 1], before[:, 2]), abs=1e-5)
    turn = np.arctan2(out[:, 2], out[:, 1]) - np.arctan2(before[:, 2], before[:, 1])
    assert turn.std() == pytest.approx(0.1, rel=4 / np.sqrt(2 * 300))


def test_a_chroma_band_that_reaches_the_subcarrier_is_refused() -> None:
    with pytest.raises(ValidationError, match="lower chroma_cutoff"):
        AnalogueVideoParameters(composite=1.0, chroma_cutoff=0.15, subcarrier_px=4.0, key=KEY)
