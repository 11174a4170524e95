"""Crops of scikit-image's bundled photographs, for benchmarks."""

from __future__ import annotations

from importlib import resources
from itertools import cycle, islice

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]

NAMES = (
    "astronaut.png",
    "coffee.png",
    "rocket.jpg",
    "retina.jpg",
    "hubble_deep_field.jpg",
    "ihc.png",
)


def crops(count: int, side: int) -> Pixels:
    """`count` crops as count side side 3, RGB; photographs in turn, places fixed."""
    places = np.random.default_rng(0)
    photographs = cycle([_load(name) for name in NAMES])
    return np.stack([_crop(image, side, places) for image in islice(photographs, count)])


def _load(name: str) -> Pixels:
    with (resources.files("skimage") / "data" / name).open("rb") as file, Image.open(file) as image:
        return np.asarray(image.convert("RGB"))


def _crop(image: Pixels, side: int, places: np.random.Generator) -> Pixels:
    height, width = image.shape[:2]
    top = int(places.integers(height - side + 1))
    left = int(places.integers(width - side + 1))
    return image[top : top + side, left : left + side]
