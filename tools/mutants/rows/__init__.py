"""The planted bugs, a file a package."""

from __future__ import annotations

from tools.mutants.mutant import Mutant
from tools.mutants.rows import drawing, functional, losses, models

MUTANTS: tuple[Mutant, ...] = (
    *drawing.ROWS,
    *functional.ROWS,
    *losses.ROWS,
    *models.ROWS,
)
