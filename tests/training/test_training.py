"""Whole trainings: GANs and their logits, starts, models, grids, guards, and the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import save_file

from realsr.cli.main import main
from realsr.models.table import build
from realsr.training import (
    NotFiniteError,
    TrainingError,
    load_model,
    model_card,
    train,
)
from realsr.training.config_file import config_text
from tests.training.conftest import Make, gan
from tests.training.kinds import of_kind


def test_a_training_learns(make: Make, tmp_path: Path) -> None:
    data = make().data.model_dump(mode="json") | {"pipeline": "bicubic", "batch": 4}
    rates = {"optimiser": {"lr": 1e-2}, "log": {"every": 20, "tensorboard": False}}
    train(make(**rates, data=data, steps=80, objective="mse"), tmp_path)
    values = [event["raw"]["mse"] for event in of_kind(tmp_path, "generator")]  # type: ignore[index]
    assert values[-1] < values[0] / 2


def test_a_gan_tells_terms_norms_and_logits(make: Make, photographs: Path, tmp_path: Path) -> None:
    sets = [{"name": "own", "hr": [str(photographs)], "limit": 2}]
    log = {"every": 1, "gradients_every": 2, "tensorboard": False}
    config = make(**gan(), steps=2, validation={"every": 2, "sets": sets}, log=log)
    outcome = train(config, tmp_path)
    first, second = of_kind(tmp_path, "generator")
    assert first["raw"].keys() == {"l1", "adversarial"}  # type: ignore[attr-defined]
    assert first["weighted"]["adversarial"] == pytest.approx(0.1 * first["raw"]["adversarial"])  # type: ignore[index]
    assert "gradient_norms" not in first
    assert second["gradient_norms"].keys() == {"l1", "adversarial"}  # type: ignore[attr-defined]
    assert {"adversarial", "gradient_penalty"} == of_kind(tmp_path, "discriminator")[0][
        "raw"
    ].keys()  # type: ignore[attr-defined]
    seen = of_kind(tmp_path, "logits")[0]
    for name in ("train", "generated", "held_out/own", "generated/own"):
        assert isinstance(seen[name], float)
    assert (seen["r_v/own"] is None) == ("undefined" in seen)
    assert outcome.scores["own"].psnr == of_kind(tmp_path, "validation")[-1]["own"]["psnr"]  # type: ignore[index]


def test_a_model_file_gives_back_the_network_and_its_card(make: Make, tmp_path: Path) -> None:
    outcome = train(make(ema=0.5, steps=2), tmp_path)
    lr = torch.rand(1, 3, 9, 7, generator=torch.Generator().manual_seed(0))
    average, online = (
        load_model(tmp_path / f"model{part}.safetensors") for part in ("", "_online")
    )
    assert average(lr).shape == (1, 3, 18, 14)
    assert not torch.equal(average(lr), online(lr))
    card = model_card(outcome.model)
    assert (card.architecture, card.trained_on, card.objective, card.steps, card.ema) == (
        "espcn", "second_order", "l1", 2, True,
    )  # fmt: skip
    save_file(online.state_dict(), tmp_path / "bare.safetensors")
    with pytest.raises(TrainingError, match="has no card"):
        model_card(tmp_path / "bare.safetensors")


def test_x2_starts_x4(make: Make, tmp_path: Path) -> None:
    start = train(make(steps=1), tmp_path / "x2").model
    model = {"name": "espcn", "scale": 4, "features": [6, 4]}
    told: list[str] = []
    config = make(
        model=model,
        steps=1,
        optimiser={"lr": 1e-12},
        start_from={"path": str(start), "mode": "relaxed"},
    )
    end = train(config, tmp_path / "x4", tell=told.append).model
    before, after = (load_model(path).state_dict() for path in (start, end))
    torch.testing.assert_close(before["layers.0.weight"], after["layers.0.weight"])
    assert after["layers.4.weight"].shape[0] == 48
    assert "4 tensors loaded; 2 of another shape" in told[0]
    with pytest.raises(Exception, match="mode 'relaxed'"):
        train(make(model=model, steps=1, start_from={"path": str(start)}), tmp_path / "strict")


def test_accumulation_is_the_whole_batch(make: Make, tmp_path: Path) -> None:
    plain = {"optimiser": {"name": "sgd", "lr": 0.1}, "steps": 2}
    ends = [
        load_model(train(make(**plain, accumulate=parts), tmp_path / str(parts)).model).state_dict()
        for parts in (1, 4)
    ]
    for name, weight in ends[0].items():
        torch.testing.assert_close(weight, ends[1][name], rtol=1e-5, atol=1e-7)


def test_levels_of_a_pyramid_are_summed(make: Make, tmp_path: Path) -> None:
    model = {"name": "lapsrn", "scale": 4, "features": 4, "depth": 1}
    train(make(model=model, steps=1, objective="lapsrn"), tmp_path / "all")
    alone = [{"name": "charbonnier", "arguments": {"reduction": "sample_sum"}}]
    train(make(model=model, steps=1, objective=alone), tmp_path / "last")
    both, last = (
        of_kind(tmp_path / name, "generator")[0]["raw"]["charbonnier"]  # type: ignore[index]
        for name in ("all", "last")
    )
    assert 1.1 * last < both < 1.5 * last


@pytest.mark.parametrize("precision", ["bf16"])
def test_half_precision_and_channels_last(make: Make, tmp_path: Path, precision: str) -> None:
    train(make(**gan(), precision=precision, channels_last=True, steps=2), tmp_path)
    for weight in load_model(tmp_path / "model.safetensors").parameters():
        assert weight.dtype == torch.float32
        assert bool(torch.isfinite(weight).all())


def test_what_is_no_number_stops_the_training_or_is_left_out(make: Make, tmp_path: Path) -> None:
    huge = {"optimiser": {"name": "sgd", "lr": 1e30}, "objective": "mse", "steps": 8}
    with pytest.raises(
        NotFiniteError, match=r"step \d: the generator's (mse|gradient) is no finite"
    ):
        train(make(**huge), tmp_path / "stop")
    told: list[str] = []
    with pytest.raises(NotFiniteError):
        train(
            make(**huge, guard={"action": "skip", "most": 3}), tmp_path / "skip", tell=told.append
        )
    assert sum("was left out" in line for line in told) == 2


def test_needs_are_checked_before_the_first_step(make: Make, tmp_path: Path) -> None:
    terms = [{"name": "l1"}, {"name": "lr_consistency"}]
    with pytest.raises(TrainingError, match="the objective needs degrade_again"):
        train(make(objective=terms, colour="y"), tmp_path / "y")
    assert train(make(objective=terms, steps=1), tmp_path / "rgb").finished
    model = {"name": "espcn", "scale": 2, "channels": 1}
    with pytest.raises(TrainingError, match=r"model\.channels 1 with colour rgb"):
        train(make(model=model), tmp_path / "channels")


def test_a_grid_from_the_command_line(
    make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(config_text(make(steps=1)))
    out = tmp_path / "out"
    command = ["train", str(path), "--out", str(out), "--set", "data.batch=2", "--seeds", "2"]
    command += ["--grid", "data.pipeline=bicubic,second_order", "--grid", "objective=l1,mse"]
    assert main(command) == 0
    models = yaml.safe_load((out / "study.yaml").read_text())["models"]
    assert len(models) == 8
    assert models[0] == {
        "name": "espcn-bicubic-l1-seed0",
        "path": "bicubic-l1-seed0/model.safetensors",
        "trained_on": "bicubic",
        "loss": "l1",
        "seed": 0,
    }
    states = [load_model(out / model["path"]).state_dict() for model in models[:2]]
    assert not torch.equal(states[0]["layers.0.weight"], states[1]["layers.0.weight"])
    before = (out / models[3]["path"]).stat().st_mtime_ns
    assert main(command) == 0
    assert (out / models[3]["path"]).stat().st_mtime_ns == before
    capsys.readouterr()
    assert main([*command, "--set", "optimiser.lr=0.5"]) == 2
    assert "another training: optimiser.lr" in capsys.readouterr().err


def test_initial_weights_are_the_seeds(make: Make, tmp_path: Path) -> None:
    config = make(steps=1, seed=3, optimiser={"lr": 1e-12})
    found = load_model(train(config, tmp_path).model).state_dict()
    torch.manual_seed(3)
    expected = build("espcn", scale=2, features=(6, 4), channels=3).state_dict()
    for name, weight in expected.items():
        torch.testing.assert_close(weight, found[name], rtol=0, atol=1e-9)


def test_a_network_of_several_scales_draws_one_each_step(make: Make, tmp_path: Path) -> None:
    model = {"name": "mdsr_baseline", "scale": 2, "scales": [2, 3], "blocks": 1, "features": 4}
    data = make().data.model_dump(mode="json") | {"crop": 36, "scales": [2, 3], "batch": 2}
    start = train(make(model=model, data=data, steps=1), tmp_path, stop_at=1)
    before = load_model(start.model).state_dict()
    after = load_model(train(make(model=model, data=data, steps=6), tmp_path).model).state_dict()
    assert all(not torch.equal(before[name], after[name]) for name in before)
    with pytest.raises(TrainingError, match=r"data\.scales: espcn enlarges by its one scale, 2"):
        train(make(data=data, steps=1), tmp_path / "espcn")


def test_tensorboard_is_written_where_it_is_installed(make: Make, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    train(make(steps=3, log={"every": 1}), tmp_path)
    events = EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    told = [event["raw"]["l1"] for event in of_kind(tmp_path, "generator")]  # type: ignore[index]
    assert [scalar.value for scalar in events.Scalars("generator/raw/l1")] == pytest.approx(told)
