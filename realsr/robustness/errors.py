"""What can be wrong with a study, a run or its rules."""

from __future__ import annotations

from degrade.errors import DegradeError


class StudyError(DegradeError):
    """A study cannot be run, read, merged or judged as asked; nothing was changed."""
