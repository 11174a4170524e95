"""Events of a training's log by kind."""

from __future__ import annotations

from pathlib import Path

from realsr.training.logs import read_log


def of_kind(out: Path, kind: str) -> list[dict[str, object]]:
    return [event for event in read_log(out) if event["kind"] == kind]
