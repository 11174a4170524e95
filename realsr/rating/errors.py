"""What can be wrong with a rating study or its files."""

from __future__ import annotations

from degrade.errors import DegradeError


class RatingError(DegradeError):
    """Pictures cannot be rated, or ratings not read, as asked; nothing was changed."""
