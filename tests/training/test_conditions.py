"""A network that is told more than the LR: noise drawn by key; whose last layer the log speaks of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import degrade
from realsr.conditions.network import noise_map
from realsr.models.table import architecture, build
from realsr.training import load_model, train
from realsr.training.batches import Batches, Share, Told, TrainingBatch
from realsr.training.samples import Photographs
from realsr.training.steps import last_weight
from tests.training.conftest import Make, gan
from tests.training.kinds import of_kind
from tests.training.states import assert_equal, last_state, told

NOISY = {
    "model": {
        "name": "noise_srvgg", "scale": 2, "features": 4, "convolutions": 1, "noise_channels": 3,
    }
}  # fmt: skip
CPU = torch.device("cpu")
ALONE = Share()
LR = torch.rand(1, 3, 8, 8)


def batches(make: Make, share: Share = ALONE, batch: int = 4) -> Batches:
    config = make(**NOISY)
    config = config.model_copy(update={"data": config.data.model_copy(update={"batch": batch})})
    pipeline = degrade.load_pipeline("bicubic", 2)
    network = build(config.model.row, **config.model_arguments)
    photographs = Photographs(config.data.hr, config)
    return Batches(config, photographs, None, {2: pipeline}, share, Told.of(network))


def test_z_of_a_sample_is_a_matter_of_its_key(make: Make) -> None:
    whole = batches(make, batch=8)
    z = whole.at(3, CPU).conditions["z"]
    assert z.shape == (8, 3, 16, 16)
    keys = [place[0].at(place[1]).key for place in map(whole._place, whole._positions(3))]
    for key, each in zip(keys, z, strict=True):
        assert torch.equal(noise_map(key, 3, range(16), range(16))[0], each)
    halves = [batches(make, Share(rank, 2)).at(3, CPU).conditions["z"] for rank in (0, 1)]
    assert torch.equal(torch.stack(halves, dim=1).flatten(0, 1), z)
    assert not torch.equal(whole.at(4, CPU).conditions["z"], z)


def test_parts_of_a_batch_keep_their_z(make: Make) -> None:
    batch = batches(make).at(0, CPU)
    parts = batch.parts(2)
    assert torch.equal(torch.cat([part.conditions["z"] for part in parts]), batch.conditions["z"])


def test_noise_is_learned_by(make: Make, tmp_path: Path) -> None:
    """Weights of z move where z is drawn; at z = 0 they had no gradient at all."""
    train(make(**NOISY, steps=3, optimiser={"lr": 1e-2}), tmp_path)
    start = last_start(make)
    learned = load_model(tmp_path / "model.safetensors").state_dict()
    for name, before in start.items():
        assert not torch.equal(before, learned[name]), name


def last_start(make: Make) -> dict[str, torch.Tensor]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        config = make(**NOISY)
        return build(config.model.row, **config.model_arguments).state_dict()


def test_a_noisy_gan_resumes_exactly(make: Make, tmp_path: Path) -> None:
    terms = gan()["objective"]["terms"] + [{"name": "ldl"}]
    objective = gan()["objective"] | {"terms": terms}
    config = make(**gan() | NOISY | {"objective": objective}, ema=0.9, accumulate=2, steps=5)
    train(config, tmp_path / "whole")
    train(config, tmp_path / "parts", stop_at=2)
    train(config, tmp_path / "parts")
    assert_equal(last_state(tmp_path / "whole"), last_state(tmp_path / "parts"))
    assert told(tmp_path / "whole") == told(tmp_path / "parts")


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("noise_srvgg", {"features": 4, "convolutions": 1}, "body.4.weight"),
        ("lapsrn", {"scale": 4, "features": 4, "depth": 1}, "steps.1.residual.weight"),
        ("ms_lapsrn", {"features": 4, "depth": 1, "recursions": 1}, "shared.residual.weight"),
        ("sftgan", {"scale": 4, "blocks": 1, "features": 4, "conditions": 4}, "tail.2.weight"),
        ("drcn", {"features": 4, "recursions": 2}, "reconstruction.1.weight"),
    ],
)
def test_the_last_layer_is_the_one_used_last(
    name: str, arguments: dict[str, Any], expected: str
) -> None:
    network = build(name, **{"scale": 2} | arguments)
    lr = torch.rand(2, architecture(name).channels, 8, 8)
    conditions = {"z": torch.zeros(2, 8, 8, 8)} if name == "noise_srvgg" else {}
    weight = last_weight(network, TrainingBatch(lr, lr, conditions=conditions))
    assert weight is dict(network.named_parameters())[expected]


def test_the_last_layer_of_several_scales_is_the_scales_own() -> None:
    units = {"start": 8, "growth": 4, "units": ((1,), (1,))}
    network = build("prosr_s", scale=4, **units).train()
    batch, named = TrainingBatch(LR, LR), dict(network.named_parameters())
    for scale, level in ((2, 0), (4, 1)):
        weight = last_weight(network, replace(batch, scale=scale))
        assert weight is named[f"pyramids.{level}.reconstruct.weight"]
    assert network.training


def test_the_log_tells_a_pull_where_z_is_drawn(make: Make, tmp_path: Path) -> None:
    log = {"every": 1, "gradients_every": 1, "tensorboard": False}
    train(make(**gan() | NOISY, steps=1, log=log), tmp_path)
    (event,) = of_kind(tmp_path, "generator")
    assert all(pull > 0 for pull in event["gradient_norms"].values())  # type: ignore[attr-defined]
