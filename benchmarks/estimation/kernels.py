"""Kernels from pairs, by family: `python -m benchmarks.estimation.kernels PHOTOGRAPHS --noise 10`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.estimation.made_pairs import FAMILIES, MadeCase, made_case, photographs
from benchmarks.estimation.shares import Row, parser, rows_of, share, told
from realsr.estimation.findings import Findings
from realsr.estimation.pair.centring import middle, shifted
from realsr.estimation.pair.fitting import KernelFit, fit
from realsr.estimation.pair.kernel_rows import kernel_findings
from realsr.estimation.pair.leftover import leftover
from realsr.estimation.pair.planes import planes_of
from realsr.estimation.pair.response import SIGMA_OF_MTF50, response
from realsr.estimation.seen import Seen, SeenPair

Floats = npt.NDArray[np.float64]


def one(number: int, paths: list[Path], noise: float) -> Row:
    """A case: how near the kernel, the shift and the rest are, and what the intervals hold."""
    case = made_case(paths, number, noise)
    row: Row = {"picture": case.picture, "family": case.family, "scale": case.scale}
    pair = SeenPair(Seen(case.lr), Seen(case.hr), case.scale)
    found = fit(planes_of(pair))
    if not isinstance(found, KernelFit):
        return row | {"refused": found, "correlation": 0.0, "shift": 9.0, "held": {}}
    findings = kernel_findings(found, leftover(found), pair)
    return row | _compared(case, findings, noise)


def _compared(case: MadeCase, findings: Findings, noise: float) -> Row:
    place = case.first - (case.scale - 1) / 2 + middle(case.taps)
    truth = {"shift_y": place[0], "shift_x": place[1], "gain": 1.0}
    half = response(case.taps[None]).mtf50()[0]
    if not np.isnan(half):
        truth |= {"mtf50": case.scale * half, "blur_sigma": SIGMA_OF_MTF50 / (case.scale * half)}
    if noise:
        truth["noise_sigma_255"] = noise
    estimates = findings.estimates
    held = {
        name: bool(_number(estimates[name].low) <= value <= _number(estimates[name].high))
        for name, value in truth.items()
        if name in estimates
    }
    away = max(abs(_number(estimates[n].value) - truth[n]) for n in ("shift_y", "shift_x"))
    return {
        "correlation": correlation(np.array(estimates["kernel"].value), case.taps),
        "shift": away,
        "held": held,
    }


def _number(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)


def correlation(told_kernel: Floats, taps: Floats) -> float:
    """Pearson's, of two kernels about their middles."""
    side = max(len(told_kernel), len(taps) + 4)
    about = [np.pad(k, (side - len(k)) // 2) for k in (told_kernel, taps)]
    return float(np.corrcoef(about[0].ravel(), shifted(about[1], -middle(about[1])).ravel())[0, 1])


def figures(rows: Sequence[Row]) -> dict[str, object]:
    scales = sorted({row["scale"] for row in rows})
    return {
        "all": _near(rows),
        **{f"x{scale}": _near([row for row in rows if row["scale"] == scale]) for scale in scales},
        "median correlation": float(np.median([row["correlation"] for row in rows])),
        "smallest correlation": {
            family: min(own)
            for family in FAMILIES
            if (own := [row["correlation"] for row in rows if row["family"] == family])
        },
        "intervals that hold": _held(rows),
    }


def _near(rows: Sequence[Row]) -> dict[str, object]:
    near = {
        f"correlation > {least}": share(rows, [row["correlation"] > least for row in rows])
        for least in (0.99, 0.97)
    }
    placed = {
        f"shift within {most} HR px": share(rows, [row["shift"] <= most for row in rows])
        for most in (0.05, 0.1)
    }
    return {**near, **placed}


def _held(rows: Sequence[Row]) -> dict[str, object]:
    """Of each estimate, and of all together: a row a case and estimate."""
    names = sorted({name for row in rows for name in row["held"]})
    told_by = {name: [row for row in rows if name in row["held"]] for name in names}
    each = {name: share(own, [row["held"][name] for row in own]) for name, own in told_by.items()}
    every = [(row, row["held"][name]) for name, own in told_by.items() for row in own]
    return {**each, "all": share([row for row, _ in every], [held for _, held in every])}


def main() -> None:
    options = parser(__doc__ or "", 300)
    options.add_argument("--noise", type=float, default=0.0, help="sigma, levels of 255")
    asked = options.parse_args()
    paths = photographs(asked.photographs)
    rows = rows_of(one, asked, paths=paths, noise=asked.noise)
    told(figures(rows), rows, asked.json)


if __name__ == "__main__":
    main()
