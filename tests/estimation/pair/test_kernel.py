"""Kernels and places that are known, found again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from realsr.estimation.estimator import Inquiry
from realsr.estimation.findings import Findings
from realsr.estimation.pair.centring import cropped, middle, shifted, support
from realsr.estimation.pair.leftover import Leftover
from realsr.estimation.pair.registration import Alignment, positions, unbent
from realsr.estimation.pair.response import SIGMA_OF_MTF50, axes, response
from realsr.estimation.pair.rows import NAMES, measure
from realsr.estimation.seen import Seen, SeenPair
from tests.estimation.pair.making import Floats, gaussian, made, photograph


def found(pair: SeenPair) -> Findings:
    findings = measure(pair, Inquiry(), Findings())
    assert set(findings.estimates) | set(findings.refused) == set(NAMES)
    return findings


def value(findings: Findings, name: str) -> Any:
    return findings.estimates[name].value


def correlation(findings: Findings, truth: Floats) -> float:
    """Of the kernel told with the true one, both about their middle."""
    told = np.array(value(findings, "kernel"))
    side = max(len(told), len(truth))
    both = [np.pad(one, (side - len(one)) // 2) for one in (told, shifted(truth, -middle(truth)))]
    return float(np.corrcoef(both[0].ravel(), both[1].ravel())[0, 1])


def test_a_gaussian_is_found_with_its_window_place_and_gain() -> None:
    kernel = gaussian(9, 1.5, 1.1, 0.4)
    findings = found(made(photograph(), kernel, 3, first=(1, 2), gain=0.95))
    assert correlation(findings, kernel) > 0.9999
    assert value(findings, "shift_y") == pytest.approx(0, abs=0.01)
    assert value(findings, "shift_x") == pytest.approx(1, abs=0.01)
    assert value(findings, "gain") == pytest.approx(0.95, abs=0.002)
    assert value(findings, "gaussian_side") == 9
    assert value(findings, "gaussian_sigma_major") == pytest.approx(1.5, abs=0.01)
    assert value(findings, "gaussian_sigma_minor") == pytest.approx(1.1, abs=0.01)
    assert value(findings, "noise_sigma_255") < 0.15
    assert value(findings, "rotation") == pytest.approx(0, abs=2e-5)
    # From columns to rows: the larger sigma lies 0.4 from the rows' axis.
    assert value(findings, "blur_angle") == pytest.approx(np.pi / 2 - 0.4, abs=0.05)
    assert value(findings, "blur_sigma_major") == pytest.approx(1.5 / 3, rel=0.03)


def test_a_kernel_of_no_family_is_found_in_noise() -> None:
    kernel = np.zeros((9, 9))
    kernel[2, 2:7] = kernel[2:7, 6] = 1 / 9
    findings = found(made(photograph(), kernel, 2, noise=5.0))
    assert correlation(findings, kernel / kernel.sum()) > 0.98
    whole = middle(kernel) - 0.5
    assert value(findings, "shift_y") == pytest.approx(whole[0], abs=0.05)
    assert value(findings, "shift_x") == pytest.approx(whole[1], abs=0.05)
    assert value(findings, "noise_sigma_255") == pytest.approx(5.0, rel=0.05)
    assert value(findings, "noise_grey") is False
    assert "gaussian_side" in findings.refused


def test_a_turned_enlarged_and_moved_picture_is_registered() -> None:
    turn, growth = 0.006, 0.004
    bend = np.array([[1 + growth, -turn], [turn, 1 + growth]])
    findings = found(made(photograph("coffee"), gaussian(7, 1.0, 1.0), 2, (5, 4), bend=bend))
    assert value(findings, "rotation") == pytest.approx(turn, abs=1e-4)
    assert value(findings, "magnification") == pytest.approx(1 + growth, abs=1e-4)
    moved = bend @ np.array([4.5, 3.5])
    assert value(findings, "shift_y") == pytest.approx(moved[0], abs=0.05)
    assert value(findings, "shift_x") == pytest.approx(moved[1], abs=0.05)


def test_a_picture_is_its_own_pair() -> None:
    picture = Seen(photograph(side=160))
    findings = found(SeenPair(picture, picture, 1))
    assert value(findings, "kernel") == [[pytest.approx(1.0)]]
    assert value(findings, "shift_y") == pytest.approx(0, abs=1e-3)
    assert "highest frequency" in findings.refused["mtf50"]


def test_a_curve_of_tones_is_told_from_noise() -> None:
    pair = made(photograph(side=256), gaussian(7, 1.2, 1.2), 2, noise=2.0)
    curved = (255 * (pair.lr.pixels / 255.0) ** 1.5).round().astype(np.uint8)
    bent = found(SeenPair(Seen(curved), pair.hr, 2)).estimates["nonlinear_share"]
    straight = found(pair).estimates["nonlinear_share"]
    assert bent.value > 0.5 > 0.05 > straight.value  # type: ignore[operator]


def test_noise_that_all_channels_share_is_grey() -> None:
    random = np.random.default_rng(0)
    own, plane = random.normal(size=(200, 200, 3)), np.zeros((200, 200, 3))
    assert Leftover(own[..., :1].repeat(3, 2), plane).grey_share() == pytest.approx(1)
    assert Leftover(own, plane).grey_share() == pytest.approx(0, abs=0.01)
    # Half of the variance is shared.
    assert Leftover(own + own[..., :1].mean(2, keepdims=True) * [0, 1, 1], plane).grey_share() == (
        pytest.approx((2 / 2**0.5 + 1 / 2) / 3, abs=0.02)
    )


def test_pairs_that_are_none_are_refused() -> None:
    small = SeenPair(Seen(photograph(side=31)), Seen(photograph(side=62)), 2)
    flat = SeenPair(Seen(np.full((64, 64, 3), 9, np.uint8)), Seen(photograph(side=128)), 2)
    other = made(photograph("coffee", 256), gaussian(5, 1, 1), 2)
    strange = SeenPair(other.lr, Seen(photograph("astronaut", 256)), 2)
    for pair, words in ((small, "needs 32 x 32"), (flat, "flat"), (strange, "not of one scene")):
        findings = found(pair)
        assert not findings.estimates
        assert words in findings.refused["kernel"]


def test_grey_is_compared_with_luma() -> None:
    pair = made(photograph(side=256), gaussian(5, 1.0, 1.0), 2)
    luma = Seen(pair.lr.luma().round().astype(np.uint8)[..., None])
    findings = found(SeenPair(luma, pair.hr, 2))
    assert correlation(findings, gaussian(5, 1.0, 1.0)) > 0.999


def test_a_moved_kernel_keeps_its_sum_and_has_its_middle_there() -> None:
    kernel = np.pad(gaussian(9, 1.2, 1.6), 4)
    step = np.array([0.3, -0.45])
    there = shifted(kernel, step)
    assert there.sum() == pytest.approx(1, abs=1e-4)
    assert middle(there) == pytest.approx(step, abs=3e-3)
    assert shifted(there, -step) == pytest.approx(kernel, abs=1e-4)


def test_the_support_is_odd_and_ends_where_taps_do() -> None:
    kernel = np.zeros((11, 11))
    kernel[5, 5], kernel[5, 8] = 1.0, 0.1
    assert support(kernel, np.zeros_like(kernel)) == 7
    assert support(kernel, np.full_like(kernel, 0.05)) == 1
    assert cropped(kernel, 7).shape == (7, 7)


def test_the_response_of_a_gaussian_is_its_own() -> None:
    kernel = gaussian(31, 1.5, 3.0, 0.3)[None]
    found_response = response(kernel)
    major, minor, angle = axes(found_response.sigmas())
    assert major[0] == pytest.approx(3.0, rel=0.01)
    assert minor[0] == pytest.approx(1.5, rel=0.01)
    # The columns' axis turned by 0.3 goes up: rows fall as columns rise.
    assert angle[0] == pytest.approx(np.pi - 0.3, abs=0.02)
    round_one = response(gaussian(31, 2.0, 2.0)[None])
    assert SIGMA_OF_MTF50 / round_one.mtf50()[0] == pytest.approx(2.0, rel=0.005)


def test_unbending_takes_a_placement_back() -> None:
    place, shape, scale = Alignment(2.0, -1.0, 0.01, -0.02), (20, 30), 2
    rows, columns = np.meshgrid(np.arange(48.0), np.arange(68.0), indexing="ij")
    inside = (slice(4, -4), slice(4, -4))
    # LR pixel p lies at scale p + (scale - 1) / 2 + shift in what is straight.
    straight_y = scale * np.arange(20)[4:-4] + 0.5 + 2.0
    straight_x = scale * np.arange(30)[4:-4] + 0.5 - 1.0
    places = np.meshgrid(straight_y, straight_x, indexing="ij")
    for ramp, there in zip((rows, columns), positions(shape, scale, place), strict=True):
        straight = unbent(ramp, shape, scale, place)
        assert ndimage.map_coordinates(straight, places, order=1) == pytest.approx(
            there[inside], abs=1e-3
        )
