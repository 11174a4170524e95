"""The lines that tell how a training goes: losses, pairs a second, waiting for data, time left."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

EARLY_STEPS = 10
EARLY_SECONDS = 10.0


@dataclass
class Pace:
    """Time of the steps since the last line, validation and saving left out. pairs: in a step, over all
    processes."""

    pairs: int
    steps: int = 0
    seconds: float = 0.0
    waited: float = 0.0
    clock: float = field(default_factory=time.perf_counter)

    def restart(self) -> None:
        """Counts from here on."""
        self.steps, self.seconds, self.waited = 0, 0.0, 0.0

    def resume(self) -> None:
        """The clock goes on after something that was no step."""
        self.clock = time.perf_counter()

    def step(self, waited: float) -> None:
        """A step ended, which stood still for data for some seconds."""
        now = time.perf_counter()
        self.seconds += now - self.clock
        self.clock = now
        self.waited += waited
        self.steps += 1

    @property
    def rate(self) -> float:
        """Pairs a second."""
        return self.pairs * self.steps / self.seconds if self.seconds else 0.0

    @property
    def share_waited(self) -> float:
        """The share of the time that steps waited for data."""
        return self.waited / self.seconds if self.seconds else 0.0

    @property
    def telling(self) -> bool:
        """Whether there were steps enough for a first number: ten, or so many as ten seconds hold."""
        return self.steps >= EARLY_STEPS or (self.steps > 0 and self.seconds >= EARLY_SECONDS)

    def left(self, steps: int) -> float:
        """Seconds that so many more steps will take."""
        return steps * self.seconds / self.steps if self.steps else 0.0


def line(step: int, steps: int, losses: Mapping[str, float], pace: Pace) -> str:
    """`step 200/5000: l1 0.0312, 340 pairs/s, waited for data 3 %, 12 min left`."""
    parts = [f"{name} {value:.4g}" for name, value in losses.items()]
    parts.append(f"{pace.rate:.4g} pairs/s")
    parts.append(f"waited for data {100 * pace.share_waited:.0f} %")
    parts.append(f"{duration(pace.left(steps - step))} left")
    return f"step {step}/{steps}: {', '.join(parts)}"


def duration(seconds: float) -> str:
    """`40 s`, `12 min`, `3 h 20 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
