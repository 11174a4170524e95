"""A step that is no finite number, or explodes, is recorded and can be repeated."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image, ImageOps

from realsr.cli.main import main
from realsr.losses.penalties import zero_centred
from realsr.training import NotFiniteError, TrainingError, replay_step, train
from realsr.training.batches import Batches
from realsr.training.check import material
from realsr.training.config_file import config_text
from realsr.training.levels import FIRST, KEEPS, Levels
from realsr.training.post_mortem import FOLDER, KEPT, read_record, weights_of
from tests.training.conftest import Make, gan
from tests.training.kinds import of_kind
from tests.training.states import assert_equal, last_state, told

HUGE: dict[str, Any] = {"optimiser": {"name": "sgd", "lr": 1e30}, "objective": "mse", "steps": 8}

ROWS = '''
"""A loss that is no number for dark pairs."""
import torch
from realsr.backbones.settings import Settings
from realsr.losses.base import Loss


def _dark(arguments):
    def evaluate(batch):
        error = (batch.sr - batch.hr).abs().mean(dim=(1, 2, 3))
        dark = batch.hr.mean(dim=(1, 2, 3)) < DARK
        return torch.where(dark, float("nan"), error).mean()

    return evaluate


ROWS = [Loss("dark", Settings, _dark, "L1, and no number for dark pairs.", "ours")]
'''


def records(out: Path) -> list[Path]:
    return sorted((out / FOLDER).glob("*.json"))


def test_one_command_repeats_the_step_and_names_the_pair(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the command line, with a loss of one's own that fails for the darkest pair of four steps."""
    monkeypatch.chdir(tmp_path)
    plain = make(steps=4)
    (tmp_path / "a.yaml").write_text(config_text(plain))
    assert main(["train", "a.yaml", "--out", "plain", "--no-check-hr"]) == 0
    means = _means(plain)
    darkest = min(means, key=lambda place: means[place])
    (tmp_path / "rows.py").write_text(ROWS.replace("DARK", repr(means[darkest] + 1e-6)))
    asked = ["--rows", "rows.py", "--set", "objective={terms: [{name: dark}]}", "--no-check-hr"]
    assert main(["train", "a.yaml", "--out", "out", *asked]) == 2
    said = capsys.readouterr().err
    step, number = darkest
    assert f"step {step + 1}: the generator's dark is no finite number" in said
    path = f"out/{FOLDER}/step_{step + 1:09d}.json"
    assert f"`realsr models post-mortem {path}`" in said
    assert main(["models", "post-mortem", path, "--rows", "rows.py", "--out", "pictures"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "the pairs are those of the record, bit for bit" in lines
    assert "the terms are those of the record" in lines
    bad = [line for line in lines if line.startswith("pair") and line.endswith("dark nan")]
    assert len(bad) == 1
    assert bad[0].startswith(f"pair {number}, photo")
    assert len(list((tmp_path / "pictures").glob("0*_*.png"))) == 12
    assert main(["models", "post-mortem", path, "--rows", "rows.py", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["record"]["terms"]["generator"]["dark"] == "nan"
    assert data["record"]["pairs"][number]["trace"]["lr"]
    assert main(["models", "post-mortem", path, "--rows", "rows.py", "--out", "pictures"]) == 2


def _means(config: Any) -> dict[tuple[int, int], float]:
    """Of every pair of the training, by step and place in its batch."""
    given = material(config)
    batches = Batches(config, given.photographs, None, given.pipelines)
    found = {
        (step, number): float(hr.mean())
        for step in range(config.steps)
        for number, hr in enumerate(batches.at(step, torch.device("cpu")).hr)
    }
    batches.close()
    return found


def test_weights_that_are_no_numbers_are_named(make: Make, tmp_path: Path) -> None:
    with pytest.raises(NotFiniteError, match="realsr models post-mortem"):
        train(make(**HUGE), tmp_path)
    (path,) = records(tmp_path)
    found = replay_step(path)
    assert found.same_batch
    assert found.same_terms
    assert all(pair.finite for pair in found.pairs)


SPECTRAL = gan() | {
    "discriminator": {"name": "patch", "features": 4, "layers": 1, "norm": "spectral"},
    "objective": {
        "terms": [{"name": "l1"}, {"name": "adversarial", "weight": 0.1}],
        "discriminator": {"kind": "vanilla", "r1": 1.0},
    },
    "discriminator_view": {"adaptive": {"every": 1, "target": -0.9, "images": 8}},
}


def test_the_discriminators_step_is_repeated_to_the_last_bit(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its penalty fails in the third step: spectral norm has moved on by then, and so has the generator."""
    calls = []

    def failing(logits: Any, images: Any) -> torch.Tensor:
        calls.append(1)
        return zero_centred(logits, images) * (float("inf") if len(calls) == 3 else 1.0)

    monkeypatch.setattr("realsr.losses.discriminator.zero_centred", failing)
    with pytest.raises(NotFiniteError, match="the discriminator's r1 is no finite number"):
        train(make(**SPECTRAL), tmp_path)
    monkeypatch.undo()
    (path,) = records(tmp_path)
    record, weights = read_record(path)
    assert (record.step, record.side) == (3, "discriminator")
    assert weights["adaptation"]["share"] > 0
    found = replay_step(path)
    assert found.same_batch
    adversarial = found.terms["discriminator"]["adversarial"]
    assert adversarial == record.terms["discriminator"]["adversarial"]
    assert record.terms["discriminator"]["r1"] == "inf"


def test_skipped_steps_keep_the_latest_records(make: Make, tmp_path: Path) -> None:
    with pytest.raises(NotFiniteError):
        train(make(**HUGE, guard={"action": "skip", "most": 5}), tmp_path)
    skipped = [event["step"] for event in of_kind(tmp_path, "skipped")]
    assert len(records(tmp_path)) == KEPT < len(skipped) + 1
    assert len(list((tmp_path / FOLDER).iterdir())) == 2 * KEPT


def test_a_photograph_that_changed_is_told(make: Make, tmp_path: Path, photographs: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(photographs, own)
    data = make().data.model_dump(mode="json") | {"hr": [str(own)]}
    with pytest.raises(NotFiniteError):
        train(make(**HUGE, data=data), tmp_path / "out")
    for path in own.iterdir():
        with Image.open(path) as image:
            ImageOps.invert(image).save(path)
    (path,) = records(tmp_path / "out")
    assert not replay_step(path).same_batch
    assert main(["models", "post-mortem", str(path)]) == 1


def test_what_is_no_record_is_refused(make: Make, tmp_path: Path) -> None:
    with pytest.raises(NotFiniteError):
        train(make(**HUGE), tmp_path / "out")
    (path,) = records(tmp_path / "out")
    other = tmp_path / "elsewhere" / FOLDER / path.name
    other.parent.mkdir(parents=True)
    other.write_bytes(path.read_bytes())
    with pytest.raises(TrainingError, match="weights are gone"):
        replay_step(other)
    weights_of(other).write_bytes(weights_of(path).read_bytes())
    with pytest.raises(TrainingError, match="lies in no folder of a training"):
        replay_step(other)
    path.write_text("{}")
    with pytest.raises(TrainingError, match="no record of a step"):
        replay_step(path)


def test_levels_by_hand() -> None:
    levels = Levels(10.0)
    for step in range(FIRST):
        assert levels.exploded("generator", {"l1": torch.tensor(1e9)}) == {}
        levels.see("generator", {"l1": torch.tensor(2.0 if step else 1.0)})
    mean = 2.0 - KEEPS ** (FIRST - 1)
    assert levels.means["generator/l1"] == pytest.approx(mean)
    assert levels.exploded("generator", {"l1": torch.tensor(-9.9 * mean)}) == {}
    found = levels.exploded("generator", {"l1": torch.tensor(-10.1 * mean)})
    assert found == pytest.approx({"l1": 10.1})
    assert levels.exploded("discriminator", {"l1": torch.tensor(1e9)}) == {}


def test_an_exploding_term_is_left_out_and_recorded(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realsr.training.levels.FIRST", 2)
    wild = {
        "optimiser": {"name": "sgd", "lr": 300.0},
        "objective": "mse",
        "steps": 6,
        "guard": {"action": "skip", "most": 9, "explodes": 3.0},
    }
    said: list[str] = []
    train(make(**wild), tmp_path, tell=said.append)
    events = of_kind(tmp_path, "skipped")
    assert events
    assert "the generator's mse is " in str(events[0]["culprit"])
    assert "times its running mean" in str(events[0]["culprit"])
    assert replay_step(records(tmp_path)[-1]).same_terms


def test_levels_are_gone_on_with(make: Make, tmp_path: Path) -> None:
    config = make(**gan(), guard={"explodes": 1e6})
    train(config, tmp_path / "whole")
    train(config, tmp_path / "parts", stop_at=3)
    train(config, tmp_path / "parts")
    whole = last_state(tmp_path / "whole")
    assert_equal(whole, last_state(tmp_path / "parts"))
    assert told(tmp_path / "whole") == told(tmp_path / "parts")
    assert set(whole["levels"]["means"]) >= {"generator/l1", "discriminator/adversarial"}
    train(make(**gan()), tmp_path / "without", stop_at=3)
    assert train(config, tmp_path / "without").finished, "the guard may be another"
