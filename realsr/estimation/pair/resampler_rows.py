"""The resampler of a pair, as findings."""

from __future__ import annotations

import numpy as np

from realsr.estimation.estimator import Quantity
from realsr.estimation.findings import Findings, Measurement, refusal
from realsr.estimation.pair.kernel_rows import LEVEL, WIDER
from realsr.estimation.pair.leftover import Leftover
from realsr.estimation.pair.matching import Match, match, refused
from realsr.estimation.seen import SeenPair

QUANTITIES = (
    Quantity("resampler", "row of the table of resamplers that made LR", "", "name"),
    Quantity("antialias", "whether its filter was stretched", "", "name"),
    Quantity(
        "resampler_distance", "rms from LR to the nearest row's LR", "levels of 255", least=0.0
    ),
)
METHOD = "every row applied to HR, compressed by LR's own tables where LR is a JPEG, and compared"
ASSUMES = "aligned, reduced in one step, and what came after is noise and, for a JPEG file, that JPEG alone"


def resampler_findings(pair: SeenPair, rest: Leftover) -> Findings:
    """Row, antialias and distance, or why they are not told."""
    why = refused(pair)
    if why is not None:
        return refusal(why, *(one.name for one in QUANTITIES))
    found = match(pair, rest)
    told = {"resampler_distance": _distance(found)}
    if not found.explains:
        return Findings(told) | refusal(_nearest(found), "resampler", "antialias")
    return Findings(told | {"resampler": _named(found)}) | _antialias(found)


def _nearest(found: Match) -> str:
    return (
        f"no row of the table made it: the nearest, {found.best.name}, is {found.distance:.2f} levels away "
        "(rms), and a fitted kernel explains more"
    )


def _named(found: Match) -> Measurement:
    """others: rows that this picture does not tell from it; equal: those of the same pixels."""
    equal, near = ([row.name for row in rows] for rows in (found.equal, found.near))
    more = {"probability": found.probability, "others": equal + near, "equal": equal}
    return Measurement(found.best.name, None, None, "", METHOD, ASSUMES, LEVEL, more)


def _antialias(found: Match) -> Findings:
    told = found.antialias()
    if told is None:
        why = "rows that the picture does not tell apart differ in it, or it is no choice of theirs"
        return refusal(why, "antialias")
    return Findings({"antialias": Measurement(told, None, None, "", METHOD, ASSUMES, LEVEL)})


def _distance(found: Match) -> Measurement:
    squares = found.squares
    half = WIDER * squares.std(ddof=1) / len(squares) ** 0.5
    low, high = (
        float(max(end, 0.0) ** 0.5) for end in (squares.mean() - half, squares.mean() + half)
    )
    near = {"row": found.best.name}
    return Measurement(
        float(np.sqrt(squares.mean())), low, high, "levels of 255", METHOD, ASSUMES, LEVEL, near
    )
