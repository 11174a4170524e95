"""`realsr pipelines`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import degrade
from degrade.errors import PipelineError
from degrade.operators.row import Operator
from degrade.pipeline.differences import differences
from realsr.cli.reporting import DIFFERS, OK, say
from realsr.cli.terminal import document, tell
from realsr.cli.trusted import own_operators
from realsr.files.faults import all_of
from realsr.pairs.soundness import needs_squares, requested_pipeline


def run_resolved(name: str, scale: int | None, rows: Sequence[Path], allowed: Sequence[str]) -> int:
    """Any pipeline with its defaults written out."""
    operators = own_operators(rows, allowed)
    document(requested_pipeline(name, scale, operators).to_yaml())
    return OK


def run_check(files: Sequence[str], rows: Sequence[Path], allowed: Sequence[str]) -> int:
    """Whether files are pipelines whose draws end at their target; of those that are not, where and why not."""
    operators = own_operators(rows, allowed)
    return max(_checked(file, operators) for file in files)


def _checked(file: str, operators: Sequence[Operator[Any]]) -> int:
    try:
        pipeline = degrade.load_pipeline(file, rows=operators)
        fit = " for square crops only" if needs_squares(pipeline) else ""
    except PipelineError as error:
        say(_located(file, str(error)))
        return DIFFERS
    tell(
        f"{file}: sound{fit}; {pipeline.name} version {pipeline.version}, digest {pipeline.digest}"
    )
    return OK


def run_diff(
    first: str, second: str, scale: int | None, rows: Sequence[Path], allowed: Sequence[str]
) -> int:
    """What differs between two pipelines, a line each."""
    operators = own_operators(rows, allowed)
    one, other = all_of(lambda name: requested_pipeline(name, scale, operators), (first, second))
    lines = differences(one, other)
    for line in lines:
        tell(line)
    if not lines:
        tell(f"{first} and {second} draw the same")
    return DIFFERS if lines else OK


def _located(file: str, sentence: str) -> str:
    return sentence if file in sentence else f"{file}: {sentence}"
