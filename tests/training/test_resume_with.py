"""Keys that are changed on purpose in a training that goes on: what holds from where, and what is kept of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from realsr.cli.main import main
from realsr.training import TrainingError, train
from realsr.training.checkpoints import states
from realsr.training.config_file import config_text
from realsr.training.config_steps import ScheduleConfig
from realsr.training.optimisers import load_optimiser
from realsr.training.schedule import rate_factor
from tests.training.conftest import Make, gan
from tests.training.kinds import of_kind
from tests.training.states import assert_equal, last_state, told

COSINE = {"schedule": {"name": "cosine"}, "checkpoint": {"every": 1, "keep": 9}}


def changes(out: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((out / "resumed.json").read_text())["changes"]
    return found


def rates(out: Path) -> list[object]:
    return [event["lr"] for event in of_kind(out, "generator")]


def test_another_rate_holds_from_here_on_and_is_kept(make: Make, tmp_path: Path) -> None:
    """The same command again, and the first one without the option, go on to the same bytes and lines."""
    config = make(**gan(), ema=0.9, checkpoint={"every": 1, "keep": 9})
    changed = ["optimiser.lr=1e-3", "ema=0.5"]
    for name in ("whole", "again", "first"):
        train(config, tmp_path / name, stop_at=2)
    said: list[str] = []
    train(config, tmp_path / "whole", resume_with=changed, tell=said.append)
    assert "from step 2 on optimiser.lr is 0.001 in place of 0.0001" in said
    for name, more in (("again", changed), ("first", [])):
        train(config, tmp_path / name, stop_at=4, resume_with=changed)
        train(config, tmp_path / name, resume_with=more)
        assert_equal(last_state(tmp_path / "whole"), last_state(tmp_path / name))
        assert told(tmp_path / "whole") == told(tmp_path / name)
    assert rates(tmp_path / "whole") == [1e-4] * 2 + [1e-3] * 4
    assert changes(tmp_path / "whole") == changes(tmp_path / "first") == [
        {"step": 2, "key": "optimiser.lr", "was": 1e-4, "now": 1e-3},
        {"step": 2, "key": "ema", "was": 0.9, "now": 0.5},
    ]  # fmt: skip
    (event,) = of_kind(tmp_path / "whole", "resumed_with")
    assert event["changes"]["ema"] == {"was": 0.9, "now": 0.5}  # type: ignore[index]
    written = yaml.safe_load((tmp_path / "whole" / "config.yaml").read_text())
    assert (written["optimiser"]["lr"], written["ema"]) == (1e-3, 0.5)
    train(config, tmp_path / "undisturbed")
    ends = [last_state(tmp_path / name)["generator"] for name in ("undisturbed", "whole")]
    assert any(not torch.equal(ends[0][name], ends[1][name]) for name in ends[0])


def test_a_rate_is_changed_twice_and_a_lost_state_moves_the_record(
    make: Make, tmp_path: Path
) -> None:
    config = make(checkpoint={"every": 1, "keep": 9})
    train(config, tmp_path, stop_at=2)
    train(config, tmp_path, stop_at=4, resume_with=["optimiser.lr=1e-3"])
    train(config, tmp_path, stop_at=5, resume_with=["optimiser.lr=1e-5"])
    assert [(each["step"], each["was"], each["now"]) for each in changes(tmp_path)] == [
        (2, 1e-4, 1e-3), (4, 1e-3, 1e-5),
    ]  # fmt: skip
    for state in states(tmp_path / "states")[3:]:
        state.unlink()
    train(config, tmp_path)
    assert [each["step"] for each in changes(tmp_path)] == [2, 3]
    assert rates(tmp_path) == [1e-4] * 2 + [1e-3] + [1e-5] * 3


def test_steps_are_raised_where_the_schedule_follows_them(make: Make, tmp_path: Path) -> None:
    """As the recipes' cosine does. The rates are those of the longer training from there on, and the record says so."""
    config, longer = make(steps=4, **COSINE), make(steps=8, **COSINE)
    for name in ("whole", "parts"):
        train(config, tmp_path / name)
    said: list[str] = []
    train(longer, tmp_path / "whole", tell=said.append)
    assert "from step 4 on steps is 8 in place of 4" in said
    train(longer, tmp_path / "parts", stop_at=6)
    train(config, tmp_path / "parts")
    assert_equal(last_state(tmp_path / "whole"), last_state(tmp_path / "parts"))
    schedule = ScheduleConfig(name="cosine")
    expected = [rate_factor(schedule, step, 4 if step < 4 else 8) for step in range(8)]
    assert rates(tmp_path / "whole") == pytest.approx([1e-4 * each for each in expected])
    assert changes(tmp_path / "whole") == [{"step": 4, "key": "steps", "was": 4, "now": 8}]


def test_a_schedule_and_clipping_are_changed(make: Make, tmp_path: Path) -> None:
    config = make(checkpoint={"every": 1})
    train(config, tmp_path, stop_at=2)
    more = ["schedule={name: multistep, at: [4], factor: 0.1}", "clip.norm=1e-3", "accumulate=2"]
    train(config, tmp_path, resume_with=more)
    assert rates(tmp_path) == pytest.approx([1e-4] * 4 + [1e-5] * 2)
    assert {each["key"] for each in changes(tmp_path)} == {"schedule", "clip", "accumulate"}
    assert train(config, tmp_path).finished


