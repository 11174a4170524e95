"""What can be wrong with a request for a score."""

from __future__ import annotations

from degrade.errors import DegradeError


class MetricError(DegradeError):
    """A metric was asked for what it does not do, or without what it needs."""


class NotDefinedError(DegradeError):
    """The metric has no value for this picture: too small, or flat."""
