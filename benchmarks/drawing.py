"""What a sample costs on the host before its pixels: drawing its trace, planning the steps, laying out a GPU's
batch.

    python -m benchmarks.drawing --help

CPU time of one thread. Every batch has keys of its own, and all costs are timed on the same traces. The
median stands beside the mean, since a garbage collection now and then falls on a few batches only.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import degrade
from benchmarks import harness
from degrade.execute.plan import Plan, plan_hr, plan_lr
from degrade.execute.program import program_of
from degrade.geometry import Size
from degrade.pipeline import Pipeline
from degrade.trace import Trace

PIPELINES = ["realesrgan", "second_order", "bsrgan", "shuffled", "web_reupload", "camera_phone"]
SIDE = 400
SCALE = 4
PARTS = ("draw", "plan", "lay_out")


def plan(traces: Sequence[Trace]) -> list[Plan]:
    """Check the records of some traces and place their steps, as applying them to HR images does."""
    for trace in traces:
        plan_hr(trace, Size(SIDE, SIDE))
    return [plan_lr(trace, Size(SIDE, SIDE)) for trace in traces]


def batch_seconds(pipeline: Pipeline, batch: int, item: int) -> tuple[float, float, float]:
    """CPU seconds of drawing, of planning and of laying out batch number `item`."""
    keys = degrade.keys(0, map(str, range(batch)), variant=item)
    start = time.process_time()
    traces = degrade.draw(pipeline, keys)
    drawn = time.process_time()
    plans = plan(traces)
    planned = time.process_time()
    program_of(plans, [Size(SIDE, SIDE)] * batch, 3)
    return drawn - start, planned - drawn, time.process_time() - planned


def measure(name: str, batch: int, count: int) -> dict[str, Any]:
    """Microseconds a sample over `count` batches, after one that is not timed."""
    pipeline = degrade.load_pipeline(name, scale=SCALE)
    seconds = [batch_seconds(pipeline, batch, item) for item in range(count + 1)][1:]
    row: dict[str, Any] = {"pipeline": name, "batch": batch, "batches": count}
    for part, values in zip(PARTS, zip(*seconds, strict=True), strict=True):
        micros = [1e6 * value / batch for value in values]
        row[part] = harness.spread(micros)
        row[f"{part}_mean"] = round(statistics.fmean(micros), 3)
    return row


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.drawing",
        description="CPU microseconds that drawing, planning and laying out cost a sample.",
    )
    add = parser.add_argument
    add("--pipelines", nargs="+", default=PIPELINES, help="names of pipelines")
    add("--batches", type=int, nargs="+", default=[32, 128], help="samples a batch")
    add("--count", type=int, default=100, help="batches timed of each")
    add("--out", type=Path, help="where the JSON goes (default: benchmarks/results/)")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> None:
    options = arguments(given)
    machine, rows = harness.describe_machine(), list[dict[str, Any]]()
    for name in options.pipelines:
        for batch in options.batches:
            rows.append(measure(name, batch, options.count))
            costs = ", ".join(f"{part} {rows[-1][part]}" for part in PARTS)
            print(f"{name}, batch {batch}: {costs}")
    body = {"unit": "CPU microseconds a sample", "side": SIDE, "scale": SCALE, "rows": rows}
    print(f"written: {harness.write('drawing', body, machine, options.out)}")


if __name__ == "__main__":
    main()
