"""Linear steps: who says that it is one is one, and the adjoint of a trace is the transpose of its matrix."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

import degrade
from degrade.errors import GeometryError, ImageError, TraceError
from degrade.execute.linear import LinearDegradation
from degrade.execute.singles import reference_step
from degrade.operators.table import OPERATORS
from degrade.trace import Step, Trace
from tests.cases import CASES, KEY, OTHER_KEY, Case
from tests.contract.samples import SIZES, param, planned

LINEAR = {
    *("resize", "matlab_bicubic_double", "torch_resize", "nearest_strided", "gaussian_blur"),
    *("generalised_gaussian_blur", "plateau_blur", "sinc_blur", "noisy_kernel_blur", "box_blur"),
    *("linear_motion_blur", "trajectory_motion_blur", "defocus_blur", "airy_blur", "zernike_blur"),
    *("kernel_bank_blur", "spatially_varying_blur", "varying_bank_blur", "glass_blur", "zoom_blur"),
    *("bayer_demosaic", "chroma_subsampling", "saturation", "swap_red_blue", "channel_shift"),
    *("chromatic_aberration", "interlace", "pixelate", "oversharpen"),
}
"""Those of which a record is a linear map."""


def step(op: str, **values: Any) -> Step:
    return Step(op, OPERATORS[op].version, op, values)


def trace(*steps: Step, scale: int = 1) -> Trace:
    return Trace(scale, (), steps)


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_which_operators_are_linear() -> None:
    said = {
        case.op
        for case in CASES
        for values in case.values
        if OPERATORS[case.op].facts.linear(planned(case, values, SIZES[0])[0].record)
    }
    assert said == LINEAR


@pytest.mark.parametrize("case", [param(case) for case in CASES if case.op in LINEAR])
def test_what_says_so_keeps_sums_and_multiples_and_what_does_not_breaks_them(case: Case) -> None:
    for index, values in enumerate(case.values):
        (step,) = planned(case, values, SIZES[index % len(SIZES)])
        a, b = (noise(1, 3, *step.size, seed=seed) for seed in (1, 2))
        apart = 2.0 * reference_step(step, a) - 3.0 * reference_step(step, b)
        off = (reference_step(step, 2.0 * a - 3.0 * b) - apart).abs().max() / apart.abs().max()
        if step.operator.facts.linear(step.record):
            assert off < 1e-12, values
            assert step.operator.facts.differentiable
        else:
            assert off > 1e-3, values


@pytest.mark.parametrize("case", [param(case) for case in CASES if case.op in LINEAR])
def test_the_adjoint_of_every_linear_operator_keeps_inner_products(case: Case) -> None:
    """One of another size is brought back to the HR's, where a trace must end."""
    back = step("resize", factor=1.0, of="target", filter="bilinear")
    for index, values in enumerate(case.values):
        size = SIZES[index % len(SIZES)]
        if not OPERATORS[case.op].facts.linear(planned(case, values, size)[0].record):
            continue
        owner = LinearDegradation(trace(step(case.op, **values), back))
        x, y = noise(2, 3, *size, seed=3), noise(2, 3, *size, seed=4)
        keeps_inner_products(owner, x, y)


def keeps_inner_products(owner: LinearDegradation, x: Tensor, y: Tensor) -> None:
    left, right = (owner(x) * y).sum(), (x * owner.adjoint(y)).sum()
    assert abs(left - right) < 1e-10 * x.norm() * y.norm()
    assert owner(x).norm() > 0


BLURS = st.sampled_from(
    [
        step("gaussian_blur", size=5, sigma_x=1.3, sigma_y=0.7, angle=0.4),
        step("gaussian_blur", size=7, sigma_x=2.0, sigma_y=2.0, angle=0.0, border="replicate"),
        step("sinc_blur", size=7, cutoff=1.1),
        step("linear_motion_blur", length=4.0, angle=0.6),
        step("defocus_blur", radius=1.7),
        step("box_blur", width=3.0),
        step("glass_blur", sigma=0.7, reach=1, key=KEY),
        step("oversharpen", weight=1.5, sigma=1.0),
        step("swap_red_blue"),
        step("chroma_subsampling", layout="4:2:0"),
    ]
)
FILTERS = st.sampled_from(["nearest", "area", "bilinear", "bicubic", "bicubic_075", "lanczos3"])


