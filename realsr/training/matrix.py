"""What a grid comes to: trained on in rows, validated on in columns, dB against bicubic enlargement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, stdev

from realsr.training.logs import read_log

Gains = Mapping[str, float]
"""By validation set: PSNR of the network less that of bicubic enlargement."""


def gains(run: Path) -> Gains:
    """Of a training's last validation; empty where there was none."""
    found: dict[str, float] = {}
    for event in read_log(run):
        if event["kind"] == "validation":
            name = event["set"]
            found[name] = event[name]["psnr"] - event[f"{name}/bicubic"]["psnr"]
    return found


def matrix(runs: Sequence[tuple[str, Gains]]) -> list[str]:
    """Lines of a table over (row's name, gains); runs of one name are its seeds, told by mean and deviation."""
    columns = list(dict.fromkeys(name for _, found in runs for name in found))
    if not columns:
        return []
    rows = [["dB against bicubic", *columns]]
    for name in dict.fromkeys(name for name, _ in runs):
        of_name = [found for other, found in runs if other == name]
        rows.append([name, *(_cell([each[c] for each in of_name if c in each]) for c in columns)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(word.ljust(w) for word, w in zip(row, widths, strict=True)) for row in rows]


def _cell(values: Sequence[float]) -> str:
    if not values:
        return "-"
    spread = f" +- {stdev(values):.2f}" if len(values) > 1 else ""
    return f"{mean(values):+.2f}{spread}"
