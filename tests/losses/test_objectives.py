from __future__ import annotations

from pathlib import Path

import pytest
import torch

from degrade.reader.yaml_source import read_yaml
from realsr.backbones.errors import MissingWeightsError
from realsr.losses.adversarial import GanArguments
from realsr.losses.base import Batch
from realsr.losses.errors import LossError
from realsr.losses.objectives import OBJECTIVES, Recipe, named, read_objective
from realsr.losses.perceptual import PerceptualArguments
from realsr.losses.schedules import Schedule

from .backbones import random_file
from .images import image

WEIGHTS = {
    "l1": {"l1": 1.0},
    "mse": {"mse": 1.0},
    "charbonnier": {"charbonnier": 1.0},
    "vdsr": {"mse": 0.5},
    "lapsrn": {"charbonnier": 1.0},
    "drcn": {
        "recursions": Schedule(shares=(0, 1), values=(0.5, 0)),
        "ensemble": Schedule(shares=(0, 1), values=(0, 0.5)),
    },
    "srgan_paper": {"perceptual": 1.0, "adversarial": 1e-3},
    "srgan_basicsr": {"l1": 1e-2, "perceptual": 1.0, "adversarial": 5e-3},
    "enhancenet_pat": {"perceptual": 1.0, "patch_gram": 1.0, "adversarial": 2.0},
    "esrgan": {"perceptual": 1.0, "adversarial": 5e-3, "l1": 1e-2},
    "ranksrgan": {"perceptual": 1.0, "adversarial": 5e-3, "rank_content": 3e-2},
    "sftgan": {"perceptual": 1.0, "adversarial": 5e-3, "auxiliary_class": 5e-3},
    "real_esrgan": {"l1": 1.0, "perceptual": 1.0, "adversarial": 0.1},
    "ldl": {"l1": 1.0, "perceptual": 1.0, "adversarial": 0.1, "ldl": 1.0},
}
LAYERS = {
    "srgan_paper": {"relu5_4": 1.0},
    "srgan_basicsr": {"conv5_4": 1.0},
    "enhancenet_pat": {"pool2": 0.2, "pool5": 0.02},
    "esrgan": {"conv5_4": 1.0},
    "ranksrgan": {"conv5_4": 1.0},
    "sftgan": {"conv5_4": 1.0},
    "real_esrgan": {"conv1_2": 0.1, "conv2_2": 0.1, "conv3_4": 1, "conv4_4": 1, "conv5_4": 1},
}


def test_the_published_weights() -> None:
    found = {name: {t.label: t.weight for t in r.terms} for name, r in OBJECTIVES.items()}
    assert found == WEIGHTS


@pytest.mark.parametrize("name", list(LAYERS))
def test_the_published_layers(name: str) -> None:
    (term,) = (term for term in named(name).terms if term.name == "perceptual")
    arguments = term.arguments.model_dump()
    assert arguments["layers"] == LAYERS[name]
    assert arguments["criterion"] == ("l2" if name in ("srgan_paper", "enhancenet_pat") else "l1")
    assert arguments["backbone"] == {"name": "vgg19", "weights": "torchvision", "sha256": None}


@pytest.mark.parametrize("name", list(OBJECTIVES))
def test_both_sides_play_one_game_and_a_round_trip_keeps_all(name: str) -> None:
    recipe = named(name)
    games = [t.arguments for t in recipe.terms if isinstance(t.arguments, GanArguments)]
    assert bool(games) == (recipe.discriminator is not None)
    for game in games:
        wanted = "relativistic_average" if name == "esrgan" else "vanilla"
        assert (game.kind, game.reduction) == (wanted, "paper")
    assert Recipe.model_validate(recipe.model_dump(mode="json")) == recipe


def everything() -> Batch:
    sr = image(1, 2, 3, 64, 64, dtype=torch.float32).requires_grad_(True)
    hr, ema = (image(seed, 2, 3, 64, 64, dtype=torch.float32) for seed in (2, 3))
    logits = torch.tensor([[0.5], [-1.0]])
    return Batch(
        sr,
        hr,
        ema=ema,
        fake_logits=logits,
        real_logits=logits + 1,
        scores=torch.zeros(2, 1),
        fake_classes=torch.eye(2, 3),
        labels=torch.tensor([1, 2]),
        levels=[(0.9 * sr, hr)],
    )


