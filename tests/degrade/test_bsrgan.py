"""`bsrgan` and `bsrgan_plus` against the numbers of BSRGAN's published code.

4000 traces of each: continuous fields by Kolmogorov-Smirnov, whole numbers by chi-square, shares within four standard
errors.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import cache

import numpy as np
import pytest
import torch
from scipy import ndimage

import degrade
from degrade.errors import PipelineError
from degrade.operators.compression import JpegParameters
from degrade.pipeline import parse_pipeline
from tests.degrade.marginals import (
    COUNT,
    array,
    assert_even,
    assert_share,
    assert_uniform,
    count,
    drawn,
    pipeline,
    values,
)

HALVED = "_halved"
SCALES = {"": 4, HALVED: 2}
ORDERS = {"": 0.5, "_in_order": 0.5}
FILTERS = ["linear", "cubic", "area"]
DETAILS = [("bsrgan", which) for which in SCALES] + [("bsrgan_plus", which) for which in ORDERS]


@cache
def orders(name: str) -> list[list[str]]:
    return [[step.label for step in trace.lr] for trace in drawn(name)]


def scale_of(name: str, which: str) -> int:
    return SCALES[which] if name == "bsrgan" else 4


@pytest.mark.parametrize("name", ["bsrgan", "bsrgan_plus"])
def test_it_is_a_compatible_pipeline_for_x4_alone(name: str) -> None:
    read = pipeline(name)
    assert (read.name, read.kind) == (name, "compat")
    assert any("camera" in point for point in read.not_copied)
    with pytest.raises(PipelineError):
        pipeline(name, 2)


@pytest.mark.parametrize(("name", "which"), DETAILS)
@pytest.mark.parametrize("number", [1, 2])
def test_anisotropic_kernels_by_variance_and_isotropic_ones_by_sigma(
    name: str, which: str, number: int
) -> None:
    scale = scale_of(name, which)
    one, other = f"anisotropic_{number}{which}", f"isotropic_{number}{which}"
    assert_share(count(name, one), count(name, one, other), 0.5)
    for label in (one, other):
        assert_even(values(name, label, "size"), range(7, 26, 2))
    for axis in ("sigma_x", "sigma_y"):
        assert_uniform(array(name, one, axis) ** 2, 1e-6, 4 + scale)
    assert_uniform(array(name, one, "angle"), 0, math.pi)
    assert_uniform(array(name, other, "sigma_x"), 1e-6, 2 + 0.2 * scale)
    assert values(name, other, "sigma_x") == values(name, other, "sigma_y")


@pytest.mark.parametrize(("name", "which"), DETAILS)
def test_gaussian_noise_of_three_kinds(name: str, which: str) -> None:
    number = "" if name == "bsrgan" else "_1"
    plain, correlated = (f"{kind}{number}{which}" for kind in ("gaussian", "correlated"))
    if name == "bsrgan_plus":
        correlated = f"gaussian_{correlated}"
    total = count(name, plain, correlated)
    assert_share(count(name, correlated), total, 0.2)
    assert_share(int(array(name, plain, "grey").sum()), total, 0.4)
    assert_even(values(name, plain, "sigma_255"), range(2, 26))
    assert set(values(name, correlated, "sigma_255")) == {25}
    for field in ("d_1", "d_3", "m_11", "m_23"):
        assert_uniform(array(name, correlated, field), 0, 1)


@pytest.mark.parametrize("name", ["bsrgan", "bsrgan_plus"])
def test_jpeg_is_last_and_always(name: str) -> None:
    assert all(labels[-1] == "last_jpeg" for labels in orders(name))
    assert_even(values(name, "last_jpeg", "quality"), range(30, 96))
    assert JpegParameters(quality=50).subsampling == "4:2:0"
    assert set(values(name, "last_jpeg", "subsampling")) == {"4:2:0"}


def test_a_quarter_is_halved_first() -> None:
    cv2, matlab = (count("bsrgan", f"halve_{by}") for by in ("cv2", "matlab"))
    assert_share(cv2 + matlab, COUNT, 0.25)
    assert_share(cv2, cv2 + matlab, 0.5)
    assert_even(values("bsrgan", "halve_cv2", "filter"), FILTERS)
    for labels in orders("bsrgan"):
        halved = labels[0].startswith("halve")
        assert all(label.endswith(HALVED) == halved for label in labels[2 * halved : -1])


@pytest.mark.parametrize("which", SCALES)
def test_the_first_reduction(which: str) -> None:
    scale = SCALES[which]
    divided, kept = (f"{label}{which}" for label in ("divide", "decimate"))
    assert_share(count("bsrgan", divided), count("bsrgan", divided, kept), 0.75)
    assert_uniform(1 / array("bsrgan", divided, "factor"), 1, 2 * scale)
    assert_uniform(array("bsrgan", f"blur_to_decimate{which}", "sigma_x"), 0.1, 0.6 * scale)
    assert set(values("bsrgan", kept, "factor")) == {1 / scale}
    for label in (divided, f"resize_to_target{which}"):
        assert_even(values("bsrgan", label, "filter"), FILTERS)
        assert set(values("bsrgan", label, "eight_bit")) == {False}


def test_six_steps_in_any_order_that_reduces_before_it_resizes_to_the_target() -> None:
    """6! / 2 orders: 360, each with 1 / 360 of the draws of the scheme for x4 with its inner JPEG."""
    kinds = ("_1", "_2", "divide", "decimate", "resize_to_target", "gaussian", "correlated", "jpeg")
    passed = ("blur_to_decimate", "last_jpeg")
    seen: Counter[tuple[str, ...]] = Counter()
    for labels in orders("bsrgan"):
        if labels[0].startswith("halve") or "jpeg" not in labels:
            continue
        main = [label for label in labels if label.endswith(kinds) and "clamp" not in label]
        names = tuple(step_of(label) for label in main if label not in passed)
        assert names.index("reduce") < names.index("resize_to_target")
        seen[names] += 1
    assert len(seen) > 350
    assert max(seen.values()) < 25
    for first in ("blur_1", "reduce", "noise", "jpeg"):
        starts = sum(number for names, number in seen.items() if names[0] == first)
        assert_share(starts, seen.total(), 1 / 3 if first == "reduce" else 1 / 6)


def step_of(label: str) -> str:
    """The step that a leaf belongs to."""
    if label.endswith(("isotropic_1", "isotropic_2")):
        return f"blur_{label[-1]}"
    if label in ("divide", "decimate"):
        return "reduce"
    return "noise" if label in ("gaussian", "correlated") else label


@pytest.mark.parametrize("which", SCALES)
def test_the_inner_jpeg(which: str) -> None:
    everything = count("bsrgan", f"resize_to_target{which}")
    assert_share(count("bsrgan", f"jpeg{which}"), everything, 0.9)
    assert_even(values("bsrgan", f"jpeg{which}", "quality"), range(30, 96))


def published_decimation(image: np.ndarray, sigma: float, scale: int) -> np.ndarray:
    """BSRGAN's: a Gaussian of 25 taps, moved by linear interpolation, then every s-th pixel."""
    line = np.arange(25.0)
    taps = np.exp(-((line - 12) ** 2) / (2 * sigma**2))
    moved = np.interp(np.clip(line + (scale - 1) / 2, 0, 24), line, taps / taps.sum())
    kernel = np.outer(moved, moved) / moved.sum() ** 2
    blurred = ndimage.convolve(image, kernel[:, :, None], mode="mirror")
    return blurred[::scale, ::scale]


