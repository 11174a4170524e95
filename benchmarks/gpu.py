"""Making pairs on a CUDA device, 400 -> 100: the CPU's pixels first, then rates, the floor, the peer,
operators.

    python -m benchmarks.gpu --help

`--device cpu` rehearses it where there is no card. Writes benchmarks/results/gpu.json. docs/benchmarks.md says
what is compared.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

import degrade
from benchmarks import basicsr_import, gpu_operators, harness, photographs
from benchmarks.harness import Contender, Spread
from benchmarks.ours import Ours
from benchmarks.real_esrgan import Peer
from benchmarks.real_esrgan_peer import CROP, SCALE
from degrade.execute.batched import run_made
from degrade.execute.device import runs_packed
from degrade.execute.plan import Plan, plan_hr, plan_lr, plan_whole
from degrade.execute.program import program_of
from degrade.functional import gpu

PIPELINE = "realesrgan"
DRAWN = "ours, draw and apply"
APPLIED = "ours, apply alone"
READY = "ours, laid out ahead"
ONLINE = "ours, OnlineDegradation, the next batch ahead"
FEED_DATA = "Real-ESRGAN feed_data"
COPIED_BYTES = 2**28
"""Large enough to pass by every cache of today's cards."""
BYTES_A_VALUE = 4
MOST_APART, LEAST_EQUAL = 5e-7, 0.99
"""What is promised: an operator's distance from its definition, and the share of equal 8-bit values."""


def device_of(name: str) -> torch.device:
    """The device asked for; raises SystemExit where torch finds no such CUDA device."""
    device = torch.device(name)
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise SystemExit(
            f"this benchmark measures a CUDA device and torch finds no {name!r} here; run it on a machine that "
            "has one"
        )
    return device


def finished(device: torch.device) -> None:
    """Waits for the device."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def photographs_on(device: torch.device, count: int, side: int) -> torch.Tensor:
    pixels = torch.from_numpy(photographs.crops(count, side)).to(device)
    return pixels.permute(0, 3, 1, 2).float().div(255.0).contiguous()


def _waiting(run: Callable[[int], object], device: torch.device) -> Callable[[int], object]:
    def wait(item: int) -> None:
        run(item)
        finished(device)

    return wait


class Ready:
    """Our side with the batches laid out beforehand: what is left for the device and its launches."""

    def __init__(self, ours: Ours, items: Sequence[int], usm: bool) -> None:
        size, count = degrade.Size(*ours.hr.shape[-2:]), len(ours.hr)
        plan = plan_whole if usm else plan_lr
        self.hr = ours.hr
        self.programs = {
            item: program_of([plan(one, size) for one in ours.draw(item)], [size] * count, 3)
            for item in items
        }

    def run(self, item: int) -> object:
        return run_made(self.programs[item], self.hr)


class Applied:
    """Our side with the traces drawn beforehand."""

    def __init__(self, ours: Ours, items: Sequence[int]) -> None:
        self.ours = ours
        self.traces = {item: ours.draw(item) for item in items}

    def run(self, item: int) -> object:
        return self.ours.apply(self.traces[item], self.ours.hr)


class Online:
    """Our side as a training has it: HR steps and LR steps, the next batch laid out by a thread meanwhile."""

    def __init__(self, hr: torch.Tensor) -> None:
        self.degradation = degrade.OnlineDegradation(PIPELINE, scale=4)
        self.hr = hr
        self.sources = [str(number) for number in range(len(hr))]
        self.ready = self.ahead(0)

    def ahead(self, item: int) -> tuple[int, Any]:
        height, width = self.hr.shape[-2:]
        return item, self.degradation.ahead(self.sources, item, (height, width), self.hr.device)

    def run(self, item: int) -> object:
        made, ready = self.ready if self.ready[0] == item else self.ahead(item)
        self.ready = self.ahead(item + 1)
        return self.degradation(self.hr, self.sources, made, ready)


def contenders(hr: torch.Tensor, usm: bool, items: Sequence[int], peer: bool) -> list[Contender]:
    """Ours with and without drawing, and the peer's data path with its queue where it is wanted."""
    ours = Ours(PIPELINE, hr, sharpen=usm, workers=1)
    runs: dict[str, Callable[[int], object]] = {
        DRAWN: ours.run,
        APPLIED: Applied(ours, items).run,
    }
    if runs_packed(hr.device):
        runs[READY] = Ready(ours, items, usm).run
    if usm:
        runs[ONLINE] = Online(hr).run
    if peer:
        runs[FEED_DATA] = Peer(hr, items, usm=usm, pool=True).run
    return [Contender(name, _waiting(run, hr.device)) for name, run in runs.items()]


