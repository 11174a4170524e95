"""Acceptance and excellence lines: what a model must reach in a case to be acceptable, and excellent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from realsr.statistics.resampling import Floats
from realsr.statistics.untold import StatisticsError


@dataclass(frozen=True)
class Lines:
    """One acceptance and one excellence value a case, of whatever origin.

    SEAL trains a small and a large network for every case; a cheaper pair is bicubic and the network that was
    trained on the very degradation (the matrix' diagonal).

    least_gap: a case whose excellence is not more than this above its acceptance (in the metric's unit and its
    good direction) is degenerate: it cannot tell good from bad. 0 or more.
    """

    cases: tuple[str, ...]
    acceptance: Floats
    excellence: Floats
    higher_is_better: bool = True
    least_gap: float = 0.0

    def __post_init__(self) -> None:
        shape = (len(self.cases),)
        for name, line in (("acceptance", self.acceptance), ("excellence", self.excellence)):
            if line.shape != shape or not np.isfinite(line).all():
                raise StatisticsError(
                    f"the {name} line has shape {line.shape}; expected {shape}, one finite value a case"
                )
        if not self.cases or len(set(self.cases)) != len(self.cases):
            raise StatisticsError("lines need cases, each with a name of its own")
        if self.least_gap < 0.0:
            raise StatisticsError(f"a least gap of {self.least_gap}; expected 0 or more")

    @property
    def gaps(self) -> Floats:
        """Excellence above acceptance, positive where the lines are in order."""
        return self.above(self.excellence)

    @property
    def degenerate(self) -> npt.NDArray[np.bool_]:
        """Cases that cannot tell good from bad."""
        flags: npt.NDArray[np.bool_] = self.gaps <= self.least_gap
        return flags

    def above(self, values: Floats) -> Floats:
        """How far values lie above the acceptance line, positive for better."""
        return (values - self.acceptance) * (1.0 if self.higher_is_better else -1.0)

    def only(self, chosen: npt.NDArray[np.intp]) -> Lines:
        """The lines of the chosen cases."""
        return Lines(
            tuple(self.cases[number] for number in chosen),
            self.acceptance[chosen],
            self.excellence[chosen],
            self.higher_is_better,
            self.least_gap,
        )
