"""A tiny training that all tests vary: seven made photographs, a net of some hundred weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from realsr.training import TrainingConfig

Make = Callable[..., TrainingConfig]


@pytest.fixture(scope="session")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photographs")
    generator = np.random.default_rng(0)
    for number in range(7):
        coarse = generator.integers(0, 256, (9, 11, 3), dtype=np.uint8)
        picture = Image.fromarray(coarse).resize((56 + number, 48), Image.Resampling.BICUBIC)
        picture.save(folder / f"photo{number}.png")
    return folder


@pytest.fixture
def make(photographs: Path) -> Make:
    """A configuration, keys of the top replaced."""

    def made(**changes: Any) -> TrainingConfig:
        base: dict[str, Any] = {
            "model": {"name": "espcn", "scale": 2, "features": [6, 4]},
            "colour": "rgb",
            "data": {"hr": [str(photographs)], "crop": 32, "batch": 4, "pipeline": "second_order"},
            "steps": 6,
            "device": "cpu",
            "log": {"every": 1, "tensorboard": False},
        }
        return TrainingConfig.model_validate(base | changes)

    return made


def gan() -> dict[str, Any]:
    """Keys that make a training one of a GAN with penalties, and so with random numbers in its steps."""
    kind = "relativistic_average"
    adversarial = {"name": "adversarial", "weight": 0.1, "arguments": {"kind": kind}}
    return {
        "objective": {
            "terms": [{"name": "l1"}, adversarial],
            "discriminator": {"kind": kind, "gradient_penalty": 1.0},
        },
        "discriminator": {"name": "srgan", "features": 4},
    }
