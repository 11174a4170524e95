"""An operator's two forms on one image, as the executor runs them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.execute.plan import PlannedStep
from degrade.execute.singles import fast_step, tables_of
from degrade.geometry import Frame, Size
from degrade.operators.base import Parameters
from degrade.operators.row import Operator


def planned(operator: Operator[Any], record: Parameters, size: Size) -> PlannedStep:
    """A record as a step on an image of this size, which is its target too."""
    place = operator.facts.place(record, Frame(size, size))
    return PlannedStep(operator.name, operator, record, size, place)


def fast(
    operator: Operator[Any], image: npt.NDArray[np.float32], record: Parameters
) -> npt.NDArray[np.float32]:
    """The CPU's fast form on one image h w c."""
    step = planned(operator, record, Size(*image.shape[:2]))
    return fast_step(step, image, tables_of([step])[0])
