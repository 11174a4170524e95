"""Learning rates as functions of the step: nothing to store, and so nothing to restore."""

from __future__ import annotations

import math
from bisect import bisect_right
from itertools import accumulate

from realsr.training.config_steps import ScheduleConfig


def rate_factor(schedule: ScheduleConfig, step: int, steps: int) -> float:
    """By what the learning rate is multiplied at a step, from 0, of a training of `steps`."""
    return _risen(schedule, step) * _planned(schedule, step, steps)


def _risen(schedule: ScheduleConfig, step: int) -> float:
    return min(1.0, (step + 1) / schedule.warm_up) if schedule.warm_up else 1.0


def _planned(schedule: ScheduleConfig, step: int, steps: int) -> float:
    match schedule.name:
        case "multistep":
            return schedule.factor ** bisect_right(sorted(schedule.at), step)
        case "cosine":
            share = _of_period(schedule.periods or (steps,), step)
            cosine = 0.5 * (1.0 + math.cos(math.pi * share))
            return schedule.floor + (1.0 - schedule.floor) * cosine
        case _:
            return 1.0


def _of_period(periods: tuple[int, ...], step: int) -> float:
    """How much of its period a step has behind it, in [0, 1]; 1 behind the last period."""
    ends = list(accumulate(periods))
    index = bisect_right(ends, step)
    if index == len(ends):
        return 1.0
    return (step - ends[index] + periods[index]) / periods[index]
