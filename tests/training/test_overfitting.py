"""What a discriminator knows by heart: watched images, areas, the event of the log, and its alarm."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import Tensor, nn

import degrade
from realsr.training import train
from realsr.training.alarm import GAP, R_V, alarms
from realsr.training.areas import Ranged, Witnesses, area, difference
from realsr.training.batches import Batches, TrainingBatch
from realsr.training.check import material
from realsr.training.launch import launched
from realsr.training.memory import memory
from realsr.training.state import TrainState, first_state
from realsr.training.watched import WatchedSet, watched_sets
from tests.training.conftest import Make, gan
from tests.training.kinds import of_kind
from tests.training.states import told

NUMBERS = st.lists(st.integers(-3, 3), min_size=1, max_size=6)


@given(NUMBERS, NUMBERS)
@settings(max_examples=30, deadline=None)
def test_an_area_is_the_share_of_pairs(above: list[int], below: list[int]) -> None:
    one, other = (
        Witnesses([float(n) for n in numbers], [f"{side}{n}" for n in range(len(numbers))])
        for side, numbers in (("a", above), ("b", below))
    )
    wins = [1.0 if a > b else 0.5 if a == b else 0.0 for a, b in itertools.product(above, below)]
    found = area(one, other)
    assert found.value == pytest.approx(sum(wins) / len(wins))
    assert 0 <= found.low <= found.value + 1e-3
    assert found.value - 1e-3 <= found.high <= 1
    assert area(other, one).value == pytest.approx(1 - found.value)


def test_crops_of_one_photograph_are_one_witness() -> None:
    """Forty crops of two photographs tell less than forty photographs."""
    logits = [float(n % 20) for n in range(40)]
    few = Witnesses(logits, [f"p{n % 2}" for n in range(40)])
    many = Witnesses(logits, [f"p{n}" for n in range(40)])
    below = Witnesses([n - 5.0 for n in logits], [f"q{n}" for n in range(40)])
    wide, narrow = area(few, below), area(many, below)
    assert wide.value == narrow.value
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


def test_a_difference_has_the_ends_of_both() -> None:
    found = difference(Ranged(0.9, 0.8, 0.95), Ranged(0.6, 0.48, 0.7))
    assert found.value == pytest.approx(0.3)
    assert found.low == pytest.approx(0.3 - np.hypot(0.1, 0.1))
    assert found.high == pytest.approx(0.3 + np.hypot(0.05, 0.12))


@pytest.fixture
def others(tmp_path: Path) -> Path:
    """Photographs that are not trained on; one is smaller than a crop."""
    generator = np.random.default_rng(5)
    folder = tmp_path / "others"
    folder.mkdir()
    for number, side in enumerate((40, 52, 64, 20)):
        coarse = generator.integers(0, 256, (7, 8, 3), dtype=np.uint8)
        picture = Image.fromarray(coarse).resize((side + 6, side), Image.Resampling.BICUBIC)
        picture.save(folder / f"other{number}.png")
    return folder


def sets_on(folder: Path) -> dict[str, Any]:
    return {
        "every": 3,
        "sets": [
            {"name": "same", "hr": [str(folder)], "pipeline": "second_order"},
            {"name": "else", "hr": [str(folder)], "pipeline": "bicubic"},
        ],
    }


def test_watched_images_are_the_trainings_own_and_three_kinds_of_others(
    make: Make, others: Path
) -> None:
    config = make(**gan(), validation=sets_on(others))
    state, given = first_state(config, launched(config)), material(config)
    found = watched_sets(given, state, crops=8)
    assert set(found) == {"train", "content/same", "content/else", "degradation/else", "both/else"}
    batches = Batches(config, given.photographs, None, given.pipelines)
    first = [batches.at(step, torch.device("cpu")) for step in range(2)]
    batches.close()
    own = found["train"].batch
    assert torch.equal(own.hr, torch.cat([each.hr for each in first]))
    assert torch.equal(own.lr, torch.cat([each.lr for each in first]))
    assert set(found["content/else"].sources) == {"other0", "other1", "other2"}, "large enough"
    assert found["degradation/else"].sources == found["train"].sources
    assert torch.equal(found["degradation/else"].batch.hr, own.hr)
    assert not torch.equal(found["degradation/else"].batch.lr, own.lr)
    assert torch.equal(found["both/else"].batch.hr, found["content/else"].batch.hr)
    bicubic = degrade.load_pipeline("bicubic", 2)
    for kind in ("degradation/else", "both/else"):
        each = found[kind].batch
        traces = degrade.draw(bicubic, degrade.keys(0, ["any"] * 8))
        assert torch.equal(each.lr, degrade.apply_lr(traces, each.hr)), "bicubic draws nothing"


class Brightness(nn.Module):
    """A discriminator whose logit is an image's mean."""

    def forward(self, images: Tensor, lr: Tensor) -> Tensor:
        return images.mean(dim=(1, 2, 3))[:, None]


