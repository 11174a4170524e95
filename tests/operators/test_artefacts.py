"""Banding, halos, vignette, defects, blocks and thickened lines."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from scipy import ndimage

from degrade.execute.singles import reference_step
from degrade.functional.color import BT601
from degrade.geometry import Size
from degrade.operators import artefacts, overshoot
from degrade.operators.row import Operator
from tests.forms import fast, planned

Pixels = npt.NDArray[np.float32]
KEY = "0123456789abcdef"
WEIGHTS = np.array(BT601)


def run(operator: Operator[Any], image: Pixels, **values: Any) -> Pixels:
    return fast(operator, image, operator.parameters(**values))


def picture(channels: int = 3) -> Pixels:
    return np.random.default_rng(0).random((24, 31, channels), dtype=np.float32)


def light(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    wide = values.astype(np.float64)
    return np.where(wide <= 0.04045, wide / 12.92, ((wide + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize(
    ("operator", "values"),
    [
        (overshoot.OVERSHARPEN, {"sigma": 2.0, "weight": 0.0}),
        (overshoot.HALO, {"sigma": 2.0, "weight": 0.0, "limit_255": 20.0}),
        (artefacts.VIGNETTE, {"corner_gain": 1.0}),
        (artefacts.DEAD_PIXELS, {"share": 0.0, "key": KEY}),
        (artefacts.PIXELATE, {"block": 1}),
        (artefacts.LINE_THICKENING, {"radius": 3, "strength": 0.0}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
@pytest.mark.parametrize("channels", [1, 3])
def test_without_strength_nothing_changes(
    operator: Operator[Any], values: dict[str, Any], channels: int
) -> None:
    assert np.array_equal(run(operator, picture(channels), **values), picture(channels))


@pytest.mark.parametrize(
    ("operator", "values"),
    [
        (overshoot.OVERSHARPEN, {"sigma": 2.0, "weight": 3.0}),
        (overshoot.HALO, {"sigma": 2.0, "weight": 3.0, "limit_255": 20.0}),
        (artefacts.PIXELATE, {"block": 7}),
        (artefacts.LINE_THICKENING, {"radius": 3}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_flat_areas_stay(operator: Operator[Any], values: dict[str, Any]) -> None:
    image = np.broadcast_to(np.array([0.9, 0.3, 0.1], np.float32), (17, 23, 3)).copy()
    np.testing.assert_allclose(run(operator, image, **values), image, atol=1e-7)


@pytest.mark.parametrize(
    ("operator", "values"),
    [
        (overshoot.OVERSHARPEN, {"sigma": 1.3, "weight": 3.0}),
        (overshoot.HALO, {"sigma": 1.3, "weight": 3.0, "limit_255": 20.0}),
        (artefacts.VIGNETTE, {"corner_gain": 0.3}),
        (artefacts.LINE_THICKENING, {"radius": 2, "shape": "square"}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_nothing_moves(operator: Operator[Any], values: dict[str, Any]) -> None:
    """Mirror and transpose the image, and the result is mirrored and transposed."""
    image = picture()
    out = run(operator, image, **values)
    for turn in (lambda a: a[:, ::-1], lambda a: a[::-1], lambda a: a.transpose(1, 0, 2)):
        turned = run(operator, np.ascontiguousarray(turn(image)), **values)
        np.testing.assert_allclose(turned, turn(out), atol=3e-7)


def test_banding_has_its_levels() -> None:
    image = picture()
    out = run(artefacts.BANDING, image, levels=5)
    assert np.array_equal(np.unique(out), np.arange(5, dtype=np.float32) / 4)
    assert np.abs(out - image).max() <= 0.125 + 1e-6


def test_banding_of_the_luma_keeps_colour_differences() -> None:
    image = picture()
    out = run(artefacts.BANDING, image, levels=5, space="luma")
    steps = (out @ WEIGHTS) * 4
    np.testing.assert_allclose(steps, np.rint(steps), atol=2e-6)
    apart = [plane[..., 0] - plane[..., 2] for plane in (out, image)]
    np.testing.assert_allclose(*apart, atol=2e-7)


@pytest.mark.parametrize("sigma", [0.5, 1.4, 4.0])
def test_oversharpen_is_the_unsharp_mask_of_scipy(sigma: float) -> None:
    image = picture().astype(np.float64)
    smooth = ndimage.gaussian_filter(image, (sigma, sigma, 0), mode="mirror", radius=30)
    got = run(overshoot.OVERSHARPEN, image.astype(np.float32), sigma=sigma, weight=2.0)
    np.testing.assert_allclose(got, image + 2.0 * (image - smooth), atol=2e-4)
    assert got.mean() == pytest.approx(image.mean(), abs=0.02)


def step_edge() -> Pixels:
    image = np.full((9, 40, 3), 0.3, np.float32)
    image[:, 20:] = 0.7
    return image


def test_a_halo_overshoots_by_its_limit_beside_an_edge_and_nowhere_else() -> None:
    edge = step_edge()
    out = run(overshoot.HALO, edge, sigma=1.5, weight=3.0, limit_255=25.5)
    added = (out - edge)[4, :, 1]
    assert added[20] == pytest.approx(0.1, abs=1e-6)
    assert added[19] == pytest.approx(-0.1, abs=1e-6)
    assert np.abs(added[:12]).max() < 1e-6
    assert np.abs(added[28:]).max() < 1e-6
    np.testing.assert_allclose(added, -added[::-1], atol=1e-6)


@pytest.mark.parametrize(("side", "sign"), [("light", 1.0), ("dark", -1.0)])
def test_a_halo_of_one_side(side: str, sign: float) -> None:
    both = run(overshoot.HALO, picture(), sigma=1.5, weight=1.0, limit_255=50.0) - picture()
    values = {"sigma": 1.5, "weight": 1.0, "limit_255": 50.0, "side": side}
    one = run(overshoot.HALO, picture(), **values) - picture()
    np.testing.assert_allclose(one, np.maximum(sign * both, 0) * sign, atol=1e-7)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("weight", [0.4, 0.75, 10.0])
@pytest.mark.parametrize("sigma", [0.3, 2.0, 6.5])
def test_both_forms_of_the_sharpeners(sigma: float, weight: float, channels: int) -> None:
    """Rough and smooth, with float32 and float64 sums, below and above the halo's limit."""
    image = np.random.default_rng(2).random((70, 61, channels), dtype=np.float32)
    image[:, 30:] = image[:, 30:] * 0.1 + 0.9
    kept = image.copy()
    rows = [(overshoot.OVERSHARPEN, {})]
    rows += [
        (overshoot.HALO, {"side": side, "limit_255": 20.0}) for side in ("both", "light", "dark")
    ]
    for operator, values in rows:
        record = operator.parameters(sigma=sigma, weight=weight, **values)
        step = planned(operator, record, Size(*image.shape[:2]))
        canvas = torch.from_numpy(image).permute(2, 0, 1)[None]
        expected = reference_step(step, canvas)[0].permute(1, 2, 0).numpy()
        got = fast(operator, image, record)
        np.testing.assert_allclose(got, expected, atol=5e-7, rtol=0, err_msg=str(record))
        np.testing.assert_array_equal(image, kept)


