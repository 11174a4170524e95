"""Features and truths of many pictures, into a folder of shards."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from realsr.estimation.codec.tables import luma_tables
from realsr.estimation.single.coding import UNCODED, BlockCoding
from realsr.estimation.single.features import features
from tools.predictor.degraded import Made, made
from tools.predictor.enlarged import case
from tools.predictor.noisy import noisy
from tools.predictor.sources import Random

Row = npt.NDArray[np.float32]
SHARD = 200


def _cropped(random: Random, pixels: npt.NDArray[np.uint8], quality: int) -> Row:
    """Features after a crop that moves the codec's grid, with grid and steps as the estimator finds them."""
    down, right = (int(random.integers(8)) for _ in range(2))
    steps = luma_tables()[quality - 1] if quality else None
    coding = UNCODED if steps is None else BlockCoding((-down % 8, -right % 8), steps)
    return features(np.ascontiguousarray(pixels[down:, right:]), coding)


def degraded_row(random: Random, number: int) -> Row:
    """By our pipelines."""
    return _described(random, made(random, number))


def noisy_row(random: Random, number: int) -> Row:
    """With white noise only."""
    return _described(random, noisy(random))


def _described(random: Random, one: Made) -> Row:
    """Features, then: MTF50, noise (both nan where not known), whether it is grey, quality, source."""
    found = _cropped(random, one.pixels, one.quality)
    truths = [one.mtf50, one.sigma, float(one.grey), float(one.quality), float(one.source)]
    return np.concatenate([found, truths]).astype(np.float32)


def enlarged_row(random: Random, number: int) -> Row:
    """Features, then: factor, filter, quality, source."""
    one = case(random)
    found = _cropped(random, one.pixels, one.quality)
    return np.concatenate([found, [one.factor, one.way, one.quality, one.source]]).astype(
        np.float32
    )


KINDS: dict[str, Callable[[Random, int], Row]] = {
    "degraded": degraded_row,
    "noisy": noisy_row,
    "enlarged": enlarged_row,
}


def collect(kind: str, count: int, folder: Path, seed: int) -> None:
    """Shards KIND-SEED-NUMBER.npy of SHARD rows each."""
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, count, SHARD):
        random = np.random.default_rng([seed, start])
        rows = [KINDS[kind](random, start + place) for place in range(SHARD)]
        np.save(folder / f"{kind}-{seed}-{start}.npy", np.stack(rows))


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(arguments)
    collect(asked.kind, asked.count, asked.folder, asked.seed)


if __name__ == "__main__":
    main(sys.argv[1:])