def test_an_optimiser_keeps_its_own_settings_and_takes_what_was_gathered() -> None:
    weight = torch.nn.Parameter(torch.ones(2))
    stored = torch.optim.AdamW([{"params": [weight], "base_lr": 0.1}], lr=0.1)
    weight.sum().backward()
    stored.step()
    fresh = torch.optim.AdamW(
        [{"params": [weight], "base_lr": 0.2}], lr=0.2, betas=(0.5, 0.6), weight_decay=0.7
    )
    load_optimiser(fresh, stored.state_dict())
    (group,) = fresh.param_groups
    assert (group["base_lr"], group["betas"], group["weight_decay"]) == (0.2, (0.5, 0.6), 0.7)
    assert torch.equal(fresh.state[weight]["exp_avg"], stored.state[weight]["exp_avg"])


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("data.batch=2", r"data\.batch decides what was trained and cannot change on the way; what can: steps,"),
        ("optimiser.name=sgd", r"optimiser\.name decides what was trained"),
        ("optimiser={lr: 1}", r"optimiser decides what was trained"),
        ("seed=1", r"seed decides"),
        ("lr", r"--resume-with lr: expected key=value"),
        ("optimiser.lr=fast", r"--resume-with optimiser\.lr=fast: optimiser\.lr: .*number"),
        ("ema=0.9", r"--resume-with ema=0\.9: .* has no moving average, .* neither begin nor end"),
        ("accumulate=3", r"data\.batch 4 is not divided by accumulate 3"),
        ("discriminator_optimiser.lr=1e-5", r"the discriminator's optimiser is the generator's in .*give optimiser\.lr"),
    ],
)  # fmt: skip
def test_what_cannot_change_is_refused(make: Make, tmp_path: Path, setting: str, said: str) -> None:
    config = make(**gan(), steps=2)
    train(config, tmp_path, stop_at=1)
    before = (tmp_path / "config.yaml").read_bytes()
    with pytest.raises(TrainingError, match=said):
        train(config, tmp_path, resume_with=[setting])
    assert (tmp_path / "config.yaml").read_bytes() == before
    assert not (tmp_path / "resumed.json").exists()


def test_other_differences_are_refused_as_ever(make: Make, tmp_path: Path) -> None:
    train(make(), tmp_path, stop_at=1)
    with pytest.raises(TrainingError, match=r"another training: seed is 0 there and 1 here"):
        train(make(seed=1), tmp_path, resume_with=["optimiser.lr=1e-3"])
    with pytest.raises(TrainingError, match=r"another training: optimiser\.lr is 0\.0001 there"):
        train(make(optimiser={"lr": 1e-3}), tmp_path)
    train(make(), tmp_path, stop_at=2, resume_with=["optimiser.lr=1e-3"])
    with pytest.raises(TrainingError, match=r"another training: optimiser\.lr is 0\.001 there"):
        train(make(optimiser={"lr": 1e-2}), tmp_path)


def test_a_damaged_record_is_named(make: Make, tmp_path: Path) -> None:
    train(make(), tmp_path, stop_at=1)
    for text in ("{", '{"version": 1, "changes": [{"step": 1}]}'):
        (tmp_path / "resumed.json").write_text(text)
        with pytest.raises(TrainingError, match=r"resumed\.json is damaged"):
            train(make(), tmp_path)


def test_from_the_command_line(
    make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(config_text(make(steps=2)))
    command = ["train", str(path), "--out", str(tmp_path / "out")]
    assert main([*command, "--resume-with", "optimiser.lr=1e-3"]) == 2
    assert "holds no training to go on with; begin one with --set" in capsys.readouterr().err
    assert main(command) == 0
    more = ["--set", "steps=3", "--resume-with", "optimiser.lr=1e-3"]
    assert main([*command, *more, "--seeds", "2"]) == 2
    assert "leave --grid and --seeds out" in capsys.readouterr().err
    assert main([*command, *more]) == 0
    assert "from step 2 on optimiser.lr is 0.001 in place of 0.0001" in capsys.readouterr().err
    assert rates(tmp_path / "out")[-1] == 1e-3


@pytest.mark.parametrize(
    "text",
    [
        *("5", "null", "[" * 10**5, '{"changes": 5}'),
        *(
            f'{{"changes": [{{"step": 1, "key": "{key}", "was": 1, "now": {now}}}]}}'
            for key, now in (("clip", "1.0"), ("optimiser.lr", '"x"'), ("", "1"), ("steps.a", "1"))
        ),
    ],
)
def test_a_record_that_is_none_is_named(make: Make, tmp_path: Path, text: str) -> None:
    train(make(steps=1), tmp_path)
    (tmp_path / "resumed.json").write_text(text)
    with pytest.raises(TrainingError, match=r"resumed\.json"):
        train(make(steps=2), tmp_path)
