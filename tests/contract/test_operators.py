"""What every operator promises, checked for every row of the table."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch

from degrade.errors import TraceError
from degrade.execute.batched import run_batched
from degrade.execute.plan import plan_steps
from degrade.execute.singles import reference_step, run_reference, run_singles
from degrade.geometry import Size
from degrade.operators.base import Group
from degrade.operators.table import OPERATORS
from degrade.pipeline.nodes import STRUCTURES
from degrade.trace import Step
from tests.cases import CASES, Case
from tests.contract.samples import SIZES, equal, image, param, planned, samples

by_operator = pytest.mark.parametrize("case", [param(case) for case in CASES])


def test_no_field_has_a_name_of_the_grammar() -> None:
    taken = {"op", "label", "stages", *STRUCTURES}
    for name, row in OPERATORS.items():
        assert not taken & row.parameters.model_fields.keys(), name


def test_every_operator_says_what_it_computes() -> None:
    for name, row in OPERATORS.items():
        lines = row.words.formula.splitlines()
        assert len(lines) == 1, name
        assert row.words.formula == row.words.formula.strip(), name
        assert "``" not in row.words.formula, name


def test_every_operator_has_a_case() -> None:
    assert {case.op for case in CASES} == set(OPERATORS)


@by_operator
@pytest.mark.parametrize("channels", [1, 3])
def test_shape_type_and_place(case: Case, channels: int) -> None:
    plans, images = samples(case, channels)
    for engine in (lambda: run_singles(plans, images, 1), lambda: run_batched(plans, images)):
        for (step,), out in zip(plans, engine(), strict=True):
            assert out.shape == (channels, *step.placement.size)
            assert out.dtype == torch.float32
            assert torch.isfinite(out).all()


@by_operator
@pytest.mark.parametrize("channels", [1, 3])
def test_the_fast_form_is_the_kernel(case: Case, channels: int) -> None:
    plans, images = samples(case, channels)
    for fast, slow in zip(run_singles(plans, images, 1), run_reference(plans, images), strict=True):
        far = (fast - slow).abs() > case.tolerance
        assert far.float().mean() <= case.outliers, (fast - slow).abs().max()


@by_operator
def test_a_batch_is_its_samples(case: Case) -> None:
    """Bit for bit: company, order and canvas do not count, in both back ends."""
    plans, images = samples(case)
    batch = run_batched(plans, images)
    alone = [run_batched([plan], [one])[0] for plan, one in zip(plans, images, strict=True)]
    assert equal(batch, alone)
    assert equal(run_batched(plans[::-1], images[::-1]), alone[::-1])
    singles = run_singles(plans, images, 1)
    assert equal(run_singles(plans, images, 4), singles)
    assert equal(run_singles(plans[::-1], images[::-1], 2), singles[::-1])


@by_operator
def test_the_same_again(case: Case) -> None:
    plans, images = samples(case)
    kept = [one.clone() for one in images]
    assert equal(run_singles(plans, images, 1), run_singles(plans, images, 1))
    assert equal(run_batched(plans, images), run_batched(plans, images))
    assert equal(images, kept), "the input was written to"


@by_operator
def test_memory_layout_does_not_count(case: Case) -> None:
    plans, images = samples(case)
    strided = [one.permute(2, 1, 0).contiguous().permute(2, 1, 0) for one in images]
    assert equal(run_singles(plans, strided, 1), run_singles(plans, images, 1))
    assert equal(run_batched(plans, strided), run_batched(plans, images))


@by_operator
def test_global_state_is_left_alone(case: Case) -> None:
    plans, images = samples(case)
    before = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
    threads = torch.get_num_threads()
    run_singles(plans, images, 2)
    run_batched(plans, images)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.array_equal(np.random.get_state()[1], before[1])
    assert random.getstate() == before[2]
    assert torch.get_num_threads() == threads


@by_operator
def test_nothing_is_read_back_to_the_host(case: Case) -> None:
    """On the meta device no value exists: a kernel that looks at one raises."""
    if OPERATORS[case.op].facts.on_host:
        pytest.skip("the named host codec")
    plans, images = samples(case)
    steps = [plan[0] for plan in plans]
    height, width = (max(size[axis] for size in SIZES) for axis in (0, 1))
    canvas = torch.empty((len(images), 3, height, width), device="meta")
    group = Group(
        [step.record for step in steps],
        [step.size for step in steps],
        [step.placement for step in steps],
        torch.device("meta"),
    )
    assert OPERATORS[case.op].forms.kernel(canvas, group).device.type == "meta"


@by_operator
def test_a_gradient_reaches_the_image(case: Case) -> None:
    if not case.differentiable:
        pytest.skip("a rounding or a codec: its derivative is zero or none")
    plans, images = samples(case)
    for (step,), one in zip(plans, images, strict=True):
        source = one.clone().clamp(0.2, 0.7).requires_grad_()
        reference_step(step, source.unsqueeze(0)).sum().backward()  # type: ignore[no-untyped-call]
        assert source.grad is not None
        assert source.grad.abs().sum() > 0


@by_operator
def test_tiny_images(case: Case) -> None:
    for size in (Size(1, 1), Size(1, 7), Size(3, 2)):
        plans = [planned(case, values, size) for values in case.values]
        images = [image(size, 3, index) for index in range(len(plans))]
        fast, slow = run_singles(plans, images, 1), run_reference(plans, images)
        for one, other in zip(fast, slow, strict=True):
            assert one.shape == other.shape
            assert (one - other).abs().max() <= max(case.tolerance, 1e-6 if case.outliers else 0)


@by_operator
def test_words_and_strength_of_every_record(case: Case) -> None:
    for plan in samples(case)[0]:
        operator, record = plan[0].operator, plan[0].record
        assert 2 < len(operator.words.phrase(record)) < 60
        assert all(np.isfinite(value) for value in operator.facts.strength(record).values())


@by_operator
def test_values_out_of_range_and_unknown_versions_are_refused(case: Case) -> None:
    size, version = Size(8, 8), OPERATORS[case.op].version
    with pytest.raises(TraceError, match="version"):
        plan_steps([Step(case.op, version + 1, "x", case.values[0])], size, size)
    with pytest.raises(TraceError, match="'x'"):
        plan_steps([Step(case.op, version, "x", {**case.values[0], "nonsense": 1})], size, size)
