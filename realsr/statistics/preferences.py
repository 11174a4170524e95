"""Strengths from pairwise choices: the Bradley-Terry model, with intervals, or why there is none.

P(i is preferred to j) = 1 / (1 + exp(s_j - s_i)). Bradley and Terry, Biometrika 1952; when a maximum exists:
Ford, American Mathematical Monthly 1957.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from realsr.statistics import student
from realsr.statistics.untold import StatisticsError, Untold

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.intp]

STEPS = 200
SETTLED = 1e-10
"""Largest gradient, in choices, at which the maximum is reached."""
FEWEST_GROUPS = 5
"""Raters from which on their agreement widens the intervals."""


@dataclass(frozen=True)
class Choices:
    """One comparison a place: first, second, items by number; won, the share of `first` in it (1 preferred, 0
    not, 0.5 neither); group, whose choice it is."""

    first: Whole
    second: Whole
    won: Floats
    group: Whole


@dataclass(frozen=True)
class Strengths:
    """value: (items,), in log odds, 0 in the mean. low, high: ends of 95 % intervals against that mean. method:
    how these were found."""

    value: Floats
    low: Floats
    high: Floats
    method: str


def wins(choices: Choices, items: int) -> Floats:
    """(items, items): how often the row was preferred to the column; undecided ones are half and half."""
    table = np.zeros((items, items))
    np.add.at(table, (choices.first, choices.second), choices.won)
    np.add.at(table, (choices.second, choices.first), 1.0 - choices.won)
    return table


def strengths(choices: Choices, items: int) -> Strengths | Untold:
    """The strengths that make the choices most likely, or why there are none.

    There is a maximum only where no group of items won (or lost) every comparison with the rest. Choices of one
    rater are not independent: from five raters on the intervals are the wider of those of independent choices
    and of those that take each rater as one (a sandwich estimate, Student's t). Raises StatisticsError for
    items that are not there or are compared with themselves."""
    _check(choices, items)
    table = wins(choices, items)
    apart = _apart(table)
    if apart is not None:
        return apart
    value = _maximum(table)
    spread: Floats = np.linalg.pinv(_information(table, value)).astype(np.float64)
    own = 1.959963984540054 * np.sqrt(np.diag(spread))
    groups = np.unique(choices.group).size
    if groups < FEWEST_GROUPS:
        return Strengths(value, value - own, value + own, "choices taken as independent")
    half = np.maximum(own, _of_groups(choices, value, spread, groups))
    return Strengths(value, value - half, value + half, f"over {groups} raters")


def groups_apart(table: Floats) -> list[list[int]]:
    """Items in groups that beat one another in a circle, by wins (items, items); one group: all have a
    strength."""
    _, labels = connected_components(csr_array(table > 0), directed=True, connection="strong")
    found = [
        np.flatnonzero(labels == label).tolist() for label in range(labels.max(initial=-1) + 1)
    ]
    return sorted(found, key=lambda group: group[0])


def _apart(table: Floats) -> Untold | None:
    found = groups_apart(table)
    if len(found) == 1 and len(table) > 1:
        return None
    if len(table) < 2:
        return Untold("fewer than two were compared")
    return Untold(
        "not connected: between some of them every choice fell the same way, or there was none, so that no "
        "finite strength tells how far they are apart"
    )


def _check(choices: Choices, items: int) -> None:
    sizes = {len(part) for part in (choices.first, choices.second, choices.won, choices.group)}
    ends = np.concatenate([choices.first, choices.second])
    if len(sizes) != 1 or np.any((ends < 0) | (ends >= items)):
        raise StatisticsError(
            f"choices of unequal lengths {sorted(sizes)}, or of items beyond {items}"
        )
    if np.any(choices.first == choices.second) or np.any((choices.won < 0) | (choices.won > 1)):
        raise StatisticsError("an item was compared with itself, or a share is outside 0 to 1")


def _chances(value: Floats) -> Floats:
    """(items, items): how likely the row is preferred to the column."""
    found: Floats = 1.0 / (1.0 + np.exp(value[None, :] - value[:, None]))
    return found


def _information(table: Floats, value: Floats) -> Floats:
    """The negative log-likelihood's second derivative; constants along the ones, which pinv leaves out."""
    chance = _chances(value)
    off = -(table + table.T) * chance * (1.0 - chance)
    np.fill_diagonal(off, 0.0)
    found: Floats = off - np.diag(off.sum(1))
    return found


def _maximum(table: Floats) -> Floats:
    """Newton's steps, none longer than 2 log odds; the likelihood is concave and its maximum is finite."""
    value, met = np.zeros(len(table)), table + table.T
    for _ in range(STEPS):
        gradient = table.sum(1) - (met * _chances(value)).sum(1)
        if np.abs(gradient).max() < SETTLED * max(1.0, float(met.max())):
            break
        step = np.linalg.pinv(_information(table, value)) @ gradient
        value = value + step * min(1.0, 2.0 / float(np.abs(step).max()))
        value -= value.mean()
    return value


def _of_groups(choices: Choices, value: Floats, spread: Floats, groups: int) -> Floats:
    """Half widths from how the gradients of the raters spread."""
    chance = _chances(value)[choices.first, choices.second]
    left = choices.won - chance
    _, place = np.unique(choices.group, return_inverse=True)
    scores = np.zeros((groups, len(value)))
    np.add.at(scores, (place, choices.first), left)
    np.add.at(scores, (place, choices.second), -left)
    covariance = spread @ (scores.T @ scores) @ spread * (groups / (groups - 1.0))
    half: Floats = student.quantile(0.95, groups - 1.0) * np.sqrt(np.diag(covariance).clip(0.0))
    return half
