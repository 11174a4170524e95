"""The ranker's training: graded outputs, pairs, accuracy, resuming, and RankSRGAN behind it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import degrade
from degrade import Key
from realsr.images.reading import Reading, opened
from realsr.images.sources import discover
from realsr.inference.interpolation import interpolation
from realsr.losses.ranking import margin_ranking
from realsr.metrics.metric import Inputs, Score
from realsr.metrics.scoring import score
from realsr.models.ranker import Ranker, RankerArguments, ranker_of
from realsr.training import RankingConfig, TrainingError, grading, read_ranking, train, train_ranker
from realsr.training.checkpoints import states
from realsr.training.grading import GradedCrop, read_scores
from realsr.training.holding import held_sources
from realsr.training.ranking import RankerTraining, accuracy, drawn_pair
from tests.training.conftest import Make, gan
from tests.training.kinds import of_kind
from tests.training.states import assert_equal, last_state, told

MODELS = ["bicubic", "nearest", "lanczos"]


@pytest.fixture
def ranking(photographs: Path) -> RankingConfig:
    return RankingConfig.model_validate(
        {
            "ranks": {"models": MODELS, "metric": "piqe", "crops": 2, "every": 3, "held_out": 0.3},
            "data": {"hr": [str(photographs)], "scale": 2, "crop": 48, "batch": 3},
            "ranker": {"features": 4},
            "steps": 4,
            "device": "cpu",
            "log": {"every": 1, "tensorboard": False},
        }
    )


def test_outputs_are_the_models_and_scores_the_metrics(
    ranking: RankingConfig, tmp_path: Path
) -> None:
    train_ranker(ranking, tmp_path, stop_at=1)
    source = next(each for each in discover(ranking.data.hr).sources if each.id == "photo0")
    with opened(source.path, Reading()) as image:
        whole = image.pixels()
    assert whole.shape[:2] == (48, 56)
    (draw,) = degrade.draw_uniforms([Key(0, "photo0", 1)], [("crop", "x")])
    left = int(float(draw[0]) * 9)
    hr = torch.from_numpy(whole[:, left : left + 48].copy()).permute(2, 0, 1)[None] / 255
    traces = degrade.draw(degrade.load_pipeline("bicubic", 2), [Key(0, "photo0", 1)])
    expected = interpolation("nearest", 2)(degrade.apply_lr(traces, degrade.apply_hr(traces, hr)))
    levels = (expected[0].clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()
    stored = np.asarray(Image.open(tmp_path / "graded" / "photo0.1.1.png"))
    assert np.array_equal(stored, levels)
    scores = json.loads((tmp_path / "graded" / "photo0.1.json").read_text())
    found = score("piqe", levels)
    assert isinstance(found, Score)
    assert scores[1] == pytest.approx(found.value)
    assert len(scores) == 3


def crops(tmp_path: Path, brightness: list[int], source: str = "a") -> GradedCrop:
    """One crop whose 'models' differ in brightness; a brighter one has the larger score."""
    files = []
    for number, value in enumerate(brightness):
        files.append(tmp_path / f"{source}.{number}.png")
        Image.new("RGB", (32, 32), (value, value, value)).save(files[-1])
    return GradedCrop(source, tuple(files), tuple(map(float, brightness)))


def test_a_pair_is_of_two_models_of_one_crop_in_every_order(tmp_path: Path) -> None:
    graded = [crops(tmp_path, [10, 200, 90], source) for source in "ab"]
    seen = set()
    for crop, first, second in np.random.default_rng(0).random((60, 3)):
        pair = drawn_pair(graded, crop, first, second)
        one, other = (round(255 * float(each.mean())) for each in pair[:2])
        assert one != other
        assert pair.order == (1 if one > other else -1)
        seen.add((one, other))
    assert len(seen) == 6


class ByBrightness(torch.nn.Module):
    def __init__(self, sign: float) -> None:
        super().__init__()
        self.sign = sign

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.sign * images.mean(dim=(1, 2, 3))[:, None]


@pytest.mark.parametrize(("sign", "share"), [(1.0, 1.0), (-1.0, 0.0)])
def test_accuracy_counts_pairs_in_the_metrics_order(
    tmp_path: Path, sign: float, share: float
) -> None:
    graded = [crops(tmp_path, [10, 200, 90], source) for source in "abcde"]
    found = accuracy(ByBrightness(sign), graded, torch.device("cpu"))  # type: ignore[arg-type]
    assert (found.mean, found.images, found.cases) == (share, 5, 3)
    tied = [crops(tmp_path, [10, 10, 90], source) for source in "abcde"]
    found = accuracy(ByBrightness(1.0), tied, torch.device("cpu"))  # type: ignore[arg-type]
    assert found.mean == pytest.approx(2 / 3)


def test_a_step_descends_the_margin_ranking_loss(ranking: RankingConfig, tmp_path: Path) -> None:
    """The first step by hand: both pictures through one network, the worse one to the larger score."""
    train_ranker(ranking, tmp_path, stop_at=1)
    logged = of_kind(tmp_path, "ranker")[0]["raw"]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        ranker = Ranker(RankerArguments(features=4)).train()
    keys = [Key(0, "ranking", number) for number in range(3)]
    draws = degrade.draw_uniforms(keys, [("pair", name) for name in ("crop", "first", "second")])
    learned = learned_crops(ranking, tmp_path)
    pairs = [drawn_pair(learned, *row) for row in draws.tolist()]
    first, second = (torch.stack([pair[side] for pair in pairs]) for side in (0, 1))
    order = torch.tensor([[pair.order] for pair in pairs])
    with torch.no_grad():
        expected = margin_ranking(ranker(first), ranker(second), order)
    assert logged["margin_ranking"] == pytest.approx(float(expected), abs=1e-6)  # type: ignore[index]


def learned_crops(config: RankingConfig, out: Path) -> list[GradedCrop]:
    found = []
    for path in sorted((out / "graded").glob("photo*.json"), key=lambda p: p.name):
        files = tuple(path.with_name(f"{path.stem}.{number}.png") for number in range(3))
        found.append(
            GradedCrop(path.name.split(".")[0], files, tuple(json.loads(path.read_text())))
        )
    held = {each.source for each in held_crops(config, out)}
    return [crop for crop in found if crop.source not in held]


def held_crops(config: RankingConfig, out: Path) -> list[GradedCrop]:
    ids = [each.id for each in discover(config.data.hr).sources]
    chosen = held_sources(ids, round(config.ranks.held_out * len(ids)))
    assert len(chosen) == 2
    return [GradedCrop(each, (), ()) for each in chosen]


def roughness(inputs: Inputs, convention: object) -> float:
    """A metric that anybody sees: the mean second difference, larger behind nearest enlargement."""
    return float(np.abs(np.diff(inputs.sr.astype(np.float64), 2, axis=1)).mean())


def test_it_learns_an_order_that_can_be_seen(
    ranking: RankingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = replace(grading.METRICS["piqe"], compute=roughness)
    monkeypatch.setattr(grading, "METRICS", {"piqe": row})
    ranks = ranking.ranks.model_copy(update={"models": ("bicubic", "nearest"), "every": 80})
    optimiser = ranking.optimiser.model_copy(update={"lr": 3e-4})
    config = ranking.model_copy(update={"ranks": ranks, "steps": 80, "optimiser": optimiser})
    found = train_ranker(config, tmp_path).accuracy
    assert found is not None
    assert found.mean == 1.0
    assert (found.images, found.cases) == (2, 2)


@pytest.mark.parametrize("better", ["lower", "higher"])
def test_low_is_good_whatever_the_metrics_direction(
    ranking: RankingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, better: str
) -> None:
    row = replace(grading.METRICS["piqe"], better=better)
    monkeypatch.setattr(grading, "METRICS", {"piqe": row})
    seen: list[list[GradedCrop]] = []
    init = RankerTraining.__init__

    def noting(self: RankerTraining, config: Any, run: Any, crops: Any, *rest: Any) -> None:
        seen.append(crops)
        init(self, config, run, crops, *rest)

    monkeypatch.setattr(RankerTraining, "__init__", noting)
    train_ranker(ranking, tmp_path, stop_at=1)
    stored = json.loads((tmp_path / "graded" / "photo0.0.json").read_text())
    expected = stored if better == "lower" else [-value for value in stored]
    assert list(seen[0][0].scores) == expected


def test_stopped_or_torn_it_goes_on_as_undisturbed(ranking: RankingConfig, tmp_path: Path) -> None:
    assert train_ranker(ranking, tmp_path / "whole").finished
    assert not train_ranker(ranking, tmp_path / "parts", stop_at=2).finished
    graded = tmp_path / "parts" / "graded"
    (graded / "photo3.1.json").unlink()
    (graded / "photo3.1.0.png").write_bytes(b"torn")
    train_ranker(ranking, tmp_path / "parts")
    assert_equal(last_state(tmp_path / "whole"), last_state(tmp_path / "parts"))
    assert told(tmp_path / "whole") == told(tmp_path / "parts")
    for path in (tmp_path / "whole" / "graded").iterdir():
        assert path.read_bytes() == (graded / path.name).read_bytes()


@pytest.mark.parametrize("when", ["grading", "training"])
def test_killed_anywhere_it_ends_with_the_same_bytes(
    ranking: RankingConfig, tmp_path: Path, when: str
) -> None:
    config = ranking.model_copy(
        update={"steps": 500, "checkpoint": ranking.checkpoint.model_copy(update={"every": 1})}
    )
    (tmp_path / "ranker.yaml").write_text(config.text())
    command = [sys.executable, "-m", "realsr.cli.main", "train", "ranker.yaml", "--out", "out"]
    env = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(command, cwd=tmp_path, env=env, stderr=subprocess.DEVNULL)
    out = tmp_path / "out"

    def reached() -> bool:
        if when == "training":
            return len(states(out / "states")) > 1
        return len(list((out / "graded").glob("*.json"))) > 2

    while not reached():
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    found = states(out / "states")
    end = (last_state(out)["step"] if found else 0) + 2
    train_ranker(config, out, stop_at=end)
    train_ranker(config, tmp_path / "whole", stop_at=end)
    assert_equal(last_state(tmp_path / "whole"), last_state(out))
    assert told(tmp_path / "whole") == told(out)
    assert (out / "ranker.safetensors").read_bytes() == (
        tmp_path / "whole" / "ranker.safetensors"
    ).read_bytes()


def test_another_training_or_model_is_refused(
    ranking: RankingConfig, make: Make, tmp_path: Path
) -> None:
    model = train(make(steps=1), tmp_path / "model").model
    ranks = ranking.ranks.model_copy(update={"models": ("bicubic", str(model))})
    config = ranking.model_copy(update={"ranks": ranks, "steps": 1})
    train_ranker(config, tmp_path / "out")
    wider = config.model_copy(update={"ranks": ranks.model_copy(update={"margin": 1.0})})
    with pytest.raises(
        TrainingError, match=r"another training: ranks\.margin is 0\.5 there and 1\.0"
    ):
        train_ranker(wider, tmp_path / "out")
    assert train_ranker(config.model_copy(update={"steps": 2}), tmp_path / "out").step == 2
    model.write_bytes(train(make(steps=1, seed=1), tmp_path / "other").model.read_bytes())
    with pytest.raises(TrainingError, match="was graded by other models"):
        train_ranker(config.model_copy(update={"steps": 3}), tmp_path / "out")


TEXT = """
ranks:
  models: [bicubic, nearest]
  metric: {metric}
