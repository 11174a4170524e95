"""What can go wrong around networks."""

from __future__ import annotations

from degrade.errors import DegradeError


class ModelError(DegradeError):
    """A network was asked for that cannot be built, or weights that do not fit it."""
