"""How many images or degradations it takes to see a difference of a given size."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

from realsr.statistics import student
from realsr.statistics.components import Components, MeanSquares, cautious, components
from realsr.statistics.untold import StatisticsError, Untold

POWER = 0.8
MOST = 10**6


@dataclass(frozen=True)
class PowerNote:
    """effect: the difference asked about. images, cases: how many of the one it takes while the other stays
    as it is, or why no number suffices. seen_now: the smallest difference that the present design sees."""

    effect: float
    images: int | Untold
    cases: int | Untold
    seen_now: float
    design: tuple[int, int]

    def sentence(self, unit: str = "dB") -> str:
        """The note in words: 'To see 0.1 dB you need 62 images at 20 degradations; no number of ...'."""
        images, cases = self.design
        ways = {
            f"images at {cases} degradations": self.images,
            f"degradations at {images} images": self.cases,
        }
        counts = [f"{count:,} {what}" for what, count in ways.items() if isinstance(count, int)]
        reasons = [str(count) for count in ways.values() if isinstance(count, Untold)]
        start = f"To see {self.effect:g} {unit}"
        told = (
            [f"{start} you need {' or '.join(counts)}"]
            if counts
            else [f"{start} takes both more images and more degradations"]
        )
        return "; ".join([*told, *reasons]) + "."


def power_note(squares: MeanSquares, effect: float, power: float = POWER) -> PowerNote:
    """What a two-sided test at 5 % needs to find `effect` with probability `power`.

    squares: of a table of paired differences.
    The estimates of the variances are taken as true, so a note from a small trial is itself uncertain.
    """
    if effect <= 0.0:
        raise StatisticsError(f"a difference of {effect}; expected more than 0")
    parts, images, cases = components(squares), squares.images, squares.cases
    return PowerNote(
        effect,
        _fewest(lambda count: _seen(parts, count, cases, power) <= effect, "images", cases),
        _fewest(lambda count: _seen(parts, images, count, power) <= effect, "degradations", images),
        _seen(parts, images, cases, power),
        (images, cases),
    )


def _seen(parts: Components, images: int, cases: int, power: float) -> float:
    """The smallest difference seen: (t at 5 % two-sided + z of the power) standard errors."""
    expected = MeanSquares(
        cases * parts.image + parts.rest,
        images * parts.case + parts.rest,
        parts.rest,
        images,
        cases,
    )
    spread = cautious(expected)
    if spread.variance == 0.0:
        return 0.0
    reach = student.quantile(0.95, spread.df) + NormalDist().inv_cdf(power)
    return reach * math.sqrt(spread.variance)


def _fewest(enough: Callable[[int], bool], what: str, others: int) -> int | Untold:
    """The least count from 2 on that is enough, by bisection: more never sees less."""
    if not enough(MOST):
        other = "degradations" if what == "images" else "images"
        return Untold(f"no number of {what} suffices at {others} {other}")
    low, high = 1, MOST
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
