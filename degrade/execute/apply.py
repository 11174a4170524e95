"""Applying traces to images: by which back end, on which devices, with which operators."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeVar, cast, get_args

import torch

from degrade.errors import DegradeError
from degrade.execute.batched import run_batched, sizes_of
from degrade.execute.images import check_images, check_values, wants_gradient
from degrade.execute.plan import Plan, declared_map, plan_hr, plan_lr, plan_whole
from degrade.execute.processes import Processes
from degrade.execute.singles import run_reference, run_singles, stacked
from degrade.execute.straight_through import run_straight_through
from degrade.geometry import Placement, Size
from degrade.operators.row import Operator
from degrade.operators.table import OPERATORS, Operators
from degrade.trace import Trace
from degrade.trust import NOTHING, Trust

Engine = Literal["auto", "singles", "batched", "reference"]
"""How a batch is run: `singles` on the CPU, `batched` on a GPU, `reference` where gradients are wanted."""

Gradient = Literal["exact", "straight_through"]
"""What a gradient does at a step that passes none: `exact` raises, `straight_through` takes its surrogate's."""

Images = TypeVar("Images", torch.Tensor, Sequence[torch.Tensor])
"""A batch b c h w, or images c h w of different sizes."""

Batch = torch.Tensor | Sequence[torch.Tensor]
Runner = Literal["singles", "batched", "reference", "straight_through"]
_ON_CPU: tuple[Engine, ...] = ("auto", "singles")
Planner = Callable[[Trace, Size, Operators], Plan]


def apply(
    traces: Sequence[Trace],
    hr: Images,
    *,
    threads: int | None = None,
    processes: Processes | None = None,
    engine: Engine = "auto",
    gradient: Gradient = "exact",
    rows: Iterable[Operator[Any]] = (),
    trust: Trust | Iterable[str] = NOTHING,
) -> Images:
    """LR images of HR images, one trace each: the HR steps, then the LR steps.

    hr: b c h w, float32, [0, 1], any device, or a sequence of c h w of different sizes; sides divide by the
    traces' scale. Returns the same form with sides divided by the scale.
    threads: samples at a time on the CPU; None takes torch's count. processes: workers in place of threads, of
    which the CPU makes more: see `Processes`. engine: see `Engine`.
    A sample's result depends on its own trace and pixels only. An empty batch comes back as it is, since no
    trace tells the scale. On the CPU NaN, infinite values and values outside [0, 1] are refused; an HR with a
    gradient is a network's own picture, which may overshoot, and is refused for the first two alone. On a GPU a
    look at the values would wait for the device: there they stay within their own sample, and
    `OnlineDegradation` tells of them in a later call.
    gradient: where the HR requires one, it passes with engine `auto` and `reference`. At a step that passes
    none, such as a codec or a rounding, `exact` raises; `straight_through` (engine `auto` alone) keeps the
    values of a call without gradient, to the bit, and takes the gradient of the step's surrogate.
    rows: a caller's own operators, where traces name them (`Pipeline.own_operators`).
    trust: what code of files a step may run, by SHA-256: nothing unless told here, or where `rows` were read.
    Raises ImageError, GeometryError, TraceError, UntrustedCodeError.
    """
    way = Way(plan_whole, threads, processes, engine, gradient, _operators(rows, trust))
    return cast("Images", way.run(traces, hr))


def apply_hr(
    traces: Sequence[Trace],
    hr: Images,
    *,
    threads: int | None = None,
    processes: Processes | None = None,
    engine: Engine = "auto",
    gradient: Gradient = "exact",
    rows: Iterable[Operator[Any]] = (),
    trust: Trust | Iterable[str] = NOTHING,
) -> Images:
    """The HR steps only: the targets that the LR images are made from. See `apply`.

    Traces without HR steps give back the very images that came in.
    """
    way = Way(plan_hr, threads, processes, engine, gradient, _operators(rows, trust))
    return cast("Images", way.run(traces, hr))