class Halves(nn.Module):
    def forward(self, lr: Tensor) -> Tensor:
        return 0.5 * lr


def watched(*values: float, name: str = "p") -> WatchedSet:
    flat = torch.tensor(values).view(-1, 1, 1, 1).expand(-1, 3, 4, 4).contiguous()
    return WatchedSet(TrainingBatch(flat, flat), tuple(f"{name}{n}" for n in range(len(values))))


def judged_by_brightness(make: Make, kind: str = "vanilla") -> TrainState:
    rival = {
        "objective": {
            "terms": [{"name": "l1"}, {"name": "adversarial", "arguments": {"kind": kind}}],
            "discriminator": {"kind": kind},
        },
        "discriminator": {"name": "patch", "features": 4},
    }
    config = make(**rival)
    state = first_state(config, launched(config))
    assert state.rival is not None
    state.rival.network = Brightness()  # type: ignore[assignment]
    state.generator = Halves()
    return state


def test_the_event_by_hand(make: Make) -> None:
    """Six images are two parts of the batch of four."""
    state = judged_by_brightness(make)
    train_, held = (0.9, 0.8, 0.7, 0.6, 0.9, 0.9), (0.5, 0.65, 0.3, 0.4, 0.85, 0.21)
    assert state.rival is not None
    found = memory(
        state, state.rival, {"train": watched(*train_), "content/a": watched(*held, name="q")}
    )
    halves = [value / 2 for value in held]
    wins = np.mean([a > b for a, b in itertools.product(held, halves)])
    own, other = found["train"], found["content/a"]
    assert own["real"] == pytest.approx(np.mean(train_))
    assert own["generated"] == pytest.approx(np.mean(train_) / 2)
    assert own["auc"]["value"] == 1.0
    assert own["r_t"] == 1.0
    assert other["auc"]["value"] == pytest.approx(wins)
    assert other["gap"]["value"] == pytest.approx(1 - wins)
    apart = np.mean([a > b for a, b in itertools.product(train_, held)])
    assert other["apart"]["value"] == pytest.approx(apart)
    ratio = (np.mean(train_) - np.mean(held)) / (np.mean(train_) - np.mean(halves))
    assert other["r_v"] == pytest.approx(ratio)


@pytest.mark.parametrize(("kind", "expected"), [("vanilla", 1.0), ("relativistic_average", 0.0)])
def test_r_t_takes_the_side_that_the_game_knows(make: Make, kind: str, expected: float) -> None:
    """Generated ones have a mean of 0.45, which two of four images lie above."""
    state = judged_by_brightness(make, kind)
    assert state.rival is not None
    found = memory(state, state.rival, {"train": watched(0.2, 0.2, 1.6, 1.6)})
    assert found["train"]["r_t"] == expected


def told_of(r_v: float | None, gap: float = 0.0, low: float = -1.0) -> dict[str, Any]:
    return {"r_v": r_v, "gap": {"value": gap, "low": low, "high": 1.0}}


