"""What every named pipeline promises, on photographs: drawing, applying, replay, company, back ends, place."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from skimage import data

import degrade
from degrade.errors import ImageError, PipelineError
from degrade.execute.plan import plan_lr
from degrade.geometry import Placement, Size
from degrade.operators.table import OPERATORS
from degrade.trace import Step, Trace

COUNT = 64
FILMED = {"anime_broadcast", "apisr", "video_stream"}
COLOUR_ONLY = {
    "bsrgan": "correlated",
    "bsrgan_plus": "correlated",
    "camera_phone": "camera",
}
"""Pipelines that a grey image cannot pass, and the step that says so."""


def _param(name: str) -> Any:
    absent = name in FILMED and importlib.util.find_spec("av") is None
    skip = pytest.mark.skipif(absent, reason="av is not installed (extra `video`)")
    return pytest.param(name, marks=skip)


by_pipeline = pytest.mark.parametrize("name", [_param(name) for name in degrade.pipeline_names()])


@cache
def loaded(name: str) -> degrade.Pipeline:
    """At scale 4, or at its own where it has one only."""
    try:
        return degrade.load_pipeline(name, scale=4)
    except PipelineError:
        return degrade.load_pipeline(name)


@cache
def drawn(name: str) -> list[Trace]:
    return degrade.draw(loaded(name), degrade.keys(0, [f"photo{i}" for i in range(COUNT)]))


@cache
def photographs(count: int, side: int) -> torch.Tensor:
    """Crops of real photographs, b 3 side side."""
    pictures = [data.astronaut(), data.coffee(), data.chelsea(), data.rocket()]
    crops = []
    for index in range(count):
        picture = pictures[index % 4]
        place = np.random.default_rng(index)
        top, left = (place.integers(0, extent - side) for extent in picture.shape[:2])
        crops.append(torch.from_numpy(picture[top : top + side, left : left + side].copy()))
    return torch.stack(crops).permute(0, 3, 1, 2).float() / 255


@by_pipeline
def test_64_keys_are_drawn_applied_and_replayed(name: str) -> None:
    """Every LR is an image in [0, 1] of the target's size; a trace from its JSON gives the same bits."""
    traces, hr = drawn(name), photographs(COUNT, 72)
    lr = degrade.apply(traces, hr, threads=2)
    assert lr.shape == (COUNT, 3, 72 // loaded(name).scale, 72 // loaded(name).scale)
    assert ((lr >= 0) & (lr <= 1)).all()
    assert (lr.mean((2, 3)) - hr.mean((2, 3))).abs().mean() < 0.1
    read = [degrade.trace_from_data(json.loads(json.dumps(one.to_data()))) for one in traces]
    assert read == traces
    assert torch.equal(degrade.apply(read[:12], hr[:12], threads=1), lr[:12])


@by_pipeline
def test_a_draw_knows_nothing_of_its_company(name: str) -> None:
    """Drawn alone, and applied in another batch and order: the same trace, the same bits."""
    traces, hr = drawn(name)[:12], photographs(12, 72)
    assert degrade.draw(loaded(name), degrade.keys(0, ["photo7"])) == [traces[7]]
    order = [9, 2, 7]
    for engine in ("singles", "batched"):
        whole = degrade.apply(traces, hr, engine=engine)  # type: ignore[arg-type]
        few = degrade.apply([traces[i] for i in order], hr[order], engine=engine)  # type: ignore[arg-type]
        assert torch.equal(few, whole[order])


WHOLE_PICTURE = {"webp", "video_clip", "video_frame", "avif", "heic"}
"""Coders that look at the whole picture before they code a part: one tipped level changes all of it."""
SMALL_BETWEEN = {"resshift"}
"""Shrinks so far between two JPEGs that one of their 16x16 units is a large part of the image."""


@by_pipeline
def test_back_ends_agree(name: str) -> None:
    """8 photographs of 240x240, without the steps of coders that look at the whole picture."""
    traces, hr = drawn(name)[:8], photographs(8, 240)
    kept = [
        replace(one, lr=tuple(step for step in one.lr if step.op not in WHOLE_PICTURE))
        for one in traces
    ]
    made = degrade.apply_hr(kept, hr)
    fast = degrade.apply_lr(kept, made, engine="singles")
    slow = degrade.apply_lr(kept, made, engine="batched")
    assert (fast == slow).float().mean() >= (0.98 if name in SMALL_BETWEEN else 0.99)
    mse = (fast - slow).square().mean()
    assert mse == 0 or -10 * torch.log10(mse) >= 60


@by_pipeline
def test_grey_passes_or_is_refused_by_name(name: str) -> None:
    traces, grey = drawn(name)[:24], photographs(24, 72)[:, 1:2]
    if name not in COLOUR_ONLY:
        lr = degrade.apply(traces, grey)
        assert lr.shape[1] == 1
        assert ((lr >= 0) & (lr <= 1)).all()
        return
    with pytest.raises(ImageError, match=f"{COLOUR_ONLY[name]}.* takes 3 channels, the image has"):
        degrade.apply(traces, grey)


SIDE, BREADTH = 240, 24
RIPPLING = {
    **dict.fromkeys(("apisr", "bsrgan", "bsrgan_plus", "dasr_severe", "dasr_standard"), 0.06),
    **dict.fromkeys(("dasr_weak", "invsr_test", "realesrgan", "resshift", "s3diff"), 0.06),
    **dict.fromkeys(("seesr", "stablesr"), 0.06),
    "trainner_redux": 0.06,
    "mmagic_realesrgan": 0.25,
}
"""How far the mean of half an axis may lie off, in HR pixels, for published filters without antialias.

Their pixels lie to and fro about the declared map. OpenCV's area besides, where it enlarges, repeats pixels of a
grid that may be six HR pixels wide, at ties now and then the farther one.
"""


def _unrounded(step: Step) -> Step:
    """The same light without 8 bits and gamma, which bend the ramp that it is measured by."""
    if step.op == "matlab_bicubic":
        double = OPERATORS["matlab_bicubic_double"]
        return replace(step, op=double.name, version=double.version)
    plain = {"eight_bit": False, "light": "srgb"}
    kept = {field: plain.get(field, value) for field, value in step.values.items()}
    return replace(step, values=kept)


def moving_light(trace: Trace) -> Trace:
    """The steps that move or spread light; what only changes values is left out."""
    plan = plan_lr(trace, Size(SIDE, SIDE))
    moving = [
        _unrounded(step)
        for step, planned in zip(trace.lr, plan, strict=True)
        if planned.placement != Placement(planned.placement.size) or step.op.endswith("_blur")
    ]
    return replace(trace, hr=(), lr=tuple(moving))


def misplaced(trace: Trace) -> npt.NDArray[np.float64]:
    """Measured minus declared place of the interior's LR rows and columns, in HR pixels: (2, pixels)."""
    ramp = torch.arange(SIDE, dtype=torch.float32) / SIDE
    tall = ramp.view(1, SIDE, 1).expand(1, SIDE, BREADTH)
    lr = degrade.apply([trace, trace], [tall, tall.transpose(1, 2)], threads=1)
    across = degrade.placement(trace, Size(BREADTH, SIDE)).x
    along = degrade.placement(trace, Size(SIDE, BREADTH)).y
    away = []
    for axis, pixels in ((along, lr[0][0].mean(1)), (across, lr[1][0].mean(0))):
        measured = pixels.double().numpy() * SIDE
        away.append(measured - (axis.scale * np.arange(len(measured)) + axis.shift))
    return np.stack(away)[:, SIDE // trace.scale // 4 : -(SIDE // trace.scale // 4)]


def _worst(name: str, traces: Sequence[Trace]) -> float:
    """The worst pixel, or the worst mean of an axis where pixels lie to and fro."""
    found = [misplaced(trace) for trace in traces]
    if name in RIPPLING:
        return max(float(np.abs(one.mean(axis=1)).max()) for one in found)
    return max(float(np.abs(one).max()) for one in found)


@by_pipeline
def test_light_lies_where_the_trace_declares_it(name: str) -> None:
    worst = _worst(name, [moving_light(trace) for trace in drawn(name)[:24]])
    assert worst < RIPPLING.get(name, 0.01)


@by_pipeline
def test_an_injected_shift_is_measured_back(name: str) -> None:
    """A shift of the HR by parts of a pixel, before all other steps: declared and measured alike."""
    row = OPERATORS["resize"]
    moved = {"factor": 1.0, "filter": "bicubic", "shift_y": 0.7, "shift_x": -1.3}
    step = Step(row.name, row.version, "injected", moved)
    for trace in map(moving_light, drawn(name)[:6]):
        injected = replace(trace, lr=(step, *trace.lr))
        before, after = (degrade.placement(one, Size(SIDE, SIDE)) for one in (trace, injected))
        assert after.y.shift - before.y.shift == pytest.approx(0.7, abs=1e-9)
        assert after.x.shift - before.x.shift == pytest.approx(-1.3, abs=1e-9)
        extra = misplaced(injected) - misplaced(trace)
        assert np.abs(extra.mean(axis=1)).max() < 0.02
        if name not in RIPPLING:
            assert np.abs(misplaced(injected)).max() < 0.02
