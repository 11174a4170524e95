"""Steps of several scales: every loss goes with every network that is told them, and others are refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from realsr.cli.main import main
from realsr.models.base import DeeplySupervised
from realsr.models.table import build
from realsr.training import TrainingError, parse_config, train
from realsr.training.batches import Batches, TrainingBatch
from realsr.training.check import material
from realsr.training.config_file import config_text
from realsr.training.launch import launched
from realsr.training.state import first_state
from realsr.training.steps import generator_step
from tests.training.conftest import Make, gan
from tests.training.states import assert_equal, last_state, told

SEVERAL: dict[str, tuple[dict[str, Any], list[int]]] = {
    "drcn": ({"scale": 2, "features": 4, "recursions": 3}, [2, 3, 4]),
    "lapsrn": ({"scale": 4, "features": 4, "depth": 1}, [2, 4]),
    "ms_lapsrn": ({"scale": 4, "features": 4, "depth": 1, "recursions": 2}, [2, 4]),
    "prosr_s": ({"scale": 4, "start": 4, "growth": 2, "units": [[1], [1]]}, [2, 4]),
    "carn_m": ({"scale": 2, "features": 4, "scales": [2, 3, 4]}, [2, 3, 4]),
    "mdsr_baseline": ({"scale": 2, "features": 4, "blocks": 1}, [2, 3, 4]),
}


def of_scales(make: Make, name: str, **changes: Any) -> Any:
    arguments, scales = SEVERAL[name]
    data = make().data.model_dump(mode="json")
    data |= {"crop": 24, "scales": scales, "batch": 2, "pipeline": "bicubic"}
    return make(model={"name": name, **arguments}, data=data, **changes)


@pytest.mark.parametrize("name", ["drcn", "ms_lapsrn", "prosr_s", "carn_m"])
def test_levels_and_ldl_meet_every_scale(make: Make, tmp_path: Path, name: str) -> None:
    supervised = isinstance(build(name, **SEVERAL[name][0]), DeeplySupervised)
    first = {"name": "mse", "levels": True} if supervised else {"name": "mse"}
    config = of_scales(make, name, ema=0.9, objective=[first, {"name": "ldl"}])
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    train(config, whole)
    train(config, parts, stop_at=3)
    train(config, parts)
    assert_equal(last_state(whole), last_state(parts))
    assert told(whole) == told(parts)
    scales = {config.data.crop // lr for lr in _lr_sides(config)}
    assert scales == set(config.data.scales), "six steps draw every scale"


def _lr_sides(config: Any) -> list[int]:
    given = material(config)
    batches = Batches(config, given.photographs, None, given.pipelines)
    sides = [batches.at(step, torch.device("cpu")).lr.shape[-1] for step in range(6)]
    batches.close()
    return sides


@pytest.mark.parametrize("name", ["drcn", "lapsrn", "ms_lapsrn", "prosr_s"])
def test_levels_of_a_told_scale_are_summed_against_hr_of_their_size(make: Make, name: str) -> None:
    """At a scale that is not the network's own: levels by hand, each against the HR reduced to it."""
    scale = 3 if name == "drcn" else 2
    config = of_scales(make, name, objective=[{"name": "mse", "levels": True}])
    state = first_state(config, launched(config))
    lr = torch.rand(2, 3, 6, 6, generator=torch.Generator().manual_seed(0))
    hr = lr.repeat_interleave(scale, 2).repeat_interleave(scale, 3).flip(2)
    network: Any = state.generator
    outputs = [image.detach() for image in network.outputs(lr, scale)]
    assert torch.equal(outputs[-1], network(lr, scale))
    assert outputs[-1].shape == hr.shape
    loss = float(generator_step(state, TrainingBatch(hr, lr, scale=scale)).raw["mse"])
    assert loss == pytest.approx(sum(float((o - _like(hr, o)).square().mean()) for o in outputs))
    assert len(outputs) == (4 if name == "drcn" else 1)


