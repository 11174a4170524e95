"""How often the intervals cover the true mean, by simulation: `python -m benchmarks.statistics.means`.

Tables of known mean are drawn from the two-way model with stated shares of variance; an interval of 95 % should
hold that mean in 95 of 100.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from realsr.statistics.components import TwoWayTable
from realsr.statistics.intervals import (
    BOOTSTRAP_FROM,
    FEWEST,
    Interval,
    by_components,
    interval,
    percentile,
)

Generator = np.random.Generator
Ends = tuple[float, float]


@dataclass(frozen=True)
class Shares:
    """Parts of one value's variance: the image's, the case's, and the rest with the interaction. Sum 1."""

    image: float
    case: float
    rest: float


SHARES: Mapping[str, Shares] = {
    "images dominate": Shares(0.80, 0.10, 0.10),
    "degradations dominate": Shares(0.10, 0.80, 0.10),
    "interaction dominates": Shares(0.05, 0.05, 0.90),
    "interaction alone": Shares(0.0, 0.0, 1.0),
}
SIZES = ((5, 5), (14, 5), (5, 20), (14, 14), (14, 20), (14, 100))
SKEWED = "exponential"
SKEWED_SIZES = ((5, 5), (14, 20), (14, 100))
EFFECTS: Mapping[str, Callable[[Generator, tuple[int, int]], TwoWayTable]] = {
    "normal": lambda generator, shape: generator.standard_normal(shape),
    SKEWED: lambda generator, shape: generator.standard_exponential(shape) - 1.0,
}
TABLES = 4000


@dataclass(frozen=True)
class Measured:
    """A row of the table of coverage; covered: per cent of `tables`, by each interval. The error is Monte
    Carlo's, one standard error of a true 95 %."""

    effects: str
    shares: str
    images: int
    cases: int
    method: str
    covered: float
    components: float
    percentile: float
    width: float
    tables: int

    @property
    def error(self) -> float:
        return monte_carlo_error(self.tables)


def monte_carlo_error(tables: int) -> float:
    """Standard error, in per cent, of a coverage of 95 % measured on so many tables."""
    return 100.0 * math.sqrt(0.95 * 0.05 / tables)


def drawn_table(
    generator: Generator, size: tuple[int, int], shares: Shares, effects: str = "normal"
) -> TwoWayTable:
    """images x cases of true mean 0; the rest is normal, the two effects are as named in `EFFECTS`."""
    effect, (images, cases) = EFFECTS[effects], size
    return (
        math.sqrt(shares.image) * effect(generator, (images, 1))
        + math.sqrt(shares.case) * effect(generator, (1, cases))
        + math.sqrt(shares.rest) * generator.standard_normal(size)
    )


def measure(
    size: tuple[int, int],
    shares: str,
    *,
    effects: str = "normal",
    tables: int = TABLES,
    seed: int = 0,
) -> Measured:
    """Coverage of the interval that a report would give for this design, and of two others beside it."""
    generator = np.random.default_rng([seed, *size, *map(ord, shares + effects)])
    ends: list[tuple[Ends, Ends, Ends]] = []
    method = ""
    for _ in range(tables):
        table = drawn_table(generator, size, SHARES[shares], effects)
        chosen, plain = interval(table, "crossed"), by_components(table)
        if not isinstance(chosen, Interval):
            raise ValueError(f"{size}: {chosen}; coverage is measured where an interval is given")
        method = chosen.method
        ends.append(((chosen.low, chosen.high), (plain.low, plain.high), percentile(table)))
    bounds = np.array(ends)
    covered = 100.0 * ((bounds[:, :, 0] <= 0.0) & (bounds[:, :, 1] >= 0.0)).mean(0)
    width = float(np.diff(bounds[:, 0]).mean())
    own, plain_ones, percentiles = (round(float(value), 2) for value in covered)
    return Measured(
        effects=effects,
        shares=shares,
        images=size[0],
        cases=size[1],
        method=method,
        covered=own,
        components=plain_ones,
        percentile=percentiles,
        width=round(width, 4),
        tables=tables,
    )


def rows(
    tables: int, seed: int = 0, say: Callable[[Measured], None] = lambda row: None
) -> list[Measured]:
    """Every design under every mix of variances, and some again with skewed effects."""
    plan = [(size, shares, "normal") for size in SIZES for shares in SHARES]
    plan += [(size, shares, SKEWED) for size in SKEWED_SIZES for shares in list(SHARES)[:3]]
    found = []
    for size, shares, effects in plan:
        found.append(measure(size, shares, effects=effects, tables=tables, seed=seed))
        say(found[-1])
    return found


def markdown(found: Sequence[Measured]) -> str:
    """The table for the documentation."""
    lines = [
        "| effects | variance | images x degradations | interval given | covers, % "
        "| components, % | plain bootstrap, % |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in found:
        share = SHARES[row.shares]
        mix = f"{row.shares} ({share.image:g} / {share.case:g} / {share.rest:g})"
        lines.append(
            f"| {row.effects} | {mix} | {row.images} x {row.cases} | {row.method} | "
            f"{row.covered:.1f} | {row.components:.1f} | {row.percentile:.1f} |"
        )
    return "\n".join(lines) + "\n"


def record(found: Sequence[Measured], seed: int) -> str:
    """The JSON of a run."""
    data = {
        "what": "coverage of nominal 95 % intervals, in per cent",
        "seed": seed,
        "numpy": np.__version__,
        "monte_carlo_error": round(found[0].error, 3),
        "bounds": {"fewest": FEWEST, "bootstrap_from": BOOTSTRAP_FROM},
        "shares": {name: asdict(shares) for name, shares in SHARES.items()},
        "rows": [asdict(row) for row in found],
    }
    return json.dumps(data, indent=1) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the record and prints the Markdown table."""
    parser = argparse.ArgumentParser(description="Measure the coverage of the report's intervals.")
    parser.add_argument("--tables", type=int, default=TABLES, help="simulated tables a row")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="a JSON file for the result")
    options = parser.parse_args(arguments)
    found = rows(options.tables, options.seed, lambda row: _said(f"{row}\n"))
    if options.out is not None:
        options.out.write_text(record(found, options.seed), encoding="utf-8")
    sys.stdout.write(markdown(found))
    return 0


def _said(line: str) -> None:
    sys.stderr.write(line)


if __name__ == "__main__":
    sys.exit(main())
