"""How time and memory grow: with pixels, with the batch, and never faster than either.

Times are CPU times, least of several, so that other work on the machine does not count; a ratio that is too
large is measured again before it is believed. Memory is compared with the batch's largest stage: the sum over
the samples of the largest image that each is at any step.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
import torch
from torch.profiler import ProfilerActivity, profile

import degrade
from benchmarks import photographs
from degrade.execute.plan import plan_lr
from degrade.geometry import Size

PIPELINES = ["second_order", "realesrgan"]
CHANNELS = 3
FLOAT_BYTES = 4
PEAK_IN_STAGES = 8
TRIES = 5


def traces(name: str, count: int) -> list[degrade.Trace]:
    keys = degrade.keys(0, [f"photo{i}" for i in range(count)])
    return degrade.draw(degrade.load_pipeline(name, scale=4), keys)


def photos(count: int, side: int) -> torch.Tensor:
    """Photographs b 3 side side, enlarged where they are too small."""
    pixels = torch.from_numpy(photographs.crops(count, min(side, 256))).permute(0, 3, 1, 2)
    return torch.nn.functional.interpolate(pixels.float() / 255, size=(side, side))


def stage_bytes(drawn: Sequence[degrade.Trace], side: int) -> int:
    """The batch's largest stage."""
    areas = [
        max([side**2, *(step.placement.size.height * step.placement.size.width for step in plan)])
        for plan in (plan_lr(trace, Size(side, side)) for trace in drawn)
    ]
    return sum(areas) * CHANNELS * FLOAT_BYTES


def cpu_seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def growth(small: Callable[[], object], large: Callable[[], object], limit: float) -> float:
    """CPU time of `large` over that of `small`, the least of each; measured again while above the limit."""
    seconds = [(cpu_seconds(small), cpu_seconds(large)) for _ in range(3)][1:]
    for _ in range(TRIES):
        ratio = min(b for _, b in seconds) / min(a for a, _ in seconds)
        if ratio <= limit:
            break
        seconds.append((cpu_seconds(small), cpu_seconds(large)))
    return ratio


@pytest.mark.slow
@pytest.mark.parametrize("name", PIPELINES)
def test_time_is_linear_in_pixels(name: str) -> None:
    """From 256x256 to 1024x1024 a pixel costs at most 1.3 times as much, in the same eight plans."""
    drawn = traces(name, 8)

    def job(side: int, times: int) -> Callable[[], object]:
        hr = photos(len(drawn), side)
        return lambda: [degrade.apply_lr(drawn, hr, threads=1) for _ in range(times)]

    assert growth(job(256, 4), job(1024, 1), 16 / 4 * 1.3) <= 16 / 4 * 1.3


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["singles", "batched"])
def test_time_is_linear_in_the_batch(engine: degrade.execute.Engine) -> None:
    """64 samples cost at most 1.1 times eight times the eight: the same plans, eight times each."""
    drawn, hr = traces("second_order", 8), photos(8, 128)

    def job(copies: int, times: int) -> Callable[[], object]:
        all_hr = hr.repeat(copies, 1, 1, 1)
        return lambda: [
            degrade.apply_lr(drawn * copies, all_hr, threads=1, engine=engine) for _ in range(times)
        ]

    assert growth(job(1, 8), job(8, 1), 1.1) <= 1.1


def allocated(run: Callable[[], object]) -> int:
    """The most bytes that torch held at once of those that it took during a call."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        run()
    assert profiler.profiler is not None
    assert profiler.profiler.kineto_results is not None
    events = profiler.profiler.kineto_results.events()
    changes = sorted((e.start_ns(), e.nbytes()) for e in events if e.name() == "[memory]")
    held = most = 0
    for _, change in changes:
        held += change
        most = max(most, held)
    return most


@pytest.mark.slow
@pytest.mark.parametrize("name", PIPELINES)
def test_peak_memory_of_the_batched_back_end(name: str) -> None:
    """What a device would have to hold, the HR that came in left out, counted on the CPU's tensors."""
    drawn, hr = traces(name, 16), photos(16, 400)
    peak = allocated(lambda: degrade.apply_lr(drawn, hr, engine="batched"))
    assert 2 <= peak / stage_bytes(drawn, 400) <= PEAK_IN_STAGES


def resident(field: str) -> int:
    """A figure of this process' memory in bytes, as Linux reports it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(field))) * 1024


def resident_growth(name: str, count: int, side: int, threads: int) -> int:
    """Bytes by which this process' peak passes what it held before the call."""
    degrade.apply_lr(traces(name, count), photos(count, 64), threads=threads)
    drawn, hr = traces(name, count), photos(count, side)
    before = resident("VmRSS")
    degrade.apply_lr(drawn, hr, threads=threads)
    return resident("VmHWM") - before


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux' /proc")
@pytest.mark.parametrize("threads", [1, 4])
def test_peak_memory_of_the_singles_back_end(threads: int) -> None:
    """In a process of its own, whose peak is nothing else's."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        grown = pool.submit(resident_growth, "second_order", 8, 512, threads).result()
    assert grown / stage_bytes(traces("second_order", 8), 512) <= PEAK_IN_STAGES
