"""Sizes before pixels: where every step's output lies, known from the trace and the HR's size alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from degrade.errors import GeometryError, TraceError
from degrade.geometry import Frame, Placement, Size
from degrade.operators.base import Parameters
from degrade.operators.row import Operator
from degrade.operators.table import OPERATORS, Operators, checked_record, operator_of
from degrade.trace import Step, Trace

MAX_PIXELS = 2**28
"""Height x width that a step may make: a trace may come from anywhere."""


class PlannedStep(NamedTuple):
    """A step with its operator, its checked record, its input's size and its output's placement."""

    label: str
    operator: Operator[Any]
    record: Parameters
    size: Size
    placement: Placement


Plan = tuple[PlannedStep, ...]


def plan_steps(
    steps: Sequence[Step], size: Size, target: Size, operators: Operators = OPERATORS
) -> Plan:
    """Plans steps from an image's size; raises TraceError and GeometryError."""
    frame = Frame(size, target)
    planned: list[PlannedStep] = []
    for step in steps:
        label, before = step.label, frame.current
        operator = operator_of(step, operators)
        record = checked_record(step, operator.parameters)
        operators.check(operator, record)
        placement = operator.facts.place(record, frame)
        height, width = after = placement.size
        if height * width > MAX_PIXELS:
            raise GeometryError(
                f"step {label!r} would make an image of {after} from one of {before}; "
                f"at most {MAX_PIXELS} pixels are allowed"
            )
        planned.append(PlannedStep(label, operator, record, before, placement))
        frame.before[label] = before
        frame.after[label] = frame.current = after
    return tuple(planned)


def target_size(scale: int, size: Size) -> Size:
    """The LR's size; raises GeometryError unless both sides divide by the scale."""
    if size.height % scale or size.width % scale:
        raise GeometryError(
            f"an HR of {size} does not divide by scale {scale}; crop it to a multiple of {scale}"
        )
    return Size(size.height // scale, size.width // scale)


def plan_hr(trace: Trace, size: Size, operators: Operators = OPERATORS) -> Plan:
    plan = plan_steps(trace.hr, size, size, operators)
    _ends_at(plan, size, size, "the HR steps must keep the HR's size")
    return plan


def plan_lr(trace: Trace, size: Size, operators: Operators = OPERATORS) -> Plan:
    target = target_size(trace.scale, size)
    plan = plan_steps(trace.lr, size, target, operators)
    _moves_no_single_image(plan)
    _ends_at(plan, size, target, "end the pipeline with `{op: resize, factor: 1, of: target, ...}`")
    return plan


def plan_whole(trace: Trace, size: Size, operators: Operators = OPERATORS) -> Plan:
    """The HR steps and the LR steps in one go, for who does not want the HR between them."""
    return plan_hr(trace, size, operators) + plan_lr(trace, size, operators)


def _moves_no_single_image(plan: Plan) -> None:
    for step in plan:
        if step.operator.facts.hr_only:
            raise TraceError(
                f"step {step.label!r}: {step.operator.name} among the LR steps would part the LR from its HR; "
                "expected it among the HR steps"
            )


def _ends_at(plan: Plan, size: Size, wanted: Size, cure: str) -> None:
    last = plan[-1].placement.size if plan else size
    if last != wanted:
        raise GeometryError(f"the steps end at {last}, the target is {wanted}: {cure}")


def declared_map(plan: Plan, size: Size) -> Placement:
    """The whole plan as one affine map: where the last step's pixels lie in the first step's input."""
    total = Placement(size)
    for step in plan:
        total = total.after(step.placement)
    return total
