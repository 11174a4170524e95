"""What a training tells while it runs: penalties that come seldom, r_v of each degradation, signs of life."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from realsr.training import train
from realsr.training.batches import TrainingBatch
from realsr.training.check import material
from realsr.training.launch import launched
from realsr.training.overfitting import ERRORS, Answer, held_out, logits, r_v
from realsr.training.progress import Pace
from realsr.training.state import first_state
from tests.training.conftest import Make, gan
from tests.training.kinds import of_kind
from tests.training.states import assert_equal, last_state, told

LAZY = {
    "objective": {
        "terms": [{"name": "l1"}, {"name": "adversarial", "weight": 0.1}],
        "discriminator": {"r1": 1.0, "gradient_penalty": 0.5, "every": 3},
    },
    "discriminator": {"name": "enhancenet", "features": 4},
}


def test_penalties_that_come_seldom_are_told_with_their_step(make: Make, tmp_path: Path) -> None:
    """Taken after 0, 3, 6, 9 steps; lines stand at 5 and 10, which such a step never ends at."""
    config = make(**LAZY, steps=10, log={"every": 1, "tensorboard": False})
    train(config, tmp_path / "each")
    each = {line["step"]: line for line in of_kind(tmp_path / "each", "discriminator")}
    train(
        config.model_copy(update={"log": config.log.model_copy(update={"every": 5})}),
        tmp_path / "some",
    )
    lines = of_kind(tmp_path / "some", "discriminator")
    assert [(line["step"], line["penalties_of_step"]) for line in lines] == [
        (5, {"r1": 4, "gradient_penalty": 4}),
        (10, {"r1": 10, "gradient_penalty": 10}),
    ]
    for line in lines:
        for kind in ("raw", "weighted"):
            for name, step in line["penalties_of_step"].items():  # type: ignore[attr-defined]
                assert line[kind][name] == each[step][kind][name] > 0  # type: ignore[index]
        assert line["weighted"]["r1"] == pytest.approx(1.5 * line["raw"]["r1"])  # type: ignore[index]
    assert each[2]["penalties_of_step"] == {"r1": 1, "gradient_penalty": 1}


def test_kept_penalties_are_gone_on_with(make: Make, tmp_path: Path) -> None:
    config = make(**LAZY, steps=6, log={"every": 3, "tensorboard": False})
    train(config, tmp_path / "whole")
    train(config, tmp_path / "parts", stop_at=2)
    train(config, tmp_path / "parts")
    assert told(tmp_path / "whole") == told(tmp_path / "parts")
    assert_equal(last_state(tmp_path / "whole"), last_state(tmp_path / "parts"))


class Brightness(nn.Module):
    """A discriminator whose logit is an image's mean, plus its LR's where it is told that."""

    def __init__(self, told: float) -> None:
        super().__init__()
        self.told = told

    def forward(self, images: Tensor, lr: Tensor) -> Tensor:
        return (images.mean(dim=(1, 2, 3)) + self.told * lr.mean(dim=(1, 2, 3)))[:, None]


def flat(*values: float) -> Tensor:
    return torch.tensor(values).view(-1, 1, 1, 1).expand(-1, 3, 4, 4).contiguous()


@pytest.mark.parametrize("beside", [0.0, 1.0])
def test_r_v_is_of_each_degradations_outputs_and_inputs(make: Make, beside: float) -> None:
    """Two sets of the same HR. The generator halves: what the one degradation makes darker is darker still."""
    config = make(**gan())
    state = first_state(config, launched(config))
    assert state.rival is not None
    state.rival.network = Brightness(beside)  # type: ignore[assignment]
    state.generator = Halves()
    batch = TrainingBatch(flat(0.8, 0.9), flat(0.8, 0.9))
    held = {
        "light": TrainingBatch(flat(0.6, 0.7), flat(0.6, 0.7)),
        "dark": TrainingBatch(flat(0.6, 0.7), flat(0.2, 0.3)),
    }
    found: dict[str, Any] = logits(state, state.rival, batch, flat(0.3, 0.5), held)
    train_ = 0.85 * (1 + beside)
    assert found["train"] == pytest.approx(train_)
    assert found["generated"] == pytest.approx(0.4 + 0.85 * beside)
    for name, lr in (("light", 0.65), ("dark", 0.25)):
        real, fake = 0.65 + beside * lr, 0.5 * lr + beside * lr
        assert found[f"held_out/{name}"] == pytest.approx(real)
        assert found[f"generated/{name}"] == pytest.approx(fake)
        assert found[f"r_v/{name}"] == pytest.approx((train_ - real) / (train_ - fake))
    assert "undefined" not in found


class Halves(nn.Module):
    def forward(self, lr: Tensor) -> Tensor:
        return 0.5 * lr


def test_r_v_is_undefined_where_train_and_generated_are_not_told_apart() -> None:
    real, spread = Answer(0.0, 0.1), Answer(1.0, 0.3)
    at = math.hypot(0.3, 0.4) * ERRORS
    assert r_v(spread, real, Answer(1.0 - 1.01 * at, 0.4))[0] == pytest.approx(1 / (1.01 * at))
    for near in (1.0 - 0.99 * at, 1.0, 1.0 + 2 * at):
        value, why = r_v(spread, real, Answer(near, 0.4))
        assert value is None
        assert "with a standard error of 0.5: not told apart" in why
    value, why = r_v(Answer(1.0, math.inf), real, Answer(0.0, 0.1))
    assert value is None
    assert "one image has no standard error" in why


def test_standard_errors_are_those_of_the_images(make: Make) -> None:
    config = make(**gan())
    state = first_state(config, launched(config))
    assert state.rival is not None
    state.rival.network = Brightness(0.0)  # type: ignore[assignment]
    state.generator = Halves()
    values = [0.1, 0.5, 0.6, 0.9]
    own = TrainingBatch(flat(*values), flat(*values))
    found: dict[str, Any] = logits(state, state.rival, own, flat(*values), {"own": own})
    error = torch.tensor(values).std() / 2
    gap = (1 - 0.5) * sum(values) / 4
    assert found["r_v/own"] is None
    assert found["undefined"]["r_v/own"].startswith(
        f"train - generated is {gap:.3g} with a standard error of {math.hypot(error, error / 2):.3g}"
    )


def test_a_network_that_takes_noise_is_judged_with_z_of_each_photograph(
    make: Make, photographs: Path, tmp_path: Path
) -> None:
    sets = [{"name": "own", "hr": [str(photographs)], "limit": 3}]
    model = {"name": "noise_srvgg", "scale": 2, "features": 8, "convolutions": 1}
    config = make(**gan(), model=model, validation={"sets": sets}, steps=1)
    state, given = first_state(config, launched(config)), material(config)
    batch = held_out(given.sets, state)["own"]
    assert batch.hr.shape == (3, 3, 32, 32)
    z = batch.conditions["z"]
    assert z.shape == (3, 8, 16, 16)
    assert not torch.equal(z[0], z[1])
    assert torch.equal(z, held_out(given.sets, state)["own"].conditions["z"])
    train(config, tmp_path)
    assert "generated/own" in of_kind(tmp_path, "logits")[0]


def test_device_photographs_parameters_and_pace_come_before_the_first_losses(
    make: Make, tmp_path: Path
) -> None:
    said: list[str] = []
    config = make(**gan(), steps=12, log={"every": 12, "tensorboard": False})
    train(config, tmp_path, tell=said.append)
    assert said[0].startswith("espcn x2, 1,")
    threads = torch.get_num_threads()
    by = f"{threads} thread" + ("s" if threads > 1 else "")
    assert said[0].endswith(f" on cpu by {by}: 7 photographs, 4 pairs a step, 12 steps")
    assert "parameters, against srgan, " in said[0]
    assert said[1].startswith("step 10/12: ")
    assert "pairs/s" in said[1]
    assert "l1" not in said[1]
    assert said[2].startswith("step 12/12: l1 ")
    assert len(said) == 3


def test_the_first_number_comes_after_ten_steps_or_ten_seconds() -> None:
    assert not Pace(1, steps=9, seconds=9.9).telling
    assert Pace(1, steps=10, seconds=0.1).telling
    assert Pace(1, steps=1, seconds=10.0).telling
    assert not Pace(1, steps=0, seconds=20.0).telling
