"""Alignment: where every LR pixel's light comes from, against where the trace declares it.

An image whose value is its own coordinate tells, at each LR pixel, the centre of mass of what was averaged
there. Blur, resize and their order run as drawn; noise, codecs and roundings, which move nothing, are taken out.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch

import degrade
from benchmarks import promises
from benchmarks.promises import SCALE, SIDE, STRIP, error, geometric
from degrade.execute.plan import plan_lr
from degrade.geometry import Placement, Size
from degrade.trace import Trace

DRAWS = 500


@cache
def drawn(name: str, blur: bool = True) -> list[Trace]:
    return [geometric(trace, blur) for trace in promises.drawn(name, DRAWS)]


def test_second_order_is_aligned_beyond_the_border_in_every_draw() -> None:
    worst = max(np.abs(error(trace)[:, STRIP:-STRIP]).max() for trace in drawn("second_order"))
    assert worst < 0.01


def test_the_declared_map_is_the_identity_of_the_scale() -> None:
    """HR and LR span the same extent, whatever sizes were passed on the way."""
    for trace in drawn("second_order"):
        place = degrade.placement(trace, Size(SIDE, SIDE))
        for axis in (place.y, place.x):
            assert axis.scale == pytest.approx(SCALE, rel=1e-12)
            assert axis.shift == pytest.approx((SCALE - 1) / 2, abs=1e-9)


def coarsest_pitch(trace: Trace) -> float:
    """The largest distance, in HR pixels, between pixels of any grid on the way."""
    total, pitches = Placement(Size(SIDE, SIDE)), [1.0]
    for step in plan_lr(trace, Size(SIDE, SIDE)):
        total = total.after(step.placement)
        pitches += [total.y.scale, total.x.scale]
    return max(pitches)


def test_the_outermost_strip_without_blur_is_within_a_part_of_the_coarsest_pixel() -> None:
    """Enlarging repeats the border pixel: what lies within its half is drawn to its centre."""
    traces = drawn("second_order", blur=False)
    ends = [np.abs(error(trace)[:, [0, -1]]).max() for trace in traces]
    pitches = [coarsest_pitch(trace) for trace in traces]
    assert max(end / pitch for end, pitch in zip(ends, pitches, strict=True)) < 0.36
    assert np.median(ends) < 0.25


def test_published_scheme_drifts_and_the_declared_map_says_so() -> None:
    """The first resize's floored size with unrounded coordinates; far-edge errors of pixels, declared."""
    drift = []
    for trace in drawn("realesrgan"):
        place = degrade.placement(trace, Size(SIDE, SIDE))
        far = place.y.scale * (SIDE / SCALE - 0.5) + place.y.shift
        drift.append(abs(far - (SIDE - 0.5)))
    assert max(drift) > 2
    assert 0.2 < np.mean(drift) < 1.2


def test_published_scheme_follows_its_declared_map_in_the_mean() -> None:
    """Adaptive averaging and a = -0.75 ripple about the map; the interior's mean does not."""
    traces = [t for t in drawn("realesrgan")[:200] if not uses(t, "adaptive_area")]
    assert len(traces) > 20
    for trace in traces:
        assert np.abs(error(trace)[:, STRIP:-STRIP].mean(axis=1)).max() < 0.15


def uses(trace: Trace, name: str) -> bool:
    return any(step.values.get("filter") == name for step in trace.lr)


def test_matlab_bicubic_is_aligned() -> None:
    (trace,) = degrade.draw(degrade.load_pipeline("bicubic"), degrade.keys(0, ["a"]))
    # Its 8-bit steps are 1/255 of the range; a ramp of one level a pixel is exact.
    ramp = (torch.arange(240, dtype=torch.float32) / 255).view(1, 240, 1).expand(1, 240, 8)
    lr = degrade.apply([trace], [ramp])[0][0].mean(1).numpy() * 255
    assert np.abs(lr[2:-2] - (4 * np.arange(60) + 1.5)[2:-2]).max() <= 0.5
