"""Whether a pipeline can be used as it is asked for: its scale, and whether its draws end at their target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import degrade
from degrade import Pipeline, Trace
from degrade.errors import GeometryError, PipelineError, TraceError
from degrade.execute.plan import plan_hr, plan_lr
from degrade.geometry import Size
from degrade.operators.row import Operator
from degrade.operators.table import OPERATORS, Operators
from realsr.files.errors import RequestError

DRAWS = 64
"""Traces that stand for all of a pipeline's: enough for a branch of one in twenty to be seen (96 %)."""
_LR_SIZES = (Size(24, 32), Size(51, 37))


def requested_pipeline(
    name: str, scale: int | None, rows: Iterable[Operator[Any]] = ()
) -> Pipeline:
    """`degrade.load_pipeline` for a command's --scale; None takes the pipeline's own, or 4.

    rows: a caller's own operators. Raises RequestError if the pipeline is sound and the scale is the fault,
    PipelineError if it is not sound.
    """
    try:
        return degrade.load_pipeline(name, scale, rows)
    except PipelineError as error:
        if scale is None:
            raise
        own = degrade.load_pipeline(name, rows=rows)
        known = ", ".join(map(str, own.scales or ()))
        raise RequestError(
            f"--scale {scale}: the pipeline {own.name} "
            + (
                f"is for {known}; leave it out for {own.scale}"
                if known
                else f"cannot take it: {error}"
            )
        ) from error


def check_ends(pipeline: Pipeline, side: int | None = None) -> None:
    """Plans the draws of `DRAWS` keys for HR crops of `side` pixels, or for several sizes of whole pictures.

    Raises PipelineError naming the pipeline if steps cannot be planned or end elsewhere than at the target.
    """
    traces = degrade.draw(pipeline, degrade.keys(0, [f"check {n}" for n in range(DRAWS)], 0))
    whole = [Size(pipeline.scale * size.height, pipeline.scale * size.width) for size in _LR_SIZES]
    sizes = whole if side is None else [Size(side, side)]
    operators = OPERATORS.with_rows(pipeline.own_operators)
    faults = [fault for trace in traces for fault in _first_fault(trace, sizes, operators)]
    if faults:
        raise PipelineError(
            f"the pipeline {pipeline.name} cannot be applied in {len(faults)} of {DRAWS} draws: {faults[0]}"
        )


def needs_squares(pipeline: Pipeline) -> bool:
    """Whether it can be applied to square crops alone; raises PipelineError if not even to those."""
    try:
        check_ends(pipeline)
    except PipelineError:
        for size in _LR_SIZES:
            check_ends(pipeline, pipeline.scale * size.height)
        return True
    return False


def _first_fault(trace: Trace, sizes: list[Size], operators: Operators) -> Iterator[str]:
    for size in sizes:
        try:
            plan_hr(trace, size, operators)
            plan_lr(trace, size, operators)
        except (GeometryError, TraceError) as error:
            yield f"for an HR of {size}, {error}"
            return
