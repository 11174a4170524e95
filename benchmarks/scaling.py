"""From one core to all: threads, worker processes, and processes that know nothing of one another.

    python -m benchmarks.scaling --help

`realesrgan`, USM off, 400 -> 100, traces drawn beforehand. The last are the ceiling: each runs a whole batch by
itself, so nothing is copied between them and none waits for another's sample.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any

import torch

import degrade
from benchmarks import harness, photographs
from benchmarks.harness import Contender
from degrade.execute.forked import forked_pool

SIDE = 400
ONE = "one thread"

Work = tuple[torch.Tensor, list[list[degrade.Trace]]]
"""A batch of HR images and, for each item, its traces."""

_work: list[Work] = []
"""The work of a forked process."""


def _run_alone(item: int) -> None:
    hr, traces = _work[0]
    degrade.apply_lr(traces[item], hr, threads=1)


def _batch(size: int, items: int) -> Work:
    pipeline = degrade.load_pipeline("realesrgan", scale=4)
    hr = torch.from_numpy(photographs.crops(size, SIDE)).permute(0, 3, 1, 2).contiguous() / 255.0
    keys = [degrade.keys(0, map(str, range(size)), variant=item) for item in range(items)]
    return hr, [degrade.draw(pipeline, each) for each in keys]


def compare(size: int, workers: int, items: int, rounds: int) -> dict[str, Any]:
    """All ways on the same batches, in turns; the ceiling runs each batch once in every process."""
    hr, traces = work = _batch(size, items)

    def run(item: int, **how: Any) -> None:
        degrade.apply_lr(traces[item], hr, **how)

    with (
        degrade.Processes(workers) as processes,
        forked_pool(workers, _work.append, work) as alone,
    ):
        contenders = [
            Contender(ONE, partial(run, threads=1)),
            Contender(f"{workers} threads", partial(run, threads=workers)),
            Contender(f"{workers} processes", partial(run, processes=processes)),
            Contender(ceiling := "apart", lambda i: list(alone.map(_run_alone, [i] * workers))),
        ]
        timed = harness.interleave(contenders, range(items), rounds, print)
    each_batch = [[spent / workers for spent in each] for each in timed[ceiling]]
    seconds = {**timed, ceiling: each_batch}
    return {
        "batch": size,
        "pairs_per_second": harness.rates(seconds, size),
        "times_one_thread": {
            each.name: harness.speedup(seconds, ONE, each.name) for each in contenders[1:]
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    add = parser.add_argument
    add("--batches", type=int, nargs="+", default=[12, 32], help="samples a batch")
    add("--workers", type=int, default=4)
    add("--items", type=int, default=4, help="batches a round")
    add("--rounds", type=int, default=5)
    add("--out", type=Path, help="where the JSON goes (default: benchmarks/results/)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    machine = harness.describe_machine()
    runs = [
        compare(size, options.workers, options.items, options.rounds) for size in options.batches
    ]
    for run in runs:
        for name, ratio in run["times_one_thread"].items():
            rate = run["pairs_per_second"][name]
            print(f"batch {run['batch']}, {name}: {ratio} times one thread, {rate} pairs/s")
    body = {"workers": options.workers, "rounds": options.rounds, "runs": runs}
    print(f"written: {harness.write('scaling', body, machine, options.out)}")


if __name__ == "__main__":
    main()