def endings(scale: int) -> st.SearchStrategy[tuple[Step, ...]]:
    """Steps that end at the LR's size."""
    resize = st.builds(
        lambda name, antialias: step(
            "resize", factor=1.0, of="target", filter=name, antialias=antialias
        ),
        FILTERS,
        st.booleans(),
    )
    between = st.builds(lambda factor: step("resize", factor=factor), st.floats(0.4, 1.4))
    whole = [
        step("nearest_strided", step=scale, phase_y=scale - 1),
        step("matlab_bicubic_double", factor=1.0, of="target"),
        step("torch_resize", factor=1.0, of="target"),
    ]
    return st.tuples(resize) | st.tuples(between, resize) | st.tuples(st.sampled_from(whole))


@st.composite
def problems(draw: st.DrawFn) -> Trace:
    scale = draw(st.integers(1, 4))
    first, last = (draw(st.lists(BLURS, max_size=most)) for most in (2, 1))
    return trace(*first, *draw(endings(scale)), *last, scale=scale)


@given(problems(), st.tuples(st.integers(2, 9), st.integers(2, 9)), st.integers(0, 99))
@settings(max_examples=80, deadline=None)
def test_inner_products_of_any_trace(found: Trace, sides: tuple[int, int], seed: int) -> None:
    height, width = sides
    x = noise(2, 3, height * found.scale, width * found.scale, seed=seed)
    keeps_inner_products(LinearDegradation(found), x, noise(2, 3, height, width, seed=seed + 100))


@given(problems())
@settings(max_examples=12, deadline=None)
def test_the_adjoint_is_the_transposed_matrix(found: Trace) -> None:
    """Of one picture of 3 x 2 LR pixels, whose matrix is had column by column on either side."""
    owner, height, width = LinearDegradation(found), 3 * found.scale, 2 * found.scale
    ones = torch.eye(3 * height * width, dtype=torch.float64).view(-1, 3, height, width)
    matrix = owner(ones).flatten(1)
    units = torch.eye(18, dtype=torch.float64).view(-1, 3, 3, 2)
    torch.testing.assert_close(owner.adjoint(units).flatten(1), matrix.T, rtol=0, atol=1e-13)


SHRINK = step("resize", factor=1.0, of="target")
GRAIN = step("gaussian_noise", sigma_255=20.0, key=KEY)
CLAMP, ROUND = step("clamp"), step("quantise")


def test_all_of_it_is_what_apply_makes() -> None:
    two = [
        trace(step("box_blur", width=3.0), SHRINK, GRAIN, CLAMP, ROUND, scale=2),
        trace(
            SHRINK,
            CLAMP,
            step("poisson_noise", scale=0.5, count=90.0, key=OTHER_KEY),
            ROUND,
            scale=2,
        ),
    ]
    hr = torch.rand(2, 3, 12, 16, generator=torch.Generator().manual_seed(0))
    owner = LinearDegradation(two)
    made = owner.sensor(owner.noise(owner(hr)))
    torch.testing.assert_close(made, degrade.apply(two, hr, engine="reference"), rtol=0, atol=0)
    alone = LinearDegradation(two[0])
    both = alone.sensor(alone.noise(alone(hr)))
    torch.testing.assert_close(both, degrade.apply([two[0]] * 2, hr, engine="reference"))
    with pytest.raises(ImageError, match="2 traces for 3 images"):
        owner(torch.rand(3, 3, 4, 4))


