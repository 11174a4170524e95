"""Operator by operator on the CPU: this toolkit beside kornia, albumentations, torchvision and torch.

    python -m benchmarks.operators --help

All sides work on the same photographs, in turns within one process. Parameters are drawn beforehand; random
fields are part of the operator. docs/benchmarks.md says what is equal and what is not.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks import harness, operators_peers
from benchmarks.harness import Contender
from benchmarks.operators_rows import ROWS, Row
from benchmarks.operators_work import Call, Work, batches, floor

OURS, FLOOR = "ours", "floor"
LIBRARIES = ("kornia", "albumentations", "torchvision")
SETTINGS = ((12, 1), (12, 4), (1, 1))
"""(images a batch, threads)."""


def installed() -> dict[str, bool]:
    """The peers, and whether each is here."""
    return {name: importlib.util.find_spec(name) is not None for name in LIBRARIES}


def describe() -> dict[str, Any]:
    """The machine, with the versions of the peers besides."""
    machine = harness.describe_machine()
    peers = {name: metadata.version(name) for name, here in installed().items() if here}
    return {**machine, "versions": {**machine["versions"], **peers}}


def library_of(name: str) -> str:
    """`albumentations, uint8` -> `albumentations`."""
    return name.partition(",")[0]


def calls_of(row: Row, work: Work, here: Mapping[str, bool]) -> dict[str, Call]:
    """Every side that can run here, made ready on a batch."""
    others = {name: side for name, side in row.others.items() if here.get(library_of(name), True)}
    sides = {OURS: row.ours, **others}
    return {name: side(work) for name, side in sides.items()} | {FLOOR: floor(work, row.scale)}


def contenders(calls: Sequence[Mapping[str, Call]]) -> list[Contender]:
    """One a side; item n is batch n."""

    def runner(name: str) -> Contender:
        return Contender(name, lambda item: calls[item % len(calls)][name]())

    return [runner(name) for name in calls[0]]


def on_255(result: Any) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Any side's result as float32 b h w 3 on 0..255."""
    if isinstance(result, torch.Tensor):
        return _scaled(result.permute(0, 2, 3, 1).numpy())
    images = [
        one.permute(1, 2, 0).numpy() if isinstance(one, torch.Tensor) else one for one in result
    ]
    return np.stack([_scaled(image) for image in images])


def _scaled(pixels: Any) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.asarray(pixels * (1.0 if pixels.dtype == np.uint8 else 255.0), dtype=np.float32)


def compare(row: Row, work: Work, calls: Mapping[str, Call]) -> dict[str, dict[str, float]]:
    """Each side's pixels on 0..255: of a drawn operator the noise, else how far they are from ours."""
    results = {name: on_255(call()) for name, call in calls.items() if name != FLOOR}
    if row.random:
        images = on_255(work.tensors)
        return {
            name: {"noise": round(float((made - images).std()), 2)}
            for name, made in results.items()
        }
    return {
        name: {"mean": round(float(gap.mean()), 4), "largest": round(float(gap.max()), 3)}
        for name, made in results.items()
        if name != OURS
        for gap in [np.abs(made - results[OURS])]
    }


