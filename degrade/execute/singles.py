"""The CPU's back end: one sample at a time, each on one thread, in its operator's fastest exact form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import torch

from degrade.errors import ImageError
from degrade.execute.plan import Plan, PlannedStep
from degrade.execute.threads import in_worker, worker_pool
from degrade.functional.layout import interleaved, planar
from degrade.operators.base import Group, Image

CPU = torch.device("cpu")


CHUNK = 32
"""Samples whose tables are made together: enough to share the calls, few enough to hold in memory."""

Made = Callable[[], Sequence[Any]]
"""Waits for the tables of some steps of one operator."""

Tables = Sequence[Callable[[], Any]]
"""One call for each step of a plan, which waits for the step's table; None for a step without one."""


def run_singles(
    plans: Sequence[Plan], images: Sequence[torch.Tensor], threads: int
) -> list[torch.Tensor]:
    """Runs each plan on its own image c h w (float32, CPU); equal bits for any number of threads."""
    if in_worker():
        tables = _tables(plans, _at_once)
        return [_run_one(*job) for job in zip(plans, images, tables, strict=True)]
    results: list[torch.Tensor] = []
    with worker_pool(max(1, min(threads, len(plans)))) as pool:
        for start in range(0, len(plans), CHUNK):
            chunk = slice(start, start + CHUNK)
            results += _spread(pool, plans[chunk], images[chunk])
    return results


def stacked(images: Sequence[torch.Tensor]) -> torch.Tensor:
    """Images c h w of one size as b c h w.

    By numpy, on this thread alone: torch would spread the copy over its own threads, and those keep spinning
    for a while after it, on the cores that the next batch's workers want.
    """
    return torch.from_numpy(np.stack([image.numpy() for image in images]))


def _spread(
    pool: ThreadPoolExecutor,
    plans: Sequence[Plan],
    images: Sequence[torch.Tensor],
) -> list[torch.Tensor]:
    """Runs samples on the pool, the longest first, so that no thread is left with one at the end.

    Each operator's tables are a job of the pool too. They are submitted before the samples that wait for them,
    so that every table that a sample waits for is already being made.
    """
    tables = _tables(plans, lambda steps: pool.submit(tables_of, steps).result)
    order = sorted(range(len(plans)), key=lambda index: -work(plans[index]))
    futures = {i: pool.submit(_run_one, plans[i], images[i], tables[i]) for i in order}
    return [futures[index].result() for index in range(len(plans))]


def work(plan: Plan) -> int:
    """Pixels that the steps pass over."""
    return sum(step.size.height * step.size.width for step in plan)


def _tables(plans: Sequence[Plan], start: Callable[[Sequence[PlannedStep]], Made]) -> list[Tables]:
    """The tables of all steps of all plans, started operator by operator, the most steps first."""
    tables: list[list[Callable[[], Any]]] = [[_no_table] * len(plan) for plan in plans]
    places: dict[str, list[tuple[int, int]]] = {}
    for sample, plan in enumerate(plans):
        for number, step in enumerate(plan):
            if step.operator.forms.tables is not None:
                places.setdefault(step.operator.name, []).append((sample, number))
    for found in sorted(places.values(), key=len, reverse=True):
        made = start([plans[sample][number] for sample, number in found])
        for place, (sample, number) in enumerate(found):
            tables[sample][number] = partial(_table, made, place)
    return list(tables)


def _table(made: Made, place: int) -> Any:
    return made()[place]


def _no_table() -> None:
    return None


def _at_once(steps: Sequence[PlannedStep]) -> Made:
    """The tables made here and now."""
    made = tables_of(steps)
    return lambda: made


def tables_of(steps: Sequence[PlannedStep]) -> Sequence[Any]:
    """One table per step, the steps being of one operator; None each where it needs none."""
    make = steps[0].operator.forms.tables
    return [None] * len(steps) if make is None else make(group_of(steps, CPU))


def group_of(steps: Sequence[PlannedStep], device: torch.device) -> Group[Any]:
    """The samples of one launch, from their steps of one operator."""
    return Group(
        [step.record for step in steps],
        [step.size for step in steps],
        [step.placement for step in steps],
        device,
    )


def _run_one(plan: Plan, image: torch.Tensor, tables: Tables) -> torch.Tensor:
    pixels = interleaved(image.detach().numpy())
    for step, table in zip(plan, tables, strict=True):
        check_channels(step, pixels.shape[2])
        pixels = fast_step(step, pixels, table())
    return torch.from_numpy(planar(pixels))


def fast_step(step: PlannedStep, pixels: Image, table: Any) -> Image:
    """An operator's fastest form on one image, with the table that `tables_of` made for the step."""
    if step.operator.forms.single is not None:
        return step.operator.forms.single(pixels, step.record, table)
    images = torch.from_numpy(pixels).permute(2, 0, 1).unsqueeze(0)
    return interleaved(reference_step(step, images)[0].numpy())


def reference_step(step: PlannedStep, images: torch.Tensor) -> torch.Tensor:
    """An operator's defining kernel on one image 1 c h w; gradients pass."""
    group = group_of([step], images.device)
    size = step.placement.size
    out: torch.Tensor = step.operator.forms.kernel(images, group)[..., : size.height, : size.width]
    return out


def run_reference(plans: Sequence[Plan], images: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Each sample through the defining kernels, one by one: the path that gradients take."""
    results = []
    for plan, image in zip(plans, images, strict=True):
        pixels = image.unsqueeze(0)
        for step in plan:
            check_channels(step, pixels.shape[1])
            check_gradient(step, pixels)
            pixels = reference_step(step, pixels)
        results.append(pixels[0])
    return results


def check_gradient(step: PlannedStep, pixels: torch.Tensor) -> None:
    """Raises ImageError where a gradient is wanted of an operator that passes none."""
    if pixels.requires_grad and not step.operator.facts.differentiable:
        raise ImageError(
            f"step {step.label!r}: {step.operator.name} passes no gradient to the HR; detach the HR, use a "
            "pipeline without it, or take its surrogate's with gradient='straight_through'"
        )


def check_channels(step: PlannedStep, channels: int) -> None:
    """Raises ImageError where an operator does not take that many channels."""
    taken = step.operator.facts.channels
    if taken is not None and channels not in taken:
        raise ImageError(
            f"step {step.label!r}: {step.operator.name} takes {' or '.join(map(str, taken))} channels, "
            f"the image has {channels}"
        )
