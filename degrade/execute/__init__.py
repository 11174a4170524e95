"""Applying traces to images: the executor alone knows devices, raggedness, choice and order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal, NamedTuple, TypeVar, cast, get_args

import numpy as np
import torch

from degrade.errors import DegradeError, GeometryError, ImageError
from degrade.execute.batched import run_batched, sizes_of
from degrade.execute.plan import Plan, declared_map, plan_hr, plan_lr, plan_whole
from degrade.execute.processes import Processes
from degrade.execute.singles import run_reference, run_singles, stacked
from degrade.execute.straight_through import run_straight_through
from degrade.geometry import Placement, Size
from degrade.trace import Trace

Engine = Literal["auto", "singles", "batched", "reference"]
"""How a batch is run: `singles` on the CPU, `batched` on a GPU, `reference` where gradients are wanted."""

Gradient = Literal["exact", "straight_through"]
"""What a gradient does at a step that passes none: `exact` raises, `straight_through` takes its surrogate's."""

__all__ = ["Engine", "Gradient", "Processes", "apply", "apply_hr", "apply_lr", "placement"]

Images = TypeVar("Images", torch.Tensor, Sequence[torch.Tensor])
"""A batch b c h w, or images c h w of different sizes."""

Batch = torch.Tensor | Sequence[torch.Tensor]
Runner = Literal["singles", "batched", "reference", "straight_through"]
Planner = Callable[[Trace, Size], Plan]


def apply(
    traces: Sequence[Trace],
    hr: Images,
    *,
    threads: int | None = None,
    processes: Processes | None = None,
    engine: Engine = "auto",
    gradient: Gradient = "exact",
) -> Images:
    """LR images of HR images, one trace each: the HR steps, then the LR steps.

    hr: b c h w, float32, [0, 1], any device, or a sequence of c h w of different sizes; sides divide by the
    traces' scale. Returns the same form with sides divided by the scale.
    threads: samples at a time on the CPU; None takes torch's count. processes: workers in place of threads, of
    which the CPU makes more: see `Processes`. engine: see `Engine`.
    A sample's result depends on its own trace and pixels only. An empty batch comes back as it is, since no
    trace tells the scale. NaN and infinite values are refused on the CPU; on a GPU, where a look at them would
    wait for the device, they stay within their own sample.
    gradient: where the HR requires one, it passes with engine `auto` and `reference`. At a step that passes
    none, such as a codec or a rounding, `exact` raises; `straight_through` (engine `auto` alone) keeps the
    values of a call without gradient, to the bit, and takes the gradient of the step's surrogate.
    Raises ImageError, GeometryError, TraceError.
    """
    way = _Way(threads, processes, engine, gradient)
    return cast("Images", _run(traces, hr, plan_whole, way))


def apply_hr(
    traces: Sequence[Trace],
    hr: Images,
    *,
    threads: int | None = None,
    processes: Processes | None = None,
    engine: Engine = "auto",
    gradient: Gradient = "exact",
) -> Images:
    """The HR steps only: the targets that the LR images are made from. See `apply`.

    Traces without HR steps give back the very images that came in.
    """
    return cast("Images", _run(traces, hr, plan_hr, _Way(threads, processes, engine, gradient)))


def apply_lr(
    traces: Sequence[Trace],
    hr: Images,
    *,
    threads: int | None = None,
    processes: Processes | None = None,
    engine: Engine = "auto",
    gradient: Gradient = "exact",
) -> Images:
    """The LR steps only, from HR images that the HR steps have already made. See `apply`."""
    return cast("Images", _run(traces, hr, plan_lr, _Way(threads, processes, engine, gradient)))


def placement(trace: Trace, size: Size) -> Placement:
    """The declared map of a trace: where the LR's pixels lie in an HR of this size."""
    return declared_map(plan_lr(trace, size), size)