def _like(hr: Tensor, image: Tensor) -> Tensor:
    size = image.shape[-2:]
    return (
        hr
        if hr.shape[-2:] == size
        else nn.functional.interpolate(hr, size, mode="bicubic", antialias=True)
    )


def test_a_pyramid_of_another_scale_uses_the_levels_up_to_it() -> None:
    lr = torch.rand(1, 1, 5, 4)
    network: Any = build("ms_lapsrn", scale=8, features=4, depth=1, recursions=1)
    images = network.outputs(lr)
    assert [image.shape[-1] for image in images] == [8, 16, 32]
    assert torch.equal(network(lr, 4), images[1])
    with pytest.raises(ValueError, match=r"scale 6: this network reaches \(2, 3, 4, 8\)"):
        network(lr, 6)


def test_levels_are_blended_as_the_sr_is() -> None:
    lr = torch.rand(1, 3, 5, 4)
    network: Any = build("prosr_s", **SEVERAL["prosr_s"][0])
    images = network.outputs(lr, 4, blend=0.25)
    assert torch.equal(images[-1], network(lr, 4, blend=0.25))
    assert torch.equal(images[0], network.outputs(lr, 4)[0])
    assert not torch.equal(images[-1], network.outputs(lr, 4)[1])


@pytest.mark.parametrize("name", ["espcn", "noise_srvgg", "sftgan", "rrdbnet"])
def test_a_network_of_one_scale_is_refused_with_the_line(
    make: Make, tmp_path: Path, name: str
) -> None:
    data = make().data.model_dump(mode="json") | {"scales": [2, 4]}
    text = config_text(make(model={"name": name, "scale": 4}, data=data, objective="l1"))
    config = parse_config(text, "my.yaml")
    with pytest.raises(
        TrainingError,
        match=rf"^my\.yaml:\d+: data\.scales: {name} enlarges by its one scale, 4: leave scales out",
    ):
        train(config, tmp_path / "out")
    assert not (tmp_path / "out" / "log.jsonl").exists()


def test_a_scale_that_the_network_lacks_is_refused_with_the_line(
    make: Make, tmp_path: Path
) -> None:
    settings = ["model.scales=[2, 4]"]
    config = parse_config(config_text(of_scales(make, "carn_m")), "my.yaml", settings)
    with pytest.raises(
        TrainingError,
        match=r"^my\.yaml:\d+: data\.scales: carn_m cannot be told the scale 3: scale 3: this network has \(2, 4\)",
    ):
        train(config, tmp_path / "out")


def test_a_discriminator_beside_the_lr_of_one_scale_is_refused(make: Make, tmp_path: Path) -> None:
    rival = gan() | {"discriminator": {"name": "patch", "features": 4, "lr_scale": 2}}
    with pytest.raises(TrainingError, match=r"discriminator: it does not take crops of 24 pixels "):
        train(of_scales(make, "mdsr_baseline", **rival), tmp_path / "out")


LEVELS = {"name": "mse", "levels": True}


@pytest.mark.parametrize(
    ("objective", "place"),
    [
        (["l1", LEVELS], r"objective\[1\]\.levels"),
        ({"terms": [LEVELS]}, r"objective\.terms\[0\]\.levels"),
        ("lapsrn", "objective"),
        ({"objective": "lapsrn"}, "objective"),
    ],
    ids=["list", "terms", "name", "objective"],
)
def test_levels_of_a_network_without_are_refused_with_the_line(
    make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str], objective: Any, place: str
) -> None:
    if isinstance(objective, list):
        objective = [{"name": each} if isinstance(each, str) else each for each in objective]
    path = tmp_path / "my.yaml"
    path.write_text(config_text(make(objective=objective)))
    assert main(["train", str(path), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "espcn gives no images on the way to the SR: leave levels out" in said
    assert re.search(rf"my\.yaml:\d+: {place}: the term ", said)
    assert not (tmp_path / "out" / "log.jsonl").exists()
