"""Gradients past roundings and codecs: the true values, and the gradient of a stated stand-in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

import degrade
from degrade.errors import DegradeError, ImageError
from degrade.execute.plan import PlannedStep
from degrade.execute.singles import group_of, reference_step, run_singles
from degrade.execute.straight_through import run_straight_through
from degrade.geometry import Size
from degrade.operators.row import Operator
from degrade.operators.table import OPERATORS
from tests.cases import CASES, Case
from tests.contract.samples import equal, image, param, planned, samples
from tests.contract.traces import batch, traces

LR_CASES = [case for case in CASES if not OPERATORS[case.op].facts.hr_only]
ROUNDING = [case.op for case in LR_CASES if not OPERATORS[case.op].facts.differentiable]
by_lr_operator = pytest.mark.parametrize("case", [param(case) for case in LR_CASES])
PIPELINES = ["second_order", "realesrgan", "bicubic"]


def stand_in(step: PlannedStep) -> Callable[[Tensor], Tensor]:
    """What the gradient at this step must be the gradient of."""
    operator: Operator[Any] = step.operator
    kernel = operator.forms.surrogate or operator.forms.kernel
    height, width = step.placement.size
    return lambda pixels: kernel(pixels, group_of([step], pixels.device))[..., :height, :width]


def gradient(function: Callable[[Tensor], Tensor], pixels: Tensor, weights: Tensor) -> Tensor:
    source = pixels.clone().requires_grad_()
    (found,) = torch.autograd.grad((function(source) * weights).sum(), source)
    return found


def test_whoever_passes_no_gradient_has_a_surrogate_and_nobody_else() -> None:
    for name, operator in OPERATORS.items():
        passes_none = not operator.facts.differentiable and not operator.facts.hr_only
        assert passes_none == (operator.forms.surrogate is not None), name


@by_lr_operator
def test_values_are_the_ordinary_ones_and_the_gradient_is_the_stand_ins(case: Case) -> None:
    plans, images = samples(case)
    ordinary = run_singles(plans, images, 1)
    sources = [one.clone().requires_grad_() for one in images]
    made = run_straight_through(plans, sources)
    assert equal([one.detach() for one in made], ordinary)
    generator = torch.Generator().manual_seed(0)
    for (step,), one, source, out in zip(plans, images, sources, made, strict=True):
        weights = torch.rand(out.shape, generator=generator)
        (found,) = torch.autograd.grad((out * weights).sum(), source)
        expected = gradient(stand_in(step), one.unsqueeze(0), weights)[0]
        assert torch.equal(found, expected)
        assert torch.isfinite(found).all()
        assert found.abs().sum() > 0


@pytest.mark.parametrize("op", ROUNDING)
def test_a_surrogates_gradient_is_its_slope(op: str) -> None:
    """Against finite differences in float64, away from the limits; on a small image of its own."""
    case = next(case for case in CASES if case.op == op)
    for values in case.values:
        (step,) = planned(case, values, Size(7, 10))
        pixels = 0.3 + 0.4 * torch.rand((1, 3, 7, 10), generator=torch.Generator().manual_seed(1))
        source = pixels.double().requires_grad_()
        assert torch.autograd.gradcheck(stand_in(step), source, fast_mode=True)


@pytest.mark.parametrize("op", ROUNDING)
def test_a_surrogate_reads_nothing_back(op: str) -> None:
    plans, images = samples(next(case for case in CASES if case.op == op))
    for (step,), one in zip(plans, images, strict=True):
        out = stand_in(step)(one.unsqueeze(0).to("meta"))
        assert out.shape[2:] == tuple(step.placement.size)


@pytest.mark.parametrize("op", ["matlab_bicubic", "pil_resize", "cv2_resize"])
def test_a_resizes_surrogate_is_the_resize_but_for_its_roundings(op: str) -> None:
    """Three roundings of half a level, enlarged by later filters' lobes; away from limits between the passes."""
    for (step,), one in zip(*samples(next(case for case in CASES if case.op == op)), strict=True):
        pixels = (0.2 + 0.6 * one).unsqueeze(0)
        far = stand_in(step)(pixels) - reference_step(step, pixels)
        assert far.abs().max() < 2.5 / 255, step.record


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:4:0", "4:2:2", "4:2:0", "4:1:1"])
@pytest.mark.parametrize("size", [Size(40, 37), Size(3, 4), Size(1, 5)])
def test_relaxed_jpeg_is_jpeg_of_the_finest_steps(subsampling: str, size: Size) -> None:
    """Steps of 1 leave roundings of colour, chroma, coefficients and samples: a few levels at most."""
    case = Case("jpeg", ({"quality": 100, "subsampling": subsampling},))
    (step,) = planned(case, case.values[0], size)
    pixels = image(size).unsqueeze(0)
    far = stand_in(step)(pixels) - reference_step(step, pixels)
    assert far.abs().max() < 4.5 / 255
    assert far.abs().mean() < 1.2 / 255


