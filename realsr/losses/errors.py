"""What can go wrong around losses, by who has to act on it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from degrade.errors import DegradeError


class LossError(DegradeError):
    """A loss or an objective was asked for in a way that it cannot be had."""


class MissingWeightsError(LossError):
    """The weights of a feature extractor are absent, damaged or not of that network."""


class MissingInputError(LossError):
    """A loss needs something that the batch at hand does not carry."""


def near(name: str, known: Iterable[str]) -> str:
    """`. Did you mean ...?` where a known name is close, else a full stop."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f". Did you mean `{close[0]}`?" if close else "."
