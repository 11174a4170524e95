"""What an interruption does between two steps, within a validation, and to the command."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from realsr.training import train
from realsr.training.checkpoints import states
from realsr.training.config_file import config_text
from realsr.training.interrupts import Interrupts
from realsr.training.logs import read_log
from tests.training.conftest import Make
from tests.training.states import alone, assert_equal, last_state, told


@dataclass
class Looked:
    """Asked to end from the so-manieth look on."""

    left: int

    @property
    def asked(self) -> bool:
        self.left -= 1
        return self.left < 0

    @contextmanager
    def __call__(self) -> Iterator[Looked]:
        yield self


@pytest.mark.parametrize("looks", [0, 2, 5, 8, 11])
def test_stopped_anywhere_and_gone_on_tells_what_an_undisturbed_one_tells(
    make: Make, photographs: Path, tmp_path: Path, looks: int
) -> None:
    two = [{"name": name, "hr": [str(photographs)], "limit": 2} for name in ("one", "other")]
    config = make(steps=4, validation={"every": 2, "sets": two})
    train(config, tmp_path / "whole")
    assert not train(config, tmp_path / "parts", interrupts=Looked(looks)).finished
    assert train(config, tmp_path / "parts").finished
    assert_equal(last_state(tmp_path / "whole"), last_state(tmp_path / "parts"))
    assert told(tmp_path / "whole") == told(tmp_path / "parts")


def test_a_validation_ends_between_two_pictures(
    make: Make, photographs: Path, tmp_path: Path
) -> None:
    sets = [{"name": "own", "hr": [str(photographs)], "limit": 5}]
    config = make(steps=1, validation={"every": 1, "sets": sets})
    outcome = train(config, tmp_path, interrupts=Looked(3))  # one for the step, two for pictures
    assert (outcome.step, outcome.finished, outcome.scores) == (1, False, {})
    assert not [line for line in read_log(tmp_path) if line["kind"] == "validation"]


def test_a_second_interrupt_in_a_library_raises() -> None:
    with Interrupts() as interrupts:
        signal.raise_signal(signal.SIGINT)
        assert interrupts.asked
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("second", [False, True])
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGHUP])
def test_the_command_saves_at_one_and_ends_at_two(
    make: Make, tmp_path: Path, kind: int, second: bool
) -> None:
    config = make(steps=100_000, checkpoint={"every": 100_000 - 1})
    (tmp_path / "config.yaml").write_text(config_text(config))
    command = [sys.executable, "-m", "realsr", "train", "config.yaml", "--out", "out"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=alone(), stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("step 2/"):
            break
    process.send_signal(kind)
    if second:
        for line in process.stderr:
            if line.startswith("realsr: stopping after the running step"):
                break
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
    last = process.stderr.read()
    assert process.wait() == 130
    assert "Traceback" not in last
    saved = states(tmp_path / "out" / "states")
    if second and not saved:
        assert last.endswith("realsr: ended; what was saved before is kept\n")
        assert time.monotonic() - began < 10
    else:  # it may have saved before the second one came
        assert len(saved) == 1
        assert "run the same command again to go on" in last
