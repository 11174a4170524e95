"""An interrupted training ends with the bytes of an undisturbed one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from realsr.training import TrainingError, train
from realsr.training.checkpoints import states
from realsr.training.config_file import config_text
from tests.training.conftest import Make, gan
from tests.training.states import alone, assert_equal, last_state, told

WHOLE = gan() | {
    "ema": 0.9,
    "accumulate": 2,
    "schedule": {"name": "multistep", "at": [2, 4], "warm_up": 2},
}


def test_stopped_and_gone_on_equals_undisturbed(make: Make, tmp_path: Path) -> None:
    config = make(**WHOLE)
    assert train(config, tmp_path / "whole").finished
    assert not train(config, tmp_path / "parts", stop_at=3).finished
    assert train(config, tmp_path / "parts").finished
    assert_equal(last_state(tmp_path / "whole"), last_state(tmp_path / "parts"))
    assert told(tmp_path / "whole") == told(tmp_path / "parts")
    written = [states(tmp_path / name / "states")[-1].read_bytes() for name in ("whole", "parts")]
    assert written[0] == written[1], "the very bytes"


def test_workers_and_the_callers_generator_do_not_matter(make: Make, tmp_path: Path) -> None:
    data = make().data.model_dump(mode="json")
    first = make(**gan())
    second = make(**gan(), data=data | {"workers": 5, "cache": True})
    torch.manual_seed(1)
    before = torch.get_rng_state()
    train(first, tmp_path / "one")
    assert torch.equal(before, torch.get_rng_state())
    torch.manual_seed(2)
    train(second, tmp_path / "other")
    assert_equal(last_state(tmp_path / "one"), last_state(tmp_path / "other"))


def test_logging_and_validation_change_nothing(
    make: Make, photographs: Path, tmp_path: Path
) -> None:
    sets = [{"name": "own", "hr": [str(photographs)], "limit": 1}]
    silent = make(**WHOLE, log={"every": 100, "gradients_every": 0, "tensorboard": False})
    chatty = make(
        **WHOLE,
        log={"every": 2, "gradients_every": 3, "tensorboard": False},
        validation={"every": 2, "sets": sets},
    )
    train(silent, tmp_path / "silent")
    train(chatty, tmp_path / "chatty", stop_at=3)
    train(chatty, tmp_path / "chatty")
    assert_equal(last_state(tmp_path / "silent"), last_state(tmp_path / "chatty"))


def test_killed_at_any_point_equals_undisturbed(make: Make, tmp_path: Path) -> None:
    config = make(**WHOLE, steps=400, checkpoint={"every": 1})
    (tmp_path / "config.yaml").write_text(config_text(config))
    command = [sys.executable, "-m", "realsr.cli.main", "train", "config.yaml", "--out", "out"]
    process = subprocess.Popen(command, cwd=tmp_path, env=alone(), stderr=subprocess.DEVNULL)
    while not states(tmp_path / "out" / "states")[1:]:
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    reached = last_state(tmp_path / "out")["step"]
    assert reached < 400
    end = reached + 2
    train(config, tmp_path / "out", stop_at=end)
    train(config, tmp_path / "whole", stop_at=end)
    assert_equal(last_state(tmp_path / "whole"), last_state(tmp_path / "out"))
    assert told(tmp_path / "whole") == told(tmp_path / "out")


def test_an_interrupt_ends_between_two_steps_and_says_how_to_go_on(
    make: Make, tmp_path: Path
) -> None:
    told: list[str] = []

    def tell(sentence: str) -> None:
        told.append(sentence)
        if sentence.startswith("step 3/"):
            os.kill(os.getpid(), signal.SIGINT)

    outcome = train(make(steps=1000), tmp_path, tell=tell)
    assert (outcome.finished, outcome.step) == (False, 3)
    assert "run the same command again to go on" in told[-1]
    assert last_state(tmp_path)["step"] == 3
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_two_processes_equal_one_of_twice_the_batch(make: Make, tmp_path: Path) -> None:
    """The weights, and every number that the log tells of the whole batch."""
    data = make().data.model_dump(mode="json")
    sets = [{"name": "own", "hr": data["hr"], "limit": 2}]
    log = {"every": 2, "gradients_every": 2, "tensorboard": False}
    plain = {
        "objective": {
            "terms": [{"name": "l1"}, {"name": "adversarial", "weight": 0.1}],
            "discriminator": {"r1": 1.0, "every": 3},
        },
        "discriminator": {"name": "enhancenet", "features": 4},
        "optimiser": {"name": "sgd", "lr": 0.1},
        "discriminator_optimiser": {"name": "sgd", "lr": 1e-3},
        "steps": 4,
        "validation": {"every": 4, "sets": sets},
        "log": log,
    }
    train(make(**plain, data=data | {"batch": 8}), tmp_path / "one")
    (tmp_path / "config.yaml").write_text(config_text(make(**plain)))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    done = subprocess.run(
        [*command, "-m", "realsr.cli.main", "train", "config.yaml", "--out", "two"],
        cwd=tmp_path,
        env=alone(),
        check=True,
        capture_output=True,
        timeout=300,
        text=True,
    )
    assert done.stdout.splitlines() == ["two/model.safetensors"], "told once"
    assert done.stderr.count("on cpu by 1 thread, one of 2 processes: 7 photographs, 8 pairs") == 1
    of_one, of_two = told(tmp_path / "one"), told(tmp_path / "two")
    assert [event["kind"] for event in of_one] == [event["kind"] for event in of_two]
    for first, second in zip(of_one, of_two, strict=True):
        # Areas count pairs: logits that differ in the last bit change the order of a few of 64 x 64.
        ranks = 5e-3 if first["kind"] == "overfitting" else 1e-6
        assert _flat(second) == pytest.approx(_flat(first), rel=1e-4, abs=ranks)
    judged = [event for event in of_two if event["kind"] == "discriminator"]
    assert judged[-1]["penalties_of_step"] == {"r1": 4}
    one, two = (last_state(tmp_path / name)["generator"] for name in ("one", "two"))
    for name, weight in one.items():
        torch.testing.assert_close(weight, two[name], rtol=1e-5, atol=1e-6)
    initial = tmp_path / "initial"
    train(make(**plain, data=data | {"batch": 8}), initial, stop_at=1)
    moved = [
        (one[key] - each).abs().max() for key, each in last_state(initial)["generator"].items()
    ]
    assert max(moved) > 1e-4


def _flat(event: dict[str, Any], prefix: str = "") -> dict[str, float]:
    found: dict[str, float] = {}
    for name, value in event.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{name}.")
        elif isinstance(value, int | float):
            found[f"{prefix}{name}"] = float(value)
    return found


def test_another_configuration_is_refused_and_more_steps_are_not(
    make: Make, tmp_path: Path
) -> None:
    train(make(steps=1), tmp_path)
    with pytest.raises(TrainingError, match=r"another training: optimiser\.lr is 0\.0001 there"):
        train(make(steps=1, optimiser={"lr": 1e-3}), tmp_path)
    assert train(make(steps=2), tmp_path).step == 2


def test_a_damaged_state_is_named(make: Make, tmp_path: Path) -> None:
    train(make(steps=1), tmp_path)
    (state,) = states(tmp_path / "states")
    state.write_bytes(state.read_bytes()[:100])
    with pytest.raises(TrainingError, match=r"step_000000001\.pt is no state"):
        train(make(steps=2), tmp_path)


def test_the_log_is_json_without_nan(make: Make, tmp_path: Path) -> None:
    train(make(steps=1), tmp_path)
    for line in (tmp_path / "log.jsonl").read_text().splitlines():
        json.loads(line, parse_constant=lambda word: pytest.fail(word))


def test_a_kill_in_the_first_write_leaves_a_folder_that_goes_on(make: Make, tmp_path: Path) -> None:
    (tmp_path / ".tmp-config.yaml").write_bytes(b"model: {na")
    assert train(make(steps=1), tmp_path).step == 1
    assert not (tmp_path / ".tmp-config.yaml").exists()