def test_esrgan_is_the_papers_sum(shared_data: Path) -> None:
    """percep + 5e-3 Ra + 1e-2 L1, its features here from a real network given by path."""
    file = str(shared_data / "backbone" / "squeezenet_v1.1_features_caffe.pth")
    recipe = read_objective(
        {
            "objective": "esrgan",
            "replace": {
                "perceptual": {
                    "name": "perceptual",
                    "arguments": {
                        "backbone": {"name": "squeezenet1_1", "weights": file},
                        "layers": {"fire5": 1.0},
                    },
                }
            },
        }
    )
    batch = everything()
    losses = recipe.objective().evaluate(batch)
    r, f = batch.real_logits, batch.fake_logits
    assert isinstance(r, torch.Tensor)
    assert isinstance(f, torch.Tensor)
    soft = torch.nn.functional.softplus
    relativistic = soft(r - f.mean()).mean() + soft(r.mean() - f).mean()
    l1 = (batch.sr - batch.hr).abs().mean()
    expected = losses.raw["perceptual"] + 5e-3 * relativistic + 1e-2 * l1
    assert float(losses.raw["perceptual"].detach()) > 0
    torch.testing.assert_close(losses.total, expected)


def test_without_weights_features_of_the_discriminator_stand_in() -> None:
    recipe = read_objective(
        {"objective": "esrgan", "replace": {"perceptual": {"name": "feature_matching"}}}
    )
    objective = recipe.objective()
    objective.prepare()
    assert objective.needs == {"fake_logits", "real_logits", "fake_features", "real_features"}


def test_absent_weights_stop_before_the_first_step(tmp_path: Path) -> None:
    objective = named("real_esrgan").with_weights(str(tmp_path / "vgg19.pth")).objective()
    with pytest.raises(MissingWeightsError, match=r"no weights at .*vgg19\.pth"):
        objective.prepare()


@pytest.mark.parametrize("name", list(OBJECTIVES))
def test_every_objective_on_a_whole_vgg19(name: str, tmp_path: Path) -> None:
    """All terms finite and with a gradient; VGG19's weights are random here."""
    path = random_file("vgg19", "pool5", tmp_path)
    batch = everything()
    losses = named(name).with_weights(str(path)).objective(10).evaluate(batch, 5)
    losses.total.backward()
    assert torch.isfinite(losses.total)
    assert batch.sr.grad is not None
    assert float(batch.sr.grad.abs().sum()) > 0


def test_objectives_are_read_from_yaml() -> None:
    text = """
terms:
  - {name: charbonnier, weight: 1.0, arguments: {eps: 1e-3}}
  - {name: adversarial, weight: {steps: [0, 1000], values: [0, 0.1]}, arguments: {kind: relativistic}}
discriminator: {kind: relativistic, r1: 5, r2: 5, every: 4}
"""
    recipe = read_objective(read_yaml(text, "config.yaml").data)
    assert recipe.discriminator is not None
    assert recipe.discriminator.r2 == 5
    assert recipe.objective().needs == {"fake_logits", "real_logits"}
    assert read_objective("esrgan") == named("esrgan")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("esrgn", "did you mean 'esrgan'"),
        ({"objective": "esrgn"}, "did you mean 'esrgan'"),
        ({"objective": "esrgan", "replace": {"l2": {"name": "mse"}}}, "no term 'l2'"),
        ({"objective": "esrgan", "weight": "a.pth"}, "did you mean 'weights'"),
        ({"terms": []}, "no terms"),
        ({"terms": [{"name": "adversarial"}]}, "give the discriminator the same kind"),
        (
            {"terms": [{"name": "perceptual", "arguments": {"layers": {"conv5_5": 1}}}]},
            r"terms\[0\]: perceptual: arguments: vgg19 has no layer",
        ),
    ],
)
def test_configs_that_make_no_sense(config: object, message: str) -> None:
    with pytest.raises(LossError, match=message):
        read_objective(config)  # type: ignore[arg-type]


def test_srgan_divides_vggs_features_as_the_paper_says() -> None:
    (content,) = [term for term in named("srgan_paper").terms if term.name == "perceptual"]
    assert isinstance(content.arguments, PerceptualArguments)
    assert content.arguments.feature_scale == pytest.approx(1 / 12.75)
    assert content.arguments.criterion == "l2"
