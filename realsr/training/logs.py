"""What a training tells: lines of JSON always, TensorBoard where it is installed."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from degrade.foreign import open_foreign
from realsr.files.confinement import opened_to_append
from realsr.files.growing import check_there
from realsr.files.json_lines import json_line, read_json_lines, whole_value
from realsr.files.whole import make_directory, write_whole, writing
from realsr.training.errors import TrainingError


class Log:
    """One JSON line an event in `log.jsonl`: its step, its kind and its values.

    Opened again for a training that goes on, it drops the lines beyond the step that it goes on from, so that
    an interrupted training and an undisturbed one tell the same. A number that is none is written as null.
    """

    def __init__(self, folder: Path, step: int, *, tensorboard: bool) -> None:
        make_directory(folder)
        self.path = folder / "log.jsonl"
        _cut_back(self.path, step)
        with writing(self.path):
            self.file = opened_to_append(self.path)
        self.board = _board(folder / "tensorboard", step) if tensorboard else None

    def write(self, step: int, kind: str, values: Mapping[str, Any]) -> None:
        """Adds an event; numbers go to TensorBoard too, as kind/name. Raises StorageError."""
        line = {"step": step, "kind": kind, **values}
        self.check()
        with writing(self.path):
            self.file.write(json_line(_finite(line), spaced=True))
        for name, value in _scalars(values):
            if self.board is not None:
                self.board.add_scalar(f"{kind}/{name}", value, step)

    def check(self) -> None:
        """Raises StorageError where somebody else removed or replaced the file, which then is put back."""
        with writing(self.path):
            check_there(self.path, self.file)

    def lines(self, step: int, kind: str) -> list[dict[str, Any]]:
        """The events of a kind at a step."""
        return [line for line in self.events(kind) if line["step"] == step]

    def events(self, kind: str) -> list[dict[str, Any]]:
        """All events of a kind, the earliest first."""
        return [line for line in read_json_lines(self.path) if line["kind"] == kind]

    def close(self) -> None:
        """Ends both."""
        self.file.close()
        if self.board is not None:
            self.board.close()


def read_log(folder: Path) -> list[dict[str, Any]]:
    """All events of a training."""
    return list(read_json_lines(folder / "log.jsonl"))


def _cut_back(path: Path, step: int) -> None:
    if not os.path.lexists(path):
        return
    with open_foreign(path) as file:
        lines = file.readlines()  # in bytes, a line ends at "\n" alone
    if lines and whole_value(lines[-1]) is None:
        lines.pop()  # of a killed process: a piece
    kept = [line for number, line in enumerate(lines, 1) if _step(line, path, number) <= step]
    write_whole(path, b"".join(kept))


def _step(line: bytes, path: Path, number: int) -> int:
    event = whole_value(line)
    if not isinstance(event, dict) or type(step := event.get("step")) is not int:
        raise TrainingError(
            f"{path}:{number}: this line is no event of a training; remove it, or the file, to go on"
        )
    return step


def _board(folder: Path, step: int) -> Any:
    try:
        from torch.utils.tensorboard.writer import SummaryWriter
    except ImportError:
        return None
    make_directory(folder)
    return SummaryWriter(str(folder), purge_step=step + 1)


def _scalars(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            found += _scalars(value, f"{prefix}{name}/")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found.append((f"{prefix}{name}", float(value)))
    return found


def _finite(value: Any) -> Any:
    """JSON knows neither NaN nor infinity."""
    if isinstance(value, Mapping):
        return {name: _finite(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
