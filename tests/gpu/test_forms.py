"""Every form on packed samples against its operator's definition, on ragged batches.

On a CUDA device the forms run as compiled; without one `test_interpreter.py` runs this file by Triton's
interpreter, on the CPU.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from degrade.errors import ImageError
from degrade.execute.packed import uploaded
from degrade.execute.plan import plan_steps
from degrade.execute.singles import group_of, reference_step
from degrade.functional import philox, resample
from degrade.functional.resample import Line
from degrade.geometry import Size
from degrade.operators.packed_noise import KEPT_COUNTS
from degrade.operators.packed_resize import line_rows, taps_plan
from degrade.operators.row import Forms
from degrade.operators.table import OPERATORS
from degrade.trace import Step
from tests.cases import CASES, KEY, Case
from tests.contract.samples import image, planned
from tests.gpu import ragged
from tests.gpu.ragged import DEVICE, INTERPRETED, PACKED, batch, defined, largest_difference, run

pytestmark = ragged.marks

TOLERANCE = 5e-7
EXACT = {
    "jpeg",
    "matlab_bicubic",
    "matlab_bicubic_double",
    "gaussian_noise",
    "speckle_noise",
    "shot_read_noise",
    "poisson_noise",
    "bayer_demosaic",
    "channel_shift",
    "chromatic_aberration",
    "interlace",
    "chroma_subsampling",
    "line_thickening",
    "correlated_noise",
    "bsrgan_correlated_noise",
}
"""Forms whose bits are the definition's on every device."""
CANVAS = [case for case in CASES if OPERATORS[case.op].forms.device_kernel is not None]

by_form = pytest.mark.parametrize("case", [pytest.param(case, id=case.op) for case in PACKED])


def case_of(name: str) -> Case:
    return next(case for case in CASES if case.op == name)


def on_device(*values: int) -> torch.Tensor:
    return torch.tensor(values, device=DEVICE)


@by_form
def test_the_form_is_the_definition(case: Case) -> None:
    """On samples of all sizes, one pixel among them; one of them alone as in company, bit for bit."""
    plans, images = batch(case, 1 if INTERPRETED and case.op.endswith("blur") else 3)
    kept = [one.clone() for one in images]
    made = run(plans, images)
    limit = 0.0 if case.op in EXACT else TOLERANCE
    assert largest_difference(made, defined(plans, images)) <= limit
    assert all(map(torch.equal, images, kept)), "the input was written to"
    (alone,) = run(plans[2:3], images[2:3])
    assert torch.equal(alone, made[2])


MANY = 257
"""More samples than a byte counts."""
QUICK = {
    *("resize", "gaussian_noise", "poisson_noise", "jpeg", "clamp", "bayer_demosaic"),
    *("halftone", "channel_shift", "chromatic_aberration", "interlace", "print_and_scan"),
    *("chroma_subsampling", "bilateral_blur", "line_thickening", "halo", "analogue_video"),
}
"""Operators, one of each form at least, that the interpreter runs in other channels where minutes count."""
AT_ONCE = {"gaussian_noise", "clamp", "correlated_noise"}
"""Operators whose 257 samples the interpreter runs where minutes count; its blurs and resizes take two minutes of a
core each."""


def mostly_slow(quick: set[str]) -> list[Any]:
    """All operators with a form; by the interpreter the others are a proof of minutes."""
    slow = [pytest.mark.slow] if INTERPRETED else []
    return [
        pytest.param(case, id=case.op, marks=[] if case.op in quick else slow) for case in PACKED
    ]


@pytest.mark.parametrize("case", mostly_slow(QUICK))
@pytest.mark.parametrize("channels", [1, 5])
def test_other_channel_counts(case: Case, channels: int) -> None:
    # The interpreter takes long for every tap of every channel.
    count = 1 if INTERPRETED and case.op == "bilateral_blur" else None
    plans, images = batch(case, channels, sizes=(Size(5, 6), Size(7, 3)), count=count)
    taken = OPERATORS[case.op].facts.channels
    greys = case.op == "poisson_noise" and channels == 5
    if greys or (taken is not None and channels not in taken):
        with pytest.raises(ImageError, match=f"{channels}"):
            run(plans, images)
        return
    assert largest_difference(run(plans, images), defined(plans, images)) <= TOLERANCE


@pytest.mark.parametrize("case", mostly_slow(AT_ONCE))
def test_many_samples(case: Case) -> None:
    """Every operator of every form, on samples of one to three pixels a side."""
    taken = OPERATORS[case.op].facts.channels
    channels = 1 if INTERPRETED and (taken is None or 1 in taken) else 3
    plans, images = batch(case, channels, ragged.TINY, count=MANY)
    limit = 0.0 if case.op in EXACT else TOLERANCE
    assert largest_difference(run(plans, images), defined(plans, images)) <= limit


