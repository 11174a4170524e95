"""Whole pipelines by the GPU's back end beside the definitions, to the bit.

By the interpreter kernels are short: its time goes with their taps. See `test_interpreter.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
import torch

import degrade
from degrade.execute.plan import plan_lr
from degrade.functional import filtering
from degrade.geometry import Size
from degrade.online import make_pairs, readied, run_ready
from degrade.pipeline import Pipeline
from degrade.pipeline.tree import named_source
from tests.contract.samples import image
from tests.gpu import ragged
from tests.gpu.ragged import DEVICE, INTERPRETED, defined, run

pytestmark = ragged.marks


def with_short_kernels(name: str) -> Pipeline:
    """A named pipeline whose blurs have 3 or 5 taps a side, where the interpreter runs it."""
    source = named_source(name)
    if INTERPRETED:
        source = re.sub(
            r"\bsize: (\{integer: \[7, 2\d, 2\]\}|25|13)", "size: {integer: [3, 5, 2]}", source
        )
    return degrade.parse_pipeline(source, f"{name}.yaml", 4)


def row_by_row(source: torch.Tensor, kernels: torch.Tensor) -> torch.Tensor:
    """`filtering.correlate_inside` as the interpreter adds: it has no fused multiply-add."""
    side, weights = kernels.shape[-1], kernels.to(source.dtype)
    height, width = (extent - side + 1 for extent in source.shape[-2:])
    total = torch.zeros((*source.shape[:2], height, width), dtype=torch.float64)
    for y in range(side):
        part = torch.zeros_like(total, dtype=source.dtype)
        for x in range(side):
            shifted = source[:, :, y : y + height, x : x + width]
            part = part + shifted * weights[:, y, x].view(-1, 1, 1, 1)
        total += part
    return total.to(source.dtype)


@pytest.fixture(autouse=True)
def unfused(monkeypatch: pytest.MonkeyPatch) -> None:
    if INTERPRETED:
        monkeypatch.setattr(filtering, "correlate_inside", row_by_row)


SLOW = [pytest.mark.slow] if INTERPRETED else []


def sizes(count: int) -> Sequence[Size]:
    return [Size(12 + 4 * (number % 3), 20 - 4 * (number % 2)) for number in range(count)]


FEW = ("second_order", "realesrgan")
MORE = ("bsrgan", "shuffled", "camera_phone", "anime_broadcast")
"""By the interpreter six to fourteen seconds of a core for two samples of each."""


@pytest.mark.parametrize("name", [*FEW, *(pytest.param(one, marks=SLOW) for one in MORE)])
def test_a_pipeline_has_the_bits_of_the_definitions(name: str) -> None:
    pipeline = with_short_kernels(name)
    count = (2 if name in FEW else 4) if INTERPRETED else 32
    traces = degrade.draw(pipeline, degrade.keys(0, [f"s{number}" for number in range(count)]))
    plans = [plan_lr(trace, size) for trace, size in zip(traces, sizes(count), strict=True)]
    images = [image(size, 3, number).to(DEVICE) for number, size in enumerate(sizes(count))]
    made, expected = run(plans, images), defined(plans, images)
    assert all(map(torch.equal, made, expected))
    (alone,) = run(plans[:1], images[:1])
    assert torch.equal(alone, made[0])


def test_a_batch_that_was_made_ready_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """With HR steps and without: as by the call that makes everything itself, and as a training has it."""
    monkeypatch.setattr("degrade.online.runs_packed", lambda device: True)
    for head in ("", "hr: [{op: quantise, label: first, levels: 16}]\n"):
        pipeline = degrade.parse_pipeline(
            f"name: x\nversion: 1\n{head}lr: [{{op: resize, factor: 1, of: target}}, "
            "{op: gaussian_noise, sigma_255: {uniform: [1, 25]}}, {op: clamp}]",
            "x.yaml",
            2,
        )
        hr = torch.stack([image(Size(8, 6), 3, number) for number in range(3)]).to(DEVICE)
        keys, size = degrade.keys(0, ["a", "b", "c"]), Size(8, 6)
        made = readied(pipeline, keys, size, 3, packed=True)
        assert made.programs is not None
        pair = run_ready(made.programs, hr)
        target = degrade.apply_hr(made.traces, hr, engine="reference")
        assert torch.equal(pair.hr, target)
        assert torch.equal(pair.lr, degrade.apply_lr(made.traces, target, engine="reference"))
        trained = make_pairs(pipeline, keys, hr, 1)
        assert list(map(torch.equal, trained.pair, pair)) == [True, True]
        assert list(trained.traces) == degrade.draw(pipeline, keys)
