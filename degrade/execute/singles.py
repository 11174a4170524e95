"""The CPU's back end: one sample at a time, each on one thread, in its operator's fastest exact form."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from degrade.errors import ImageError
from degrade.execute.plan import Plan, PlannedStep
from degrade.execute.threads import map_in_threads
from degrade.operators.base import Group, Image

CPU = torch.device("cpu")


def run_singles(
    plans: Sequence[Plan], images: Sequence[torch.Tensor], threads: int
) -> list[torch.Tensor]:
    """Runs each plan on its own image c h w (float32, CPU); equal bits for any number of threads."""
    jobs = list(zip(plans, images, strict=True))
    return map_in_threads(lambda job: _run_one(*job), jobs, threads)


def _run_one(plan: Plan, image: torch.Tensor) -> torch.Tensor:
    pixels = np.ascontiguousarray(image.detach().permute(1, 2, 0).numpy())
    for step in plan:
        check_channels(step, pixels.shape[2])
        pixels = _fast(step, pixels)
    return torch.from_numpy(pixels).permute(2, 0, 1).contiguous()


def _fast(step: PlannedStep, pixels: Image) -> Image:
    if step.operator.single is not None:
        return step.operator.single(pixels, step.record, step.placement)
    images = torch.from_numpy(pixels).permute(2, 0, 1).unsqueeze(0)
    return np.ascontiguousarray(reference_step(step, images)[0].permute(1, 2, 0).numpy())


def reference_step(step: PlannedStep, images: torch.Tensor) -> torch.Tensor:
    """An operator's defining kernel on one image 1 c h w; gradients pass."""
    group = Group([step.record], [step.size], [step.placement], images.device)
    size = step.placement.size
    out: torch.Tensor = step.operator.kernel(images, group)[..., : size.height, : size.width]
    return out


def run_reference(plans: Sequence[Plan], images: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Each sample through the defining kernels, one by one: the path that gradients take."""
    results = []
    for plan, image in zip(plans, images, strict=True):
        pixels = image.unsqueeze(0)
        for step in plan:
            check_channels(step, pixels.shape[1])
            pixels = reference_step(step, pixels)
        results.append(pixels[0])
    return results


def check_channels(step: PlannedStep, channels: int) -> None:
    """Raises ImageError where an operator does not take that many channels."""
    taken = step.operator.channels
    if taken is not None and channels not in taken:
        raise ImageError(
            f"step {step.label!r}: {step.operator.name} takes {' or '.join(map(str, taken))} channels, "
            f"the image has {channels}"
        )