def levels(*steps: tuple[str, dict[str, Any]], size: Size) -> Any:
    made = [
        Step(op, OPERATORS[op].version, f"{number}", values)
        for number, (op, values) in enumerate(steps)
    ]
    return plan_steps(made, size, size)


@pytest.mark.parametrize("stated", [3, KEPT_COUNTS])
def test_tables_of_many_counts_go_along_with_the_batch(stated: int) -> None:
    """As those do that stay on the device, one count following from the levels that are there."""
    counts = ["distinct", *(1.5 + number for number in range(stated))]
    size = Size(2, 3)
    plans = [levels(("poisson_noise", {"count": one, "key": KEY}), size=size) for one in counts]
    images = [image(size, 3, number).to(DEVICE) for number in range(len(plans))]
    assert largest_difference(run(plans, images), defined(plans, images)) == 0.0


@pytest.mark.parametrize("distinct", [1, 2, 4, 5])
def test_a_power_of_two_of_levels_is_its_own_table(distinct: int) -> None:
    """Poisson counts that follow from how many levels a sample has: the next power of two, itself included."""
    size = Size(3, 5)
    plan = levels(("poisson_noise", {"count": "distinct", "key": KEY}), size=size)
    values = torch.arange(3 * 15).reshape(3, 3, 5) % distinct * 50 / 255
    images = [values.to(DEVICE)]
    assert largest_difference(run([plan], images), defined([plan], images)) == 0.0


@pytest.mark.parametrize(
    ("op", "values"),
    [
        ("resize", {"factor": 0.5, "light": "linear"}),
        ("shot_read_noise", {"log_shot": -4.4, "log_read": -8.0, "key": KEY}),
    ],
)
def test_values_below_black_and_above_white(op: str, values: dict[str, Any]) -> None:
    """As a step behind another finds them: light is odd, a signal below nothing has no shot noise."""
    plan = planned(case_of(op), values, Size(6, 8))
    images = [3.0 * image(Size(6, 8), 3, 1).to(DEVICE) - 1.0]
    limit = 0.0 if op in EXACT else 3 * TOLERANCE
    assert largest_difference(run([plan], images), defined([plan], images)) <= limit


def test_limits_and_roundings_go_with_the_step_before() -> None:
    """In every order, first in a pipeline or after a step with a form or without one; NaN stays NaN."""
    noise = ("gaussian_noise", {"sigma_255": 40.0, "key": KEY})
    clamp, wide, narrow = (
        ("clamp", {"low": a, "high": b}) for a, b in ((0, 1), (-2, 3), (0.2, 0.7))
    )
    fine, coarse = (("quantise", {"levels": n}) for n in (256, 7))
    size = Size(6, 5)
    pipelines = [
        [noise, clamp, fine],
        [noise, clamp, fine, clamp],
        [noise, fine, clamp, coarse],
        [clamp, narrow, coarse],
        [fine, wide, narrow],
        [("median_blur", {"size": 3}), narrow, coarse],
        [noise, narrow, clamp, fine, fine],
        [],
    ]
    plans = [levels(*steps, size=size) for steps in pipelines]
    images = [3.0 * image(size, 3, number).to(DEVICE) - 1.0 for number in range(len(plans))]
    assert largest_difference(run(plans, images), defined(plans, images)) == 0.0
    images[0][0, 0, 0] = math.nan
    (made,) = run(plans[:1], images[:1])
    assert made.isnan().sum() == 1


@pytest.mark.parametrize("case", [pytest.param(case, id=case.op) for case in CANVAS])
def test_the_form_on_a_canvas_is_the_kernel(case: Case) -> None:
    """Its samples in the corners of a canvas that is full of 7 beyond them."""
    operator, form = OPERATORS[case.op], OPERATORS[case.op].forms.device_kernel
    assert form is not None
    sizes = [ragged.SIZES[number % len(ragged.SIZES)] for number in range(len(case.values))]
    steps = [
        planned(case, values, size)[0] for values, size in zip(case.values, sizes, strict=True)
    ]
    canvas = torch.full((len(steps), 3, 16, 21), 7.0)
    for number, size in enumerate(sizes):
        canvas[number, :, : size.height, : size.width] = image(size, 3, number)
    canvas = canvas.to(DEVICE)
    group = group_of(steps, DEVICE)
    for made, other, step in zip(
        form(canvas, group), operator.forms.kernel(canvas, group), steps, strict=True
    ):
        own = (slice(None), *map(slice, step.placement.size))
        assert (made[own] - other[own]).abs().max() <= TOLERANCE


