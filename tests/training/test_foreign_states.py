"""A state that holds something else than its training's, as one of 0.1.0 may, which has no digest."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch

from realsr.training import TrainingError, train
from realsr.training.checkpoints import digest_path, states
from tests.training.conftest import Make
from tests.training.states import last_state


@pytest.mark.parametrize(
    "change",
    [
        *({"generator": 3}, {"generator": {"w": 1}}, {"optimiser": {"state": []}}),
        *({"step": None}, {"step": -1}, {"step": "1"}, {"skipped": 1.5}),
    ],
)
def test_it_is_named(make: Make, tmp_path: Path, change: dict[str, Any]) -> None:
    train(make(steps=1), tmp_path)
    [path] = states(tmp_path / "states")
    found = last_state(tmp_path)
    torch.save(found | change, path)
    digest_path(path).unlink()
    with pytest.raises(TrainingError, match="none of this training"):
        train(make(steps=2), tmp_path)
    torch.save({key: value for key, value in found.items() if key != "generator"}, path)
    with pytest.raises(TrainingError, match="none of this training"):
        train(make(steps=2), tmp_path)


def test_a_pipe_and_what_unfolds_are_no_states(make: Make, tmp_path: Path) -> None:
    train(make(steps=1), tmp_path)
    [path] = states(tmp_path / "states")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "packed", "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    (tmp_path / "packed").replace(path)
    with pytest.raises(TrainingError, match=r"no state of a training.*is packed"):
        train(make(steps=2), tmp_path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(TrainingError, match=r"no state of a training.*regular file"):
        train(make(steps=2), tmp_path)
