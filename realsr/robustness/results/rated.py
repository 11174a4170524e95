"""A run's pictures as ratings name them, and their files."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from realsr.rating.stimuli import BICUBIC
from realsr.robustness.results.record import PictureKey
from realsr.robustness.results.store import RunFolder


def picture_name(key: PictureKey) -> str:
    """Of a picture of a run, as ratings name it; its folder below `images/`."""
    test, image, variant = key
    return f"{test}/{image}" + (f"/{variant}" if variant else "")


def rated_file(root: Path, picture: str, model: str, models: Collection[str]) -> Path:
    """The file of what was rated. Bicubic stands for the LR where the run has no such model."""
    lr = model == BICUBIC and model not in models
    return RunFolder(root).images / picture / f"{'lr' if lr else model}.png"
