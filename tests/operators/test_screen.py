"""Print screens and displays."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from degrade.operators import screen
from degrade.operators.row import Operator
from tests.forms import fast

Pixels = npt.NDArray[np.float32]
GREYS = (0.0, 0.05, 0.3, 0.5, 0.85, 1.0)


def run(operator: Operator[Any], image: Pixels, **values: Any) -> Pixels:
    return fast(operator, image, operator.parameters(**values))


def picture(channels: int = 3) -> Pixels:
    return np.random.default_rng(0).random((24, 31, channels), dtype=np.float32)


def flat(*values: float, side: int = 300) -> Pixels:
    return np.broadcast_to(np.array(values, np.float32), (side, side, len(values))).copy()


def light(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    wide = values.astype(np.float64)
    return np.where(wide <= 0.04045, wide / 12.92, ((wide + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize(
    ("operator", "values"),
    [
        (screen.HALFTONE, {"cell": 4.0, "strength": 0.0}),
        (screen.SCREENTONE, {"cell": 4.0, "strength": 0.0}),
        (screen.SCAN_LINES, {"period": 2.0, "darkness": 0.0}),
        (screen.MOIRE, {"pitch": 1.1, "angle": 0.1, "contrast": 0.0}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
@pytest.mark.parametrize("channels", [1, 3])
def test_without_strength_nothing_changes(
    operator: Operator[Any], values: dict[str, float], channels: int
) -> None:
    assert np.array_equal(run(operator, picture(channels), **values), picture(channels))


@pytest.mark.parametrize("shape", list(screen.SHAPES))
def test_thresholds_are_uniform(shape: screen.Shape) -> None:
    """Each tenth of the range takes a tenth of the cell; the rim of a dot meets that of the next cell."""
    axis = (torch.arange(1000, dtype=torch.float64) + 0.5) / 1000 - 0.5
    u, v = torch.meshgrid(axis, axis, indexing="ij")
    values = screen.SHAPES[shape](u, v)
    assert -1e-12 <= values.min() < 1e-3
    assert 0.997 < values.max() <= 1.0 + 1e-12
    # A contour lies between two lines of the grid, each up to 4000 of the million places.
    shares = torch.histc(values, 10, 0.0, 1.0) / values.numel()
    assert (shares - 0.1).abs().max() < 4e-3
    assert torch.allclose(values, values.flip(0, 1), atol=1e-12)


@pytest.mark.parametrize("shape", list(screen.SHAPES))
@pytest.mark.parametrize("softness", [0.01, 0.3, 1.0])
def test_halftone_keeps_the_mean_of_flat_areas(shape: str, softness: float) -> None:
    for grey in GREYS:
        values = {"cell": 7.3, "shape": shape, "softness": softness, "black_angle": 0.37}
        printed = run(screen.HALFTONE, flat(grey), **values)
        assert printed.mean(dtype=np.float64) == pytest.approx(grey, abs=4e-3), grey
        assert 0.0 <= printed.min() <= printed.max() <= 1.0


@pytest.mark.parametrize("black", [False, True])
def test_halftone_keeps_the_mean_of_flat_colours(black: bool) -> None:
    colour = (0.8, 0.35, 0.1)
    out = run(screen.HALFTONE, flat(*colour), cell=7.3, black=black)
    assert out.mean(axis=(0, 1), dtype=np.float64) == pytest.approx(colour, abs=8e-3)


def test_with_black_ink_a_grey_is_printed_in_black_alone() -> None:
    out = run(screen.HALFTONE, flat(0.4, 0.4, 0.4, side=60), cell=6.0, black=True)
    assert np.ptp(out, axis=2).max() == 0
    assert out.std() > 0.3
    colours = run(screen.HALFTONE, flat(0.4, 0.4, 0.4, side=60), cell=6.0)
    assert np.ptp(colours, axis=2).max() > 0.9


def test_white_and_black_stay_without_dots() -> None:
    for value in (0.0, 1.0):
        for operator in (screen.HALFTONE, screen.SCREENTONE):
            image = flat(value, value, value, side=40)
            assert np.array_equal(run(operator, image, cell=5.0), image)


def test_the_screens_lattice_has_its_cell_and_angle() -> None:
    """The strongest wave of a printed grey lies at 1 / cell, turned by the angle."""
    angle, cell, side = 0.3, 8.0, 256
    values = {"cell": cell, "black_angle": angle, "shape": "line"}
    out = run(screen.HALFTONE, flat(0.5, side=side), **values)[..., 0]
    window = np.outer(np.hanning(side), np.hanning(side))
    size = np.abs(np.fft.rfft2((out - 0.5) * window))
    row, column = np.unravel_index(size.argmax(), size.shape)
    row = row - side if row > side // 2 else row
    expected = side / cell * np.array([math.sin(angle), math.cos(angle)])
    assert np.abs(np.array([row, column]) - expected).max() <= 0.75


def test_the_phase_moves_the_lattice_by_cells() -> None:
    image, values = flat(0.5, side=64), {"cell": 8.0, "black_angle": 0.0}
    out = run(screen.HALFTONE, image, **values)
    moved = run(screen.HALFTONE, image, **values, phase_x=0.25)
    np.testing.assert_allclose(moved[:, 2:], out[:, :-2], atol=1e-6)
    np.testing.assert_allclose(run(screen.HALFTONE, image, **values, phase_x=1.0), out, atol=1e-6)


@pytest.mark.parametrize(("grey", "tone"), [(0.1, 0.0), (0.3, 0.25), (0.55, 0.5), (0.95, 1.0)])
def test_screentone_has_few_densities_and_no_colour(grey: float, tone: float) -> None:
    out = run(screen.SCREENTONE, flat(grey, grey, grey), cell=7.3, tones=5, angle=0.37)
    assert out.mean(dtype=np.float64) == pytest.approx(tone, abs=4e-3)
    assert np.ptp(run(screen.SCREENTONE, picture(), cell=4.0), axis=2).max() == 0


def test_scan_lines_take_their_light() -> None:
    image = flat(0.6, 0.2, 0.9, side=24)
    ratio = light(run(screen.SCAN_LINES, image, period=4.0, darkness=0.8, phase=0.25)) / light(
        image
    )
    expected = np.array([0.6, 0.2, 0.6, 1.0] * 6)
    np.testing.assert_allclose(ratio, expected[:, None, None] * np.ones_like(ratio), atol=2e-6)


def test_moire_keeps_the_mean_light_and_parts_the_colours() -> None:
    image = flat(0.5, 0.5, 0.5, side=240)
    out = run(screen.MOIRE, image, pitch=4.0, angle=0.0, contrast=0.5, row_contrast=0.5)
    ratio = light(out) / light(image)
    assert ratio.mean(axis=(0, 1)) == pytest.approx([1.0] * 3, abs=1e-6)
    x, y = np.arange(240) * math.tau / 4, np.arange(240)[:, None] * math.tau / 4
    for channel, offset in enumerate((-math.tau / 3, 0.0, math.tau / 3)):
        expected = (1 + 0.5 * np.cos(x + offset)) * (1 + 0.5 * np.cos(y))
        np.testing.assert_allclose(ratio[..., channel], expected, atol=2e-6)


def test_a_pitch_near_one_pixel_beats() -> None:
    """1 / 1.05 cycles a pixel is seen as 1 - 1 / 1.05: a wave of 21 pixels."""
    out = run(screen.MOIRE, flat(0.5, side=210), pitch=1.05, angle=0.0, contrast=0.3)
    ratio = light(out[0, :, 0]) - light(np.float32([0.5]))
    assert np.abs(np.fft.rfft(ratio)).argmax() == 10
