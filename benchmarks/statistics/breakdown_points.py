"""How often the interval of a breakdown point holds it: `python -m benchmarks.statistics.breakdown_points`.

Gains of images are drawn from curves whose mean crosses 0 at a known severity, between two steps of the sweep.
Beside the interval of the report stands the bootstrap of the crossing point, for comparison.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.statistics.means import Generator, monte_carlo_error
from realsr.statistics.breakdown import Gains, crossing, ends
from realsr.statistics.intervals import LEVEL

VALUES = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
TRUTH = 1.3
SIZES = (5, 8, 14, 30)
SLOPES: Mapping[str, tuple[float, float]] = {"steady": (1.0, 0.0), "with slopes": (1.0, 0.3)}
"""The mean's fall a unit of severity, and its spread from image to image."""
EFFECTS: Mapping[str, Callable[[Generator, int], Gains]] = {
    "normal": lambda generator, images: generator.standard_normal(images),
    "exponential": lambda generator, images: generator.standard_exponential(images) - 1.0,
}
SPREAD, NOISE = 0.5, 0.1
"""Of the images' levels, and of each number, in the unit of the gains."""
SWEEPS, DRAWS = 4000, 400


@dataclass(frozen=True)
class Measured:
    """A row: per cent of sweeps whose interval holds the true point, by each kind of interval. width: the mean
    of those that have both ends within the range."""

    effects: str
    slopes: str
    images: int
    covered: float
    bootstrap: float
    width: float
    sweeps: int


def drawn_gains(generator: Generator, images: int, slopes: str, effects: str) -> Gains:
    """severities x images, their mean falling through 0 at `TRUTH`."""
    fall, spread = SLOPES[slopes]
    severities = np.array(VALUES)[:, None] - TRUTH
    level = SPREAD * EFFECTS[effects](generator, images)
    tilt = fall + spread * generator.standard_normal(images)
    noise = NOISE * generator.standard_normal((len(VALUES), images))
    return np.asarray(level - tilt * severities + noise)


def bootstrapped(gains: Gains, generator: Generator) -> tuple[float, float]:
    """The percentile bootstrap of the crossing point over images; beyond the range is infinite."""
    images = gains.shape[1]
    picks = generator.integers(0, images, (DRAWS, images))
    found = [crossing(VALUES, means) for means in gains[:, picks].mean(axis=2).T]
    places = [np.inf if each is None else each for each in found]
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(places, [tail, 1 - tail], method="nearest")
    return float(low), float(high)


def measure(
    images: int, slopes: str, effects: str = "normal", *, sweeps: int = SWEEPS, seed: int = 0
) -> Measured:
    """Coverage of the report's interval and of the bootstrap's on the same sweeps."""
    generator = np.random.default_rng([seed, images, *map(ord, slopes + effects)])
    bounds = []
    for _ in range(sweeps):
        gains = drawn_gains(generator, images, slopes, effects)
        low, high = ends(VALUES, gains)
        own = (np.inf if low is None else low, np.inf if high is None else high)
        bounds.append((own, bootstrapped(gains, generator)))
    table = np.array(bounds)
    covered = 100 * ((table[:, :, 0] <= TRUTH) & (table[:, :, 1] >= TRUTH)).mean(axis=0)
    widths = np.diff(table[:, 0])[np.isfinite(table[:, 0]).all(axis=1)]
    own_one, bootstrap = (round(float(value), 2) for value in covered)
    width = round(float(widths.mean()), 3)
    return Measured(effects, slopes, images, own_one, bootstrap, width, sweeps)


def rows(sweeps: int, seed: int = 0) -> list[Measured]:
    """Every number of images with every kind of curve."""
    return [
        measure(images, slopes, effects, sweeps=sweeps, seed=seed)
        for effects in EFFECTS
        for slopes in SLOPES
        for images in SIZES
    ]


def markdown(found: Sequence[Measured]) -> str:
    """The table for the documentation."""
    lines = [
        "| effects | images' curves | images | covers, % | bootstrap of the point, % |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.effects} | {row.slopes} | {row.images} | {row.covered:.1f} | {row.bootstrap:.1f} |"
        for row in found
    ]
    return "\n".join(lines) + "\n"


def record(found: Sequence[Measured], seed: int) -> str:
    """The JSON of a measurement."""
    data = {
        "what": "coverage of nominal 95 % intervals of a breakdown point, in per cent",
        "seed": seed,
        "numpy": np.__version__,
        "monte_carlo_error": round(monte_carlo_error(found[0].sweeps), 3),
        "severities": VALUES,
        "truth": TRUTH,
        "rows": [asdict(row) for row in found],
    }
    return json.dumps(data, indent=1) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the record and prints the Markdown table."""
    parser = argparse.ArgumentParser(description="Measure the coverage of breakdown intervals.")
    parser.add_argument("--sweeps", type=int, default=SWEEPS, help="simulated sweeps a row")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="a JSON file for the result")
    options = parser.parse_args(arguments)
    found = rows(options.sweeps, options.seed)
    if options.out is not None:
        options.out.write_text(record(found, options.seed), encoding="utf-8")
    sys.stdout.write(markdown(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
