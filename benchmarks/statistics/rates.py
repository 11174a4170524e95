"""How often AR's interval holds the true rate, by simulation: `python -m benchmarks.statistics.rates`.

The true rate is that of a space of degradations over all images there could be: the share of degradations whose
expected gap to the acceptance line is 0 or more.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from benchmarks.statistics.means import SHARES, drawn_table, monte_carlo_error
from realsr.robustness.judging.acceptance import acceptance_rate, rate_interval, resampled_rates
from realsr.robustness.judging.case_gaps import CaseGaps
from realsr.statistics.components import TwoWayTable
from realsr.statistics.intervals import Interval, wilson

SIZES = ((5, 5), (14, 20), (14, 100))
RATES = (0.5, 0.8, 0.95)
MIXES = tuple(SHARES)[:3]
"""Those where degradations differ: without that there is no rate but 0 and 1."""
TABLES = 1000

Ends = tuple[float, float]


@dataclass(frozen=True)
class RateCoverage:
    """Per cent of `tables` whose interval holds `rate`: the one of reports, the percentile bootstrap, and
    Wilson's over the cases. width: mean of the first."""

    shares: str
    images: int
    cases: int
    rate: float
    covered: float
    percentile: float
    wilson: float
    width: float
    tables: int


def measure_rate(
    size: tuple[int, int], shares: str, rate: float, *, tables: int = TABLES, seed: int = 0
) -> RateCoverage:
    """Coverage for normal effects. Raises ValueError for a design without an interval."""
    generator = np.random.default_rng([seed, *size, round(1e6 * rate), *map(ord, shares)])
    mix = SHARES[shares]
    shift = math.sqrt(mix.case) * NormalDist().inv_cdf(rate)
    ends = np.array([_ends(shift + drawn_table(generator, size, mix)) for _ in range(tables)])
    # Shares of cases are fractions: an end that is the rate itself may differ in the last bit.
    held = (ends[:, :, 0] <= rate + 1e-12) & (rate - 1e-12 <= ends[:, :, 1])
    own, percentile, over_cases = (round(float(value), 1) for value in 100.0 * held.mean(axis=0))
    width = round(float(np.diff(ends[:, 0]).mean()), 3)
    return RateCoverage(shares, *size, rate, own, percentile, over_cases, width, tables)


def _ends(table: TwoWayTable) -> tuple[Ends, Ends, Ends]:
    images, cases = ([str(place) for place in range(side)] for side in table.shape)
    gaps = CaseGaps(tuple(cases), tuple(images), table, ())
    own, alone = rate_interval(gaps), wilson(acceptance_rate(gaps), len(cases))
    if not isinstance(own, Interval):
        raise ValueError(f"{table.shape}: {own}; coverage is measured where an interval is given")
    low, high = np.quantile(resampled_rates(table, np.ones(len(cases))), [0.025, 0.975])
    return (own.low, own.high), (float(low), float(high)), (alone.low, alone.high)


def rows(
    tables: int, seed: int = 0, say: Callable[[RateCoverage], None] = lambda row: None
) -> list[RateCoverage]:
    """Every design, mix of variances and true rate."""
    found = []
    for shares in MIXES:
        for rate in RATES:
            for size in SIZES:
                found.append(measure_rate(size, shares, rate, tables=tables, seed=seed))
                say(found[-1])
    return found


def markdown(found: Sequence[RateCoverage]) -> str:
    """The table for the documentation."""
    lines = [
        "| variance | true AR | images x cases | covers, % | mean width | plain bootstrap, % | Wilson, % |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.shares} | {row.rate:g} | {row.images} x {row.cases} | {row.covered:.1f} | {row.width:.2f} | "
        f"{row.percentile:.1f} | {row.wilson:.1f} |"
        for row in found
    ]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the Markdown table."""
    parser = argparse.ArgumentParser(description="Measure the coverage of AR's interval.")
    parser.add_argument("--tables", type=int, default=TABLES, help="simulated tables a row")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    found = rows(options.tables, options.seed, lambda row: _said(f"{row}\n"))
    _said(f"one standard error of 95 %: {monte_carlo_error(options.tables):.2f}\n")
    sys.stdout.write(markdown(found))
    return 0


def _said(line: str) -> None:
    sys.stderr.write(line)


if __name__ == "__main__":
    sys.exit(main())
