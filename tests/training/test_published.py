"""Trainings as papers have them: ProSR's curriculum, DRCN's annealing, LapSRN's levels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import degrade
from degrade import Key
from realsr.models.table import build
from realsr.training import TrainingConfig, TrainingError, parse_config, train
from realsr.training.batches import Batches
from realsr.training.check import material
from realsr.training.steps import _reduced
from tests.models.matlab import weights
from tests.training.conftest import Make
from tests.training.kinds import of_kind
from tests.training.states import assert_equal, last_state, told

CPU = torch.device("cpu")
PROSR = {"name": "prosr_s", "scale": 8, "start": 4, "growth": 2, "units": [[1], [1], [1]]}
DRCN = {"name": "drcn", "scale": 2, "features": 4, "recursions": 3}


def growing(make: Make, **changes: Any) -> TrainingConfig:
    data = make().data.model_dump(mode="json")
    data |= {"scales": [2, 4, 8], "pipeline": "bicubic", "batch": 2}
    return make(**{"model": PROSR, "data": data, "curriculum": {}} | changes)


def test_scales_join_and_are_blended_in_by_the_step(make: Make) -> None:
    """The authors' shares for x8: 12 to 25 % and 45 to 60 %; only the scale that joined last is blended."""
    config = growing(make, steps=200)
    given = material(config)
    batches = Batches(config, given.photographs, None, given.pipelines)
    seen: dict[str, set[int]] = {"first": set(), "second": set(), "third": set()}
    for step in range(0, 200, 2):
        batch, progress = batches.at(step, CPU), step / 200
        assert batch.scale is not None
        assert batch.hr.shape[-1] == batch.scale * batch.lr.shape[-1]
        part = "first" if progress <= 0.12 else "second" if progress <= 0.45 else "third"
        seen[part].add(batch.scale)
        low, high, newest = {
            "first": (0, 0, 2),
            "second": (0.12, 0.25, 4),
            "third": (0.45, 0.6, 8),
        }[part]
        expected = (
            min((progress - low) / (high - low), 1.0) if high and batch.scale == newest else 1.0
        )
        assert batch.blend == pytest.approx(expected)
        (draw,) = degrade.draw_uniforms([Key(0, "scale", step)], [("step", "scale")])
        joined = {"first": [2], "second": [2, 4], "third": [2, 4, 8]}[part]
        assert batch.scale == joined[int(len(joined) * float(draw[0]))]
    assert seen == {"first": {2}, "second": {2, 4}, "third": {2, 4, 8}}
    batches.close()


def test_a_batch_is_enlarged_with_its_blend(make: Make) -> None:
    config = growing(make, steps=100)
    given = material(config)
    batches = Batches(config, given.photographs, None, given.pipelines)
    blended = next(b for b in (batches.at(n, CPU) for n in range(13, 25)) if b.blend < 1)
    network = build(config.model.row, **config.model_arguments)
    with torch.no_grad():
        found = blended.enlarged_by(network)
        assert torch.equal(found, network(blended.lr, 4, blend=blended.blend))
        assert not torch.equal(found, network(blended.lr, 4))
    assert blended.parts(2)[1].blend == blended.blend
    batches.close()


def test_levels_that_have_not_joined_do_not_move(make: Make, tmp_path: Path) -> None:
    config = growing(make, steps=20, seed=1, curriculum={"growing": [0.3, 0.35, 0.4, 0.5]})
    train(config, tmp_path, stop_at=1)
    before = last_state(tmp_path)["generator"]
    train(config, tmp_path, stop_at=6)
    after = last_state(tmp_path)["generator"]
    moved = {name.split(".")[1] for name in before if not torch.equal(before[name], after[name])}
    assert moved == {"0"}
    train(config, tmp_path)
    end = last_state(tmp_path)["generator"]
    assert {n.split(".")[1] for n in after if not torch.equal(after[n], end[n])} == {"0", "1", "2"}


