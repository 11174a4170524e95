"""Operators from mild to severe.

A ladder is a sequence of records. Most climb one field; a few climb several at once, or walk through the
variants of an operator that has kinds rather than strengths.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from degrade.trace import Scalar

Rung = Mapping[str, Scalar]

FACE = (110, 222)
BADGE = (383, 160)


@dataclass(frozen=True)
class Ladder:
    """rungs: records without their noise keys, mild first. view: HR pixels along the square that shows them.

    centre: row and column of the photograph that a small view is centred on.
    """

    rungs: tuple[Rung, ...]
    view: int = 96
    centre: tuple[int, int] = FACE


def along(field: str, *values: Scalar, view: int = 96, **fixed: Scalar) -> Ladder:
    """One field climbs, the others stand."""
    return Ladder(tuple({**fixed, field: value} for value in values), view)


def together(view: int = 96, **columns: Sequence[Any]) -> Ladder:
    """Several fields climb at once: a sequence of values each, all of one length."""
    rows = zip(*columns.values(), strict=True)
    return Ladder(tuple(dict(zip(columns, row, strict=True)) for row in rows), view)


SIGMAS = (3.0, 8.0, 15.0, 25.0, 40.0)
"""Noise on 0..255."""
FACTORS = (0.8, 0.5, 0.33, 0.25, 0.15)
"""Sides of a shrunk image."""
QUALITIES = (90, 70, 50, 30, 10)
"""Of lossy codecs."""
LOG_SHOT = (-9.2, -7.5, -6.0, -5.0, -4.4)
LOG_READ = (-18.8, -15.1, -11.9, -9.7, -8.4)
"""Noise of a sensor whose ISO rises."""
_BLURS = (0.5, 0.8, 1.2, 2.0, 3.0)


def anisotropic(**fixed: float) -> Ladder:
    """Blurs that are twice as long as broad, in pixels."""
    columns: dict[str, Any] = {name: (value,) * 5 for name, value in fixed.items()}
    return together(
        size=(21,) * 5,
        sigma_x=_BLURS,
        sigma_y=tuple(sigma / 2 for sigma in _BLURS),
        angle=(0.6,) * 5,
        **columns,
    )
