"""The folder of one training: its parts, its lock, and whether it is the training that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from realsr.files.locks import LOCK, held
from realsr.files.whole import drop_leftovers, make_directory, write_whole
from realsr.training.config import TrainingConfig
from realsr.training.config_file import config_text
from realsr.training.errors import TrainingError

_FREE = (
    "steps",
    "device",
    "compile",
    "validation",
    "checkpoint",
    "log",
    "guard",
    "data.workers",
    "data.cache",
)
"""What may change between a training and its continuation."""


@dataclass(frozen=True)
class TrainingFolder:
    """Paths inside the folder of a training."""

    root: Path

    @property
    def config(self) -> Path:
        return self.root / "config.yaml"

    @property
    def resumed(self) -> Path:
        """Which keys were changed on the way."""
        return self.root / "resumed.json"

    @property
    def states(self) -> Path:
        return self.root / "states"

    @property
    def model(self) -> Path:
        """The network to use: the moving average where there is one."""
        return self.root / "model.safetensors"

    @property
    def online_model(self) -> Path:
        """The network that is stepped, beside its moving average."""
        return self.root / "model_online.safetensors"

    @property
    def ranker(self) -> Path:
        """In place of a network, where a ranker was trained."""
        return self.root / "ranker.safetensors"

    def write_config(self, config: TrainingConfig) -> None:
        """From here on the folder is this training's; to be called once all has been checked."""
        write_whole(self.config, config_text(config).encode())

    def is_new(self) -> bool:
        """Whether nothing was trained here. Raises TrainingError for a folder of other things."""
        if self.config.exists():
            return False
        # A kill in the first write of all leaves the beginning of a file under a name of its own.
        drop_leftovers(self.root)
        if any(entry.name != LOCK for entry in self.root.iterdir()):
            raise TrainingError(
                f"{self.root} is not empty and holds no training; give another --out"
            )
        return True

    def refuse_difference(self, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
        """Raises TrainingError naming the first key that another training was begun with."""
        for key in [*ours, *(key for key in theirs if key not in ours)]:
            if ours.get(key) != theirs.get(key):
                raise TrainingError(
                    f"{self.root} holds another training: {key} is {theirs.get(key)!r} there and "
                    f"{ours.get(key)!r} here; give another --out"
                )


@contextmanager
def claimed(root: Path) -> Iterator[TrainingFolder]:
    """The folder, made if absent and locked against other processes.

    Raises TrainingError where it holds other things, FolderBusyError where another process works in it.
    """
    make_directory(root)
    with held(root, f"another process trains in {root}; give another --out"):
        run = TrainingFolder(root)
        run.is_new()
        yield run


def follows_steps(config: TrainingConfig) -> bool:
    """Whether the learning rate at a step depends on how many there are."""
    return config.schedule.name == "cosine" and not config.schedule.periods


def decisive(config: TrainingConfig) -> dict[str, Any]:
    """What decides a training's numbers, by dotted key."""
    found = dict(_leaves(config.model_dump(mode="json")))
    if config.follows_length:
        found["steps (which a weight or the curriculum follows)"] = config.steps
    kept = {
        key: value
        for key, value in found.items()
        if not any(key == free or key.startswith(f"{free}.") for free in _FREE)
    }
    return kept | {"validation.sets.held_out": config.validation.held_out}


def _leaves(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
