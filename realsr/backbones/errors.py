"""What can go wrong around feature networks and files of weights."""

from __future__ import annotations

from degrade.errors import DegradeError


class BackboneError(DegradeError):
    """A feature network was asked for in a way that it cannot be had."""


class MissingWeightsError(BackboneError):
    """The weights of a network are absent, damaged or not of that network."""
