"""The table of faults by which a picture is no HR, in the order in which they are told."""

from __future__ import annotations

from realsr.estimation.hr import readings
from realsr.estimation.hr.criterion import Criterion
from realsr.estimation.single.blur import MTF50
from realsr.estimation.single.noise import SIGMA

CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "enlarged",
        "factor by which it was enlarged",
        "",
        "above",
        1.0,
        "it was enlarged: beyond its old size it holds no detail that a network could learn",
        readings.enlargement,
    ),
    Criterion(
        "compressed",
        "worst quality of its compressions",
        "IJG quality",
        "below",
        90.0,
        "it was compressed: a network learns to make blocks and ringing",
        readings.worst_quality,
    ),
    Criterion(
        "sharpened",
        "overshoot at edges, upper quartile",
        "of the step",
        "above",
        0.1,
        "it was sharpened: a network learns to make halos",
        readings.halos,
    ),
    Criterion(
        "noisy",
        "standard deviation of its noise",
        SIGMA.unit,
        "above",
        3.0,
        "it is noisy: a network learns a mean that is smooth, or makes grain",
        readings.estimated(SIGMA.name),
    ),
    Criterion(
        "blurred",
        "frequency at which half the contrast is left",
        MTF50.unit,
        "below",
        0.25,
        "it is blurred: its LR holds all that it does, and a network learns to enlarge softly",
        readings.estimated(MTF50.name),
    ),
    Criterion(
        "flat",
        "share of it that is empty",
        "of its tiles",
        "above",
        0.75,
        "it is flat: most crops of it teach nothing",
        readings.emptiness,
    ),
)

DUPLICATE = "duplicate"
ALIKE = 0.95
"""Correlation of reduced pictures above which they are one."""
SAME = (
    "it is a picture that the set has already: it counts twice, and may stand in training and test"
)
