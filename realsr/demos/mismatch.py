"""A small study, ready to be run: three networks alike but for the degradation that they are trained on.

Photographs come inside scikit-image's wheel. Those of the test are seen by no network while it trains.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from realsr.demos.photographs import export_photographs
from realsr.training.grid import cells, train_grid
from realsr.training.interrupts import Interruptible, Interrupts
from realsr.training.loop import Tell
from realsr.training.recipes import recipe_file

PIPELINES = ("bicubic", "gaussian8", "second_order")
"""What the networks are trained on, one each, and what all of them are tested on."""

TRAINING = (
    "brick.png",
    "coins.png",
    "gravel.png",
    "hubble_deep_field.jpg",
    "ihc.png",
    "moon.png",
    "motorcycle_left.png",
    "motorcycle_right.png",
    "retina.jpg",
)
"""Of many kinds, and none of them on the page. The two of one motorcycle stay on one side of the cut."""

TESTING = ("astronaut.png", "camera.png", "chelsea.png", "coffee.png", "grass.png", "rocket.jpg")
"""The page shows them: they are among `realsr.demos.photographs.PHOTOGRAPHS`, which may be shown anywhere."""

CROP, VARIANTS = 288, 8
"""Side in pixels, and how many crops of every photograph each pipeline degrades, all by draws of their own."""

METRICS = ("psnr_y", "ssim_y", "gmsd", "energy_high")
"""Quick ones: the networks are so small that others would take longer than they do."""


def train_networks(
    out: Path,
    settings: Sequence[str] = (),
    *,
    tell: Tell = lambda sentence: None,
    interrupts: Interruptible = Interrupts,
) -> tuple[Path, bool]:
    """Trains the recipe `mismatch_study` on each pipeline, or goes on; `out/study.yaml`, and whether all ended.

    settings: `key=value` over the recipe. Raises MissingExtraError without scikit-image; else as `train`.
    """
    photographs = out / "photographs"
    training = export_photographs(photographs / "training", TRAINING)
    testing = export_photographs(photographs / "testing", TESTING)
    tell(
        f"{len(training)} photographs of scikit-image to train on, {len(testing)} others to test on"
    )
    folder = f"data.hr={json.dumps([str(photographs / 'training')])}"
    axis = f"data.pipeline={','.join(PIPELINES)}"
    grid = cells(recipe_file("mismatch_study"), [folder, *settings], [axis], None)
    return train_grid(grid, out, tests=_tests(training, testing), tell=tell, interrupts=interrupts)


def _tests(training: Sequence[Path], testing: Sequence[Path]) -> dict[str, Any]:
    """What the study says beside its models."""
    return {
        "hr": "photographs/testing",
        "pipelines": list(PIPELINES),
        "crop": CROP,
        "variants": VARIANTS,
        "metrics": list(METRICS),
        "notes": [
            f"The networks were trained on {len(training)} photographs of scikit-image ({_named(training)}) "
            f"and tested on {len(testing)} others ({_named(testing)})."
        ],
    }


def _named(photographs: Sequence[Path]) -> str:
    return ", ".join(path.stem for path in photographs)
