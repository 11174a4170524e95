"""A run's cells and the numbers of its page, read and changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def payload(out: Path) -> dict[str, Any]:
    text = (out / "data.js").read_text()
    found: dict[str, Any] = json.loads(text.removeprefix("window.REPORT = ").removesuffix(";\n"))
    return found


def cells(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "cells.jsonl").read_text().splitlines()]


def change(out: Path, how: Callable[[dict[str, Any]], None]) -> None:
    changed = cells(out)
    for cell in changed:
        how(cell)
    (out / "cells.jsonl").write_text("".join(json.dumps(cell) + "\n" for cell in changed))


def values(out: Path, model: str, test: str, metric: str = "psnr_y") -> dict[str, float]:
    return {
        cell["image"]: cell["scores"][metric]
        for cell in cells(out)
        if (cell["model"], cell["set"]) == (model, test)
    }