class _Way(NamedTuple):
    """The options of a run, checked. See `apply`."""

    threads: int | None
    processes: Processes | None
    engine: Engine
    gradient: Gradient

    def check(self) -> None:
        """Raises DegradeError for values that are none, and for those that do not go together."""
        threads, processes, engine, gradient = self
        if engine not in get_args(Engine) or (threads is not None and threads < 1):
            raise DegradeError(
                f"engine {engine!r}, threads {threads!r}: expected one of {', '.join(get_args(Engine))}, and "
                "threads from 1 on"
            )
        if processes is not None and (threads is not None or engine not in ("auto", "singles")):
            raise DegradeError(
                f"processes together with threads {threads!r} or engine {engine!r}: expected processes alone, "
                "or with engine auto or singles"
            )
        if gradient not in get_args(Gradient) or (gradient != "exact" and engine != "auto"):
            raise DegradeError(
                f"gradient {gradient!r} with engine {engine!r}: expected exact, or straight_through with "
                "engine auto"
            )

    def runner(self, images: Batch) -> Runner:
        """The back end for these images."""
        if self.engine == "singles" and images[0].device.type != "cpu":
            raise DegradeError(
                f"engine 'singles' runs on the CPU, the images are on {images[0].device}; use engine auto"
            )
        if self.engine != "auto":
            return self.engine
        if torch.is_grad_enabled() and any(image.requires_grad for image in images):
            return "reference" if self.gradient == "exact" else "straight_through"
        return "singles" if images[0].device.type == "cpu" else "batched"


def _run(traces: Sequence[Trace], images: Batch, planner: Planner, way: _Way) -> Batch:
    _check(traces, images)
    way.check()
    sizes = sizes_of(images)
    plans = [planner(trace, size) for trace, size in zip(traces, sizes, strict=True)]
    if not any(plans):
        return images
    _check_values(images)
    chosen = way.runner(images)
    if chosen == "batched":
        return run_batched(plans, images)
    each = list(images)
    if chosen == "reference":
        results = run_reference(plans, each)
    elif chosen == "straight_through":
        results = run_straight_through(plans, each)
    else:
        if way.processes is None:
            results = run_singles(plans, each, way.threads or torch.get_num_threads())
        else:
            replans = [partial(planner, *job) for job in zip(traces, sizes, strict=True)]
            results = way.processes.run(replans, plans, each)
        return stacked(results) if isinstance(images, torch.Tensor) else results
    return torch.stack(results) if isinstance(images, torch.Tensor) else results


def _check(traces: Sequence[Trace], images: Batch) -> None:
    if isinstance(images, torch.Tensor) and images.ndim != 4:
        raise ImageError(
            f"expected images b c h w, got a tensor of shape {tuple(images.shape)}; add the batch axis"
        )
    if len(traces) != len(images):
        raise GeometryError(
            f"{len(traces)} traces for {len(images)} images; expected one trace an image"
        )
    each = images[:1] if isinstance(images, torch.Tensor) else images
    for index, image in enumerate(each):
        _check_image(index, image)
        if image.device != each[0].device or image.shape[0] != each[0].shape[0]:
            raise ImageError(
                f"image {index}: differs from image 0 in its device or its channel count"
            )


def _check_image(index: int, image: torch.Tensor) -> None:
    """One image c h w of float32; raises ImageError."""
    kind = f"{type(image).__name__} of shape {tuple(image.shape)} {image.dtype}"
    if not isinstance(image, torch.Tensor) or image.ndim != 3 or image.dtype != torch.float32:
        raise ImageError(
            f"image {index}: expected a tensor c h w of float32 in [0, 1], got {kind}; take torch.from_numpy "
            "of an array, .float() of other floats, and scale 8-bit images by 1/255, 16-bit ones by 1/65535"
        )
    if not image.numel():
        raise ImageError(
            f"image {index}: a {kind} has no pixels; expected sides and channels from 1"
        )


def _check_values(images: Batch) -> None:
    """Raises ImageError for NaN and infinite values on the CPU; on a GPU a look at them would wait for it."""
    if images[0].device.type != "cpu":
        return
    for index, image in enumerate(images):
        if not np.isfinite(image.detach().numpy()).all():
            raise ImageError(
                f"image {index}: the HR holds NaN or infinite values; expected float32 in [0, 1]"
            )
