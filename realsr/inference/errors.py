"""What can go wrong between a model and an image."""

from __future__ import annotations

from degrade.errors import DegradeError


class InferenceError(DegradeError):
    """A model gives something else than it promised, or cannot be used as asked."""


class ProbeError(InferenceError):
    """A model that says nothing of itself gave no usable answer to the small picture it was asked about."""
