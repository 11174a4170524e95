"""Where a run's time goes, seen from the thread that drives the models."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from realsr.robustness.results.record import Timing
from realsr.stopwatch import Stopwatch

Phase = Literal["inference", "metrics"]
"""Inside the models; waiting for numbers that threads compute beside them. The rest of a run, such as making
test sets and writing pictures, is in neither."""

Clock: TypeAlias = Stopwatch[Phase]


def started() -> Clock:
    """A clock that runs from here."""
    return Stopwatch(get_args(Phase))


def timing(clock: Clock) -> Timing:
    """The shares in seconds, as the record holds them."""
    inference, metrics = clock.seconds["inference"], clock.seconds["metrics"]
    other = max(0.0, clock.passed - inference - metrics)
    return Timing(
        inference_s=round(inference, 3), metrics_s=round(metrics, 3), other_s=round(other, 3)
    )
