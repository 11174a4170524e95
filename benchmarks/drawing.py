"""What a sample costs on the host before its pixels: drawing, planning the steps, laying out a GPU's batch.

    python -m benchmarks.drawing --help

Two ways to the same decisions, in turns: trace by trace, as manifests and the CPU want them, and by columns of
the whole batch, as on-line degradation on a GPU does (HR and LR steps). Each has keys of its own, since tables
that one way made of drawn values would be there for the other. CPU time of one thread. The median stands
beside the mean, since a garbage collection now and then falls on a few batches.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

import degrade
from benchmarks import harness
from degrade.draw import draw_columns
from degrade.execute.placing import placed_lr
from degrade.execute.plan import Plan, plan_hr, plan_lr
from degrade.execute.program import program_of, program_of_steps
from degrade.geometry import Size
from degrade.online import hr_program
from degrade.operators.table import OPERATORS
from degrade.pipeline import Pipeline
from degrade.trace import Trace

PIPELINES = ["realesrgan", "second_order", "bsrgan", "shuffled", "web_reupload", "camera_phone"]
SIDE = 400
SCALE = 4
PARTS = ("draw", "plan", "lay_out")
COLUMNS = ("draw_columns", "place_columns", "lay_out_columns")
HR = Size(SIDE, SIDE)


def seconds_of(parts: Sequence[Callable[[], object]]) -> list[float]:
    """CPU seconds of each part, one after the other."""
    times = [time.process_time()]
    for part in parts:
        part()
        times.append(time.process_time())
    return [end - start for start, end in pairwise(times)]


class Batch:
    """One batch on its way, a part at a time."""

    def __init__(self, pipeline: Pipeline, batch: int, item: int) -> None:
        self.pipeline = pipeline
        self.keys = degrade.keys(0, map(str, range(batch)), variant=item)
        self.sizes = [HR] * batch


class ByTraces(Batch):
    """Trace by trace, the LR steps laid out."""

    def draw(self) -> None:
        self.traces = degrade.draw(self.pipeline, self.keys)

    def plan(self) -> None:
        self.plans = plan(self.traces)

    def lay_out(self) -> None:
        program_of(self.plans, self.sizes, 3)


class ByColumns(Batch):
    """The whole batch at once, HR steps and LR steps laid out."""

    def draw(self) -> None:
        columns = draw_columns(self.pipeline, self.keys)
        assert columns is not None, f"{self.pipeline.name} is drawn trace by trace only"
        self.columns = columns

    def plan(self) -> None:
        steps = placed_lr(self.columns, HR, OPERATORS)
        assert steps is not None
        self.steps = steps

    def lay_out(self) -> None:
        hr_program(self.pipeline, self.columns, HR, 3)
        sizes = np.tile(np.array(HR, np.int64), (len(self.keys), 1))
        program_of_steps(self.steps, sizes, 3)


def plan(traces: Sequence[Trace]) -> list[Plan]:
    """Check the records of some traces and place their steps, as applying them to HR images does."""
    for trace in traces:
        plan_hr(trace, HR)
    return [plan_lr(trace, HR) for trace in traces]


def batch_seconds(pipeline: Pipeline, batch: int, item: int) -> list[float]:
    """CPU seconds of PARTS and of COLUMNS for batch number `item`."""
    traces, columns = ByTraces(pipeline, batch, 2 * item), ByColumns(pipeline, batch, 2 * item + 1)
    return [
        seconds
        for way in (traces, columns)
        for seconds in seconds_of((way.draw, way.plan, way.lay_out))
    ]


def measure(name: str, batch: int, count: int) -> dict[str, Any]:
    """Microseconds a sample over `count` batches, after one that is not timed."""
    pipeline = degrade.load_pipeline(name, scale=SCALE)
    seconds = [batch_seconds(pipeline, batch, item) for item in range(count + 1)][1:]
    row: dict[str, Any] = {"pipeline": name, "batch": batch, "batches": count}
    parts = dict(zip((*PARTS, *COLUMNS), zip(*seconds, strict=True), strict=True))
    parts["columns"] = tuple(map(sum, zip(*(parts[part] for part in COLUMNS), strict=True)))
    for part, values in parts.items():
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
            costs = ", ".join(f"{part} {rows[-1][part]}" for part in (*PARTS, *COLUMNS, "columns"))
            print(f"{name}, batch {batch}: {costs}")
    body = {"unit": "CPU microseconds a sample", "side": SIDE, "scale": SCALE, "rows": rows}
    print(f"written: {harness.write('drawing', body, machine, options.out)}")


if __name__ == "__main__":
    main()
