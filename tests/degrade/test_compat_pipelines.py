"""Other compatible pipelines, two classical ones and `shuffled`, against the published numbers.

4000 traces of each: shares within four standard errors, continuous fields by Kolmogorov-Smirnov, whole numbers by
chi-square, ranges exact.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

import degrade
from benchmarks.promises import geometric
from degrade.errors import PipelineError
from degrade.trace import Trace
from tests.degrade.marginals import (
    COUNT,
    array,
    assert_even,
    assert_share,
    assert_uniform,
    count,
    drawn,
    pipeline,
    steps,
    values,
)

SCALES = {
    "mmagic_realesrgan": 4,
    "apisr": 4,
    "trainner_redux": 4,
    "diffbir": 1,
    "gaussian8": 4,
    "div2krk": 2,
    "shuffled": 4,
}
KINDS = {"gaussian8": "classical", "div2krk": "classical", "shuffled": "ours"}
SIX = {
    "isotropic": 0.405,
    "anisotropic": 0.225,
    "generalised_isotropic": 0.108,
    "generalised_anisotropic": 0.027,
    "plateau_isotropic": 0.108,
    "plateau_anisotropic": 0.027,
    "sinc": 0.1,
}
every = pytest.mark.parametrize("name", SCALES)


def scene(height: int, width: int) -> torch.Tensor:
    """Smooth colours, unlike in every channel, with some detail."""
    y, x = torch.linspace(0, 1, height)[:, None], torch.linspace(0.2, 1, width)[None]
    return torch.stack([y * x, 1 - y * x, (y * x * 40).sin() / 4 + 0.5])


@every
def test_what_it_says_of_itself(name: str) -> None:
    read = pipeline(name)
    assert (read.name, read.scale) == (name, SCALES[name])
    assert read.kind == KINDS.get(name, "compat")
    assert read.source
    assert bool(read.not_copied) == (read.kind == "compat")


@every
def test_it_ends_at_its_target_in_8_bits_and_replays(name: str) -> None:
    if name == "apisr":
        pytest.importorskip("av")
    scale, hr = SCALES[name], scene(72, 96)
    traces = drawn(name)[:12]
    made = degrade.apply(traces, [hr] * len(traces))
    for lr in made:
        assert lr.shape == (3, 72 // scale, 96 // scale)
        assert torch.equal(lr, (lr * 255).round() / 255)
        assert 0 <= lr.min() < lr.max() <= 1
        # Channels keep their places: red rises where green falls.
        assert torch.corrcoef(lr[:2].flatten(1))[0, 1] < -0.3
    again = degrade.apply(traces[5:6], [hr])[0]
    assert torch.equal(again, made[5])


@pytest.mark.parametrize(
    ("name", "scale"), [("apisr", 2), ("diffbir", 4), ("gaussian8", 2), ("div2krk", 4)]
)
def test_another_scale_is_an_error(name: str, scale: int) -> None:
    with pytest.raises(PipelineError, match=f"scale {scale} is not one of this pipeline's"):
        pipeline(name, scale)


@pytest.mark.parametrize("scale", [2, 3])
@pytest.mark.parametrize("name", ["mmagic_realesrgan", "trainner_redux", "shuffled"])
def test_at_other_scales_too(name: str, scale: int) -> None:
    traces = degrade.draw(pipeline(name, scale), degrade.keys(0, map(str, range(4))))
    for lr in degrade.apply(traces, [scene(72, 96)] * 4):
        assert lr.shape == (3, 72 // scale, 96 // scale)


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("name", ["mmagic_realesrgan", "apisr"])
def test_kernels_are_real_esrgans(name: str, number: int) -> None:
    blurred = sum(count(name, f"{kind}.{number}") for kind in SIX)
    assert_share(blurred, COUNT, (1, 0.8)[number - 1])
    for kind, share in SIX.items():
        label = f"{kind}.{number}"
        assert_share(count(name, label), blurred, share)
        assert_even(values(name, label, "size"), range(7, 22, 2))
        if kind != "sinc":
            assert_uniform(array(name, label, "sigma_x"), 0.2, (3, 1.5)[number - 1])


@pytest.mark.parametrize("number", [1, 2])
def test_mmagic_spreads_beta_and_apisr_flips_a_coin(number: int) -> None:
    name = "mmagic_realesrgan"
    assert_uniform(array(name, f"generalised_isotropic.{number}", "beta"), 0.5, 4)
    assert_uniform(array(name, f"plateau_isotropic.{number}", "beta"), 1, 2)
    beta = array("apisr", f"plateau_isotropic.{number}", "beta")
    assert_share(int((beta == 1).sum()), len(beta), 0.5)


def test_mmagic_resizes_what_it_has_and_takes_red_for_blue() -> None:
    name = "mmagic_realesrgan"
    for number, (up, down, low, high) in enumerate([(0.2, 0.7, 0.15, 1.5), (0.3, 0.4, 0.3, 1.2)]):
        label = f"resize.{number + 1}"
        factor = array(name, label, "factor")
        assert set(values(name, label, "of")) == {"input"}
        assert set(values(name, label, "eight_bit")) == {number == 1}
        assert_even(values(name, label, "filter"), ["area", "linear", "cubic"])
        assert_share(int((factor > 1).sum()), COUNT, up)
        assert_share(int((factor < 1).sum()), COUNT, down)
        assert_uniform(factor[factor > 1], 1, high)
        assert_uniform(factor[factor < 1], low, 1)
    assert_even(values(name, "last_jpeg", "quality"), range(5, 51))
    assert_even(values(name, "jpeg_between.1", "quality"), range(30, 96))
    for trace in drawn(name)[:50]:
        ops = [step.op for step in trace.lr]
        for place in (i for i, op in enumerate(ops) if op == "jpeg"):
            assert ops[place - 1] == ops[place + 1] == "swap_red_blue"


def test_mmagic_poisson_noise_is_the_root_of_255_weaker() -> None:
    for number, high in enumerate([3, 2.5], start=1):
        scale = array("mmagic_realesrgan", f"poisson_noise.{number}", "scale")
        assert_uniform(scale * math.sqrt(255), 0.05 * (1 - 1e-4), high * (1 + 1e-4))


def test_apisr_resizes_wander_between_three_places() -> None:
    places = np.zeros((2, 3))
    for trace in drawn("apisr"):
        labels = [step.label for step in trace.lr]
        for number in (1, 2):
            noise = next(i for i, s in enumerate(labels) if s.endswith(f"noise.{number}"))
            blur = next((i for i, s in enumerate(labels) if s in kernels(number)), None)
            if blur is None:
                continue
            assert blur < noise
            place = labels.index(f"resize.{number}")
            places[number - 1, int(place > blur) + int(place > noise)] += 1
    for row in places:
        for hits in row:
            assert_share(int(hits), int(row.sum()), 1 / 3)


def kernels(number: int) -> set[str]:
    return {f"{kind}.{number}" for kind in SIX}


def test_apisr_resizes_and_codecs() -> None:
    for number, low in ((1, 0.1), (2, 0.15)):
        factor = array("apisr", f"resize.{number}", "factor")
        assert_share(int((factor > 1).sum()), COUNT, 0.2)
        assert_share(int((factor < 1).sum()), COUNT, 0.7)
        assert_uniform(factor[factor < 1], low, 1)
        assert_uniform(factor[factor > 1], 1, 1.2)
    assert_share(count("apisr", "jpeg_between.1"), COUNT, 0.4)
    assert_share(count("apisr", "webp_between.1"), COUNT, 0.6)
    last = {"jpeg": 0.06, "webp": 0.1, "avif": 0.1}
    video = {
        "mpeg2": (0.12, 8, 31),
        "mpeg4": (0.12, 8, 31),
        "h264": (0.3, 23, 38),
        "h265": (0.2, 28, 42),
    }
    for codec, share in last.items():
        assert_share(count("apisr", f"last_{codec}"), COUNT, share)
        assert_even(values("apisr", f"last_{codec}", "quality"), range(20, 96))
    for codec, (share, low_q, high_q) in video.items():
        assert_share(count("apisr", f"last_{codec}"), COUNT, share)
        assert set(values("apisr", f"last_{codec}", "codec")) == {codec}
        assert_even(values("apisr", f"last_{codec}", "quantiser"), range(low_q, high_q + 1))


def test_trainner_redux_has_two_resizes_and_two_jpegs_only() -> None:
    name = "trainner_redux"
    assert {step.op for found in steps(name).values() for step in found} == {
        "resize",
        "jpeg",
        "clamp",
        "quantise",
    }
    first, second = (array(name, f"resize_{place}", "factor") for place in ("first", "second"))
    assert_share(int((first > 1).sum()), COUNT, 0.2)
    assert_share(int((first < 1).sum()), COUNT, 0.7)
    assert_uniform(first[first < 1], 0.4, 1)
    assert_uniform(first[first > 1], 1, 1.5)
    assert_share(int((second > 1).sum()), COUNT, 0.3)
    assert_share(int((second < 1).sum()), COUNT, 0.4)
    assert_uniform(second[second < 1], 0.6, 1)
    assert_uniform(second[second > 1], 1, 1.2)
    for label in ("jpeg_between", "last_jpeg"):
        assert_even(values(name, label, "quality"), range(75, 96))
    for label in ("resize_first", "resize_second", "resize_to_target"):
        assert_even(values(name, label, "filter"), ["bilinear", "bicubic", "nearest", "lanczos3"])


def test_diffbir() -> None:
    assert_share(count("diffbir", "isotropic"), COUNT, 0.5)
    for label in ("isotropic", "anisotropic"):
        assert set(values("diffbir", label, "size")) == {41}
        assert_uniform(array("diffbir", label, "sigma_x"), 0.1, 12)
    assert_uniform(1 / array("diffbir", "shrink", "factor"), 1 - 1e-8, 12 + 1e-6)
    assert_uniform(array("diffbir", "gaussian_noise", "sigma_255"), 0, 15)
    assert not any(values("diffbir", "gaussian_noise", "grey"))
    assert_even(values("diffbir", "jpeg", "quality"), range(30, 101))


def test_gaussian8_has_eight_widths() -> None:
    widths = [1.8 + 0.2 * step for step in range(8)]
    assert_even([round(float(v), 6) for v in values("gaussian8", "gaussian_blur", "sigma_x")], [
        round(width, 6) for width in widths
    ])  # fmt: skip
    assert set(values("gaussian8", "gaussian_blur", "size")) == {21}


def test_div2krk_draws_even_variances() -> None:
    label = "noisy_kernel_blur"
    for sigma in ("sigma_x", "sigma_y"):
        variance = array("div2krk", label, sigma) ** 2
        assert_uniform(variance, 0.6 * (1 - 1e-8), 5 * (1 + 1e-8))
    assert_uniform(array("div2krk", label, "angle"), -math.pi, math.pi)
    assert set(values("div2krk", label, "noise")) == {0.25}
    assert set(values("div2krk", label, "size")) == {11}
    assert len(set(values("div2krk", label, "key"))) == COUNT


def test_shuffled_is_in_any_order() -> None:
    """Of 7! / 2 orders with the free resize before the other one, each item is as often before as after."""
    marks = ["gaussian_noise", "resize_to_target", "jpeg_inside"]
    orders = []
    for trace in drawn("shuffled"):
        labels = [step.label for step in trace.lr]
        assert labels.index("resize") < labels.index("resize_to_target")
        assert labels[-2:] == ["last_jpeg", "quantise"]
        orders.append([labels.index(mark) for mark in marks if mark in labels])
    three = np.array([order for order in orders if len(order) == 3])
    assert_share(len(three), COUNT, 0.9)
    # The last of two ordered items among three: the free resize takes the first of two places.
    assert_share(int((three[:, 0] < three[:, 1]).sum()), len(three), 2 / 3)
    assert_share(int((three[:, 0] < three[:, 2]).sum()), len(three), 1 / 2)


def test_shuffled_values() -> None:
    free = np.log(array("shuffled", "resize", "factor"))
    assert_uniform(free, math.log(0.5) - 1e-8, math.log(2) + 1e-8)
    for law in ("poisson_noise", "speckle_noise", "shot_read_noise"):
        assert_share(count("shuffled", law), COUNT, 0.25)
    rest = array("shuffled", "shot_read_noise", "log_read") - (
        2.18 * array("shuffled", "shot_read_noise", "log_shot") + 1.2
    )
    assert abs(rest.mean()) < 4 * 0.26 / math.sqrt(len(rest))
    assert abs(rest.std() - 0.26) < 4 * 0.26 / math.sqrt(2 * len(rest))


SIDE = 400


def misplaced(trace: Trace) -> float:
    """Largest distance, in HR pixels, of the interior's LR rows from where they are declared."""
    kept = geometric(trace, blur=True)
    lr = tuple(step for step in kept.lr if not step.op.endswith("_noise"))
    kept = replace(kept, lr=lr)
    ramp = (torch.arange(SIDE, dtype=torch.float32) / SIDE).view(1, SIDE, 1).expand(1, SIDE, 8)
    rows = degrade.apply([kept], [ramp], threads=1)[0][0].mean(1).double().numpy() * SIDE
    axis = degrade.placement(kept, degrade.Size(SIDE, 8)).y
    away = rows - (axis.scale * np.arange(len(rows)) + axis.shift)
    inside = len(rows) // 4
    return float(np.abs(away[inside:-inside]).max())


@pytest.mark.parametrize("name", ["shuffled", "gaussian8", "div2krk"])
def test_it_is_aligned_with_its_declared_map(name: str) -> None:
    for trace in drawn(name)[:60]:
        assert misplaced(trace) < 0.01
        axis = degrade.placement(trace, degrade.Size(SIDE, SIDE)).y
        assert axis.scale == pytest.approx(SCALES[name], rel=1e-12)
        assert axis.shift == pytest.approx((SCALES[name] - 1) / 2, abs=1e-9)


@pytest.mark.parametrize("name", ["mmagic_realesrgan", "trainner_redux", "diffbir"])
def test_published_resizes_by_size_do_not_drift(name: str) -> None:
    for trace in drawn(name)[:60]:
        place = degrade.placement(trace, degrade.Size(SIDE, SIDE))
        far = place.y.scale * (SIDE / SCALES[name] - 0.5) + place.y.shift
        assert far == pytest.approx(SIDE - 0.5, abs=1)
