"""The promises in numbers: alignment of HR and LR, and agreement of the two back ends.

    python -m benchmarks.promises

Writes benchmarks/results/promises.json; docs/numbers.md quotes it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

import degrade
from benchmarks import harness, photographs
from degrade.trace import Trace

SIDE, BREADTH, SCALE = 400, 8, 4
STRIP = 16
"""LR pixels at each end that borders reach to more than 0.01 HR pixels."""
VALUE_ONLY = {"gaussian_noise", "poisson_noise", "jpeg", "clamp", "quantise"}
Floats = npt.NDArray[np.float64]


def drawn(name: str, count: int) -> list[Trace]:
    keys = degrade.keys(0, map(str, range(count)))
    return degrade.draw(degrade.load_pipeline(name, scale=SCALE), keys)


def geometric(trace: Trace, blur: bool) -> Trace:
    """The steps that decide where light goes."""
    steps = [step for step in trace.lr if step.op not in VALUE_ONLY]
    kept = (step for step in steps if blur or not step.op.endswith("_blur"))
    return replace(trace, hr=(), lr=tuple(kept))


def error(trace: Trace) -> Floats:
    """Measured minus declared centre of mass of every LR pixel, in HR pixels: (2 axes, LR pixels)."""
    ramp = torch.arange(SIDE, dtype=torch.float32) / SIDE
    tall = ramp.view(1, SIDE, 1).expand(1, SIDE, BREADTH)
    wide = ramp.view(1, 1, SIDE).expand(1, BREADTH, SIDE)
    lr = degrade.apply([trace, trace], [tall, wide], threads=1)
    measured = np.stack([lr[0][0].mean(1).double().numpy(), lr[1][0].mean(0).double().numpy()])
    declared = [
        degrade.placement(trace, degrade.Size(SIDE, BREADTH)).y,
        degrade.placement(trace, degrade.Size(BREADTH, SIDE)).x,
    ]
    place = np.arange(SIDE // SCALE)
    return measured * SIDE - np.stack([axis.scale * place + axis.shift for axis in declared])


def summary(values: Sequence[float]) -> dict[str, float]:
    return {
        "median": round(float(np.median(values)), 5),
        "mean": round(float(np.mean(values)), 5),
        "p95": round(float(np.quantile(values, 0.95)), 5),
        "worst": round(float(np.max(values)), 5),
    }


def alignment(count: int) -> dict[str, Any]:
    """Interior and outermost strip of second_order, and the declared drift of the published scheme."""
    interior, ends, ends_without_blur = [], [], []
    for trace in drawn("second_order", count):
        away = np.abs(error(geometric(trace, blur=True)))
        interior.append(away[:, STRIP:-STRIP].max())
        ends.append(away[:, [0, -1]].max())
        ends_without_blur.append(np.abs(error(geometric(trace, blur=False)))[:, [0, -1]].max())
    drift = []
    for trace in drawn("realesrgan", count):
        axis = degrade.placement(trace, degrade.Size(SIDE, SIDE)).y
        drift.append(abs(axis.scale * (SIDE / SCALE - 0.5) + axis.shift - (SIDE - 0.5)))
    return {
        "draws": count,
        "unit": "HR pixels",
        "second_order interior, worst pixel of a draw": summary(interior),
        "second_order outermost LR pixel": summary(ends),
        "second_order outermost LR pixel, blur taken out": summary(ends_without_blur),
        "realesrgan declared drift at the far edge": summary(drift),
    }


def agreement(count: int) -> dict[str, Any]:
    """8-bit values that the two back ends give alike, on photographs, 400 -> 100."""
    hr = torch.from_numpy(photographs.crops(count, SIDE)).permute(0, 3, 1, 2).float() / 255
    result = {}
    for name in ("second_order", "realesrgan"):
        traces = drawn(name, count)
        hr_made = degrade.apply_hr(traces, hr)
        fast = degrade.apply_lr(traces, hr_made, engine="singles")
        slow = degrade.apply_lr(traces, hr_made, engine="batched")
        mse = float((fast - slow).square().mean())
        result[name] = {
            "samples": count,
            "equal_values": round(float((fast == slow).float().mean()), 6),
            "psnr_db": round(float(-10 * np.log10(mse)), 2) if mse else None,
        }
    return result


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.promises", description=__doc__)
    parser.add_argument("--draws", type=int, default=500, help="draws for the alignment")
    parser.add_argument("--samples", type=int, default=48, help="photographs for the agreement")
    parser.add_argument("--out", type=Path, help="where the JSON goes")
    options = parser.parse_args()
    machine = harness.describe_machine()
    body = {"alignment": alignment(options.draws), "back_ends": agreement(options.samples)}
    for part, figures in body.items():
        print(part)
        for name, value in figures.items():
            print(f"  {name}: {value}")
    print(f"written: {harness.write('promises', body, machine, options.out)}")


if __name__ == "__main__":
    main()
