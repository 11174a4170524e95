"""The table of operators: what a pipeline and a trace may name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Self

from pydantic import TypeAdapter

from degrade.errors import PipelineError, TraceError
from degrade.operators import (
    albumentations_stage,
    analogue,
    artefacts,
    blur,
    camera,
    chroma,
    codecs,
    compression,
    correlated_noise,
    displacement,
    dither,
    dpid,
    glass_blur,
    independent_noise,
    jpeg_families,
    jpeg_variants,
    kernel_bank,
    kornia_stage,
    learned,
    lens_blur,
    levels,
    library_resize,
    matlab_resize,
    motion_blur,
    noise,
    noise_bank,
    noisy_blur,
    overshoot,
    printing,
    procedural_noise,
    resize,
    screen,
    sensor_noise,
    sharpen,
    smoothing,
    strided,
    texture_noise,
    tonal_noise,
    tone,
    varying_blur,
    video,
    zoom_blur,
)
from degrade.operators.base import Parameters
from degrade.operators.row import Operator
from degrade.table import Table
from degrade.trace import Step
from degrade.trust import NOTHING, Trust

_ROWS: tuple[Operator[Any], ...] = (
    *resize.ROWS,
    *matlab_resize.ROWS,
    *library_resize.ROWS,
    *strided.ROWS,
    *dpid.ROWS,
    *blur.ROWS,
    *noisy_blur.ROWS,
    *motion_blur.ROWS,
    *lens_blur.ROWS,
    *smoothing.ROWS,
    *kernel_bank.ROWS,
    *varying_blur.ROWS,
    *glass_blur.ROWS,
    *zoom_blur.ROWS,
    *sharpen.ROWS,
    *noise.ROWS,
    *correlated_noise.ROWS,
    *independent_noise.ROWS,
    *sensor_noise.ROWS,
    *texture_noise.ROWS,
    *camera.ROWS,
    *procedural_noise.ROWS,
    *tonal_noise.ROWS,
    *noise_bank.ROWS,
    *dither.ROWS,
    *compression.ROWS,
    *jpeg_variants.ROWS,
    *jpeg_families.ROWS,
    *codecs.ROWS,
    *chroma.ROWS,
    *levels.ROWS,
    *tone.ROWS,
    *displacement.ROWS,
    *artefacts.ROWS,
    *overshoot.ROWS,
    *screen.ROWS,
    *learned.ROWS,
    *albumentations_stage.ROWS,
    *kornia_stage.ROWS,
    *video.ROWS,
    *analogue.ROWS,
    *printing.ROWS,
)


class OwnOperators(tuple[Operator[Any], ...]):
    """A caller's own operators, and what code of files they say may run: wherever the ones go, the other goes.

    A part of them taken out, or others added, allows nothing: only `of` says what may run.
    """

    trust: Trust = NOTHING

    @classmethod
    def of(cls, rows: Iterable[Operator[Any]], trust: Trust | Iterable[str] = NOTHING) -> Self:
        """The rows with what they allow already, and `trust`."""
        own = cls(rows)
        own.trust = getattr(rows, "trust", NOTHING) | Trust.of(trust)
        return own


class Operators(Table[Operator[Any]]):
    """The operators at hand, and what code of files they may run: none, unless a person said so."""

    trust: Trust = NOTHING

    def trusting(self, trust: Trust | Iterable[str]) -> Operators:
        """The same operators, which may run what `trust` names too."""
        allowed = self.trust | Trust.of(trust)
        if allowed == self.trust:
            return self
        same = Operators(self.kind, self.values(), self.error, self.listed)
        same.trust = allowed
        return same

    def with_rows(self, extra: Iterable[Operator[Any]]) -> Operators:
        """The operators with a caller's own behind them, and what those allow."""
        more = OwnOperators.of(extra)
        return super().with_rows(more).trusting(self.trust | more.trust)

    def check(self, operator: Operator[Any], record: Parameters) -> None:
        """Raises UntrustedCodeError for a record that would run code that nobody allowed."""
        code = None if operator.facts.code is None else operator.facts.code(record)
        if code is not None:
            self.trust.check(code)


OPERATORS = Operators("operator", _ROWS, PipelineError, "docs/operators.md")


def operator_of(step: Step, operators: Operators = OPERATORS) -> Operator[Any]:
    """The row that a step names; raises TraceError for an operator, version or file that is not at hand."""
    row = operators.get(step.op)
    if row is None:
        raise TraceError(f"step {step.label!r}: {_absent(step, operators)}")
    if (row.version, row.origin) != (step.version, step.origin):
        raise TraceError(f"step {step.label!r}: {_other(step, row)}")
    return row


def _other(step: Step, row: Operator[Any]) -> str:
    if row.version != step.version:
        return (
            f"made with {step.op} version {step.version}, this is version {row.version}: its pixels would "
            "differ; use the release that made the trace"
        )
    return (
        f"made with the {step.op} of {_file(step.origin)}, this is the one of {_file(row.origin)}: its pixels "
        "may differ; give the file that the trace was made with"
    )


def _absent(step: Step, operators: Operators) -> str:
    if not step.origin:
        return operators.miss(step.op)
    return (
        f"the operator {step.op!r} is none of ours, but of {_file(step.origin)}; give that file: --rows FILE.py"
        " on the command line, rows= in Python"
    )


def _file(origin: str) -> str:
    return f"the file with SHA-256 {origin}" if origin else "no file"


@cache
def _check_of(parameters: type[Parameters]) -> Callable[[Any], Any]:
    """A record's `model_validate` without what that does at every call before it validates."""
    return TypeAdapter(parameters).validator.validate_python


@cache
def _without_values(parameters: type[Parameters]) -> Parameters:
    """The record of an operator's steps that state nothing, as a clamp's do: one for all of them."""
    record: Parameters = _check_of(parameters)({})
    return record


def record_of(step: Step, operators: Operators = OPERATORS) -> Parameters:
    """The step's values as the operator's record; raises TraceError where they are out of range."""
    return checked_record(step, operator_of(step, operators).parameters)


def checked_record(step: Step, parameters: type[Parameters]) -> Parameters:
    """The step's values as a record of these parameters; raises TraceError where they are out of range."""
    try:
        if not step.values:
            return _without_values(parameters)
        record: Parameters = _check_of(parameters)(dict(step.values))
    except ValueError as error:
        raise TraceError(f"step {step.label!r} ({step.op}): {error}") from error
    return record