def apply_lr(
    traces: Sequence[Trace],
    hr: Images,
    *,
    threads: int | None = None,
    processes: Processes | None = None,
    engine: Engine = "auto",
    gradient: Gradient = "exact",
    rows: Iterable[Operator[Any]] = (),
    trust: Trust | Iterable[str] = NOTHING,
) -> Images:
    """The LR steps only, from HR images that the HR steps have already made. See `apply`."""
    way = Way(plan_lr, threads, processes, engine, gradient, _operators(rows, trust))
    return cast("Images", way.run(traces, hr))


def placement(
    trace: Trace,
    size: Size,
    rows: Iterable[Operator[Any]] = (),
    trust: Trust | Iterable[str] = NOTHING,
) -> Placement:
    """The declared map of a trace: where the LR's pixels lie in an HR of this size. Options: `apply`'s."""
    return declared_map(plan_lr(trace, size, _operators(rows, trust)), size)


def _operators(rows: Iterable[Operator[Any]], trust: Trust | Iterable[str]) -> Operators:
    return OPERATORS.with_rows(rows).trusting(trust)


@dataclass(frozen=True)
class Way:
    """How a call is run: what of a trace, by whom, with which operators. Its options are those of `apply`.

    Raises DegradeError for values that are none, and for those that do not go together.
    """

    planner: Planner
    threads: int | None
    processes: Processes | None
    engine: Engine
    gradient: Gradient
    operators: Operators

    def __post_init__(self) -> None:
        threads, engine, gradient = self.threads, self.engine, self.gradient
        if engine not in get_args(Engine) or (threads is not None and threads < 1):
            raise DegradeError(
                f"engine {engine!r}, threads {threads!r}: expected one of {', '.join(get_args(Engine))}, and "
                "threads from 1 on"
            )
        if self.processes is not None and (threads is not None or engine not in _ON_CPU):
            raise DegradeError(
                f"processes together with threads {threads!r} or engine {engine!r}: expected processes alone, "
                "or with engine auto or singles"
            )
        if gradient not in get_args(Gradient) or (gradient != "exact" and engine != "auto"):
            raise DegradeError(
                f"gradient {gradient!r} with engine {engine!r}: expected exact, or straight_through with "
                "engine auto"
            )

    def run(self, traces: Sequence[Trace], images: Batch) -> Batch:
        """The images that the traces make of images, in the form in which these came."""
        check_images(traces, images)
        sizes = sizes_of(images)
        jobs = list(zip(traces, sizes, strict=True))
        plans = [self.planner(trace, size, self.operators) for trace, size in jobs]
        if not any(plans):
            return images
        chosen = self.runner(images)
        check_values(images, ranged=self.gradient == "exact" and not wants_gradient(images))
        if chosen == "batched":
            return run_batched(plans, images)
        results = self._each(chosen, jobs, plans, list(images))
        batch = stacked if chosen == "singles" else torch.stack
        return batch(results) if isinstance(images, torch.Tensor) else results

    def _each(
        self,
        chosen: Runner,
        jobs: Sequence[tuple[Trace, Size]],
        plans: Sequence[Plan],
        images: Sequence[torch.Tensor],
    ) -> list[torch.Tensor]:
        if chosen == "reference":
            return run_reference(plans, images)
        if chosen == "straight_through":
            return run_straight_through(plans, images)
        if self.processes is None:
            return run_singles(plans, images, self.threads or torch.get_num_threads())
        again = [partial(self.planner, *job) for job in jobs]
        return self.processes.run(again, plans, images, self.operators)

    def runner(self, images: Batch) -> Runner:
        """The back end for these images."""
        if self.engine == "singles" and images[0].device.type != "cpu":
            raise DegradeError(
                f"engine 'singles' runs on the CPU, the images are on {images[0].device}; use engine auto"
            )
        if self.engine != "auto":
            return self.engine
        if wants_gradient(images):
            return "reference" if self.gradient == "exact" else "straight_through"
        return "singles" if images[0].device.type == "cpu" else "batched"