@pytest.mark.parametrize("count", [1, 8, 2049])
def test_words_are_those_of_the_definition(count: int) -> None:
    from degrade.functional.gpu.fields import field_longs

    keys = on_device(1, 2**31 + 5, 2**32 - 1), on_device(9, 2**32 - 1, 0)
    for stream in (0, 1, 3):
        assert torch.equal(
            field_longs(keys, count, stream), philox.field_longs(keys, count, stream)
        )


def made_taps(lines: list[Line]) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """First pixels (out,) and weights (taps, out) of each line, by the device."""
    from degrade.functional.gpu.resampling.taps import make_taps

    plan = taps_plan(line_rows(lines))
    numbers, starts = (torch.from_numpy(one).to(DEVICE) for one in (plan.numbers, plan.starts))
    firsts, weights = make_taps(numbers, starts, plan.most, plan.counts, torch.float64)
    ends = [*plan.starts[1:].tolist(), list(plan.counts)]
    return [
        (firsts[first:stop], weights[begin:end].view(-1, stop - first))
        for (first, begin), (stop, end) in zip(plan.starts.tolist(), ends, strict=True)
    ]


def test_taps_of_any_filter() -> None:
    """In float64, where nothing is rounded away. Polynomial filters to the bit; those with an exponential or a sine almost."""
    polynomial = [
        Line("bicubic", True, 20, 5, 4.0, 1.5),
        Line("adaptive_area", True, 17, 36, 17 / 36, 0.0),
        Line("nearest", False, 20, 20, 1.0, 0.0),
        Line("area", True, 20, 7, 20 / 7, 13 / 14),
        Line("bilinear", False, 5, 9, 5 / 9, -2 / 9, True),
        Line("mitchell", True, 20, 9, 20 / 9, 11 / 18),
        Line("bspline", False, 7, 5, 1.4, 0.2),
        Line("hermite", False, 7, 15, 7 / 15, -4 / 15),
        Line("lagrange", True, 11, 5, 2.2, 0.6),
        Line("bicubic_075", False, 20, 30, 0.6, 3.25, True),
        Line("magic_kernel_sharp_2013", True, 20, 5, 4.0, 1.5),
        Line("magic_kernel_sharp_2021", True, 20, 11, 20 / 11, 9 / 22),
    ]
    others = ["gaussian", "lanczos2", "lanczos3", "lanczos4", "hann", "hamming", "blackman"]
    transcendental = [Line(name, True, 20, 8, 2.5, 0.75) for name in others]
    for lines, limit in ((polynomial, 0.0), (transcendental, 1e-14)):
        for line, (first, made) in zip(lines, made_taps(lines), strict=True):
            index, weight = (own[0].T for own in resample.taps([line], line.size_out, DEVICE))
            assert made.shape == weight.shape
            assert (made - weight).abs().max() <= limit
            reached = first + torch.arange(len(made), device=DEVICE).view(-1, 1)
            read = reached.clamp(0, line.size_in - 1) == index
            assert (read | (weight == 0.0)).all()


def test_every_level_comes_out_of_a_codec_as_by_the_definition() -> None:
    """k / 255 as float32, for all 256 of them."""
    size = Size(16, 16)
    steps = levels(("jpeg", {"quality": 100}), size=size)
    pixels = torch.arange(256, device=DEVICE).view(1, 16, 16) / 255.0
    (made,) = run([steps], [pixels])
    assert torch.equal(made, reference_step(steps[0], pixels.unsqueeze(0))[0])
    assert made.unique().numel() > 200


def test_arrays_arrive_in_one_copy() -> None:
    arrays = {
        "a": np.arange(3, dtype=np.int32),
        "b": np.eye(2),
        "c": np.zeros((0, 3), np.float32),
        "d": np.full((1, 2), -7, np.int64),
    }
    there = uploaded(arrays, DEVICE)
    assert len({one.untyped_storage().data_ptr() for one in there.values() if one.numel()}) == 1
    for name, array in arrays.items():
        assert np.array_equal(there[name].cpu().numpy(), array)


def test_what_no_form_takes_runs_by_its_kernel() -> None:
    """Kaiser's filter, and light, beside samples that the form takes."""
    size = Size(9, 8)
    values = [{"filter": "kaiser"}, {"light": "linear"}, {"filter": "bicubic"}]
    plans = [levels(("resize", {"factor": 0.6, **one}), size=size) for one in values]
    plans.append((replace_kernel(plans[2][0]),))
    images = [image(size, 3, number).to(DEVICE) for number in range(4)]
    assert largest_difference(run(plans, images), defined(plans, images)) <= TOLERANCE


def replace_kernel(step: Any) -> Any:
    """The step of an operator of somebody's own, without forms."""
    return step._replace(
        operator=replace(step.operator, name="own", forms=Forms(step.operator.forms.kernel))
    )
