"""Where a run's time goes, seen from the thread that drives the models."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from realsr.stopwatch import Stopwatch

Phase = Literal["inference", "metrics"]
"""Inside the models; waiting for numbers that threads compute beside them. The rest of a run, such as making
test sets and writing pictures, is in neither."""

Clock: TypeAlias = Stopwatch[Phase]


def started() -> Clock:
    """A clock that runs from here."""
    return Stopwatch(get_args(Phase))


def timing(clock: Clock) -> dict[str, float]:
    """The shares in seconds, as the record holds them."""
    other = clock.passed - sum(clock.seconds.values())
    shares = [*clock.seconds.items(), ("other", max(0.0, other))]
    return {f"{phase}_s": round(seconds, 3) for phase, seconds in shares}


def timing_words(timing: dict[str, float]) -> str:
    """The shares as a sentence."""
    total = sum(timing.values()) or 1.0
    shares = {name: 100.0 * seconds / total for name, seconds in timing.items()}
    return (
        f"{total:.1f} s: {shares['inference_s']:.0f} % in the models, {shares['metrics_s']:.0f} % waiting for "
        f"metrics, {shares['other_s']:.0f} % the rest"
    )
