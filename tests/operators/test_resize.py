"""The resize operators: geometry, records, and mixed batches against singles."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from torch.utils._python_dispatch import TorchDispatchMode

from degrade.errors import GeometryError
from degrade.execute.plan import PlannedStep
from degrade.execute.singles import fast_step, tables_of
from degrade.functional.filters import FILTERS
from degrade.geometry import Frame, Placement, Size, covering, factor_axis
from degrade.operators import matlab_resize, resize
from degrade.operators.base import Group
from degrade.operators.matlab_resize import MatlabBicubicParameters
from degrade.operators.resize import ResizeParameters
from degrade.operators.row import Operator

ROWS = (*resize.ROWS, *matlab_resize.ROWS)
RESIZE, MATLAB, DOUBLE = ROWS
Sample = tuple[Any, Size, Placement]

names = st.sampled_from(sorted(FILTERS))
sizes = st.builds(Size, st.integers(1, 40), st.integers(1, 40))
references = st.sampled_from(["input", "target", "before:blur", "after:blur"])
factors = st.floats(0.1, 3.0)
resizes = (
    st.builds(
        ResizeParameters,
        factor=factors,
        of=references,
        filter=names,
        antialias=st.booleans(),
        enlarging=st.one_of(st.just("same"), names),
        rounding=st.sampled_from(["nearest", "floor"]),
        light=st.sampled_from(["srgb", "linear"]),
    )
    | st.builds(
        ResizeParameters,
        factor=factors,
        filter=st.sampled_from(sorted(set(FILTERS) - {"adaptive_area"})),
        shift_y=st.floats(-5, 5),
        shift_x=st.floats(-5, 5),
        light=st.sampled_from(["srgb", "linear"]),
    )
    | st.builds(
        ResizeParameters,
        factor=factors,
        filter=names,
        antialias=st.booleans(),
        coordinates=st.just("factor"),
    )
)
matlabs = st.builds(
    MatlabBicubicParameters,
    factor=factors,
    of=references,
    border=st.sampled_from(["symmetric", "replicate"]),
    antialias=st.booleans(),
)


def frame(current: Size) -> Frame:
    return Frame(current, Size(11, 13), {"blur": Size(17, 9)}, {"blur": Size(20, 30)})


def sample(operator: Operator[Any], record: Any, size: Size) -> Sample:
    return record, size, operator.facts.place(record, frame(size))


def apply(operator: Operator[Any], canvas: torch.Tensor, samples: list[Sample]) -> torch.Tensor:
    group = Group(*(list(part) for part in zip(*samples, strict=True)), canvas.device)  # type: ignore[arg-type]
    return operator.forms.kernel(canvas, group)


def noise(*shape: int) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("operator", "records"), [(RESIZE, resizes), (MATLAB, matlabs)])
@given(data=st.data())
@settings(max_examples=60)
def test_mixed_batch_singles_and_fast_form(
    operator: Operator[Any], records: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    drawn = data.draw(st.lists(st.tuples(records, sizes), min_size=1, max_size=5))
    samples = [sample(operator, *pair) for pair in drawn]
    canvas = noise(len(samples), 3, 42, 43)
    batch = apply(operator, canvas, samples)
    for index, (record, size, placement) in enumerate(samples):
        own = canvas[index : index + 1, :, : size.height, : size.width]
        out = placement.size
        alone = apply(operator, own, samples[index : index + 1])
        assert alone.shape == (1, 3, *out)
        assert torch.equal(batch[index : index + 1, :, : out.height, : out.width], alone)
        image = np.ascontiguousarray(own[0].permute(1, 2, 0).numpy())
        step = PlannedStep("x", operator, record, size, placement)
        quick = fast_step(step, image, tables_of([step])[0])
        bound = 5e-7 if operator is RESIZE else 0.0
        assert np.abs(quick - alone[0].permute(1, 2, 0).numpy()).max() <= bound


class _Calls(TorchDispatchMode):
    """Counts the calls that reach torch's kernels."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.names.append(str(func))
        return func(*args, **(kwargs or {}))