def making_pairs(
    hr: torch.Tensor, usm: bool, items: Sequence[int], rounds: int, peer: bool
) -> dict[str, Any]:
    """Pairs a second of everyone, in turns on the same batches."""
    seconds = harness.interleave(contenders(hr, usm, items, peer), items, rounds, print)
    faster = {
        f"{name} / {FEED_DATA}": harness.speedup(seconds, FEED_DATA, name)
        for name in seconds
        if peer and name != FEED_DATA
    }
    rates = harness.rates(seconds, len(hr))
    return {"batch": len(hr), "usm": usm, "pairs_per_second": rates, "times_faster": faster}


def plans_of(hr: torch.Tensor, item: int, usm: bool) -> list[Plan]:
    """The steps of a batch with their sizes."""
    size = degrade.Size(*hr.shape[-2:])
    traces = Ours(PIPELINE, hr, sharpen=usm, workers=1).draw(item)
    return [(*(plan_hr(one, size) if usm else ()), *plan_lr(one, size)) for one in traces]


def bytes_a_pair(plans: Sequence[Plan], channels: int = 3) -> float:
    """What a pair moves when every step reads its input once and writes its output once, float32."""
    steps = [step for plan in plans for step in plan]
    sizes = [size for step in steps for size in (step.size, step.placement.size)]
    pixels = sum(size.height * size.width for size in sizes)
    return BYTES_A_VALUE * channels * pixels / len(plans)


