"""Gradients past steps that have none: each step's true value forward, a stand-in's gradient backward.

The stand-in of a step is its operator's kernel where that is differentiable and its surrogate where it is not,
at the true input of the step. The values are those of the ordinary back end, to the bit: the stand-in enters
as its difference from itself, which is zero but for its gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from degrade.errors import ImageError
from degrade.execute.plan import Plan, PlannedStep
from degrade.execute.singles import (
    check_channels,
    fast_step,
    group_of,
    reference_step,
    tables_of,
)
from degrade.execute.threads import worker_pool

Value = Callable[[PlannedStep, Tensor], Tensor]
"""A step's true value of one image 1 c h w, without gradient."""


def run_straight_through(plans: Sequence[Plan], images: Sequence[Tensor]) -> list[Tensor]:
    """Runs each plan on its own image c h w, sample by sample; raises ImageError where a step has no stand-in.

    On the CPU values are made as `run_singles` makes them, on a thread of the same kind; elsewhere by the
    kernels.
    """
    if images[0].device.type != "cpu":
        return [_run_one(*job, _by_kernel) for job in zip(plans, images, strict=True)]
    with worker_pool(1) as pool:

        def value(step: PlannedStep, pixels: Tensor) -> Tensor:
            return pool.submit(_by_fast_form, step, pixels.detach()).result()

        return [_run_one(*job, value) for job in zip(plans, images, strict=True)]


def _run_one(plan: Plan, image: Tensor, value: Value) -> Tensor:
    pixels = image.unsqueeze(0)
    for step in plan:
        check_channels(step, pixels.shape[1])
        made = value(step, pixels)
        if pixels.requires_grad:
            stand_in = _stand_in(step, pixels)
            made = made + (stand_in - stand_in.detach())
        pixels = made
    return pixels[0]


def _stand_in(step: PlannedStep, pixels: Tensor) -> Tensor:
    operator = step.operator
    if operator.facts.differentiable:
        return reference_step(step, pixels)
    if operator.forms.surrogate is None:
        raise ImageError(
            f"step {step.label!r}: {operator.name} has no surrogate to pass a gradient through; detach the HR, "
            "or use a pipeline without it"
        )
    size = step.placement.size
    return operator.forms.surrogate(pixels, group_of([step], pixels.device))[
        ..., : size.height, : size.width
    ]


def _by_kernel(step: PlannedStep, pixels: Tensor) -> Tensor:
    with torch.no_grad():
        return reference_step(step, pixels)


def _by_fast_form(step: PlannedStep, pixels: Tensor) -> Tensor:
    image = pixels[0].permute(1, 2, 0).clone(memory_format=torch.contiguous_format).numpy()
    made = torch.from_numpy(fast_step(step, image, tables_of([step])[0]))
    return made.permute(2, 0, 1).unsqueeze(0).contiguous()
