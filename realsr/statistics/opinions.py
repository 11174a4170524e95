"""Quality from ratings: what raters say of stimuli, with their bias, their inconsistency and their rejection.

Everywhere `scores` is stimuli x raters, float64, NaN where a rater did not rate a stimulus. Half widths are of
95 % intervals of a stimulus's quality over raters like these, by the normal distribution, as the
recommendations say.

ITU-T P.910 (2021), Annex E; Li, Bampis et al., A Simple Model for Subject Behavior in Subjective Experiments,
Human Vision and Electronic Imaging 2020; ITU-R BT.500-15, Annex 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from realsr.statistics.untold import StatisticsError

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NORMAL = NormalDist().inv_cdf(0.975)
FEWEST_OF_A_RATER = 3
"""Answers below which bias and inconsistency of a rater say nothing: the rater is left out of `consistent`."""
ROUNDS = 1000
SETTLED = 1e-9
"""Change of the qualities, as a norm, at which alternation ends."""


@dataclass(frozen=True)
class Opinions:
    """quality, half_width: (stimuli,), NaN where nobody counted, and half_width where one did. bias,
    inconsistency: (raters,), in grades, positive bias for who rates high; NaN where not estimated. kept:
    (raters,), whose answers count."""

    quality: Floats
    half_width: Floats
    bias: Floats
    inconsistency: Floats
    kept: Flags


def plain_opinions(scores: Floats) -> Opinions:
    """Mean opinion scores (MOS): the mean over raters. Raises StatisticsError for another shape or
    infinities."""
    table = _checked(scores)
    return _means(table, _nothing(table), _answering(table))


def unbiased_opinions(scores: Floats) -> Opinions:
    """MOS with each rater's mean deviation from it taken off. With missing answers, whoever rated easier
    stimuli is not taken for a friendly rater. Raises StatisticsError as `plain_opinions`."""
    table = _checked(scores)
    bias = _mean(table - _mean(table, 1)[:, None], 0)
    return _means(table - bias, bias, _answering(table))


def screened_opinions(scores: Floats, *, to_the_letter: bool = True) -> Opinions:
    """MOS of the raters that BT.500 keeps: rejected is who is often far out on both sides.

    Far out is 2 standard deviations of a stimulus's scores where their kurtosis is within 2 to 4, else
    sqrt(20); often is over 5 % of the answers, on both sides is a balance of under 0.3. to_the_letter: a
    stimulus on which all agree has no deviation, and by the recommendation's inequalities puts everybody out on
    both sides, which with few raters rejects all of them; False: it puts nobody out. Raises StatisticsError as
    `plain_opinions`."""
    table = _checked(scores)
    kept = _answering(table) & ~_rejected(table, to_the_letter)
    return _means(np.where(kept, table, np.nan), _nothing(table), kept)


def consistent_opinions(scores: Floats, step: float = 1.0) -> Opinions:
    """Quality, bias and inconsistency by maximum likelihood: score = quality + bias + inconsistency * N(0, 1).

    By alternating projection (P.910 Annex E). step: the distance of neighbouring grades; whoever answers in
    grades is not taken as surer than their rounding, step / sqrt(12), without which the likelihood has no
    bound. Raises StatisticsError as `plain_opinions`."""
    table = _checked(scores)
    kept = (~np.isnan(table)).sum(0) >= FEWEST_OF_A_RATER
    table = np.where(kept, table, np.nan)
    quality = _mean(table, 1)
    bias = _mean(table - quality[:, None], 0)
    for _ in range(ROUNDS):
        spread = _spreads(table - quality[:, None] - bias, step)
        before, quality = quality, _weighted(table - bias, spread**-2)
        bias = _mean(table - quality[:, None], 0)
        if np.linalg.norm(np.nan_to_num(quality - before)) < SETTLED:
            break
    weight = np.where(np.isnan(table), 0.0, spread**-2).sum(1)
    with np.errstate(divide="ignore"):
        half = np.where(weight > 0, NORMAL / np.sqrt(weight), np.nan)
    return Opinions(quality, half, bias, np.where(kept, spread, np.nan), kept)


def complete(scores: Floats) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Stimuli and raters (indices, ascending) of a table without gaps: whoever lacks the largest share,
    stimulus or rater, goes first. Raters go before stimuli where the shares are equal."""
    lacking = np.isnan(_checked(scores))
    rows, columns = np.arange(lacking.shape[0]), np.arange(lacking.shape[1])
    while rows.size and columns.size and lacking[np.ix_(rows, columns)].any():
        part = lacking[np.ix_(rows, columns)]
        of_rows, of_columns = part.mean(1), part.mean(0)
        if of_columns.max() >= of_rows.max():
            columns = np.delete(columns, of_columns.argmax())
        else:
            rows = np.delete(rows, of_rows.argmax())
    return rows, columns