@pytest.mark.parametrize("name", PIPELINES)
def test_whole_pipelines(name: str) -> None:
    """Values as without gradient, of any thread count; a gradient for every sample."""
    hr, drawn = batch(6), traces(name, 6)
    source = hr.clone().requires_grad_()
    lr = degrade.apply(drawn, source, gradient="straight_through")
    assert torch.equal(lr.detach(), degrade.apply(drawn, hr, threads=3))
    lr.sum().backward()  # type: ignore[no-untyped-call]
    assert source.grad is not None
    assert torch.isfinite(source.grad).all()
    # Nearly every LR value is a mean of HR values; limits and noise take a part.
    share = source.grad.sum((1, 2, 3)) / lr[0].numel()
    assert ((share > 0.6) & (share < 1.1)).all(), share


@pytest.mark.parametrize("name", PIPELINES)
def test_the_gradient_leads_downhill(name: str) -> None:
    """Small steps against the surrogates' gradient bring the true LR nearer to one that is wanted."""
    drawn = traces(name, 4)
    wanted = degrade.apply(drawn, batch(4))
    hr = (batch(4) * 0.7 + 0.1).requires_grad_()
    losses = []
    for _ in range(6):
        lr = degrade.apply(drawn, hr, gradient="straight_through")
        loss = (lr - wanted).square().sum()
        losses.append(loss.item())
        (slope,) = torch.autograd.grad(loss, hr)
        hr = (hr.detach() - slope).requires_grad_()
    assert losses[-1] < 0.7 * losses[0], losses


def test_images_of_different_sizes_of_which_one_wants_a_gradient() -> None:
    sizes = [Size(64, 64), Size(48, 80)]
    images = [image(size, 3, seed) for seed, size in enumerate(sizes)]
    drawn = traces("second_order", 2)
    made = degrade.apply(
        drawn, [images[0], images[1].clone().requires_grad_()], gradient="straight_through"
    )
    assert [one.requires_grad for one in made] == [False, True]
    assert equal([one.detach() for one in made], degrade.apply(drawn, images))


def test_where_none_is_wanted_it_is_the_ordinary_call() -> None:
    hr, drawn = batch(2), traces("bicubic", 2)
    expected = degrade.apply(drawn, hr)
    assert torch.equal(degrade.apply(drawn, hr, gradient="straight_through"), expected)
    with torch.no_grad():
        lr = degrade.apply(drawn, hr.clone().requires_grad_(), gradient="straight_through")
    assert not lr.requires_grad


def test_without_the_option_it_raises_and_names_the_option() -> None:
    hr = batch(1).requires_grad_()
    with pytest.raises(ImageError, match=re.escape("gradient='straight_through'")):
        degrade.apply(traces("bicubic", 1), hr)


@pytest.mark.parametrize(
    "wrong", [{"gradient": "soft"}, {"gradient": "straight_through", "engine": "singles"}]
)
def test_options_that_do_not_fit_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(DegradeError, match="straight_through with engine auto"):
        degrade.apply(traces("bicubic", 1), batch(1), **wrong)


def test_the_on_line_module_passes_gradients_where_asked() -> None:
    hr, names = batch(2), ["a", "b"]
    plain = degrade.OnlineDegradation("realesrgan", scale=4)(hr, names, 0)
    source = hr.clone().requires_grad_()
    module = degrade.OnlineDegradation("realesrgan", scale=4, gradient="straight_through")
    pair = module(source, names, 0)
    assert torch.equal(pair.lr.detach(), plain.lr)
    assert torch.equal(pair.hr.detach(), plain.hr)
    (slope,) = torch.autograd.grad(pair.lr.sum(), source)
    assert slope.abs().sum() > 0
    assert not degrade.OnlineDegradation("realesrgan", scale=4)(source, names, 0).lr.requires_grad
    with pytest.raises(ImageError, match="passes no gradient"):
        degrade.OnlineDegradation("realesrgan", scale=4, gradient="exact")(source, names, 0)
    with pytest.raises(DegradeError, match="expected one of none, exact, straight_through"):
        degrade.OnlineDegradation("realesrgan", scale=4, gradient="soft")  # type: ignore[arg-type]
