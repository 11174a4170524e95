"""Losses of super-resolution: one file a subject, one table of rows, objectives by name.

objective = read_objective("esrgan").objective()
objective.evaluate(Batch(sr, hr)).total.backward()
"""

from typing import TYPE_CHECKING

from degrade.faces import lazy

if TYPE_CHECKING:
    from realsr.losses.base import Batch, Loss
    from realsr.losses.errors import LossError, MissingInputError
    from realsr.losses.objective import Losses, Objective
    from realsr.losses.objectives import OBJECTIVES, Recipe, read_objective
    from realsr.losses.table import LOSSES
    from realsr.losses.terms import LossTerm

__all__ = [
    "LOSSES",
    "OBJECTIVES",
    "Batch",
    "Loss",
    "LossError",
    "LossTerm",
    "Losses",
    "MissingInputError",
    "Objective",
    "Recipe",
    "read_objective",
]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "Batch": "realsr.losses.base",
        "Loss": "realsr.losses.base",
        "LossError": "realsr.losses.errors",
        "MissingInputError": "realsr.losses.errors",
        "Losses": "realsr.losses.objective",
        "Objective": "realsr.losses.objective",
        "OBJECTIVES": "realsr.losses.objectives",
        "Recipe": "realsr.losses.objectives",
        "read_objective": "realsr.losses.objectives",
        "LOSSES": "realsr.losses.table",
        "LossTerm": "realsr.losses.terms",
    },
)