@pytest.mark.parametrize("gain", [0.7, 0.1])
def test_vignette_has_its_gain_at_the_corners_and_one_at_the_centre(gain: float) -> None:
    image = np.full((21, 31, 3), 0.6, np.float32)
    ratio = light(run(artefacts.VIGNETTE, image, corner_gain=gain)) / light(image)
    assert ratio[10, 15] == pytest.approx([1.0] * 3, abs=1e-6)
    for row in (0, -1):
        for column in (0, -1):
            assert ratio[row, column] == pytest.approx([gain] * 3, rel=1e-5)
    # cos**4 of an angle is (1 + tangent**2)**-2, and the tangent grows as the distance from the centre.
    squared_tangent = ratio**-0.5 - 1.0
    assert squared_tangent[10, 0, 0] / squared_tangent[0, 0, 0] == pytest.approx(
        225 / 325, rel=1e-4
    )


@pytest.mark.parametrize("per_channel", [True, False])
def test_dead_pixels_have_their_share(per_channel: bool) -> None:
    image = np.full((200, 210, 3), 0.5, np.float32)
    values = {"share": 0.1, "hot": 0.3, "per_channel": per_channel, "key": KEY}
    out = run(artefacts.DEAD_PIXELS, image, **values)
    assert set(np.unique(out)) == {0.0, 0.5, 1.0}
    fields = out if per_channel else out[..., :1]
    for value, share in ((1.0, 0.03), (0.0, 0.07)):
        error = (share * (1 - share) / fields.size) ** 0.5
        assert abs((fields == value).mean() - share) < 4 * error
    stuck = out != 0.5
    together = (stuck[..., 0] & stuck[..., 1]).mean()
    expected = 0.01 if per_channel else 0.1
    assert together == pytest.approx(expected, abs=4 * (expected / 42000) ** 0.5)
    if not per_channel:
        assert np.ptp(out, axis=2).max() == 0


def test_dead_pixels_follow_their_key() -> None:
    image = np.full((40, 40, 3), 0.5, np.float32)
    one, other = (
        run(artefacts.DEAD_PIXELS, image, share=0.2, key=key) != 0.5
        for key in (KEY, "fedcba9876543210")
    )
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] == pytest.approx(0.0, abs=4 / 4800**0.5)


@pytest.mark.parametrize("block", [2, 5, 7, 40])
def test_pixelate_is_the_mean_of_every_block(block: int) -> None:
    image = picture()
    expected = np.empty(image.shape)
    for top in range(0, 24, block):
        for left in range(0, 31, block):
            part = (slice(top, top + block), slice(left, left + block))
            expected[part] = image[part].mean(axis=(0, 1), dtype=np.float64)
    out = run(artefacts.PIXELATE, image, block=block)
    np.testing.assert_allclose(out, expected, atol=1e-7)
    assert out.mean(dtype=np.float64) == pytest.approx(image.mean(dtype=np.float64), abs=1e-7)


@pytest.mark.parametrize("radius", [1, 2, 8])
@pytest.mark.parametrize("shape", ["square", "cross"])
def test_thickening_is_scipys_grey_morphology(radius: int, shape: str) -> None:
    image, side = picture(), 2 * radius + 1
    footprint = np.ones((side, side), bool)
    if shape == "cross":
        footprint[:] = False
        footprint[radius] = footprint[:, radius] = True
    for grow, oracle in (("dark", ndimage.grey_erosion), ("light", ndimage.grey_dilation)):
        out = run(artefacts.LINE_THICKENING, image, radius=radius, shape=shape, grow=grow)
        for channel in range(3):
            expected = oracle(image[..., channel], footprint=footprint, mode="nearest")
            assert np.array_equal(out[..., channel], expected)


def test_a_dark_line_grows_by_twice_the_radius() -> None:
    image = np.ones((15, 15, 1), np.float32)
    image[:, 7] = 0.0
    assert (run(artefacts.LINE_THICKENING, image, radius=2) == 0).sum(axis=1).tolist() == [[5]] * 15
    half = run(artefacts.LINE_THICKENING, image, radius=1, strength=0.25)
    assert half[3, 5:10, 0].tolist() == [1.0, 0.75, 0.0, 0.75, 1.0]