def copy_bandwidth(device: torch.device, size: int = COPIED_BYTES, repeats: int = 20) -> float:
    """Bytes a second, read and written, of a large copy within the device's memory."""
    source = torch.zeros(size, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    milliseconds = gpu_operators.milliseconds(lambda: target.copy_(source), device, repeats)
    return 2.0 * size / (milliseconds / 1000.0)


def draw_microseconds(hr: torch.Tensor, items: Sequence[int]) -> Spread:
    """Wall time of drawing one sample, on the host."""
    ours, spent = Ours(PIPELINE, hr, sharpen=False, workers=1), []
    for item in items:
        start = time.perf_counter()
        ours.draw(item)
        spent.append(1e6 * (time.perf_counter() - start) / len(hr))
    return harness.spread(spent)


def floor(hr: torch.Tensor, result: dict[str, Any], bandwidth: float) -> dict[str, float]:
    """How far a result is from what moving the bytes would allow."""
    moved = bytes_a_pair(plans_of(hr, 0, result["usm"]))
    most = bandwidth / moved
    return {
        "megabytes_a_pair": round(moved / 1e6, 2),
        "pairs_per_second": round(most, 1),
        "reached": round(
            max(
                rate.median
                for name, rate in result["pairs_per_second"].items()
                if name != FEED_DATA
            )
            / most,
            4,
        ),
    }


def describe(device: torch.device) -> dict[str, Any]:
    """The machine, and the card with what drives it."""
    machine = harness.describe_machine()
    if device.type != "cuda":
        return machine
    card = torch.cuda.get_device_properties(device)
    return {
        **machine,
        "card": card.name,
        "card_memory_gib": round(card.total_memory / 2**30, 1),
        "multiprocessors": card.multi_processor_count,
        "cuda": torch.version.cuda,
        "gpu_forms": gpu.usable(),
    }


class Clock:
    """Minutes that a run may take: what would begin after them is left out, and said so."""

    def __init__(self, minutes: float) -> None:
        self.end = time.monotonic() + 60.0 * minutes
        self.left_out: list[str] = []

    def allows(self, what: str) -> bool:
        late = time.monotonic() >= self.end
        if late:
            self.left_out.append(what)
            print(f"left out, its time is up: {what}")
        return not late


def checked(hr: torch.Tensor) -> dict[str, Any]:
    """Correctness before any time: raises SystemExit where the device is not what the CPU is."""
    agreement = gpu_operators.agreement(hr, PIPELINE, plans_of(hr, 0, True))
    print(f"agreement with the CPU: {agreement}")
    off = {
        name: one for name, one in agreement["largest_difference"].items() if not one <= MOST_APART
    }
    if off or agreement["equal_values"] < LEAST_EQUAL:
        raise SystemExit(
            f"wrong on {hr.device}: {agreement['equal_values']} of the values equal the CPU's, expected "
            f"{LEAST_EQUAL}; beyond {MOST_APART} from their definitions: {off or 'none'}; nothing was timed"
        )
    return agreement


def measure(options: argparse.Namespace, device: torch.device) -> dict[str, Any]:
    """Correctness first, then for every batch size the pairs, USM off and on, and last the operators."""
    items, peer, clock = (
        range(options.count),
        not options.no_peer and _has_peer(),
        Clock(options.minutes),
    )
    few = photographs_on(device, min(options.batches), options.side)
    agreement = checked(few)
    bandwidth = copy_bandwidth(device)
    print(f"copy: {bandwidth / 1e9:.0f} GB/s read and written")
    pairs: list[dict[str, Any]] = []
    for usm, batch in itertools.product((False, True), options.batches):
        if clock.allows(name := f"batch {batch}, USM {'on' if usm else 'off'}"):
            print(name)
            hr = photographs_on(device, batch, options.side)
            result = making_pairs(hr, usm, items, options.rounds, peer)
            pairs.append({**result, "floor": floor(hr, result, bandwidth)})
            _show(pairs[-1])
    operators = {}
    for batch in options.batches:
        if clock.allows(f"operators of a batch of {batch}"):
            hr = photographs_on(device, batch, options.side)
            operators[str(batch)] = gpu_operators.profile(plans_of(hr, 0, True), hr)
            _show_operators(operators[str(batch)])
    return {
        "agreement": agreement,
        "copy_gigabytes_per_second": round(bandwidth / 1e9, 1),
        "draw_microseconds_a_sample": draw_microseconds(few, items),
        "pairs": pairs,
        "operators": operators,
        "left_out": clock.left_out,
    }


def _has_peer() -> bool:
    return importlib.util.find_spec("basicsr") is not None


def _show(result: dict[str, Any]) -> None:
    for name, rate in result["pairs_per_second"].items():
        print(f"  {name}: {rate} pairs/s")
    for name, ratio in result["times_faster"].items():
        print(f"  {name}: {ratio} times")
    print(f"  floor: {result['floor']}")


def _show_operators(rows: dict[str, dict[str, float]]) -> None:
    for name, row in sorted(rows.items(), key=lambda pair: -pair[1]["milliseconds"]):
        print(f"  {name}: {row}")
    total = math.fsum(row["milliseconds"] for row in rows.values())
    print(
        f"  all operators: {total:.2f} ms; each with its own start and end, which a batch has once"
    )


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gpu", description=__doc__.split("\n\n")[0] if __doc__ else ""
    )
    add = parser.add_argument
    add("--device", default="cuda", help="the device, such as cuda or cuda:1")
    add("--batches", type=int, nargs="+", default=[32, 128], help="batch sizes")
    add("--side", type=int, default=400, help="side of the HR, a multiple of 4")
    add("--count", type=int, default=30, help="batches a round")
    add("--rounds", type=int, default=5, help="medians and extremes are over them")
    add("--minutes", type=float, default=8.0, help="after which nothing more is begun")
    add("--no-peer", action="store_true", help="leave Real-ESRGAN's data path out")
    add("--out", type=Path, help="where the JSON goes (default: benchmarks/results/)")
    options = parser.parse_args(given)
    if options.side % SCALE or options.side < SCALE:
        parser.error(f"--side {options.side}: expected a multiple of {SCALE}")
    if options.side < CROP and not options.no_peer and _has_peer():
        parser.error(
            f"--side {options.side}: expected at least {CROP}, which Real-ESRGAN's queue crops; or give "
            "--no-peer"
        )
    return options


def main(given: Sequence[str] | None = None) -> None:
    options = arguments(given)
    device = device_of(options.device)
    machine = describe(device)
    body = {
        "patches_of_basicsr": basicsr_import.PATCHES,
        "side": options.side,
        "batches_a_round": options.count,
        "rounds": options.rounds,
        **measure(options, device),
    }
    print(f"draw: {body['draw_microseconds_a_sample']} microseconds a sample")
    print(f"written: {harness.write('gpu', body, machine, options.out)}")


if __name__ == "__main__":
    main()
