"""Making pairs: this toolkit beside Real-ESRGAN's data path on the CPU, 400 -> 100, batches of 12.

    python -m benchmarks.real_esrgan --help

Both sides work on the same photographs with plans that are the same in every round, in turns within
one process. docs/benchmarks.md says what is equal and what is not.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import torch

import degrade
from benchmarks import basicsr_import, harness, photographs
from benchmarks.harness import Contender
from benchmarks.ours import Ours
from benchmarks.real_esrgan_peer import RealEsrgan, draw_kernels, seed_everything

SIDE = 400
BATCH = 12
FEED_DATA = "Real-ESRGAN feed_data"
DEGRADATION = "Real-ESRGAN feed_data without crop and queue"
PROCESSES = "Real-ESRGAN in single-thread processes"
PIPELINES = ("realesrgan", "second_order")


class Peer:
    """Real-ESRGAN on fixed plans: item n is seeded with n, its kernels made beforehand."""

    def __init__(self, hr: torch.Tensor, items: Sequence[int], *, usm: bool, pool: bool) -> None:
        self.model = RealEsrgan(usm=usm, pool=pool, device=hr.device)
        self.hr = hr
        self.kernels = {item: self._kernels(item) for item in items}

    def _kernels(self, item: int) -> Any:
        seed_everything(item)
        return draw_kernels(len(self.hr)).to(self.hr.device)

    def run(self, item: int) -> object:
        seed_everything(item)
        return self.model.feed_data(self.hr, self.kernels[item])


def batch_of_photographs() -> torch.Tensor:
    """A batch of HR images, b 3 h w, float32, [0, 1]."""
    pixels = torch.from_numpy(photographs.crops(BATCH, SIDE))
    return pixels.permute(0, 3, 1, 2).float().div(255.0).contiguous()


def _ours_name(pipeline: str, workers: int | degrade.Processes) -> str:
    kind = ", processes" if isinstance(workers, degrade.Processes) else ""
    return f"ours, {pipeline}{kind}"


def in_process(threads: int, usm: bool, items: Sequence[int], rounds: int) -> dict[str, Any]:
    """Everyone in this process with the same number of threads, taking turns batch by batch."""
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
    hr = batch_of_photographs()
    contenders = [
        Contender(FEED_DATA, Peer(hr, items, usm=usm, pool=True).run),
        Contender(DEGRADATION, Peer(hr, items, usm=usm, pool=False).run),
    ]
    with degrade.Processes(threads) as processes:
        kinds: list[int | degrade.Processes] = [processes, threads] if threads > 1 else [threads]
        # second_order has no USM, so that it has nothing to be compared with where the peer sharpens.
        for pipeline, workers in product(PIPELINES[: 1 if usm else None], kinds):
            ours = Ours(pipeline, hr, sharpen=usm, workers=workers)
            contenders.append(Contender(_ours_name(pipeline, workers), ours.run))
        seconds = harness.interleave(contenders, items, rounds, print)
    names = [contender.name for contender in contenders]
    return {
        "threads": threads,
        "usm": usm,
        "batches": len(items),
        "rounds": rounds,
        "pairs_per_second": harness.rates(seconds, BATCH),
        "times_faster": {
            f"{fast} / {slow}": harness.speedup(seconds, slow, fast)
            for slow in names[:2]
            for fast in names[2:]
        },
    }


_worker: list[Peer] = []
"""The one peer of a worker process."""


def _start_worker(items: Sequence[int]) -> None:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    _worker.append(Peer(batch_of_photographs(), items, usm=False, pool=True))
    _worker[0].run(items[0])


def _run_in_worker(item: int) -> None:
    _worker[0].run(item)


def _run_in_workers(pool: ProcessPoolExecutor, items: Sequence[int], _round: int) -> None:
    for _ in pool.map(_run_in_worker, items):
        pass


def _run_all(ours: Ours, items: Sequence[int], _round: int) -> None:
    for item in items:
        ours.run(item)


def against_processes(processes: int, items: Sequence[int], rounds: int) -> dict[str, Any]:
    """The peer as processes of one thread each, ours as one call over as many processes, or threads."""
    torch.set_num_threads(processes)
    cv2.setNumThreads(processes)
    hr = batch_of_photographs()
    with (
        degrade.Processes(processes) as own,
        ProcessPoolExecutor(
            processes, get_context("spawn"), initializer=_start_worker, initargs=(items,)
        ) as pool,
    ):
        contenders = [Contender(PROCESSES, partial(_run_in_workers, pool, items))]
        for workers in (own, processes):
            ours = Ours("realesrgan", hr, sharpen=False, workers=workers)
            name = _ours_name("realesrgan", workers)
            contenders.append(Contender(name, partial(_run_all, ours, items)))
        seconds = harness.interleave(contenders, [0], rounds, print)
    return {
        "processes": processes,
        "usm": False,
        "batches": len(items),
        "rounds": rounds,
        "pairs_per_second": harness.rates(seconds, BATCH * len(items)),
        "times_faster": {
            f"{contender.name} / {PROCESSES}": harness.speedup(seconds, PROCESSES, contender.name)
            for contender in contenders[1:]
        },
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.real_esrgan",
        description=__doc__.split("\n")[0] if __doc__ else "",
    )
    add = parser.add_argument
    add("--threads", type=int, nargs="+", default=[4, 2, 1], help="thread counts, USM off")
    add("--batches", type=int, default=30, help="batches a round, USM off; 0: leave out")
    add("--rounds", type=int, default=5, help="rounds, USM off; medians and extremes are over them")
    add("--usm-threads", type=int, nargs="+", default=[4], help="thread counts, USM on")
    add("--usm-batches", type=int, default=4, help="batches a round, USM on; 0: leave out")
    add("--usm-rounds", type=int, default=3, help="rounds, USM on")
    add("--processes", type=int, default=4, help="peer processes of one thread; 0: leave out")
    add("--out", type=Path, help="where the JSON goes (default: benchmarks/results/)")
    return parser.parse_args()


def markdown(results: Sequence[dict[str, Any]]) -> str:
    """The results as the table of docs/benchmarks.md."""
    head = "| USM | threads | ours | against | ours, pairs/s | theirs, pairs/s | times faster |"
    lines = [head, "|---" * 7 + "|"]
    for result in results:
        processes = result.get("processes")
        threads = f"{processes} x 1 against {processes}" if processes else result["threads"]
        rates = result["pairs_per_second"]
        for pair, ratio in result["times_faster"].items():
            ours, theirs = pair.split(" / ")
            cells = [ours.removeprefix("ours, "), theirs, rates[ours], rates[theirs], ratio]
            lines.append(
                " | ".join(["| on" if result["usm"] else "| off", f"{threads}", *map(str, cells)])
                + " |"
            )
    return "\n".join(lines)


def _show(result: dict[str, Any]) -> None:
    for name, rate in result["pairs_per_second"].items():
        print(f"  {name}: {rate} pairs/s")
    for name, ratio in result["times_faster"].items():
        print(f"  {name}: {ratio} times")


def measure(usm: bool, threads: Sequence[int], count: int, rounds: int) -> list[dict[str, Any]]:
    """In-process comparisons at each thread count; nothing where there are no batches."""
    results = []
    for number in threads if count else ():
        print(f"USM {'on' if usm else 'off'}, threads {number}, {count} batches of {BATCH}")
        results.append(in_process(number, usm, range(count), rounds))
        _show(results[-1])
    return results


def main() -> None:
    options = _arguments()
    machine = harness.describe_machine()
    results = measure(False, options.threads, options.batches, options.rounds)
    if options.processes and options.batches:
        print(f"USM off, {options.processes} peer processes of one thread")
        items = range(options.batches)
        results.append(against_processes(options.processes, items, options.rounds))
        _show(results[-1])
    results += measure(True, options.usm_threads, options.usm_batches, options.usm_rounds)
    body = {
        "patches_of_basicsr": basicsr_import.PATCHES,
        "side": SIDE,
        "batch": BATCH,
        "results": results,
    }
    print(markdown(results))
    print(f"written: {harness.write('real_esrgan', body, machine, options.out)}")


if __name__ == "__main__":
    main()
