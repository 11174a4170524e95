"""Print and scan: reflectances, gain, the back, paper, and what stays in place."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from degrade.functional.color import linear_to_srgb, srgb_to_linear
from degrade.functional.printing import gained, reflectance
from degrade.operators.printing import PRINT_AND_SCAN, PrintAndScanParameters
from tests.forms import fast
from tests.noise_statistics import assert_expected

Floats = npt.NDArray[Any]
KEY = "0f1e2d3c4b5a6978"


def run(image: Floats, key: str = KEY, **values: Any) -> Floats:
    """Linear light in, linear light out."""
    encoded = linear_to_srgb(torch.from_numpy(np.asarray(image, np.float64))).float().numpy()
    out = fast(PRINT_AND_SCAN, encoded, PrintAndScanParameters(**values, key=key))
    return srgb_to_linear(torch.from_numpy(out).double()).numpy()


def flat(level: float, side: int = 12) -> Floats:
    return np.full((side, side, 3), level)


def test_blank_paper_and_solid_ink_have_their_reflectances() -> None:
    paper = {"paper_red": 0.95, "paper_green": 0.9, "paper_blue": 0.7}
    values = {**paper, "ink": 0.02, "dot_gain": 0.2, "yule_nielsen": 1.9}
    assert run(flat(1.0), **values)[6, 6] == pytest.approx((0.95, 0.9, 0.7), abs=1e-6)
    assert run(flat(0.0), **values)[6, 6] == pytest.approx((0.02,) * 3, abs=1e-6)


@pytest.mark.parametrize("level", [0.1, 0.5, 0.8])
def test_murray_and_davies_invert_to_the_coverage_with_its_gain(level: float) -> None:
    out = run(flat(level), ink=0.02, dot_gain=0.15)[6, 6, 0]
    coverage = (1.0 - out) / (1.0 - 0.02)
    asked = 1.0 - level
    assert coverage == pytest.approx(asked + 0.6 * asked * level, abs=1e-6)


def test_yule_and_nielsen_darken_what_lies_between() -> None:
    """n = 2 by hand: (0.5 sqrt(0.04) + 0.5 sqrt(0.81))^2 = 0.3025."""
    half, ink, paper = (torch.tensor([v], dtype=torch.float64) for v in (0.5, 0.04, 0.81))
    assert reflectance(half, ink, paper, torch.tensor([2.0])).item() == pytest.approx(0.3025)
    assert reflectance(half, ink, paper, torch.tensor([1.0])).item() == pytest.approx(0.425)


def test_the_gain_is_stated_at_a_half_and_keeps_order() -> None:
    coverage = torch.linspace(0, 1, 101, dtype=torch.float64)
    out = gained(coverage, torch.tensor(0.25, dtype=torch.float64))
    assert out[50].item() == pytest.approx(0.75)
    assert (out.diff() >= 0).all()
    assert (out[0].item(), out[-1].item()) == (0.0, 1.0)


def test_the_back_shows_mirrored_and_weak() -> None:
    image = np.ones((10, 31, 3))
    image[:, 4:7] = 0.0
    out = run(image, show_through=0.2, back_blur_px=0.0)
    assert out[5, 31 - 1 - 5] == pytest.approx((0.8,) * 3, abs=1e-5)
    assert out[5, 15] == pytest.approx((1.0,) * 3, abs=1e-5)


def test_texture_and_gains_have_their_deviations_and_are_grey() -> None:
    texture, streaks, flicker = [], [], []
    for number in range(60):
        values = {"key": f"{number:016x}"}
        out = run(flat(1.0, 24), texture=0.05, texture_px=1.0, **values) - 1.0
        assert np.abs(out - out[..., :1]).max() < 1e-6
        texture.append((out[..., 0] ** 2).mean())
        streaks.append(((run(flat(1.0, 24), streaks=0.03, **values) - 1.0)[0, :, 0] ** 2).mean())
        flicker.append(((run(flat(1.0, 24), flicker=0.02, **values) - 1.0)[:, 0, 0] ** 2).mean())
    assert_expected(np.array(texture), 0.05**2, "texture")
    assert_expected(np.array(streaks), 0.03**2, "streaks")
    assert_expected(np.array(flicker), 0.02**2, "flicker")


def test_bleed_and_scanner_blur_without_moving() -> None:
    """A dark spot on white: first moments of what is missing, to 0.001 of a pixel, and its spread."""
    rows, columns = np.indices((64, 72))
    spot = np.exp(-0.5 * ((rows - 30.3) ** 2 + (columns - 36.6) ** 2) / 4.0**2)
    out = run(np.repeat(1.0 - spot[..., None], 3, axis=2), bleed_px=1.5, scanner_px=1.2, ink=0.001)
    dark = 1.0 - out[..., 1]
    place = [(axis * dark).sum() / dark.sum() for axis in (rows, columns)]
    assert place == pytest.approx((30.3, 36.6), abs=1e-3)
    variance = (((columns - place[1]) ** 2) * dark).sum() / dark.sum()
    assert variance == pytest.approx(16 + 1.5**2 + 1.2**2, rel=5e-3)