@pytest.mark.parametrize("kind", ["prosr", "drcn"])
def test_they_resume_exactly(make: Make, tmp_path: Path, kind: str) -> None:
    config = growing(make) if kind == "prosr" else make(model=DRCN, objective="drcn", colour="y")
    train(config, tmp_path / "whole")
    train(config, tmp_path / "parts", stop_at=3)
    train(config, tmp_path / "parts")
    assert_equal(last_state(tmp_path / "whole"), last_state(tmp_path / "parts"))
    assert told(tmp_path / "whole") == told(tmp_path / "parts")


@pytest.mark.parametrize("kind", ["prosr", "drcn"])
def test_what_follows_the_length_keeps_it(make: Make, tmp_path: Path, kind: str) -> None:
    longer = {"steps": 9}
    if kind == "prosr":
        first, more = growing(make), growing(make, **longer)
    else:
        first, more = (make(model=DRCN, objective="drcn", **each) for each in ({}, longer))
    train(first, tmp_path, stop_at=1)
    with pytest.raises(TrainingError, match=r"curriculum follows.* is 6 there and 9 here"):
        train(more, tmp_path)


def test_drcns_weights_are_those_of_the_step(make: Make, tmp_path: Path) -> None:
    train(make(model=DRCN, objective="drcn", colour="y", steps=4), tmp_path)
    for number, event in enumerate(of_kind(tmp_path, "generator")):
        raw, weighted = event["raw"], event["weighted"]
        assert weighted["recursions"] == pytest.approx(0.5 * (1 - number / 4) * raw["recursions"])  # type: ignore[index]
        assert weighted["ensemble"] == pytest.approx(0.5 * number / 4 * raw["ensemble"])  # type: ignore[index]


def test_levels_of_a_network_without_are_refused(make: Make, tmp_path: Path) -> None:
    for levels in (True, "alone"):
        terms = [{"name": "l1"}, {"name": "mse", "levels": levels}]
        with pytest.raises(
            TrainingError,
            match=r"objective\[1\]\.levels: the term mse looks at levels, and espcn gives no images",
        ):
            train(make(objective=terms), tmp_path)


TEXT = """
model: {name: prosr_s, scale: 4}
data: {hr: photographs, crop: 32, scales: [2, 4]}
curriculum: {growing: [0.2, 0.4]}
steps: 1
"""


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["model.name=edsr"], r"<text>:4: curriculum: curriculum: edsr does not grow"),
        (["data.scales=[4, 2]"], r"data\.scales \[4, 2\]: a curriculum asks for growing scales"),
        (
            ["model.scale=8"],
            r"data\.scales \[2, 4\]: a curriculum asks for growing scales up to model\.scale",
        ),
        (["curriculum.growing=[0.2, 0.4, 0.6, 0.8]"], r"has 4 shares; 2 scales ask for 2"),
        (
            ["curriculum.growing=[0.4, 0.2]"],
            r"curriculum: growing \[0\.4, 0\.2\]: expected growing shares",
        ),
        (
            ["curriculum.growing=[0.4]"],
            r"curriculum: growing \[0\.4\]: expected growing shares, two for each",
        ),
    ],
)
def test_curricula_that_are_none_are_told_with_their_line(settings: list[str], said: str) -> None:
    assert parse_config(TEXT).curriculum is not None
    with pytest.raises(TrainingError, match=said):
        parse_config(TEXT, settings=settings)


@pytest.mark.parametrize(("large", "small"), [(32, 16), (24, 16), (32, 8)])
def test_levels_are_compared_with_matlabs_reduction(large: int, small: int) -> None:
    hr = torch.rand(2, 1, large, large, generator=torch.Generator().manual_seed(0))
    matrix = weights(large, small)
    expected = np.einsum("iy,bcyx,jx->bcij", matrix, hr.numpy().astype(np.float64), matrix)
    found = _reduced(hr, torch.zeros(2, 1, small, small))
    assert found.dtype == torch.float32
    assert np.abs(found.numpy() - expected).max() < 1e-6
    assert _reduced(hr, hr) is hr
