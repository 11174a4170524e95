"""Answers brought back to their LR: nearer to it and never farther, and the least that does it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

import degrade
from realsr.files.errors import RequestError
from realsr.inference.after.consistency import (
    ROUNDING,
    Consistency,
    back_projected,
    declared,
    optical,
    projected,
)
from realsr.inference.loading import load


def image(seed: int, side: int = 32) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 3, side // 4, side // 4, generator=generator)
    fine = torch.rand(1, 3, side, side, generator=generator)
    smooth = functional.interpolate(coarse, scale_factor=4.0, mode="bilinear")
    return 0.2 + 0.4 * smooth + 0.2 * fine


def consistency(name: str, scale: int, **changes: object) -> Consistency:
    trace = declared(degrade.load_pipeline(name, scale), name)
    return replace(Consistency(trace, name), **changes)


def decibels(first: torch.Tensor, second: torch.Tensor) -> float:
    return -10 * math.log10(float((first - second).square().mean()) + 1e-20)


def averaged(x: torch.Tensor) -> torch.Tensor:
    return functional.avg_pool2d(x, 4)


def test_of_means_the_projection_is_known() -> None:
    """Where D is the mean of 4 x 4 pixels, the nearest image adds each block's error to the whole block."""
    hr, sr = image(0), image(1)
    lr = averaged(hr)
    expected = sr + (lr - averaged(sr)).repeat_interleave(4, -1).repeat_interleave(4, -2)
    assert float((projected(sr, lr, averaged) - expected).abs().max()) < 1e-3
    # Detail within the blocks is the network's still.
    kept = [
        one - averaged(one).repeat_interleave(4, -1).repeat_interleave(4, -2)
        for one in (expected, sr)
    ]
    assert float((kept[0] - kept[1]).abs().max()) < 1e-6


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99), st.sampled_from(["projection", "back_projection"]))
def test_an_answer_never_becomes_less_consistent(seed: int, way: str) -> None:
    one = consistency("bicubic", 4, way=way, steps=3)
    lr, sr = one.degraded(image(seed)), image(seed + 100)
    found = one(sr, lr)
    assert float(found.min()) >= 0
    assert float(found.max()) <= 1
    assert decibels(one.degraded(found), lr) >= decibels(one.degraded(sr), lr)


@pytest.mark.parametrize(("name", "scale"), [("bicubic", 2), ("bicubic", 4), ("gaussian_fixed", 4)])
def test_projection_reaches_the_rounding_of_the_lr(name: str, scale: int, tmp_path) -> None:
    if name == "gaussian_fixed":
        path = tmp_path / "gaussian_fixed.yaml"
        path.write_text(
            "name: gaussian_fixed\nversion: 1\nkind: own\nsummary: fixed\nscale: 4\nlr:\n"
            "  - {op: gaussian_blur, size: 21, sigma_x: 1.6, sigma_y: 1.6, angle: 0}\n"
            "  - {op: resize, factor: 1, of: target, filter: bicubic, antialias: true}\n"
            "  - {op: clamp}\n  - {op: quantise}\n"
        )
        name = str(path)
    one = consistency(name, scale)
    hr, sr = image(3), image(4)
    lr = one.degraded(hr)
    before, after = decibels(one.degraded(sr), lr), decibels(one.degraded(one(sr, lr)), lr)
    assert before < 30
    assert after > 52
    by_errors = replace(one, way="back_projection")
    back = decibels(one.degraded(by_errors(sr, lr)), lr)
    assert before + 6 < back


def test_what_is_consistent_is_left_as_it_is() -> None:
    hr = image(5)
    lr = averaged(hr)
    for way in (projected, back_projected):
        assert torch.equal(way(hr, lr, averaged), hr)
    near = lr + ROUNDING / 2
    assert torch.equal(projected(hr, near, averaged), hr)


def test_a_step_that_goes_too_far_is_not_taken() -> None:
    """Of a degradation that makes its image four times as strong the first step, made for means, is far too long."""

    def loud(x: torch.Tensor) -> torch.Tensor:
        return 4 * averaged(x)

    hr = 0.2 * image(10)
    lr = loud(hr)
    sr = hr + 0.01 * image(11)
    before = float((loud(sr) - lr).norm())
    for walk in (projected, back_projected):
        assert float((loud(walk(sr, lr, loud, 1)) - lr).norm()) <= before


def test_the_projection_is_the_least_change() -> None:
    one = consistency("bicubic", 4)
    hr, sr = image(6), image(7)
    lr = one.degraded(hr)
    by_projection, by_errors = one(sr, lr), replace(one, way="back_projection", steps=60)(sr, lr)
    assert decibels(one.degraded(by_errors), lr) > 40
    # The other stops short of the LR, so a hundredth is left to it.
    assert float((by_projection - sr).norm()) <= float((by_errors - sr).norm()) * 1.01


def test_batches_and_grey_are_the_same() -> None:
    one = consistency("bicubic", 2)
    sr = torch.cat([image(1, 16), image(2, 16)])
    lr = torch.cat([one.degraded(image(seed, 16)) for seed in (3, 4)])
    whole = one(sr, lr)
    assert torch.equal(whole[1:], one(sr[1:], lr[1:]))
    grey = one(sr[:1, :1], lr[:1, :1])
    assert grey.shape == (1, 1, 16, 16)
    coloured = one(sr[:1, :1].expand(-1, 3, -1, -1), lr[:1, :1].expand(-1, 3, -1, -1))
    assert torch.equal(grey, coloured[:, :1])


def test_an_upscaler_s_answers_are_made_consistent() -> None:
    plain = load("bicubic", scale=2)
    one = consistency("bicubic", 2)
    made = replace(plain, after=one)
    lr = one.degraded(image(8))
    before, after = (decibels(one.degraded(each(lr).clamp(0, 1)), lr) for each in (plain, made))
    assert after > before + 10
    assert torch.equal(made(lr), one(plain(lr), lr))


def test_a_degradation_has_to_be_declared() -> None:
    with pytest.raises(RequestError, match="are drawn"):
        consistency("gaussian8", 4)
    with pytest.raises(RequestError, match="1 or more"):
        consistency("bicubic", 4, steps=0)


def test_noise_and_codecs_are_no_part_of_it() -> None:
    pipeline = degrade.load_pipeline("second_order", 4)
    [trace] = degrade.draw(pipeline, degrade.keys(seed=0, sources=["a"], variant=0))
    names = {step.op for step in optical(trace).lr}
    assert names
    assert not names & {"jpeg", "gaussian_noise", "poisson_noise", "clamp", "quantise"}
    assert optical(trace).hr == ()


def test_a_record_tells_the_degradation() -> None:
    data = consistency("bicubic", 4).as_data()
    assert (data["with"], data["by"], data["steps"]) == ("bicubic", "projection", 20)
    assert "matlab_bicubic" in str(data["degradation"])
    assert np.isfinite(ROUNDING)
