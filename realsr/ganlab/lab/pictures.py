"""Made pictures to train and test on: shapes with sharp edges, each filled with a texture of its own.

No photograph is needed, no two pictures share a texture, and there are as many as one asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from realsr.files.whole import make_directory, write_whole
from realsr.images.png import encode_png
from realsr.images.raster import Bytes

SIDE = 128
_SHAPES = 9

Field = npt.NDArray[np.float64]


def write_pictures(folder: Path, count: int, seed: int) -> list[Path]:
    """Writes `count` PNGs into a folder, those that are there left as they are; their paths."""
    make_directory(folder)
    paths = [folder / f"made_{number:03d}.png" for number in range(count)]
    for number, path in enumerate(paths):
        if not path.exists():
            write_whole(path, encode_png(made_picture(seed, number)))
    return paths


def made_picture(seed: int, number: int, side: int = SIDE) -> Bytes:
    """One picture `side side 3`; equal arguments give equal pictures."""
    generator = np.random.default_rng((seed, number))
    picture = _texture(generator, side)
    for mask in _masks(generator, side):
        picture = np.where(mask[..., None] > 0, _texture(generator, side), picture)
    soft = cv2.GaussianBlur(picture, (0, 0), 0.5)
    return np.clip(np.rint(soft), 0, 255).astype(np.uint8)


def _masks(generator: np.random.Generator, side: int) -> Iterator[Bytes]:
    for _ in range(_SHAPES):
        mask = np.zeros((side, side), np.uint8)
        centre = generator.uniform(0, side, 2)
        if generator.random() < 0.5:
            axes = tuple(int(value) for value in generator.uniform(0.08, 0.3, 2) * side)
            angle = float(generator.uniform(0, 180))
            cv2.ellipse(mask, tuple(map(int, centre)), axes, angle, 0, 360, 1, -1)
        else:
            corners = centre + generator.normal(0, 0.2 * side, (5, 2))
            cv2.fillPoly(mask, [cv2.convexHull(corners.astype(np.int32))], 1)
        yield mask


def _texture(generator: np.random.Generator, side: int) -> Field:
    """A colour, shaded slowly, with stripes or grain of its own."""
    y, x = np.mgrid[:side, :side] / side
    colour = generator.uniform(50, 205, 3)
    slope = generator.uniform(-30, 30, 2)
    shade = slope[0] * (x - 0.5) + slope[1] * (y - 0.5)
    contrast = generator.uniform(4, 28)
    if generator.random() < 0.5:
        angle, waves = generator.uniform(0, np.pi), generator.uniform(6, 36)
        phase = generator.uniform(0, 2 * np.pi)
        detail = np.sin(2 * np.pi * waves * (x * np.cos(angle) + y * np.sin(angle)) + phase)
    else:
        detail = generator.standard_normal((side, side))
        detail = cv2.GaussianBlur(detail, (0, 0), float(generator.uniform(0.6, 2.0)))
        detail = detail / detail.std()
    return np.asarray(colour + (shade + contrast * detail)[..., None], dtype=np.float64)
