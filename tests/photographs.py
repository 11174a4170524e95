"""Synthetic photographs: made, saved, and a folder of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest


def synthetic(seed: int, height: int, width: int, channels: int = 3) -> np.ndarray:
    """A smooth random picture, `h w c` uint8: noise of three sizes, as photographs have."""
    random = np.random.default_rng(seed)
    total = np.zeros((height, width, channels), np.float32)
    for side, weight in ((4, 110), (12, 50), (40, 20)):
        coarse = random.normal(size=(side, side, channels)).astype(np.float32) * weight
        total += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).reshape(
            total.shape
        )
    return np.clip(total / 2 + 128, 0, 255).astype(np.uint8)


def save(path: Path, image: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image[..., ::-1] if image.shape[2] == 3 else image)
    return path


@pytest.fixture
def photograph() -> Callable[..., np.ndarray]:
    return synthetic


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """Five photographs of different sizes, two of them in a directory of their own."""
    root = tmp_path / "photographs"
    for index, name in enumerate(("a", "b", "c", "inner/a", "inner/d")):
        save(root / f"{name}.png", synthetic(index, 70 + 8 * index, 90 - 4 * index))
    return root
