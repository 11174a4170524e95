"""Operators one by one on a device: their time, their calls, and how far they are from the CPU."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

import degrade
from degrade.execute.batched import run_batched
from degrade.execute.plan import Plan, PlannedStep
from degrade.execute.singles import group_of
from degrade.operators.base import Group

REPEATS = 10
COMPARED = 16
"""Steps of an operator that are compared with the CPU, where each takes a while."""
CPU = torch.device("cpu")


def milliseconds(run: Callable[[], object], device: torch.device, repeats: int = REPEATS) -> float:
    """Median time on the device of a run, after one that warms up; wall time on the CPU."""
    run()
    clock = _cuda_milliseconds if device.type == "cuda" else _wall_milliseconds
    return statistics.median(clock(run) for _ in range(repeats))


def _cuda_milliseconds(run: Callable[[], object]) -> float:
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))  # type: ignore[no-untyped-call]
    start.record()
    run()
    end.record()
    end.synchronize()
    return float(start.elapsed_time(end))


def _wall_milliseconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return 1000.0 * (time.perf_counter() - start)


class _Calls(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts torch's calls: launches, views and copies; Triton's launches are not among them."""

    count: int

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.count = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.count += 1
        return func(*args, **(kwargs or {}))


def torch_calls(run: Callable[[], object]) -> int:
    calls = _Calls()
    with calls:
        run()
    return calls.count


def steps_by_operator(plans: Sequence[Plan]) -> dict[str, list[PlannedStep]]:
    """Every step of a batch, at most one launch's worth of samples an operator."""
    steps: dict[str, list[PlannedStep]] = {}
    for plan in plans:
        for step in plan:
            steps.setdefault(step.operator.name, []).append(step)
    return {name: found[: len(plans)] for name, found in steps.items()}


def canvas_of(steps: Sequence[PlannedStep], hr: torch.Tensor) -> torch.Tensor:
    """The photographs, enlarged where a step's input is larger, as the canvas of these steps."""
    height, width = (max(step.size[axis] for step in steps) for axis in (0, 1))
    chosen = hr[torch.arange(len(steps), device=hr.device) % len(hr)]
    return torch.nn.functional.interpolate(chosen, (height, width), mode="nearest")


def images_of(steps: Sequence[PlannedStep], hr: torch.Tensor) -> list[torch.Tensor]:
    """The samples of that canvas, each of its own size."""
    canvas = canvas_of(steps, hr)
    return [
        one[:, : step.size.height, : step.size.width]
        for one, step in zip(canvas, steps, strict=True)
    ]


def profile(plans: Sequence[Plan], hr: torch.Tensor) -> dict[str, dict[str, float]]:
    """Each operator of a batch: samples, milliseconds and calls of the back end and of its kernel."""
    rows = {}
    for name, steps in steps_by_operator(plans).items():
        canvas, group, operator = (
            canvas_of(steps, hr),
            group_of(steps, hr.device),
            steps[0].operator,
        )

        plans, images = [(step,) for step in steps], images_of(steps, hr)

        def form(plans: Any = plans, images: Any = images) -> object:
            return run_batched(plans, images)

        def kernel(
            canvas: torch.Tensor = canvas, group: Group[Any] = group, row: Any = operator
        ) -> object:
            return row.forms.kernel(canvas, group)

        rows[name] = {
            "samples": len(steps),
            "milliseconds": round(milliseconds(form, hr.device), 3),
            "torch_calls": torch_calls(form),
            "kernel_milliseconds": round(milliseconds(kernel, hr.device), 3),
            "kernel_torch_calls": torch_calls(kernel),
        }
    return rows


def largest_difference(steps: Sequence[PlannedStep], hr: torch.Tensor) -> float:
    """Of an operator on the device from its definition on the CPU, within the samples' own sizes."""
    canvas = canvas_of(steps, hr)
    made = run_batched([(step,) for step in steps], images_of(steps, hr))
    expected = steps[0].operator.forms.kernel(canvas.cpu(), group_of(steps, CPU))
    own = [(slice(None), *map(slice, step.placement.size)) for step in steps]
    return max(
        float((one.cpu() - other[place]).abs().max())
        for one, other, place in zip(made, expected, own, strict=True)
    )


def agreement(hr: torch.Tensor, pipeline: str, plans: Sequence[Plan]) -> dict[str, Any]:
    """The device's pairs beside the CPU's: equal 8-bit values, PSNR, and each operator's largest difference."""
    keys = degrade.keys(0, map(str, range(len(hr))))
    traces = degrade.draw(degrade.load_pipeline(pipeline, scale=4), keys)
    sharp = degrade.apply_hr(traces, hr.cpu())
    cpu = degrade.apply_lr(traces, sharp)
    other = degrade.apply_lr(traces, sharp.to(hr.device), engine="batched").cpu()
    error = float((cpu - other).double().square().mean())
    differences = {
        name: largest_difference(steps[:COMPARED], hr)
        for name, steps in steps_by_operator(plans).items()
    }
    return {
        "samples": len(hr),
        "equal_values": round(float((cpu == other).float().mean()), 6),
        "psnr_db": round(-10.0 * math.log10(error), 2) if error else None,
        "largest_difference": differences,
    }