@pytest.mark.parametrize("scale", [2, 4])
@pytest.mark.parametrize("share", [0.05, 0.4, 1.0])
def test_the_decimation_is_the_published_one(scale: int, share: float) -> None:
    sigma = 0.1 + share * (0.6 * scale - 0.1)
    text = (
        f"name: it\nscale: {scale}\nlr:\n"
        f"  - {{op: gaussian_blur, size: 25, sigma_x: {sigma}, sigma_y: {sigma}}}\n"
        f"  - {{op: resize, factor: {1 / scale}, filter: bilinear, antialias: false, rounding: floor}}\n"
    )
    image = torch.rand((3, 40, 56), generator=torch.Generator().manual_seed(1))
    (made,) = degrade.apply(degrade.draw(parse_pipeline(text), degrade.keys(0, ["a"])), [image])
    expected = published_decimation(image.permute(1, 2, 0).double().numpy(), sigma, scale)
    assert np.abs(made.permute(1, 2, 0).numpy() - expected).max() < 1e-5


def test_the_extended_scheme_is_shuffled_half_the_time() -> None:
    for which, share in ORDERS.items():
        assert_share(count("bsrgan_plus", f"jpeg_between{which}"), COUNT, share)


@pytest.mark.parametrize("which", ORDERS)
@pytest.mark.parametrize("number", [1, 2])
def test_the_extended_scheme_in_each_half(which: str, number: int) -> None:
    runs = count("bsrgan_plus", f"jpeg_between{which}")
    factor = array("bsrgan_plus", f"resize_{number}{which}", "factor")
    assert len(factor) == runs
    assert_share(int(np.count_nonzero(factor > 1)), runs, 0.2)
    assert_share(int(np.count_nonzero(factor < 1)), runs, 0.7)
    assert_uniform(factor[factor > 1], 1, 2)
    assert_uniform(factor[factor < 1], 0.125, 1)
    assert_even(values("bsrgan_plus", f"resize_{number}{which}", "filter"), FILTERS)
    poisson = f"poisson_{number}{which}"
    assert_share(count("bsrgan_plus", poisson), runs, 0.1)
    assert_uniform(np.log10(array("bsrgan_plus", poisson, "count")), 2, 4)
    assert_share(
        int(array("bsrgan_plus", poisson, "grey").sum()), count("bsrgan_plus", poisson), 0.5
    )
    plain, correlated = (f"speckle_{kind}{number}{which}" for kind in ("", "correlated_"))
    assert_share(count("bsrgan_plus", plain, correlated), runs, 0.1)
    assert_share(count("bsrgan_plus", correlated), count("bsrgan_plus", plain, correlated), 0.2)
    assert set(values("bsrgan_plus", correlated, "speckle")) == {True}
    assert set(values("bsrgan_plus", plain, "sigma_255")) <= set(range(2, 26))


