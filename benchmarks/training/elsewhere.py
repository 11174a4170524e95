"""A SPAN and a RealPLKSR, trained for minutes under `second_order`, against bicubic on held-out pictures.

    python -m benchmarks.training.elsewhere OUT
    python -m benchmarks.training.elsewhere OUT --only realplksr

trains on six photographs of scikit-image and validates on two others, degraded by the same pipeline. Then it
opens the file that was saved through spandrel and compares what both make of a picture. It goes on where it was
stopped.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import spandrel
import torch
from PIL import Image

from realsr.demos.photographs import export_photographs
from realsr.inference.loading import load
from realsr.training import TrainingConfig, train

LEARNED = ("astronaut.png", "brick.png", "camera.png", "grass.png", "gravel.png", "rocket.jpg")
HELD_OUT = ("chelsea.png", "coffee.png")

MODELS: dict[str, dict[str, Any]] = {
    "span": {"name": "spandrel/span", "scale": 2, "feature_channels": 16, "norm": False},
    "realplksr": {
        "name": "spandrel/realplksr",
        "scale": 2,
        "dim": 16,
        "n_blocks": 4,
        "kernel_size": 9,
    },
}
STEPS = {"span": 500, "realplksr": 1000}


def config_of(name: str, folder: Path) -> TrainingConfig:
    """L1, Adam, a cosine, a moving average."""
    held = [str(folder / "held_out")]
    return TrainingConfig.model_validate(
        {
            "model": MODELS[name],
            "data": {
                "hr": [str(folder / "learned")],
                "crop": 48,
                "batch": 4,
                "pipeline": "second_order",
            },
            "steps": STEPS[name],
            "optimiser": {"lr": 2.0e-3},
            "schedule": {"name": "cosine", "warm_up": 20},
            "ema": 0.99,
            "validation": {
                "every": 250,
                "sets": [{"name": "second_order", "hr": held, "pipeline": "second_order"}],
            },
            "checkpoint": {"every": 100},
            "log": {"every": 20, "tensorboard": False},
            "device": "cpu",
        }
    )


def difference(path: Path, picture: Path) -> float:
    """The largest, between what we and spandrel make of a picture by the same file."""
    with Image.open(picture) as image:
        pixels = np.asarray(image.convert("RGB").resize((150, 100)))
    lr = torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None] / 255
    theirs = spandrel.ModelLoader().load_from_file(path)
    assert isinstance(theirs, spandrel.ImageModelDescriptor)
    return float((load(path)(lr).clamp(0, 1) - theirs(lr)).abs().max())


def main() -> None:
    """Trains what is asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", choices=MODELS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    for part, names in (("learned", LEARNED), ("held_out", HELD_OUT)):
        export_photographs(options.out / part, names)
    for name in MODELS if options.only is None else (options.only,):
        begun = time.process_time()
        outcome = train(config_of(name, options.out), options.out / name, tell=_tell)
        _tell(f"{name}: {time.process_time() - begun:.0f} CPU seconds")
        apart = difference(outcome.model, options.out / "held_out" / HELD_OUT[0])
        _tell(f"{name}: opened through spandrel, at most {apart:.1e} apart")


def _tell(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
