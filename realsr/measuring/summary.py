"""A set's line: what the pictures of a folder have in common, with how far the next folder may differ."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

from realsr.estimation.estimator import Quantity

DRAWS = 2000
AT_ONCE = 2**18
"""Values drawn at a time, so that a set of many pictures takes no more memory than one of few."""
LEVEL = 0.95
Floats = npt.NDArray[np.float64]
_Told = Mapping[str, Any]
_READ = ("value", "low", "high", "unit", "method", "assumes")


class SetSummary:
    """Takes records one by one; holds of each only its values, and of equal words and tables one."""

    def __init__(self, quantities: Mapping[str, Quantity]) -> None:
        self._quantities = quantities
        self._pictures = 0
        self._alike: dict[str, Any] = {}
        self._told: dict[str, list[_Told]] = {name: [] for name in quantities}
        self._refused: dict[str, Counter[str]] = {name: Counter() for name in quantities}

    def add(self, record: Mapping[str, Any]) -> None:
        self._pictures += 1
        for name, told in record["estimates"].items():
            self._told[name].append(self._values(told))
        for name, why in record["refused"].items():
            self._refused[name][why] += 1

    def _values(self, told: _Told) -> _Told:
        """What `together` reads of it."""
        return {name: self._one(told[name]) for name in _READ}

    def _one(self, value: Any) -> Any:
        """Kernels are hardly ever equal; they and numbers stay as they are."""
        if not isinstance(value, str | list) or _is_kernel(value):
            return value
        return self._alike.setdefault(json.dumps(value), value)

    def told(self) -> dict[str, Any]:
        """The last line of `--json`. A NAME that some pictures have is told of those, with their number."""
        estimates, refused = {}, {}
        for name, quantity in self._quantities.items():
            if self._told[name]:
                estimates[name] = together(self._told[name], quantity)
            elif self._refused[name]:
                refused[name] = self._refused[name].most_common(1)[0][0]
        return {
            "set": {"pictures": self._pictures, "estimates": estimates, "refused": refused},
        }


def _is_kernel(value: str | list[Any]) -> bool:
    return isinstance(value, list) and isinstance(value[0][0], float)


def together(told: Sequence[_Told], quantity: Quantity) -> dict[str, Any]:
    """One estimate of several pictures': the median, the mean kernel, or the most frequent value."""
    ways = {"number": _median, "angle": _median, "kernel": _mean_kernel}
    ends = ways.get(quantity.kind, _most_frequent)(told, quantity)
    word = {"kernel": "mean", **dict.fromkeys(("name", "table"), "most frequent")}
    method = f"{word.get(quantity.kind, 'median')} over pictures of: {told[0]['method']}"
    words = {"level": LEVEL, "unit": told[0]["unit"], "method": method}
    return {**ends, **words, "assumes": told[0]["assumes"], "of": len(told)}


def _median(told: Sequence[_Told], quantity: Quantity) -> dict[str, Any]:
    """The median, its interval by drawing pictures with replacement, each value within its own interval.

    No end lies outside the values that the quantity can have.
    """
    value = np.array([one["value"] for one in told], float)
    origin = _direction(value) if quantity.kind == "angle" else 0.0
    if quantity.kind == "angle":
        value = (value - origin + np.pi / 2) % np.pi - np.pi / 2
    middle = float(np.median(value))
    low, high = (quantity.within(end) for end in _interval(value, _spreads(told)))
    ends = {"value": middle, "low": min(low, middle), "high": max(high, middle)}
    return {name: end + origin for name, end in ends.items()}


def _interval(value: Floats, spreads: Floats) -> tuple[float, float]:
    """spreads: (2, n), below and above; a value is drawn from halves of two normal distributions."""
    generator = np.random.default_rng(len(value))
    medians = [
        np.median(_drawn(value, spreads, rows, generator), axis=1) for rows in _portions(len(value))
    ]
    low, high = np.quantile(np.concatenate(medians), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _portions(count: int) -> list[int]:
    """DRAWS, as many at a time as AT_ONCE allows."""
    rows = max(1, AT_ONCE // count)
    whole, rest = divmod(DRAWS, rows)
    return [rows] * whole + [rest] * bool(rest)


def _drawn(value: Floats, spreads: Floats, rows: int, generator: np.random.Generator) -> Floats:
    chosen = generator.integers(len(value), size=(rows, len(value)))
    away = generator.standard_normal(chosen.shape)
    sides = np.where(away < 0, spreads[0][chosen], spreads[1][chosen])
    return np.asarray(value[chosen] + sides * away, np.float64)


def _direction(angles: Floats) -> float:
    """Of lines at these angles, which are the same half a turn on."""
    return float(np.angle(np.exp(2j * angles).mean()) / 2)


def _spreads(told: Sequence[_Told]) -> Floats:
    """Standard deviations (2, n) of every picture's own error below and above its value, from its interval."""
    return np.array([_sides(one) for one in told], float).T


def _sides(told: _Told) -> tuple[float, float]:
    """Wide above and narrow below where the interval is: that of a positive quantity often is."""
    if told["low"] is None or told["high"] is None:
        return 0.0, 0.0
    value, sides = told["value"], (told["low"], told["high"])
    below, above = (abs(float(end - value)) / 1.96 for end in sides)
    return below, above


def _mean_kernel(told: Sequence[_Told], quantity: Quantity) -> dict[str, Any]:
    """Tap by tap on the widest kernel's grid, its interval that of a mean of pictures (Student's t)."""
    side = max(len(one["value"]) for one in told)
    kernels = np.array([_padded(one["value"], side) for one in told])
    mean = kernels.mean(axis=0)
    if len(told) == 1:
        return {name: told[0][name] for name in ("value", "low", "high")}
    half = (
        student.ppf((1 + LEVEL) / 2, len(told) - 1) * kernels.std(axis=0, ddof=1) / len(told) ** 0.5
    )
    return {"value": mean.tolist(), "low": (mean - half).tolist(), "high": (mean + half).tolist()}


def _padded(rows: Sequence[Sequence[float]], side: int) -> Floats:
    around = (side - len(rows)) // 2
    return np.pad(np.array(rows, float), around)


def _most_frequent(told: Sequence[_Told], quantity: Quantity) -> dict[str, Any]:
    """values: compared as JSON, so that tables count too."""
    texts = Counter(json.dumps(one["value"]) for one in told)
    text, count = texts.most_common(1)[0]
    return {"value": json.loads(text), "low": None, "high": None, "probability": count / len(told)}