def time_row(row: Row, works: Sequence[Work], options: argparse.Namespace) -> dict[str, Any]:
    """One operator at one setting."""
    calls = [calls_of(row, work, installed()) for work in works]
    count = len(works[0].images)
    seconds = harness.interleave(
        contenders(calls), range(max(1, options.images // count)), options.rounds
    )
    return {
        "batch": count,
        "threads": works[0].threads,
        "images_per_second": harness.rates(seconds, count),
        "times_faster": {
            name: harness.speedup(seconds, name, OURS)
            for name in seconds
            if name not in (OURS, FLOOR)
        },
    }


def measure(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Every operator at every setting, and its pixels beside ours."""
    chosen = [row for row in ROWS if options.only in row.name]
    results: list[dict[str, Any]] = [
        {
            "operator": row.name,
            "differs": row.differs,
            "none": row.none,
            "random": row.random,
            "settings": [],
        }
        for row in chosen
    ]
    for batch, threads in options.settings:
        with batches(options.batch, options.side, batch, threads) as works:
            for row, result in zip(chosen, results, strict=True):
                result["settings"].append(time_row(row, works, options))
                if "pixels" not in result:
                    result["pixels"] = compare(row, works[0], calls_of(row, works[0], installed()))
                _show(row.name, result["settings"][-1])
    return results


def _show(name: str, setting: Mapping[str, Any]) -> None:
    ratios = ", ".join(
        f"{peer} {ratio.median:.2f}" for peer, ratio in setting["times_faster"].items()
    )
    print(f"{name}, {setting['batch']} at {setting['threads']}: {ratios}", flush=True)


def _marked(ratio: Mapping[str, float]) -> str:
    """Losses in bold."""
    text = f"{ratio['median']:.2g} ({ratio['lowest']:.2g}-{ratio['highest']:.2g})"
    return f"**{text}**" if ratio["median"] < 1.0 else text


def _pixels(result: Mapping[str, Any], peer: str) -> str:
    pixels = result["pixels"]
    if result["random"]:
        return f"{pixels[OURS]['noise']:.3g} / {pixels[peer]['noise']:.3g}"
    return f"{pixels[peer]['mean']:.2g}"


def _whole(rate: float) -> str:
    """Three digits, without an exponent."""
    digits = 2 - math.floor(math.log10(rate))
    return f"{round(rate, digits):,.{max(0, digits)}f}"


def _lines(result: Mapping[str, Any]) -> list[str]:
    first = result["settings"][0]["images_per_second"]
    lines, name = [], result["operator"]
    for peer in result["settings"][0]["times_faster"]:
        ratios = [_marked(setting["times_faster"][peer]) for setting in result["settings"]]
        rates = (_whole(first[side]["median"]) for side in (OURS, peer, FLOOR))
        lines.append(f"| {' | '.join((name, peer, *rates, *ratios, _pixels(result, peer)))} |")
        name = ""
    return lines


def markdown(results: Sequence[Mapping[str, Any]]) -> str:
    """The rows of a result file as the two tables of docs/benchmarks.md."""
    settings = [f"{one['batch']} at {one['threads']}" for one in results[0]["settings"]]
    columns = ("operator", "against", "ours", "theirs", "floor", *settings, "pixels")
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    lines += [line for result in results for line in _lines(result)]
    return "\n".join((*lines, "", *_differences(results)))


def _differences(results: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is not equal, operators with the same remark together."""
    remarks: dict[tuple[str, str], list[str]] = {}
    for result in results:
        lacking = ", ".join(result["none"]) or "-"
        remarks.setdefault((result["differs"], lacking), []).append(result["operator"])
    rows = (f"| {'; '.join(names)} | {' | '.join(remark)} |" for remark, names in remarks.items())
    return ["| operator | what differs | not in |", "|---|---|---|", *rows]


def read(path: Path) -> str:
    """The tables of a result file."""
    return markdown(json.loads(path.read_text())["results"])


def _setting(text: str) -> tuple[int, int]:
    batch, _, threads = text.partition("x")
    return int(batch), int(threads)


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.operators", description=__doc__.split("\n")[0] if __doc__ else ""
    )
    add = parser.add_argument
    add("--only", default="", help="only operators with this in their name, such as 'blur'")
    add("--side", type=int, default=400, help="side of the photographs, a multiple of 4")
    add("--batch", type=int, default=12, help="photographs in all")
    add("--images", type=int, default=12, help="images a round")
    add("--rounds", type=int, default=5, help="medians and extremes are over them")
    add("--settings", type=_setting, nargs="+", default=SETTINGS, metavar="BATCHxTHREADS")
    add("--out", type=Path, default=harness.RESULTS / "operators.json", help="the JSON file")
    add("--table", action="store_true", help="print the tables of the JSON file; measure nothing")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> None:
    options = arguments(given)
    if options.table:
        print(read(options.out))
        return
    machine = describe()
    missing = [name for name, here in installed().items() if not here]
    for name in missing:
        print(f"{name} is not installed: its columns are left out (pip install {name})")
    body = {
        "side": options.side,
        "images_a_round": options.images,
        "rounds": options.rounds,
        "not_installed": missing,
        "patches": operators_peers.PATCHES,
        "results": measure(options),
    }
    path = harness.write("operators", body, machine, options.out)
    print(read(path))
    print(f"written: {path}")


if __name__ == "__main__":
    main()