def calls(operator: Operator[Any], samples: list[Sample], device: str) -> list[str]:
    with _Calls() as counted:
        apply(operator, torch.empty(len(samples), 3, 40, 40, device=device), samples)
    return counted.names


@pytest.mark.parametrize("operator", ROWS, ids=[row.name for row in ROWS])
def test_launches_do_not_grow_with_the_batch(operator: Operator[Any]) -> None:
    if operator is RESIZE:
        records = [ResizeParameters(factor=0.3, filter=name) for name in FILTERS]
    else:
        records = [MatlabBicubicParameters(factor=1, of=of) for of in ("target", "input")]
    samples = [sample(operator, record, Size(40, 31)) for record in records]
    once = calls(operator, samples, "cpu")
    assert calls(operator, samples * 8, "cpu") == once
    assert not [name for name in once if "local_scalar" in name or "nonzero" in name]
    assert calls(operator, samples, "meta")


@given(size=sizes, factor=factors, of=references)
def test_size_and_map_agree(size: Size, factor: float, of: str) -> None:
    record = ResizeParameters(factor=factor, of=of, filter="bicubic")
    place = RESIZE.facts.place(record, frame(size))
    named = frame(size).lookup(of)
    assert all(
        abs(out - max(1.0, side * factor)) <= 0.5 + 1e-9
        for out, side in zip(place.size, named, strict=True)
    )
    assert place == covering(size, place.size)


def test_factor_coordinates_are_those_of_torch() -> None:
    record = ResizeParameters(
        factor=0.33, filter="bilinear", antialias=False, rounding="floor", coordinates="factor"
    )
    images = noise(1, 3, 40, 31)
    made = sample(RESIZE, record, Size(40, 31))
    assert made[2] == Placement(Size(13, 10), factor_axis(0.33), factor_axis(0.33))
    expected = torch.nn.functional.interpolate(images, scale_factor=0.33, mode="bilinear")
    torch.testing.assert_close(apply(RESIZE, images, [made]), expected, atol=1e-5, rtol=0)


def test_adaptive_area_covers_whatever_the_coordinates() -> None:
    record = ResizeParameters(factor=0.33, filter="adaptive_area", coordinates="factor")
    made = sample(RESIZE, record, Size(40, 31))
    assert made[2] == covering(Size(40, 31), Size(13, 10))
    images = noise(1, 3, 40, 31)
    expected = torch.nn.functional.interpolate(images, size=(13, 10), mode="area")
    torch.testing.assert_close(apply(RESIZE, images, [made]), expected, atol=1e-6, rtol=0)


@pytest.mark.parametrize("coordinates", ["size", "factor"])
@pytest.mark.parametrize("factor", [0.25, 0.5, 0.66, 0.3711, 1.5, 2.0])
def test_nearest_is_declared_where_it_lands(factor: float, coordinates: str) -> None:
    """A ramp through `nearest` lies on the declared map in the mean, ties included."""
    record = ResizeParameters(factor=factor, filter="nearest", coordinates=coordinates)
    _, size, place = made = sample(RESIZE, record, Size(300, 2))
    ramp = torch.arange(300.0).view(1, 1, 300, 1).expand(1, 1, 300, 2)
    result = apply(RESIZE, ramp.double(), [made])[0, 0, :, 0]
    declared = place.y.scale * torch.arange(place.size.height) + place.y.shift
    assert abs(float((result - declared)[3:-3].mean())) < 0.01
    assert size == Size(300, 2)


