"""Detail-preserving downscaling against a plain loop written from the paper."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from degrade.errors import GeometryError
from degrade.execute.singles import reference_step
from degrade.geometry import Frame, Size, scaled
from degrade.operators.dpid import ROWS, DpidParameters
from degrade.operators.resize import ROWS as RESIZES
from degrade.operators.resize import ResizeParameters
from tests.forms import fast, planned

(DPID,) = ROWS
RESIZE = RESIZES[0]
Floats = npt.NDArray[np.float64]


def boxes(size_in: int, size_out: int) -> list[list[tuple[int, float]]]:
    """Input pixels and their covered lengths, of each output pixel."""
    found = []
    for out in range(size_out):
        start, end = out * size_in / size_out, (out + 1) * size_in / size_out
        pixels = range(math.floor(start + 1e-9), math.ceil(end - 1e-9))
        found.append([(i, min(i + 1, end) - max(i, start)) for i in pixels])
    return found


def loop(image: Floats, size: Size, power: float) -> Floats:
    """Box means; their 3 x 3 smoothing without the border; means by coverage and distance."""
    rows, columns = boxes(image.shape[0], size.height), boxes(image.shape[1], size.width)
    mean, out = np.zeros((*size, image.shape[2])), np.zeros((*size, image.shape[2]))
    for y, x in np.ndindex(*size):
        parts = [(a * b, image[i, j]) for i, a in rows[y] for j, b in columns[x]]
        mean[y, x] = sum(w * p for w, p in parts) / sum(w for w, _ in parts)
    for y, x in np.ndindex(*size):
        near = [
            ((2 - abs(i - y)) * (2 - abs(j - x)), mean[i, j])
            for i in range(max(y - 1, 0), min(y + 2, size.height))
            for j in range(max(x - 1, 0), min(x + 2, size.width))
        ]
        guide = sum(w * p for w, p in near) / sum(w for w, _ in near)
        parts = [
            (a * b * float(np.linalg.norm(image[i, j] - guide)) ** power, image[i, j])
            for i, a in rows[y]
            for j, b in columns[x]
        ]
        mass = sum(w for w, _ in parts)
        out[y, x] = sum(w * p for w, p in parts) / mass if mass else guide
    return out


def picture(height: int, width: int, channels: int = 3) -> npt.NDArray[np.float32]:
    levels = np.random.default_rng(3).integers(0, 256, (height, width, channels))
    return (levels / 255).astype(np.float32)


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 2.5])
@pytest.mark.parametrize(("side", "factor"), [((24, 36), 0.25), ((23, 31), 0.37), ((10, 11), 0.9)])
def test_published_weights_are_the_papers(
    side: tuple[int, int], factor: float, power: float
) -> None:
    image = picture(*side)
    record = DpidParameters(factor=factor, lambda_=power, balanced=False)
    size = scaled(Size(*side), factor)
    expected = loop(image.astype(np.float64), size, power)
    np.testing.assert_allclose(fast(DPID, image, record), expected, atol=2e-7)


@pytest.mark.parametrize("balanced", [True, False])
def test_whole_ratios_need_no_balance(balanced: bool) -> None:
    image = picture(24, 36, 1)
    record = DpidParameters(factor=1 / 3, lambda_=1.0, balanced=balanced)
    expected = loop(image.astype(np.float64), Size(8, 12), 1.0)
    np.testing.assert_allclose(fast(DPID, image, record), expected, atol=2e-7)


@pytest.mark.parametrize("factor", [0.5, 0.37, 0.81])
def test_lambda_0_is_our_area(factor: float) -> None:
    image = picture(30, 41)
    area = fast(RESIZE, image, ResizeParameters(factor=factor, filter="area"))
    ours = fast(DPID, image, DpidParameters(factor=factor, lambda_=0.0))
    np.testing.assert_allclose(ours, area, atol=3e-7)


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 4.0])
def test_a_flat_image_stays_flat(power: float) -> None:
    flat = np.full((19, 23, 3), 0.3, np.float32)
    out = fast(DPID, flat, DpidParameters(factor=0.43, lambda_=power))
    np.testing.assert_allclose(out, 0.3, atol=1e-7)


def test_a_lone_dot_survives_better_with_lambda() -> None:
    image = np.zeros((32, 32, 1), np.float32)
    image[13, 13] = 1.0
    peaks = [
        fast(DPID, image, DpidParameters(factor=0.25, lambda_=power)).max()
        for power in (0.0, 0.5, 1.0)
    ]
    assert peaks[0] == pytest.approx(1 / 16)
    assert peaks[0] < 2 * peaks[1] / 1.5 < peaks[2]


def ramp_error(factor: float, power: float) -> float:
    """How far off the declared place a ramp is read at worst, input pixels, without the outermost pixels."""
    side = 120
    ramp = np.repeat(np.arange(side, dtype=np.float32)[:, None] / side, 6, 1)[..., None]
    record: Any = DpidParameters(factor=factor, lambda_=power)
    out = fast(DPID, np.ascontiguousarray(ramp), record)[:, 0, 0] * side
    place = DPID.facts.place(record, Frame(Size(side, 6), Size(side, 6)))
    declared = np.array([place.y(o) for o in range(place.size.height)])
    return float(np.abs(out - declared)[2:-2].max())


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 3.0])
@pytest.mark.parametrize("factor", [0.5, 0.25, 1 / 3])
def test_pixels_lie_where_they_are_declared(factor: float, power: float) -> None:
    assert ramp_error(factor, power) < 0.01


@pytest.mark.parametrize(("power", "bound"), [(0.0, 0.01), (0.5, 0.06), (1.0, 0.12)])
def test_ratios_that_do_not_divide_cost_what_is_said(power: float, bound: float) -> None:
    assert max(ramp_error(factor, power) for factor in (0.3, 0.37, 0.4)) < bound


def test_enlarging_is_refused() -> None:
    with pytest.raises(GeometryError, match="only shrinks"):
        DPID.facts.place(DpidParameters(factor=1.5), Frame(Size(8, 8), Size(8, 8)))


def test_a_gradient_of_a_flat_image_is_finite() -> None:
    image = torch.full((1, 3, 12, 12), 0.4, requires_grad=True)
    step = planned(DPID, DpidParameters(factor=0.25, lambda_=0.5), Size(12, 12))
    reference_step(step, image).sum().backward()  # type: ignore[no-untyped-call]
    assert image.grad is not None
    assert torch.isfinite(image.grad).all()
    assert image.grad.sum() == pytest.approx(27.0, rel=1e-5)
