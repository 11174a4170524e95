"""Making pairs: this toolkit beside BSRGAN's degradation, 400 -> 100, one thread each.

    python -m benchmarks.bsrgan --help

Both sides work on the same photographs with plans that are the same in every round, in turns within
one process. docs/benchmarks.md says what is equal and what is not.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from benchmarks import bsrgan_peer, harness, photographs
from benchmarks.harness import Contender
from benchmarks.ours import Ours

SIDE = 400
BATCH = 12
PEER = "BSRGAN degradation_bsrgan"
PIPELINES = ("bsrgan", "shuffled")


class Peer:
    """BSRGAN on fixed plans: item n is seeded with n."""

    def __init__(self, images: Sequence[bsrgan_peer.Image]) -> None:
        self.images = images

    def run(self, item: int) -> list[bsrgan_peer.Image]:
        bsrgan_peer.seed_everything(item)
        return [bsrgan_peer.degrade(image) for image in self.images]


def contenders() -> list[Contender]:
    """The peer and our pipelines, on the same batch of photographs."""
    pixels = np.divide(photographs.crops(BATCH, SIDE), 255.0, dtype=np.float32)
    hr = torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous()
    ours = [
        Contender(f"ours, {name}", Ours(name, hr, sharpen=False, workers=1).run)
        for name in PIPELINES
    ]
    return [Contender(PEER, Peer(list(pixels)).run), *ours]


def measure(batches: int, rounds: int) -> dict[str, Any]:
    """Rates and ratios with one thread."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    seconds = harness.interleave(contenders(), range(batches), rounds, print)
    fast = [name for name in seconds if name != PEER]
    return {
        "threads": 1,
        "batches": batches,
        "rounds": rounds,
        "pairs_per_second": harness.rates(seconds, BATCH),
        "times_faster": {f"{name} / {PEER}": harness.speedup(seconds, PEER, name) for name in fast},
    }


def markdown(result: dict[str, Any]) -> str:
    """The result as the table of docs/benchmarks.md."""
    lines = [
        "| threads | ours | ours, pairs/s | theirs, pairs/s | times faster |",
        "|---" * 5 + "|",
    ]
    rates = result["pairs_per_second"]
    for pair, ratio in result["times_faster"].items():
        ours = pair.split(" / ")[0]
        cells = (result["threads"], ours.removeprefix("ours, "), rates[ours], rates[PEER], ratio)
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.bsrgan",
        description=__doc__.split("\n")[0] if __doc__ else "",
    )
    add = parser.add_argument
    add("--batches", type=int, default=30, help="batches a round")
    add("--rounds", type=int, default=5, help="rounds; medians and extremes are over them")
    add("--out", type=Path, help="where the JSON goes (default: benchmarks/results/)")
    return parser.parse_args()


def main() -> None:
    options = _arguments()
    machine = harness.describe_machine()
    print(f"{options.batches} batches of {BATCH}, one thread")
    result = measure(options.batches, options.rounds)
    body = {
        "patches_of_bsrgan": bsrgan_peer.PATCHES,
        "side": SIDE,
        "batch": BATCH,
        "results": [result],
    }
    print(markdown(result))
    print(f"written: {harness.write('bsrgan', body, machine, options.out)}")


if __name__ == "__main__":
    main()