def test_noise_of_a_generator_is_new_for_every_image_and_call_and_repeats_with_it() -> None:
    owner = LinearDegradation(trace(GRAIN))
    grey = torch.full((2, 1, 40, 40), 0.5)
    frozen = owner.noise(grey)
    assert torch.equal(frozen, owner.noise(grey))
    assert torch.equal(frozen[0], frozen[1])
    rng = torch.Generator().manual_seed(3)
    first, second = owner.noise(grey, rng), owner.noise(grey, rng)
    fields = [*(first - grey), *(second - grey), *(frozen - grey)[:1]]
    together = torch.stack(fields).flatten(1)
    assert (together.std(1) * 255 - 20).abs().max() < 2
    assert (torch.corrcoef(together) - torch.eye(5)).abs().max() < 0.12
    assert torch.equal(first, owner.noise(grey, torch.Generator().manual_seed(3)))


def test_gradients_of_any_order_pass_both() -> None:
    owner = LinearDegradation(trace(step("box_blur", width=3.0), SHRINK, scale=2))
    hr = noise(1, 1, 6, 8).requires_grad_()
    lr = noise(1, 1, 3, 4, seed=1).requires_grad_()
    assert torch.autograd.gradcheck(owner, (hr,))
    assert torch.autograd.gradcheck(owner.adjoint, (lr,))
    residual = (owner.adjoint(owner(hr) - lr) ** 2).sum()
    (once,) = torch.autograd.grad(residual, hr, create_graph=True)
    (twice,) = torch.autograd.grad((once * hr).sum(), hr)
    both = owner.adjoint(owner(owner.adjoint(owner(hr)))) * 2
    back = owner.adjoint(owner(owner.adjoint(lr))) * 2
    torch.testing.assert_close(once, both - back)
    torch.testing.assert_close(twice, once + both)
    _, pulled = torch.func.vjp(owner, hr.detach())
    torch.testing.assert_close(pulled(lr.detach())[0], owner.adjoint(lr))


JPEG = step("jpeg", quality=50)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((SHRINK, JPEG), "step 'jpeg': jpeg is no linear map with an adjoint, no noise"),
        ((step("matlab_bicubic", factor=0.5),), "matlab_bicubic is no linear map"),
        ((step("resize", factor=0.5, light="linear"),), "resize is no linear map"),
        ((step("cv2_resize", factor=0.5, eight_bit=False),), "cv2_resize is no linear map"),
        ((step("median_blur", size=3), SHRINK), "median_blur is no linear map"),
        ((GRAIN, SHRINK), "step 'gaussian_noise' (gaussian_noise) is not linear and stands before"),
        ((CLAMP, SHRINK), "step 'clamp' (clamp) is not linear and stands before the linear step"),
    ],
)
def test_what_is_none_of_it_is_refused(steps: tuple[Step, ...], said: str) -> None:
    with pytest.raises(TraceError) as error:
        LinearDegradation(trace(*steps, scale=2))
    assert said in str(error.value)
    assert "expected linear steps (blurs, resizes), then noise, then clamp and quantise" in str(
        error.value
    )


def test_what_a_map_is_given() -> None:
    owner = LinearDegradation(trace(SHRINK, scale=2))
    with pytest.raises(GeometryError, match="does not divide by scale 2"):
        owner(torch.rand(1, 3, 5, 4))
    for wrong in (torch.rand(3, 4, 4), torch.zeros(1, 3, 4, 4, dtype=torch.uint8)):
        for call in (owner, owner.adjoint):
            with pytest.raises(ImageError, match="expected b c h w, floating point"):
                call(wrong)
    with pytest.raises(GeometryError, match="the linear steps end at 4 x 4"):
        LinearDegradation(trace(scale=2))(torch.rand(1, 3, 4, 4))
    with pytest.raises(TraceError, match=r"traces of scales \[1, 2\]"):
        LinearDegradation([trace(), trace(SHRINK, scale=2)])
    with pytest.raises(TraceError, match="expected at least one"):
        LinearDegradation([])
    with pytest.raises(ImageError, match="quantise passes no gradient"):
        LinearDegradation(trace(ROUND)).sensor(torch.rand(1, 3, 4, 4, requires_grad=True))