data: {{hr: {hr}, scale: 2, crop: {crop}}}
steps: 1
"""


@pytest.mark.parametrize(
    ("changes", "settings", "said"),
    [
        (
            {"metric": "psnr"},
            [],
            r"r\.yaml:4: ranks\.metric: psnr does not grade a picture by itself",
        ),
        ({}, ["ranks.models=[bicubic]"], r"ranks\.models"),
        ({}, ["ranks.modles=[bicubic]"], r"unknown key 'modles'; did you mean 'models'"),
        ({"crop": 49}, [], r"r\.yaml:5: data\.crop: 49 is no multiple of the scale 2"),
        ({}, ["ranks.models.1=no.safetensors"], r"ranks\.models\[1\]: no model 'no\.safetensors'"),
        (
            {"metric": "niqe_own"},
            [],
            r"r\.yaml:4: ranks\.metric: niqe_own not computed: not defined: 0 blocks",
        ),
    ],
)
def test_faults_are_told_with_their_line(
    photographs: Path, tmp_path: Path, changes: dict[str, Any], settings: list[str], said: str
) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(TEXT.format(**{"metric": "piqe", "hr": photographs, "crop": 48} | changes))
    with pytest.raises(TrainingError, match=said):
        train_ranker(read_ranking(path, settings), tmp_path / "out")
    assert not (tmp_path / "out" / "config.yaml").exists()


def test_ranksrgan_from_nothing_to_the_end(
    ranking: RankingConfig, make: Make, tmp_path: Path
) -> None:
    """A content network, a GAN from it, a ranker of both, and a GAN that descends the ranker's score."""
    content = train(make(steps=2), tmp_path / "content").model
    start = {"start_from": {"path": str(content)}, "steps": 2}
    game = train(make(**gan(), **start), tmp_path / "gan").model
    ranks = ranking.ranks.model_copy(update={"models": (str(content), str(game))})
    ranker = train_ranker(ranking.model_copy(update={"ranks": ranks}), tmp_path / "ranker").model
    objective = {
        "objective": "ranksrgan",
        "replace": {"perceptual": {"name": "feature_matching", "label": "perceptual"}},
    }
    rival = {"discriminator": {"name": "vgg", "features": 4}, "objective": objective}
    config = make(**rival, **start, ranker=str(ranker), log={"every": 1, "tensorboard": False})
    train(config, tmp_path / "end")
    raw = of_kind(tmp_path / "end", "generator")[0]["raw"]
    assert raw.keys() == {"perceptual", "adversarial", "rank_content"}  # type: ignore[attr-defined]
    assert ranker_of(ranker).blocks[0][0].weight.shape[0] == 4  # type: ignore[union-attr,index]