def test_the_extended_scheme_in_order() -> None:
    """Blur, resize, noises, JPEG, blur, resize, noises; the noises of a half in any order."""
    firsts = 0
    for labels in orders("bsrgan_plus"):
        if "jpeg_between_in_order" not in labels:
            continue
        places = [
            next(place for place, label in enumerate(labels) if label.startswith(start))
            for start in (
                *(("isotropic_1", "anisotropic_1")[labels[0].startswith("an")],),
                "resize_1", "gaussian", "jpeg_between", "resize_2", "resize_to_target",
            )
        ]  # fmt: skip
        assert places == sorted(places)
        shot = [label for label in labels if label == "poisson_1_in_order"]
        firsts += bool(shot) and labels.index("poisson_1_in_order") < labels.index(
            "clamp_gaussian_1_in_order"
        )
    assert_share(firsts, count("bsrgan_plus", "poisson_1_in_order"), 0.5)


def test_the_extended_scheme_shuffles_every_step() -> None:
    labels = [each for each in orders("bsrgan_plus") if "jpeg_between" in each]
    before = sum(each.index("jpeg_between") < each.index("resize_2") for each in labels)
    assert_share(before, len(labels), 0.5)
    first = sum(each[0] == "jpeg_between" for each in labels)
    # Poisson and speckle noise mostly do nothing, so the first step is one of fewer than 11.
    assert 1 / 11 < first / len(labels) < 1 / 6


def test_the_hr_of_the_extended_scheme_is_sharpened() -> None:
    assert all(
        [step.op for step in trace.hr] == ["usm", "quantise"] for trace in drawn("bsrgan_plus")[:9]
    )
    assert not any(trace.hr for trace in drawn("bsrgan")[:9])


@pytest.mark.parametrize("name", ["bsrgan", "bsrgan_plus"])
def test_it_degrades_an_image_and_ends_at_its_target(name: str) -> None:
    grid = torch.linspace(0, 1, 72)[:, None] * torch.linspace(0.2, 1, 96)
    hr = torch.stack([grid, 1 - grid, (grid * 40).sin() / 2 + 0.5])
    made = degrade.apply(drawn(name)[:8], [hr] * 8)
    for lr in made:
        assert lr.shape == (3, 18, 24)
        assert torch.equal(lr, (lr * 255).round() / 255)
        assert 0 <= lr.min() < lr.max() <= 1
    assert not torch.equal(made[0], made[1])
