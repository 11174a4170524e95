"""Networks whose code is spandrel's: each trains, is saved as spandrel opens it, and goes on where it was stopped."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from realsr.inference.loading import load
from realsr.inference.upscaler import Tiling
from realsr.training import TrainingError, model_card, read_config, train
from tests.models.elsewhere import LEAST, SMALL
from tests.models.elsewhere import small as elsewhere
from tests.training.conftest import Make, gan
from tests.training.kinds import of_kind

pytest.importorskip("spandrel", reason="the extra interop is not installed")


def model(name: str) -> dict[str, Any]:
    """The part of a configuration."""
    return {"name": f"spandrel/{name}", "scale": LEAST[name], **SMALL[name]}


def small(make: Make, name: str, **changes: Any) -> Any:
    """Two pairs a step."""
    data = make().data.model_dump(mode="json") | {"batch": 2, "crop": min(48, 16 * LEAST[name])}
    return make(model=model(name), **({"data": data, "steps": 3} | changes))


SLOW = ("grl",)
"""What sorts all its windows of 64 x 64 pixels before the first step."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in SMALL],
)
def test_each_trains_and_opens_through_spandrel(make: Make, tmp_path: Path, name: str) -> None:
    import spandrel

    more = gan() if name == "realplksr" else {}
    config = small(make, name, **more)
    outcome = train(config, tmp_path)
    losses = [event["raw"]["l1"] for event in of_kind(tmp_path, "generator")]  # type: ignore[index]
    assert len(losses) == 3
    assert all(map(math.isfinite, losses))
    assert len(set(losses)) == 3
    found = spandrel.ModelLoader().load_from_file(outcome.model)
    assert type(found.model).__name__ == type(load(outcome.model).module).__name__.removeprefix(
        "Spandrel"
    )
    assert found.scale == LEAST[name]
    ours, theirs = _answers(outcome.model, found)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)


def _answers(path: Path, found: Any) -> tuple[Tensor, Tensor]:
    """Of the file to the same picture, which no network has to extend."""
    side = 128 if found.size_requirements.square else 48
    picture = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(0))
    return load(path)(picture).clamp(0, 1), found(picture)


@pytest.mark.parametrize("name", ["span", "realplksr"])
def test_stopped_and_gone_on_equals_undisturbed(make: Make, tmp_path: Path, name: str) -> None:
    config = small(make, name, steps=4, ema=0.9, **gan())
    whole = train(config, tmp_path / "whole").model
    train(config, tmp_path / "parts", stop_at=2)
    parts = train(config, tmp_path / "parts").model
    assert whole.read_bytes() == parts.read_bytes()


def test_validation_changes_nothing(make: Make, photographs: Path, tmp_path: Path) -> None:
    """SPAN computes its fused convolutions wherever it evaluates."""
    sets = [{"name": "own", "hr": [str(photographs)], "limit": 1}]
    plain = train(small(make, "span"), tmp_path / "plain").model
    looked = small(make, "span", validation={"every": 1, "sets": sets})
    assert plain.read_bytes() == train(looked, tmp_path / "looked").model.read_bytes()


def test_fine_tuning_takes_name_scale_and_arguments_from_the_file(
    make: Make, tmp_path: Path
) -> None:
    """A file as others write it; under another degradation; the configuration keeps what was found."""
    network = elsewhere("realplksr", 3)
    torch.save({"params_ema": network.state_dict()}, tmp_path / "other.pth")
    data = make().data.model_dump(mode="json") | {"crop": 48, "pipeline": "bicubic", "batch": 2}
    rate = {"optimiser": {"lr": 1e-9}}
    told: list[str] = []
    config = make(model={"file": str(tmp_path / "other.pth")}, data=data, steps=1, **rate)
    assert config.model.name == "spandrel/realplksr"
    assert config.model.scale == 3
    assert config.model.arguments == {"scale": 3, **SMALL["realplksr"]}
    outcome = train(config, tmp_path / "out", tell=told.append)
    assert f"started from {tmp_path / 'other.pth'}" in told[0]
    for name, value in load_file(outcome.model).items():
        torch.testing.assert_close(value, network.state_dict()[name], rtol=0, atol=1e-6)
    (tmp_path / "other.pth").unlink()
    again = read_config(tmp_path / "out" / "config.yaml")
    assert again == config
    card = model_card(outcome.model)
    assert (card.architecture, card.scale, card.trained_on) == ("spandrel/realplksr", 3, "bicubic")
    ours = train(make(steps=1), tmp_path / "ours").model
    assert make(model={"file": str(ours)}).model.arguments == {"scale": 2, "features": [6, 4]}


def test_a_file_that_cannot_be_gone_on_with_is_refused(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_file(elsewhere("span", 2).state_dict(), path)
    for told, said in (
        ({"file": str(path), "scale": 4}, "enlarges by 2, not 4"),
        ({"file": str(tmp_path / "none.pth")}, "no weights at"),
    ):
        with pytest.raises(ValueError, match=said):
            make(model=told)
    with pytest.raises(ValueError, match=r"model\.file gives the weights already"):
        make(model={"file": str(path)}, start_from={"path": str(path)})


def test_what_a_file_cannot_tell_is_said_before_the_first_step(make: Make, tmp_path: Path) -> None:
    told = {**model("span"), "img_range": 1.0}
    with pytest.raises(TrainingError, match=r"would read img_range 255\.0 in place of 1\.0"):
        train(make(model=told), tmp_path / "a")
    wrong = {**model("swinir"), "embed_dim": 13}
    with pytest.raises(TrainingError, match=r"spandrel/swinir fails on \(1, 3, 16, 16\)"):
        train(make(model=wrong), tmp_path / "b")


def test_tiles_give_the_whole_pictures_result(make: Make, tmp_path: Path) -> None:
    upscaler = load(train(small(make, "span"), tmp_path).model)
    picture = torch.rand(1, 3, 70, 90, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(
        upscaler(picture, Tiling(32)), upscaler(picture), rtol=1e-4, atol=1e-4
    )