def _checked(scores: Floats) -> Floats:
    table = np.asarray(scores, np.float64)
    if table.ndim != 2 or np.isinf(table).any():
        raise StatisticsError(
            f"scores of shape {table.shape}; expected finite ones, stimuli x raters, NaN for no answer"
        )
    return table


def _answering(table: Floats) -> Flags:
    return np.asarray(~np.isnan(table).all(0), np.bool_)


def _nothing(table: Floats) -> Floats:
    return np.full(table.shape[1], np.nan)


def _means(table: Floats, bias: Floats, kept: Flags) -> Opinions:
    count = (~np.isnan(table)).sum(1)
    deviation = np.where(count > 1, _deviation(table, 1, 1), np.nan)
    half = NORMAL * deviation / np.sqrt(np.maximum(count, 1))
    return Opinions(_mean(table, 1), half, bias, _nothing(table), kept)


def _mean(table: Floats, axis: int) -> Floats:
    """Over what is there; NaN where nothing is."""
    count = (~np.isnan(table)).sum(axis)
    found: Floats = np.where(count > 0, np.nansum(table, axis) / np.maximum(count, 1), np.nan)
    return found


def _deviation(table: Floats, axis: int, less: int) -> Floats:
    """The root of the squares' sum over count - `less`."""
    centred = table - np.expand_dims(_mean(table, axis), axis)
    count = (~np.isnan(table)).sum(axis)
    found: Floats = np.sqrt(np.nansum(centred**2, axis) / np.maximum(count - less, 1))
    return found


def _spreads(residuals: Floats, step: float) -> Floats:
    """Of every rater; one that is never wrong is held to the rounding of grades, or to almost nothing."""
    found = _deviation(residuals, 0, 0)
    least = step / math.sqrt(12.0) or 1e-3 * float(np.sqrt(np.mean(found**2))) or 1e-9
    return np.maximum(found, least)


def _weighted(table: Floats, weights: Floats) -> Floats:
    present = np.where(np.isnan(table), 0.0, weights)
    total = present.sum(1)
    found: Floats = np.where(
        total > 0, (np.nan_to_num(table) * present).sum(1) / np.where(total > 0, total, 1.0), np.nan
    )
    return found


def _rejected(table: Floats, to_the_letter: bool) -> Flags:
    """Who is far out often and on both sides."""
    middle, spread = _mean(table, 1), _deviation(table, 1, 1)
    reach = np.where(_is_bell(table), 2.0, math.sqrt(20.0)) * spread
    tells = ((spread > 0.0) | to_the_letter)[:, None] & ~np.isnan(table)
    above = (tells & (table >= (middle + reach)[:, None])).sum(0)
    below = (tells & (table <= (middle - reach)[:, None])).sum(0)
    out = above + below
    often = out > 0.05 * (~np.isnan(table)).sum(0)
    found: Flags = often & (np.abs(above - below) < 0.3 * np.maximum(out, 1))
    return found


def _is_bell(table: Floats) -> Flags:
    """Whether the kurtosis of each stimulus's scores is that of a normal distribution, roughly."""
    centred = table - _mean(table, 1)[:, None]
    second, fourth = _mean(centred**2, 1), _mean(centred**4, 1)
    kurtosis = fourth / np.where(second > 0.0, second, 1.0) ** 2
    found: Flags = (kurtosis >= 2.0) & (kurtosis <= 4.0)
    return found
