"""Pictures that were enlarged, by two programs' filters, and others, a third of them blurred."""

from __future__ import annotations

import io
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from tools.predictor.sources import Bytes, Picture, Random, sharp

PILLOW = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
OPENCV = {"bilinear": cv2.INTER_LINEAR, "bicubic": cv2.INTER_CUBIC, "lanczos": cv2.INTER_LANCZOS4}
FILTERS = tuple(PILLOW)


@dataclass(frozen=True)
class Case:
    """pixels: h w 3. factor: 1 if never enlarged. way: its filter's place in FILTERS. quality: 0 for none."""

    pixels: Bytes
    factor: float
    way: int
    quality: int
    source: int


def case(random: Random) -> Case:
    """One picture; one in two was enlarged."""
    side = int(random.choice([128, 192, 256, 320]))
    factor = (
        float(np.exp(random.uniform(np.log(1.15), np.log(4)))) if random.random() < 0.5 else 1.0
    )
    way = int(random.integers(len(FILTERS)))
    small = side if factor == 1.0 else int(np.ceil(side / factor)) + 12
    picture, source = sharp(random, small, small)
    pixels = _kept(random, picture)
    if factor > 1.0:
        pixels = _enlarged(random, pixels, side, factor, FILTERS[way])
    quality = int(random.integers(65, 97)) if random.random() < 0.6 else 0
    return Case(saved(pixels, quality), factor, way, quality, source)


def _kept(random: Random, picture: Picture) -> Bytes:
    """At times soft and noisy, as pictures are."""
    if random.random() < 0.35:
        soft = cv2.GaussianBlur(picture, (0, 0), random.uniform(0.4, 1.5))
        picture = np.asarray(soft, np.float32)
    sigma = random.uniform(0.3, 5) / 255 if random.random() < 0.5 else 0.0
    noise = random.standard_normal(picture.shape).astype(np.float32) * sigma
    return np.asarray(np.rint(np.clip(picture + noise, 0, 1) * 255), np.uint8)


def _enlarged(random: Random, before: Bytes, side: int, factor: float, way: str) -> Bytes:
    """A crop of `side` pixels from anywhere."""
    large = round(len(before) * factor)
    if random.random() < 0.5:
        after = np.asarray(Image.fromarray(before).resize((large, large), PILLOW[way]))
    else:
        after = np.asarray(cv2.resize(before, (large, large), interpolation=OPENCV[way]))
    row, column = (int(random.integers(large - side + 1)) for _ in range(2))
    return np.asarray(after[row : row + side, column : column + side], np.uint8)


def saved(pixels: Bytes, quality: int, subsampling: str = "4:2:0") -> Bytes:
    """Through Pillow's JPEG; as it is at quality 0."""
    if not quality:
        return pixels
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality, subsampling=subsampling)
    return np.asarray(Image.open(file))
