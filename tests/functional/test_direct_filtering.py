"""A kernel in pieces: nothing lost, nothing twice, and the sums of scipy in float64."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from degrade.functional import direct_filtering, filtering
from degrade.functional.motion import line_psf, path_radius

MODES: dict[filtering.Border, str] = {"reflect101": "mirror", "replicate": "nearest"}
Pixels = npt.NDArray[np.float32]


def line(length: float, angle: float) -> npt.NDArray[np.float64]:
    kernel: npt.NDArray[np.float64] = line_psf([length], [angle], 2 * path_radius(length) + 1)[
        0
    ].numpy()
    return kernel


def thin(seed: int, side: int, taps: int) -> Pixels:
    """A kernel of few taps anywhere, without symmetry."""
    rng = np.random.default_rng(seed)
    kernel = np.zeros(side * side, np.float32)
    kernel[rng.choice(side * side, min(taps, side * side), replace=False)] = 0.1 + rng.random()
    return (kernel / kernel.sum(dtype=np.float64)).astype(np.float32).reshape(side, side)


@given(st.integers(0, 2**32 - 1), st.sampled_from([13, 15, 31, 71]), st.integers(1, 300))
@settings(max_examples=80, deadline=None)
def test_pieces_hold_every_tap_once_and_stay_below_the_limit(
    seed: int, side: int, taps: int
) -> None:
    weights = thin(seed, side, taps)
    boxes = direct_filtering.pieces(weights)
    held = np.zeros_like(weights)
    for box in boxes:
        part = box.part(weights)
        held[box.top : box.bottom, box.left : box.right] += part
        assert part.size <= direct_filtering.MOST_PLACES
        assert np.count_nonzero(part) <= direct_filtering.MOST_TAPS
    np.testing.assert_array_equal(held, weights)


def test_few_taps_go_in_pieces_and_many_by_a_dft() -> None:
    """15 px of motion have some 40 taps in 1 or 2 pieces; a full 13x13 would need 7, a row of 41 has too many."""
    for angle in (0.0, 0.4, math.pi / 4):
        assert direct_filtering.quicker_pieces(line(15.0, angle).astype(np.float32))
    assert not direct_filtering.quicker_pieces(np.ones((13, 13), np.float32))
    assert not direct_filtering.quicker_pieces(thin(0, 101, 200))
    assert not direct_filtering.quicker_pieces(line(40.0, 0.0).astype(np.float32))


@pytest.mark.parametrize("border", ["reflect101", "replicate"])
@pytest.mark.parametrize("size", [(1, 1), (1, 6), (3, 40), (12, 31), (40, 33)])
def test_against_scipy(size: tuple[int, int], border: filtering.Border) -> None:
    """Bright, dark and black-and-white images too, whose sums round the most."""
    rng = np.random.default_rng(8)
    noise = rng.random((*size, 3), dtype=np.float32)
    images = [noise, 0.1 * noise, np.float32(0.9) + np.float32(0.1) * noise, np.round(noise)]
    even = np.zeros((61, 61), np.float32)
    even[15:46, 30] = 1 / 31  # Every rounding may go the same way.
    kernels = [thin(1, 15, 60), even]
    kernels += [line(length, 0.6).astype(np.float32) for length in (15.0, 31.0)]
    for kernel in kernels:
        assert direct_filtering.quicker_pieces(kernel)
        for image in images:
            wide = image.astype(np.float64)
            planes = [
                ndimage.correlate(wide[..., c], kernel.astype(np.float64), mode=MODES[border])
                for c in range(3)
            ]
            got = filtering.correlate_image(image, kernel.astype(np.float64), border)
            assert got.dtype == np.float32
            assert got.flags.c_contiguous
            np.testing.assert_allclose(got, np.stack(planes, -1), atol=3e-7, rtol=0)


@pytest.mark.parametrize("channels", [1, 2, 5])
def test_a_single_tap_moves_the_image(channels: int) -> None:
    """The tap at the lower right brings the lower right neighbour, 6 pixels away; the image stays."""
    image = np.random.default_rng(9).random((20, 18, channels), dtype=np.float32)
    kept, kernel = image.copy(), np.zeros((13, 13))
    kernel[12, 12] = 1.0
    got = filtering.correlate_image(image, kernel)
    np.testing.assert_allclose(got[:-6, :-6], image[6:, 6:], atol=6e-8, rtol=0)
    np.testing.assert_array_equal(image, kept)


def test_a_flat_image_stays() -> None:
    for value in (0.0, 0.3, 1.0):
        image = np.full((20, 30, 3), value, np.float32)
        got = filtering.correlate_image(image, line(15.0, 0.4))
        np.testing.assert_allclose(got, image, atol=1.2e-7, rtol=0)
