"""Spatially varying blur: against the sum over nodes of whole filtered images, alignment, banks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from degrade.errors import TraceError
from degrade.geometry import Placement, Size
from degrade.operators import varying_blur
from degrade.operators.base import Group
from degrade.operators.blur import GAUSSIAN_BLUR
from degrade.operators.psf_blur import CPU
from degrade.operators.varying_blur import (
    SPATIALLY_VARYING_BLUR,
    VARYING_BANK_BLUR,
    SpatiallyVaryingBlurParameters,
    VaryingBankBlurParameters,
    node_shapes,
)
from tests.cases import BANK, BANK_DIGEST
from tests.forms import fast

KEY = "0123456789abcdef"
BANKED: dict[str, Any] = {"folder": BANK, "digest": BANK_DIGEST, "key": KEY}
LENS: dict[str, Any] = {
    "size": 15,
    "sigma_centre": 0.6,
    "sigma_corner": 2.5,
    "stretch": 2.5,
    "jitter": 0.3,
    "key": KEY,
}


def test_it_is_the_blend_of_whole_filtered_images() -> None:
    """Every node's kernel over the whole image by a loop of shifts, times its hat function."""
    record = SpatiallyVaryingBlurParameters(**LENS, rows=3, columns=4)
    image = np.random.default_rng(1).random((33, 46, 2), dtype=np.float32)
    size = Size(33, 46)
    (grid,) = SPATIALLY_VARYING_BLUR.forms.tables(Group([record], [size], [Placement(size)], CPU))  # type: ignore[misc]
    padded = np.pad(image.astype(np.float64), ((7, 7), (7, 7), (0, 0)), mode="reflect")
    expected = np.zeros(image.shape)
    for row, column in np.ndindex(3, 4):
        whole = np.zeros(image.shape)
        for y, x in np.ndindex(15, 15):
            whole += grid[row, column, y, x] * padded[y : y + 33, x : x + 46]
        down = np.interp(np.arange(33), np.linspace(0, 32, 3), np.eye(3)[row])
        right = np.interp(np.arange(46), np.linspace(0, 45, 4), np.eye(4)[column])
        expected += np.outer(down, right)[..., None] * whole
    np.testing.assert_allclose(fast(SPATIALLY_VARYING_BLUR, image, record), expected, atol=5e-7)


@pytest.mark.parametrize(
    ("operator", "record"),
    [
        (SPATIALLY_VARYING_BLUR, SpatiallyVaryingBlurParameters(**LENS)),
        (VARYING_BANK_BLUR, VaryingBankBlurParameters(**BANKED)),
    ],
    ids=["lens", "bank"],
)
@pytest.mark.parametrize("axis", [0, 1])
def test_nothing_moves(operator: Any, record: Any, axis: int) -> None:
    ramp = np.ascontiguousarray(np.indices((90, 70))[axis].astype(np.float32)[..., None] / 90)
    out = fast(operator, ramp, record)
    assert np.abs(out - ramp)[16:-16, 16:-16].max() * 90 < 0.01


def test_an_even_field_is_one_gaussian() -> None:
    record = SpatiallyVaryingBlurParameters(size=13, sigma_centre=1.7, sigma_corner=1.7, key=KEY)
    image = np.random.default_rng(2).random((40, 31, 3), dtype=np.float32)
    plain = GAUSSIAN_BLUR.parameters(size=13, sigma_x=1.7, sigma_y=1.7)
    expected = fast(GAUSSIAN_BLUR, image, plain)
    np.testing.assert_allclose(fast(SPATIALLY_VARYING_BLUR, image, record), expected, atol=6e-7)


def test_nodes_follow_the_lens() -> None:
    """Square law between middle and corner; the radius of a corner points at it."""
    values = {**LENS, "jitter": 0.0}
    record = SpatiallyVaryingBlurParameters(**values, rows=3, columns=3)
    shapes = node_shapes(record, Size(60, 80)).reshape(3, 3, 3)
    assert shapes[1, 1, :2] == pytest.approx([0.6, 0.6])
    assert shapes[2, 2] == pytest.approx([2.5 * 2.5**0.5, 2.5 / 2.5**0.5, np.arctan2(30, 40)])
    edge = 0.6 + 1.9 * 0.64
    assert shapes[1, 2] == pytest.approx([edge * 2.5**0.32, edge / 2.5**0.32, 0.0])


def test_a_corner_dot_is_drawn_out_along_the_radius() -> None:
    values = {**LENS, "jitter": 0.0, "size": 31}
    image = np.zeros((81, 81, 1), np.float32)
    image[60, 60] = 1.0
    out = fast(SPATIALLY_VARYING_BLUR, image, SpatiallyVaryingBlurParameters(**values))[..., 0]
    y, x = np.indices(out.shape) - 60.0
    along, across = (out * (y + x) ** 2).sum(), (out * (y - x) ** 2).sum()
    assert along > 1.3 * across


def test_strength_spans_the_nodes() -> None:
    record = SpatiallyVaryingBlurParameters(
        size=41, sigma_centre=1.0, sigma_corner=3.0, key=KEY, rows=3, columns=3
    )
    strength = SPATIALLY_VARYING_BLUR.facts.strength(record)
    assert strength["effective_sigma_least"] == pytest.approx(1.0, rel=1e-3)
    assert strength["effective_sigma_most"] == pytest.approx(3.0, rel=1e-3)
    assert strength["mtf50_least"] < strength["mtf50"] < strength["mtf50_most"]


def test_a_measured_field_takes_the_bank_node_by_node() -> None:
    record = VaryingBankBlurParameters(**BANKED, rows=2, columns=2, order="rows")
    with pytest.raises(TraceError, match=r"3 kernels .* 2 x 2 nodes"):
        varying_blur.bank_nodes(record)
    chosen = varying_blur.bank_nodes(VaryingBankBlurParameters(**BANKED, rows=6, columns=6))
    assert set(chosen) == {0, 1, 2}
