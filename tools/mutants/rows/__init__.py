"""The planted bugs, a file a package."""

from __future__ import annotations

from tools.mutants.mutant import Mutant
from tools.mutants.rows import (
    drawing,
    functional,
    judging,
    losses,
    models,
    operators,
    reading,
    training,
)

MUTANTS: tuple[Mutant, ...] = (
    *drawing.ROWS,
    *functional.ROWS,
    *operators.ROWS,
    *losses.ROWS,
    *models.ROWS,
    *training.ROWS,
    *judging.ROWS,
    *reading.ROWS,
)
