"""Looks at the discriminator's memory when a training validates, and raises the alarm."""

from __future__ import annotations

from collections.abc import Callable

from realsr.training.alarm import alarms
from realsr.training.check import Material
from realsr.training.logs import Log
from realsr.training.memory import memory
from realsr.training.state import Rival, TrainState
from realsr.training.watched import Sets, watched_sets

KIND = "overfitting"


class Watch:
    """Of a training with a discriminator and validation sets; its images are made at the first look."""

    def __init__(
        self, state: TrainState, given: Material, log: Log, tell: Callable[[str], None]
    ) -> None:
        self.state, self.given, self.log, self.tell = state, given, log, tell
        self.sets: Sets = {}

    def look(self, rival: Rival) -> None:
        """Once at a step: the events `overfitting` and, where the rule says so, `alarm`, which is told too."""
        step = self.state.step
        if self.log.lines(step, KIND):
            return
        self.sets = self.sets or watched_sets(self.given, self.state)
        if len(self.sets) == 1:  # no photograph is held out that is as large as a crop
            return
        self.log.write(step, KIND, memory(self.state, rival, self.sets))
        for alarm in alarms(self.log.events(KIND)):
            self.log.write(step, "alarm", alarm._asdict())
            self.tell(f"step {step}: {alarm}")