def check(step: int, **by_set: Any) -> dict[str, Any]:
    return {"step": step, "train": {}} | {name.replace("_", "/"): v for name, v in by_set.items()}


BAD, GOOD = told_of(R_V + 0.01), told_of(R_V - 0.01, 1.0)


def test_two_checks_in_a_row_raise_the_alarm() -> None:
    row = [check(step, content_a=BAD) for step in (1, 2, 3)]
    assert alarms([]) == []
    assert alarms(row[:1]) == []
    (found,) = alarms(row)
    assert (found.set, found.since) == ("content/a", 1)
    assert "since step 1" in str(found)
    assert alarms([*row[:2], check(3, content_a=GOOD)]) == []
    (found,) = alarms(
        [row[0], check(2, content_a=GOOD), check(3, content_a=BAD), check(4, content_a=BAD)]
    )
    assert found.since == 3


def test_a_gap_counts_where_its_interval_leaves_nothing_out() -> None:
    for gap, low, bad in [
        (GAP + 0.01, 0.001, True),
        (GAP + 0.01, -0.001, False),
        (GAP, 0.01, False),
    ]:
        row = [check(step, content_a=told_of(None, gap, low)) for step in (1, 2)]
        assert bool(alarms(row)) is bad
    assert "r_v is undefined" in str(
        alarms([check(s, content_a=told_of(None, 0.5, 0.1)) for s in (1, 2)])[0]
    )


def test_what_is_accused_is_held_out_content() -> None:
    """Where a set's degradation is the training's own; of stored pairs alone the set as it is."""
    row = [check(step, content_a=GOOD, degradation_a=BAD, both_a=BAD) for step in (1, 2)]
    assert alarms(row) == []
    assert len(alarms([check(step, both_a=BAD) for step in (1, 2)])) == 1


def test_a_training_tells_and_goes_on_telling(make: Make, others: Path, tmp_path: Path) -> None:
    config = make(**gan(), validation=sets_on(others), steps=6)
    train(config, tmp_path / "whole")
    assert not train(config, tmp_path / "parts", stop_at=3).finished
    train(config, tmp_path / "parts")
    assert told(tmp_path / "whole") == told(tmp_path / "parts")
    events = of_kind(tmp_path / "whole", "overfitting")
    assert [event["step"] for event in events] == [3, 6]
    assert events[0]["content/else"].keys() >= {"real", "generated", "auc", "gap", "apart", "r_v"}  # type: ignore[attr-defined]
    (line, *_) = of_kind(tmp_path / "whole", "discriminator")
    assert line["r_t"] == pytest.approx(2 * line["accuracy"]["real"] - 1)  # type: ignore[index]


def test_the_alarm_stands_in_the_log_and_on_the_line(
    make: Make, others: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Heard again at each check, also behind an interruption between the two that it takes."""
    monkeypatch.setattr("realsr.training.alarm.R_V", -1e9)
    monkeypatch.setattr("realsr.training.overfitting.ERRORS", -1e9)
    config = make(**gan(), validation=sets_on(others), steps=9)
    train(config, tmp_path / "out", stop_at=3)
    assert of_kind(tmp_path / "out", "alarm") == []
    said: list[str] = []
    train(config, tmp_path / "out", tell=said.append)
    found = of_kind(tmp_path / "out", "alarm")
    assert {event["step"] for event in found} == {6, 9}
    assert {event["since"] for event in found} == {3}
    assert sum("ALARM" in line for line in said) == len(found)


def test_without_held_out_photographs_as_large_as_a_crop_nothing_is_told(
    make: Make, others: Path, tmp_path: Path
) -> None:
    for number in range(3):
        (others / f"other{number}.png").unlink()
    train(make(**gan(), validation=sets_on(others)), tmp_path / "out")
    assert of_kind(tmp_path / "out", "overfitting") == []
