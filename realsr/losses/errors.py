"""What can go wrong around losses, by who has to act on it."""

from __future__ import annotations

from degrade.errors import DegradeError


class LossError(DegradeError):
    """A loss or an objective was asked for in a way that it cannot be had."""


class MissingInputError(LossError):
    """A loss needs something that the batch at hand does not carry."""