def test_enlarging_takes_its_own_filter() -> None:
    images = noise(1, 1, 8, 8)
    asked = {"factor": 1.0, "filter": "area", "antialias": False}

    def to(size: Size, **values: Any) -> torch.Tensor:
        record = ResizeParameters(**{**asked, "of": "target", **values})
        place = RESIZE.facts.place(record, Frame(Size(8, 8), size))
        return apply(RESIZE, images, [(record, Size(8, 8), place)])

    up, down = Size(16, 8), Size(4, 8)
    assert torch.equal(to(up, enlarging="bicubic"), to(up, filter="bicubic"))
    assert not torch.equal(to(up, enlarging="bicubic"), to(up))
    assert torch.equal(to(down, enlarging="bicubic"), to(down))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"factor": 0.0}, "greater than or equal to 0.015625"),
        ({"factor": 65.0}, "less than or equal to 64"),
        ({"factor": 1, "of": "elsewhere"}, "should match pattern"),
        ({"factor": 1, "filter": "bicubik"}, "'bicubic'"),
        ({"factor": 1, "of": "target", "coordinates": "factor"}, "of: input"),
        ({"factor": 1, "antialiased": True}, "Extra inputs"),
    ],
)
def test_wrong_records_are_refused(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        ResizeParameters(**values)


def test_an_unknown_label_is_named() -> None:
    record = ResizeParameters(factor=1, of="after:blurr")
    with pytest.raises(GeometryError, match="blur"):
        RESIZE.facts.place(record, frame(Size(8, 8)))


def test_matlab_sizes_and_maps() -> None:
    size = Size(41, 30)
    by_factor = MATLAB.facts.place(MatlabBicubicParameters(factor=0.25), frame(size))
    assert by_factor == Placement(Size(11, 8), factor_axis(0.25), factor_axis(0.25))
    by_size = MATLAB.facts.place(MatlabBicubicParameters(factor=1, of="target"), frame(size))
    assert by_size == covering(size, Size(11, 13))


@pytest.mark.parametrize(
    ("of", "factor"),
    [("input", 0.25), ("input", 0.4), ("input", 1.7), ("target", 1.0), ("target", 3.0)],
)
def test_matlab_ramp_lies_on_the_declared_map(of: str, factor: float) -> None:
    """To half a level, which is a tenth of a pixel here, and the stretched cubic's ripple."""
    record = MatlabBicubicParameters(factor=factor, of=of)
    made = sample(MATLAB, record, Size(51, 51))
    ramp = (torch.arange(51.0) * 5 / 255).view(1, 1, 51, 1).expand(1, 1, 51, 51)
    result = apply(MATLAB, ramp, [made])[0, 0, :, 0] * 51
    place = made[2]
    position = place.y.scale * torch.arange(place.size.height) + place.y.shift
    reach = 2 * max(1.0, place.y.scale)
    inside = (position > reach) & (position < 50 - reach)
    assert inside.any()
    assert (result - position)[inside].abs().max() < 0.13


def test_gradient_passes_through_a_mixed_batch() -> None:
    samples = [
        sample(RESIZE, ResizeParameters(factor=0.6, filter="bicubic"), Size(7, 6)),
        sample(RESIZE, ResizeParameters(factor=1.3, filter="area"), Size(5, 6)),
    ]
    images = noise(2, 1, 7, 6).double().requires_grad_()
    assert torch.autograd.gradcheck(lambda canvas: apply(RESIZE, canvas, samples), (images,))


def test_words() -> None:
    record = ResizeParameters(factor=0.5, filter="area", enlarging="bicubic")
    assert RESIZE.words.phrase(record) == "resize x0.5, area (bicubic to enlarge), antialias"
    to_target = MatlabBicubicParameters(factor=1, of="target")
    assert MATLAB.words.phrase(to_target) == "MATLAB bicubic to target"


@pytest.mark.parametrize("name", sorted(set(FILTERS) - {"adaptive_area"}))
@pytest.mark.parametrize("factor", [0.25, 0.5, 0.66, 1.5])
@pytest.mark.parametrize("shift", [0.5, 0.3, -1.7])
def test_an_injected_shift_is_declared_and_measured_back(
    name: str, factor: float, shift: float
) -> None:
    """On both axes, each its own; `nearest` declares the whole pixels that it lands on, in the mean."""
    values = {"factor": factor, "filter": name, "antialias": name != "bicubic_075"}
    record = ResizeParameters(**values, shift_y=shift, shift_x=-shift)
    plain = ResizeParameters(**values)
    _, size, place = made = sample(RESIZE, record, Size(120, 120))
    ramp = torch.arange(120.0).double().view(1, 1, 120, 1).expand(1, 1, 120, 120)
    rows = apply(RESIZE, ramp, [made])[0, 0, :, 60 * place.size.width // 120]
    columns = apply(RESIZE, ramp.mT, [made])[0, 0, 60 * place.size.height // 120]
    for result, axis, still, wanted in (
        (rows, place.y, RESIZE.facts.place(plain, frame(size)).y, shift),
        (columns, place.x, RESIZE.facts.place(plain, frame(size)).x, -shift),
    ):
        away = result - axis.scale * torch.arange(len(result)) - axis.shift
        inner = away[len(away) // 5 : -(len(away) // 5)]
        assert abs(float(inner.mean())) < (0.02 if name == "nearest" else 1e-4)
        if name != "nearest":
            assert axis.shift - still.shift == pytest.approx(wanted, abs=1e-12)


def test_positions_beyond_the_border_repeat_it() -> None:
    image = torch.linspace(0, 1, 30).double().view(1, 1, 30, 1).expand(1, 1, 30, 30)
    for name in set(FILTERS) - {"adaptive_area"}:
        record = ResizeParameters(factor=0.5, filter=name, shift_y=40)
        result = apply(RESIZE, image, [sample(RESIZE, record, Size(30, 30))])
        assert (result - 1).abs().max() < 1e-12


def test_adaptive_area_takes_no_shift() -> None:
    with pytest.raises(ValidationError, match="use area"):
        ResizeParameters(factor=0.5, filter="adaptive_area", shift_x=0.5)


def test_light_is_averaged_as_light() -> None:
    """Black and white lines a pixel wide are half of the light, which is stored as 188 of 255."""
    lines = (torch.arange(16) % 2).float().view(1, 1, 16, 1).expand(1, 1, 16, 16)
    values = {"factor": 0.5, "filter": "area"}
    stored, light = (
        apply(RESIZE, lines, [sample(RESIZE, ResizeParameters(**values, light=how), Size(16, 16))])
        for how in ("srgb", "linear")
    )
    assert (stored - 0.5).abs().max() < 1e-7
    assert (light - 0.735357).abs().max() < 1e-6


def test_light_there_and_back_is_the_identity() -> None:
    images = noise(1, 3, 12, 13) * 1.4 - 0.2
    for name in ("bicubic", "lanczos3", "area"):
        record = ResizeParameters(factor=1.0, filter=name, light="linear")
        result = apply(RESIZE, images, [sample(RESIZE, record, Size(12, 13))])
        assert (result - images).abs().max() < 2e-7


def test_the_double_form_rounds_and_clips_nothing() -> None:
    """A ramp's midpoints to float32's last bits, and the cubic's overshoot at an edge."""
    made = sample(DOUBLE, MatlabBicubicParameters(factor=0.5), Size(40, 40))
    ramp = (torch.arange(40.0) / 255).view(1, 1, 1, 40).expand(1, 1, 40, 40)
    expected = (2 * torch.arange(20.0) + 0.5) / 255
    assert (apply(DOUBLE, ramp, [made])[0, 0, 9] - expected)[3:-3].abs().max() < 1e-7
    edge = (torch.arange(40) >= 20).float().view(1, 1, 1, 40).expand(1, 1, 40, 40)
    assert apply(DOUBLE, edge, [made]).max() > 1.01
    assert apply(MATLAB, edge, [made]).max() == 1
