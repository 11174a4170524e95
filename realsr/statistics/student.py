"""Student's t distribution: quantiles and two-sided p-values for any positive degrees of freedom.

Through the regularised incomplete beta function, evaluated by its continued fraction (Abramowitz and Stegun
26.5.8, summed by Lentz's method). scipy's agree to 1e-12, as a test holds, and not in the last digits, which
records of sweeps and pages keep: with these, a page made again says what it said.
"""

from __future__ import annotations

import math
from functools import lru_cache

from realsr.statistics.untold import StatisticsError

_TERMS = 10_000
_TINY = 1e-300
_NORMAL = 1e9
"""Degrees of freedom from which on the distribution is the normal one for every purpose."""


def two_sided(statistic: float, df: float) -> float:
    """P(|T| >= |statistic|), T of `df` degrees of freedom (may be infinite). Relative error below 1e-9."""
    if df <= 0.0:
        raise StatisticsError(f"{df} degrees of freedom; expected more than 0")
    df = min(df, _NORMAL)
    return _incomplete_beta(df / 2.0, 0.5, df / (df + statistic**2))


# A report asks for a few pairs thousands of times, at about a millisecond each.
@lru_cache(maxsize=4096)
def quantile(level: float, df: float) -> float:
    """The t > 0 with P(|T| <= t) = level: 2.228 for 0.95 and 10 degrees of freedom."""
    if not 0.0 < level < 1.0:
        raise StatisticsError(f"a level of {level}; expected one within (0, 1)")
    low, high = 0.0, 1.0
    while two_sided(high, df) > 1.0 - level:
        low, high = high, 2.0 * high
    while high - low > 1e-12 * high:
        middle = (low + high) / 2.0
        low, high = (middle, high) if two_sided(middle, df) > 1.0 - level else (low, middle)
    return high


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """I_x(a, b). The fraction converges fast left of the mean; I_x(a, b) = 1 - I_1-x(b, a) serves the rest."""
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - _incomplete_beta(b, a, 1.0 - x)
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(scale + a * math.log(x) + b * math.log1p(-x))
    return front * _fraction(a, b, x) / a


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction 1 / (1 + d1 / (1 + d2 / (1 + ...))) by Lentz's forward recurrence."""
    value, numerator, denominator = 1.0, 1.0, 0.0
    for index in range(_TERMS):
        coefficient = _coefficient(a, b, x, index)
        denominator = 1.0 / (1.0 + coefficient * denominator or _TINY)
        numerator = (1.0 + coefficient / numerator) or _TINY
        value *= numerator * denominator
        if abs(numerator * denominator - 1.0) < 1e-15:
            return 1.0 / value
    raise StatisticsError(f"the incomplete beta function ({a}, {b}) does not converge at {x}")


def _coefficient(a: float, b: float, x: float, index: int) -> float:
    """d1, d2, ... of the fraction, for index 0, 1, ..."""
    m = (index + 1) // 2
    if index % 2:
        return m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
    return -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
