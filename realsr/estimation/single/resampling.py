"""Whether a picture was enlarged, by how much and by what."""

from __future__ import annotations

import numpy as np

from realsr.estimation.codec.blocks import Floats, luma
from realsr.estimation.estimator import Quantity
from realsr.estimation.findings import Findings, Measurement, refusal
from realsr.estimation.single.intervals import interval
from realsr.estimation.single.look import TRAINED, Look
from realsr.estimation.single.network import tensors
from realsr.estimation.single.period_features import LENGTH, frequencies, periods

FACTOR = Quantity("resized_by", "factor by which it was resized", "", least=0.0)
FILTER = Quantity("resize_filter", "filter by which it was resized", "", "name")
QUANTITIES = (FACTOR, FILTER)
FILTERS = ("bilinear", "bicubic", "lanczos")
METHOD = (
    "predictor on spectrum and the period of second differences; its threshold at 1 % false alarms"
)
UNSEEN = (
    "no enlargement is seen; a reduction leaves none of its own either, and a soft photograph and a slightly "
    "enlarged one are alike"
)
CLEAR = 8.0
"""How far a period's peak stands out of the rest, from which the factor is read from it."""
CERTAIN = 0.8


def resampling(picture: Look, out: Floats) -> Findings:
    """Factor and filter where it is called enlarged."""
    limit = float(tensors()["enlarged.limits"][int(picture.coding.known)])
    if float(out[0]) <= limit:
        return refusal(UNSEEN, FACTOR.name, FILTER.name)
    return Findings({FACTOR.name: _factor(picture, out)}) | _filter(out)


def _factor(picture: Look, out: Floats) -> Measurement:
    """Read from the period where one stands out; of two factors that have it, the nearer to the networks'."""
    stretch = float(tensors()["factor.stretch"][0])
    value, low, high = interval(out[1], out[2], stretch)
    value, low = max(value, 1.0), max(low, 1.0)
    found = period_factors(picture, low, high)
    if found:
        value = min(found, key=lambda factor: abs(np.log(factor / value)))
    if len(found) == 1:
        low, high = value - value**2 / LENGTH, value + value**2 / LENGTH
    return Measurement(value, low, high, FACTOR.unit, METHOD, TRAINED)


def period_factors(picture: Look, low: float, high: float) -> list[float]:
    """Those between low and high whose period stands out most; none where no period does.

    Interpolated pixels repeat with 1 / factor cycles per pixel, seen at that frequency or mirrored at 1/2.
    """
    peaks, at = periods(luma(picture.pixels), picture.coding.known), frequencies()
    both = np.stack([1 / np.maximum(at, 1e-6), 1 / (1 - at)])
    within = (both >= low) & (both <= high)
    best = int(np.where(within.any(0), peaks, 0.0).argmax())
    if peaks[best] <= CLEAR:
        return []
    return sorted({float(factor) for factor in both[within[:, best], best]})


def _filter(out: Floats) -> Findings:
    scores = np.exp(out[3:6] - out[3:6].max())
    chances = scores / scores.sum()
    best = int(chances.argmax())
    if chances[best] < CERTAIN:
        return refusal(
            "the filters that it may have been resized by are too alike here", FILTER.name
        )
    more = {"probability": float(chances[best])}
    told = Measurement(FILTERS[best], None, None, "", METHOD, TRAINED, more=more)
    return Findings({FILTER.name: told})
