"""Shares of cases that hold, with intervals by drawing photographs again, and what all benches share."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

Row = dict[str, Any]
DRAWS = 2000


def share(rows: Sequence[Row], holds: Sequence[bool]) -> dict[str, float]:
    """The share of rows that hold in per cent, its 95 % interval by photographs, and of how many.

    Where all hold or none does, photographs drawn again say nothing: the exact bound of so many cases stands
    in for them (Clopper and Pearson, 1934).
    """
    pictures, whose = np.unique([row["picture"] for row in rows], return_inverse=True)
    good, every = np.bincount(whose, np.array(holds, np.float64)), np.bincount(whose)
    chosen = np.random.default_rng(0).integers(len(pictures), size=(DRAWS, len(pictures)))
    drawn = 100 * good[chosen].sum(axis=1) / every[chosen].sum(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    share = float(100 * good.sum() / every.sum())
    if share in (0.0, 100.0):
        reach = 100 * 0.025 ** (1 / len(rows))
        low, high = (reach, 100.0) if share else (0.0, 100.0 - reach)
    return {
        "share": share,
        "low": float(low),
        "high": float(high),
        "cases": len(rows),
        "pictures": len(pictures),
    }


def parser(text: str, cases: int) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=text)
    made.add_argument("photographs", type=Path, help="a folder of them, 512 px and more")
    made.add_argument("--cases", type=int, default=cases)
    made.add_argument("--workers", type=int, default=1)
    made.add_argument(
        "--json", type=Path, help="where the figures go, cases beside it; called again, go on"
    )
    return made


def rows_of(one: Callable[..., Row], asked: argparse.Namespace, **fixed: Any) -> list[Row]:
    """Every case's row, by processes where there are several.

    Lines go to a file beside `--json` as they come; a run that was cut short goes on behind them.
    """
    settings = {name: value for name, value in fixed.items() if name != "paths"}
    known = _known(asked.json, settings)
    wanted = [number for number in range(asked.cases) if number not in known]
    with ProcessPoolExecutor(asked.workers) as pool:
        for number, row in zip(wanted, pool.map(partial(one, **fixed), wanted), strict=True):
            known[number] = row
            _note({"case": number, "settings": settings, "row": row}, asked.json)
    return [known[number] for number in range(asked.cases)]


def _lines(path: Path) -> Path:
    return path.with_suffix(".jsonl")


def _known(path: Path | None, settings: Row) -> dict[int, Row]:
    """Rows that an earlier run with the same settings has written, by their numbers."""
    if path is None or not _lines(path).exists():
        return {}
    lines = [json.loads(line) for line in _lines(path).read_text().splitlines()]
    if any(line["settings"] != settings for line in lines):
        raise SystemExit(f"{_lines(path)} holds cases of other settings: give another --json")
    return {line["case"]: line["row"] for line in lines}


def _note(line: Row, path: Path | None) -> None:
    if path is not None:
        with _lines(path).open("a") as file:
            file.write(json.dumps(line) + "\n")


def told(figures: dict[str, Any], rows: Sequence[Row], path: Path | None) -> None:
    """On the terminal, and whole in a file."""
    print(json.dumps(figures, indent=1))
    if path is not None:
        path.write_text(json.dumps({"figures": figures, "cases": list(rows)}) + "\n")
