"""What can go wrong around trainings, by who has to act on it."""

from __future__ import annotations

from degrade.errors import DegradeError


class TrainingError(DegradeError):
    """A training was asked for that cannot be had as asked, or data that it cannot use."""


class NotFiniteError(TrainingError):
    """A loss or a gradient is no number any more; the last checkpoint is from before."""
