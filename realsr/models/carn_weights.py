"""The state dict of CARN's authors, in our names."""

from __future__ import annotations

import re
from collections.abc import Mapping

from torch import Tensor

from realsr.models.errors import ModelError

_RENAMED = (
    (r"entry\.(\w+)", r"entry.\1"),
    (r"exit\.(\w+)", r"exit.\1"),
    (r"c(\d)\.body\.0\.(\w+)", r"body.fusions.{0}.0.\2"),
    (r"b(\d)\.c(\d)\.body\.0\.(\w+)", r"body.blocks.{0}.fusions.{1}.0.\3"),
    (r"b(\d)\.b(\d)\.body\.(\d)\.(\w+)", r"body.blocks.{0}.blocks.{1}.0.\3.\4"),
    (r"upsample\.up(\d)\.body\.(\d)\.(\w+)", r"upsamplers.\1.\2.\3"),
)
"""Their key, ours; {0} and {1} are their first two numbers counted from 0 instead of 1."""

LONGEST = 200
"""Characters of a key: a number of thousands of digits is none that Python reads."""
_MEAN_SHIFT = re.compile(r"(sub|add)_mean\..*")
"""DIV2K's mean as a fixed convolution: ours is no weight (`ColourRange`)."""


def from_authors(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A multi-scale CARN or CARN-M of the authors as `CARN` reads it.

    Raises ModelError for a key that neither has.
    """
    return {_renamed(key): value for key, value in state.items() if not _MEAN_SHIFT.fullmatch(key)}


def _renamed(key: str) -> str:
    for theirs, ours in _RENAMED:
        if len(key) <= LONGEST and (match := re.fullmatch(theirs, key)):
            numbers = [int(part) - 1 for part in match.groups() if part.isdigit()]
            return match.expand(ours).format(*numbers)
    raise ModelError(f"key {key[:LONGEST]!r}: not of the CARN authors' multi-scale state dict")
