"""The planted bugs, a file a package."""

from __future__ import annotations

from tools.mutants.mutant import Mutant
from tools.mutants.rows import (
    drawing,
    functional,
    ganlab,
    gpu,
    judging,
    losses,
    measuring,
    models,
    neighbours,
    operators,
    reading,
    training,
)

MUTANTS: tuple[Mutant, ...] = (
    *models.ROWS,
    *losses.ROWS,
    *functional.ROWS,
    *judging.ROWS,
    *ganlab.ROWS,
    *reading.ROWS,
    *measuring.ROWS,
    *operators.ROWS,
    *drawing.ROWS,
    *gpu.ROWS,
    *training.ROWS,
    *neighbours.ROWS,
)
"""Those whose tests are quick come first."""
