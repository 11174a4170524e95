"""The trainings of the laboratory: small networks alike but for the loss, the data or the noise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from realsr.training.config_file import parse_config
from realsr.training.errors import TrainingError
from realsr.training.folder import TrainingFolder
from realsr.training.interrupts import Interruptible, Interrupts
from realsr.training.loop import train
from realsr.training.model_files import model_card

Tell = Callable[[str, float], None]
"""Called with what is being done and the share of all that is done."""

SCALE = 4
PIPELINE, OTHER_PIPELINE = "bicubic", "gaussian8"
"""What is trained on, and what the discriminator is shown beside it."""


@dataclass(frozen=True)
class LabSize:
    """How much is done. Pictures and steps; each GAN goes on from the content network."""

    content: int = 1200
    gan: int = 500
    checks: int = 5
    training: int = 48
    few: int = 6
    testing: int = 16
    features: int = 24
    convolutions: int = 4
    batch: int = 8
    crop: int = 64
    samples: int = 8
    two_modes: int = 400


FULL = LabSize()
QUICK = LabSize(
    content=16,
    gan=6,
    checks=1,
    training=6,
    few=2,
    testing=3,
    features=8,
    convolutions=1,
    batch=4,
    samples=3,
    two_modes=6,
)

MAIN_WEIGHT = 0.02
WEIGHTS = (0.005, MAIN_WEIGHT, 0.08)
"""Of the adversarial loss beside L1, in the sweep."""


@dataclass(frozen=True)
class LabTraining:
    """name: of its folder. title: for people. weight: of the adversarial loss, 0 for none."""

    name: str
    title: str
    weight: float = 0.0
    few: bool = False
    noise: bool = False

    @property
    def cost(self) -> float:
        """Of a step, in those of the content network."""
        return 3.5 if self.weight else 1.0

    def steps(self, size: LabSize) -> int:
        """How many it takes."""
        return size.gan if self.weight else size.content


CONTENT = LabTraining("content", "L1")
SWEEP = tuple(LabTraining(f"gan_{weight:g}", f"L1 + {weight:g} GAN", weight) for weight in WEIGHTS)
GAN = next(one for one in SWEEP if one.weight == MAIN_WEIGHT)
FEW = replace(GAN, name="gan_few", title=f"{GAN.title}, few pictures", few=True)
NOISE = LabTraining("gan_noise", "GAN with noise", MAIN_WEIGHT, noise=True)
TRAININGS = (CONTENT, *SWEEP, FEW, NOISE)


def configuration(training: LabTraining, size: LabSize, root: Path, seed: int) -> dict[str, Any]:
    """The training's configuration, as a file would say it. root: the laboratory's folder."""
    pictures = root / "pictures"
    steps = training.steps(size)
    found: dict[str, Any] = {
        "model": _model(training, size),
        "data": {
            "hr": [str(pictures / ("few" if training.few else "training"))],
            "pipeline": PIPELINE,
            "crop": size.crop,
            "batch": size.batch,
            "workers": 1,
            "cache": True,
        },
        "objective": _objective(training),
        "optimiser": {"name": "adam", "lr": 1.0e-3 if not training.weight else 5.0e-4},
        "schedule": {"name": "cosine", "floor": 0.05},
        "steps": steps,
        "seed": seed,
        "checkpoint": {"every": max(1, steps // 4), "keep": 1},
    }
    if training.weight:
        found |= _rival(training, size, root)
    return found


def _model(training: LabTraining, size: LabSize) -> dict[str, Any]:
    model = {
        "name": "noise_srvgg" if training.noise else "srvgg",
        "scale": SCALE,
        "features": size.features,
        "convolutions": size.convolutions,
        "base": "bilinear",
    }
    return model | ({"noise_channels": 4} if training.noise else {})


def _objective(training: LabTraining) -> dict[str, Any]:
    content = {"name": "lr_consistency" if training.noise else "l1", "weight": 1.0}
    if not training.weight:
        return {"terms": [content]}
    game = {"kind": "vanilla"}
    adversarial = {"name": "adversarial", "weight": training.weight, "arguments": game}
    return {"terms": [content, adversarial], "discriminator": {**game, "r1": 0.3, "every": 2}}


def _rival(training: LabTraining, size: LabSize, root: Path) -> dict[str, Any]:
    held = str(root / "pictures" / "testing")
    sets = [
        {"name": name, "hr": [held], "pipeline": pipeline}
        for name, pipeline in (("held_out", PIPELINE), ("blurred", OTHER_PIPELINE))
    ]
    start = {"path": str(root / "trainings" / CONTENT.name / "model.safetensors")}
    return {
        "discriminator": {"name": "patch", "features": 24, "layers": 2, "norm": "none"},
        "discriminator_optimiser": {"lr": 1.0e-3},
        "start_from": start | ({"mode": "relaxed"} if training.noise else {}),
        "validation": {"every": max(1, size.gan // size.checks), "sets": sets},
    }


def train_all(
    root: Path, size: LabSize, seed: int, told: Tell, interrupts: Interruptible = Interrupts
) -> bool:
    """Trains what is not yet trained, or goes on; whether all ended. Raises as `train` does."""
    costs = {one.name: one.cost * one.steps(size) for one in TRAININGS}
    whole, before = sum(costs.values()), 0.0
    for number, training in enumerate(TRAININGS, 1):
        what = (
            f"training {number} of {len(TRAININGS)}, {training.title}, {training.steps(size)} steps"
        )
        folder = root / "trainings" / training.name
        if not _finished(folder, training.steps(size)):
            text = yaml.safe_dump(configuration(training, size, root, seed))
            progress = _progress(told, what, before / whole, costs[training.name] / whole)
            told(what, before / whole)
            ended = train(parse_config(text), folder, tell=progress, interrupts=interrupts)
            if not ended.finished:
                return False
        before += costs[training.name]
    return True


def _progress(told: Tell, what: str, before: float, share: float) -> Callable[[str], None]:
    """Reads the step out of the training's own lines, `step 40/500: ...`."""

    def tell(line: str) -> None:
        word = line.partition(":")[0].removeprefix("step ")
        at, slash, of = word.partition("/")
        if slash and at.isdigit() and of.isdigit():
            told(what, before + share * int(at) / int(of))

    return tell


def _finished(folder: Path, steps: int) -> bool:
    model = TrainingFolder(folder).model
    try:
        return model.exists() and (model_card(model).steps or 0) >= steps
    except TrainingError:
        return False


def models(root: Path) -> Iterator[tuple[LabTraining, Path]]:
    """Every training with its network's file."""
    for training in TRAININGS:
        yield training, TrainingFolder(root / "trainings" / training.name).model
