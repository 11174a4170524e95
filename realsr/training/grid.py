"""Many trainings from one configuration: every combination of some values, with several seeds.

Each cell is a training in a folder of its own, so a grid that was stopped goes on: finished cells are left as
they are, the others go on from their last state.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from realsr.files.faults import all_of
from realsr.files.whole import make_directory, write_whole
from realsr.rows import NO_ROWS, Rows
from realsr.training.config import TrainingConfig
from realsr.training.config_file import read_config
from realsr.training.errors import TrainingError
from realsr.training.folder import TrainingFolder
from realsr.training.interrupts import Interruptible, Interrupts
from realsr.training.launch import first_process
from realsr.training.loop import Tell, train
from realsr.training.matrix import gains, matrix
from realsr.training.model_files import model_card
from realsr.training.resuming import in_force

STUDY = "study.yaml"


@dataclass(frozen=True)
class Combination:
    """One training of a grid: its name, which is its folder's, and its configuration."""

    name: str
    config: TrainingConfig

    @property
    def without_seed(self) -> str:
        """The name that all seeds of a cell share."""
        return self.name.removesuffix(f"seed{self.config.seed}").rstrip("-") or "all seeds"


def cells(
    path: Path,
    settings: Sequence[str],
    axes: Sequence[str],
    seeds: int | None,
    rows: Rows = NO_ROWS,
) -> list[Combination]:
    """All combinations. axes: `key=a,b,c` each. seeds: so many from the configuration's own on; None: it alone.

    Every configuration is read, so a fault in the last cell is known before the first begins. Raises
    TrainingError, also where two cells would have one name.
    """
    if seeds is not None and seeds < 1:
        raise TrainingError(f"--seeds {seeds}: expected at least 1")
    first = read_config(path, settings, rows).seed
    parts = [_axis(axis) for axis in axes]
    if seeds is not None:
        parts.append([f"seed={first + number}" for number in range(seeds)])
    found = all_of(
        lambda chosen: Combination(_name(chosen), read_config(path, [*settings, *chosen], rows)),
        itertools.product(*parts),
    )
    names = [cell.name for cell in found]
    if twice := [name for name in names if names.count(name) > 1]:
        raise TrainingError(f"two cells of the grid are called {twice[0]}: give a value once")
    return found


def train_grid(
    grid: Sequence[Combination],
    out: Path,
    *,
    tests: Mapping[str, Any] = MappingProxyType({}),
    accept_changed: bool = False,
    tell: Tell = lambda sentence: None,
    interrupts: Interruptible = Interrupts,
) -> tuple[Path, bool]:
    """Trains every cell in `out/NAME`, writing `out/study.yaml` after each; its path, and whether all ended.

    tests: what else the study says, such as the photographs and pipelines that the models are to meet.
    accept_changed, interrupts: as `train` takes them.
    """
    done: list[Combination] = []
    told = tell if first_process() else lambda sentence: None
    for number, cell in enumerate(grid, 1):
        told(f"training {number} of {len(grid)}: {cell.name}")
        if not _finished(cell, out):
            outcome = train(
                cell.config,
                out / cell.name,
                accept_changed=accept_changed,
                tell=tell,
                interrupts=interrupts,
            )
            if not outcome.finished:
                return _study(done, out, tests), False
        done.append(cell)
        _study(done, out, tests)
    for line in matrix([(cell.without_seed, gains(out / cell.name)) for cell in done]):
        told(line)
    return _study(done, out, tests), True


def _finished(cell: Combination, out: Path) -> bool:
    model = TrainingFolder(out / cell.name).model
    if not model.exists() or (model_card(model).steps or 0) < cell.config.steps:
        return False
    in_force(TrainingFolder(out / cell.name), cell.config)
    return True


def _axis(axis: str) -> list[str]:
    key, equals, values = axis.partition("=")
    if not equals or not all(values.split(",")):
        raise TrainingError(f"--grid {axis}: expected key=a,b,c, say objective=l1,esrgan")
    return [f"{key}={value}" for value in values.split(",")]


def _name(settings: Sequence[str]) -> str:
    """`bd_x3-esrgan-seed2`: the values, made fit for a file's name."""
    words = []
    for setting in settings:
        key, _, value = setting.partition("=")
        word = Path(value).stem if value.endswith((".yaml", ".yml")) else value
        word = re.sub(r"[^A-Za-z0-9_.]+", "_", word).strip("._")
        words.append(f"seed{word}" if key == "seed" else word)
    return "-".join(words) or "training"


def _study(done: Sequence[Combination], out: Path, tests: Mapping[str, Any]) -> Path:
    """The study file: paths relative to it."""
    study = {"models": [_entry(cell, out) for cell in done], **tests}
    path = out / STUDY
    if not first_process():
        return path
    make_directory(out)
    write_whole(path, yaml.safe_dump(study, sort_keys=False, width=110).encode())
    return path


def _entry(cell: Combination, out: Path) -> dict[str, Any]:
    model = TrainingFolder(out / cell.name).model
    card = model_card(model)
    return {
        "name": _model_name(cell),
        "path": model.relative_to(out).as_posix(),
        "trained_on": card.trained_on,
        "loss": card.objective,
        "seed": card.seed,
    }


def _model_name(cell: Combination) -> str:
    """The network before the cell: a model that is called bicubic would be taken for the interpolation."""
    network = cell.config.model.name
    return cell.name if network in cell.name.split("-") else f"{network}-{cell.name}"
