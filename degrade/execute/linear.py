"""A trace as a linear map with its exact adjoint, random steps behind it, and a rounding at the end.

Inverse problems ask for the LR steps in that form, y = sensor(noise(A x)), and for A transposed. The transpose
is the gradient of the kernels that define the operators, so that it is that of A and no approximation of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

import torch
from torch import Tensor

from degrade.errors import GeometryError, ImageError, TraceError
from degrade.execute.plan import Plan, plan_steps, target_size
from degrade.execute.singles import check_channels, check_gradient, group_of
from degrade.geometry import Size
from degrade.operators.base import noise_fields
from degrade.operators.row import Operator, same_place
from degrade.operators.table import OPERATORS, Operators, operator_of, record_of
from degrade.trace import Step, Trace
from degrade.trust import NOTHING, Trust

_FORM = "expected linear steps (blurs, resizes), then noise, then clamp and quantise"


class _Parts(NamedTuple):
    """The LR steps of one trace, in their order."""

    linear: tuple[Step, ...]
    noise: tuple[Step, ...]
    sensor: tuple[Step, ...]


class LinearDegradation:
    """Frozen LR steps as y = sensor(noise(A x)), A a linear map of the HR.

    traces: one for all images of a batch, or one an image. Their HR steps are left out: x is the HR that these
    have made. rows, trust: as `apply` takes them. Images are b c h w, float32 or float64, of any device; their
    values need not lie in [0, 1].
    Raises TraceError where a step is none of the three, or stands in front of one that comes before it.
    """

    def __init__(
        self,
        traces: Trace | Sequence[Trace],
        *,
        rows: Iterable[Operator[Any]] = (),
        trust: Trust | Iterable[str] = NOTHING,
    ) -> None:
        self.traces = (traces,) if isinstance(traces, Trace) else tuple(traces)
        scales = {trace.scale for trace in self.traces}
        if len(scales) != 1:
            raise TraceError(
                f"traces of scales {sorted(scales)}: expected at least one, of one scale"
            )
        (self.scale,) = scales
        self.operators = OPERATORS.with_rows(rows).trusting(trust)
        self._parts = [_parted(trace, self.operators) for trace in self.traces]

    def __call__(self, hr: Tensor) -> Tensor:
        """A x: HR b c h w to LR b c h/scale w/scale, without noise. Gradients of any order pass.

        Raises GeometryError where the sides do not divide by the scale, or the steps end at another size.
        """
        _check_batch(hr)
        result: Tensor = _Map.apply(hr, self)
        return result

    def adjoint(self, lr: Tensor) -> Tensor:
        """A transposed: LR b c h w to b c scale*h scale*w, with <A x, y> = <x, A^T y> for all x and y."""
        _check_batch(lr)
        result: Tensor = _Adjoint.apply(lr, self)
        return result

    def noise(self, lr: Tensor, rng: torch.Generator | None = None) -> Tensor:
        """The random steps, b c h w to the same: the traces' own noise, or with a generator that of new keys,
        one an image and step."""
        parts = self._each(len(lr))
        return self._behind([_rekeyed(part.noise, rng, self.operators) for part in parts], lr)

    def sensor(self, lr: Tensor) -> Tensor:
        """The clamping and rounding at the end, b c h w to the same."""
        return self._behind([part.sensor for part in self._each(len(lr))], lr)

    def mapped(self, hr: Tensor) -> Tensor:
        """A x by the kernels, recorded for a gradient where one is wanted."""
        size = Size(*hr.shape[-2:])
        target = target_size(self.scale, size)
        steps = [part.linear for part in self._each(len(hr))]
        out = self._run([plan_steps(each, size, target, self.operators) for each in steps], hr)
        if Size(*out.shape[-2:]) != target:
            raise GeometryError(
                f"the linear steps end at {Size(*out.shape[-2:])}, the target is {target}"
            )
        return out

    def transposed(self, lr: Tensor) -> Tensor:
        """A^T y: the gradient of <A x, y>, which is the same at any x."""
        height, width = lr.shape[-2:]
        shape = (*lr.shape[:2], height * self.scale, width * self.scale)
        with torch.enable_grad():
            hr = torch.zeros(shape, dtype=lr.dtype, device=lr.device, requires_grad=True)
            (found,) = torch.autograd.grad(self.mapped(hr), hr, lr)
        return found

    def _each(self, images: int) -> list[_Parts]:
        if len(self._parts) not in (1, images):
            raise ImageError(
                f"{len(self._parts)} traces for {images} images: expected one each, or one"
            )
        return self._parts * (images if len(self._parts) == 1 else 1)

    def _behind(self, steps: Sequence[Sequence[Step]], lr: Tensor) -> Tensor:
        size = Size(*lr.shape[-2:])
        return self._run([plan_steps(each, size, size, self.operators) for each in steps], lr)

    def _run(self, plans: Sequence[Plan], images: Tensor) -> Tensor:
        """All images together where they come from one trace, one by one where their steps may differ."""
        if len(self.traces) == 1:
            return _run_together(plans, images)
        alone = zip(plans, torch.split(images, 1), strict=True)
        return torch.cat([_run_together([plan], image) for plan, image in alone])


class _Map(torch.autograd.Function):
    """A, whose gradient is the adjoint."""

    @staticmethod
    def forward(hr: Tensor, owner: LinearDegradation) -> Tensor:
        return owner.mapped(hr)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        ctx.owner = inputs[1]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return _Adjoint.apply(gradients[0], ctx.owner), None


class _Adjoint(torch.autograd.Function):
    """The adjoint, whose gradient is A."""

    @staticmethod
    def forward(lr: Tensor, owner: LinearDegradation) -> Tensor:
        return owner.transposed(lr)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        ctx.owner = inputs[1]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return _Map.apply(gradients[0], ctx.owner), None


def _run_together(plans: Sequence[Plan], images: Tensor) -> Tensor:
    """Plans of the same operators, one launch a step for all images."""
    for steps in zip(*plans, strict=True):
        first = steps[0]
        check_channels(first, images.shape[1])
        check_gradient(first, images)
        size = first.placement.size
        made = first.operator.forms.kernel(images, group_of(steps, images.device))
        images = made[..., : size.height, : size.width]
    return images


def _parted(trace: Trace, operators: Operators) -> _Parts:
    """The steps by what they are; raises TraceError for one that is none, or out of order."""
    parts: tuple[list[Step], list[Step], list[Step]] = ([], [], [])
    kinds = [_kind(step, operators) for step in trace.lr]
    last = max((place for place, kind in enumerate(kinds) if kind == 1), default=-1)
    for place, (step, kind) in enumerate(zip(trace.lr, kinds, strict=True)):
        if kind == 2 and place < last:
            kind = 1  # a clamp between two noises
        if kind == 0 and (parts[1] or parts[2]):
            before = next(iter(chain(parts[1], parts[2])))
            raise TraceError(
                f"step {before.label!r} ({before.op}) is not linear and stands before the linear step "
                f"{step.label!r}: {_FORM}"
            )
        parts[kind].append(step)
    return _Parts(*map(tuple, parts))


def _kind(step: Step, operators: Operators) -> int:
    """Which part of `_Parts` a step belongs to, wherever it stands."""
    operator, record = operator_of(step, operators), record_of(step, operators)
    if operator.facts.linear(record):
        return 0
    if noise_fields(operator.parameters) and operator.facts.place is same_place:
        return 1
    if operator.facts.housekeeping:
        return 2
    raise TraceError(
        f"step {step.label!r}: {operator.name} is no linear map with an adjoint, no noise and no rounding, "
        f"so that no inverse problem has it as it is: {_FORM}"
    )


def _rekeyed(
    steps: Sequence[Step], rng: torch.Generator | None, operators: Operators
) -> list[Step]:
    """The steps with noise keys drawn from a generator; as they are without one."""
    if rng is None:
        return list(steps)
    found = []
    for step in steps:
        fields = noise_fields(operator_of(step, operators).parameters)
        drawn = {field: _key(rng) for field in fields}
        found.append(Step(step.op, step.version, step.label, {**step.values, **drawn}, step.origin))
    return found


def _key(rng: torch.Generator) -> str:
    words = torch.randint(0, 2**32, (2,), generator=rng, device=rng.device)
    low, high = words.tolist()
    return f"{(high << 32) | low:016x}"


def _check_batch(images: Tensor) -> None:
    if images.ndim != 4 or not images.is_floating_point():
        raise ImageError(
            f"images of shape {tuple(images.shape)} and type {images.dtype}: expected b c h w, floating point"
        )