def test_a_ranker_at_fault_is_told_with_its_line(make: Make, tmp_path: Path) -> None:
    model = train(make(steps=1), tmp_path / "model").model
    terms = [{"name": "l1"}, {"name": "rank_content"}]
    for ranker, said in (
        (model, "ranker: .*weights of no ranker"),
        (tmp_path / "no.pth", r"ranker: .*no\.pth"),
    ):
        with pytest.raises(TrainingError, match=said):
            train(make(objective=terms, ranker=str(ranker)), tmp_path / "out")
    with pytest.raises(ValueError, match="no term looks at its scores"):
        make(ranker=str(model))


@pytest.mark.parametrize(
    "text",
    [
        "5",
        "null",
        "[]",
        "[1, 2]",
        '[1, 2, "3"]',
        "[1, 2, NaN]",
        "[1, 2, {}]",
        "[1, true, 2]",
        "[[[",
    ],
)
def test_scores_that_are_none_are_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cat.0.json"
    path.write_text(text)
    with pytest.raises(TrainingError, match=r"cat\.0\.json is damaged; remove it"):
        read_scores(path, 3)
    path.write_text("[1, 2.5, null]")
    assert read_scores(path, 3) is None
    path.write_text("[1, 2.5, -3]")
    assert read_scores(path, 3) == [1.0, 2.5, -3.0]
