"""Sharp pictures to degrade: bundled photographs, and scenes of overlapping shapes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
Random = np.random.Generator

FILES = {
    "skimage": (
        "astronaut.png brick.png camera.png chelsea.png coffee.png grass.png gravel.png rocket.jpg "
        "motorcycle_left.png motorcycle_right.png coins.png hubble_deep_field.jpg ihc.png moon.png "
        "page.png retina.jpg"
    ),
    "sklearn": "china.jpg flower.jpg",
}
SOFT = ("chelsea.png", "coins.png", "ihc.png", "moon.png", "retina.jpg")
FOLDERS = {"skimage": "data", "sklearn": "datasets/images"}
LEAST_OF_CODED = 1.5
"""By what photographs that lie as JPEG are reduced at least, so that their blocks do not show."""
SCENE = 448
"""Pixels from which a scene is continued by its mirror image: drawing takes longest."""
SCENES = 4
"""Numbers among which scenes are shared out, so that folds by source have some each."""
LINES = ("degradation", "HELLO world", "0123456789", "the quick brown fox")


@cache
def photographs() -> tuple[Picture, ...]:
    """h w 3 on 0..1."""
    return tuple(_read(package, name) for package in FILES for name in FILES[package].split())


def _numbers(wanted: Callable[[str], bool]) -> frozenset[int]:
    names = [name for package in FILES for name in FILES[package].split()]
    return frozenset(number for number, name in enumerate(names) if wanted(name))


@cache
def coded() -> frozenset[int]:
    """Numbers of the photographs that lie as JPEG."""
    return _numbers(lambda name: name.endswith(".jpg"))


@cache
def soft() -> frozenset[int]:
    """Numbers of those that are blurred themselves: they would teach that blur is none."""
    return _numbers(lambda name: name in SOFT)


def _read(package: str, name: str) -> Picture:
    data = np.frombuffer((_folder(package) / name).read_bytes(), np.uint8)
    picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))
    return np.asarray(picture[..., ::-1] / 255.0, np.float32)


def _folder(package: str) -> Path:
    """Found without importing the package: only its pictures are wanted."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"its photographs are needed: install {package}", name=package)
    return Path(found.origin).parent / FOLDERS[package]


def sharp(random: Random, height: int, width: int) -> tuple[Picture, int]:
    """A picture h w 3 that fills its pixels, and its number: a reduced photograph, or a scene (below 0)."""
    if random.random() < 0.25:
        drawn = scene(random, min(height, SCENE), min(width, SCENE))
        return _crop(random, drawn, height, width), -int(random.integers(1, SCENES + 1))
    pictures = photographs()
    number = int(random.integers(len(pictures)))
    factor = float(random.choice([1.0, random.uniform(1.0, 2.0), random.uniform(1.5, 2.5)]))
    if number in coded():
        factor = max(factor, LEAST_OF_CODED)
    lengths = [min(round(length * factor), 2 * length) for length in (height, width)]
    part = _lit(random, _crop(random, pictures[number], *lengths))
    reduced = np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA))
    return np.ascontiguousarray(np.rot90(reduced, 2 * int(random.integers(2)))), number


def _lit(random: Random, picture: Picture) -> Picture:
    """Mirrored or not, darker or lighter."""
    light = picture[:, :: int(random.choice([-1, 1]))] ** np.float32(random.uniform(0.7, 1.4))
    return np.asarray(light * np.float32(random.uniform(0.7, 1.0)), np.float32)


def _crop(random: Random, picture: Picture, height: int, width: int) -> Picture:
    """A picture that is too small is continued by its mirror image."""
    lack = [max(0, want - have) for want, have in zip((height, width), picture.shape, strict=False)]
    padded = np.pad(picture, ((0, lack[0]), (0, lack[1]), (0, 0)), mode="symmetric")
    row = int(random.integers(padded.shape[0] - height + 1))
    column = int(random.integers(padded.shape[1] - width + 1))
    return np.ascontiguousarray(padded[row : row + height, column : column + width])


def scene(random: Random, height: int, width: int) -> Picture:
    """Overlapping shapes with textures ("dead leaves"), at times with text, drawn at twice the size."""
    canvas = np.full((2 * height, 2 * width, 3), random.random(3), np.float32)
    canvas += _texture(random, *canvas.shape[:2])
    for _ in range(int(random.integers(40, 120))):
        _shape(random, canvas)
    if random.random() < 0.3:
        _text(random, canvas)
    reduced = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    return np.clip(reduced, 0, 1)


def _texture(random: Random, height: int, width: int) -> Picture:
    """Noise whose power falls with frequency, h w 1."""
    steep, size = random.uniform(0.6, 1.6), random.uniform(0.0, 0.08)
    fall = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]) + 1 / 512
    waves = np.fft.rfft2(random.standard_normal((height, width))) / fall**steep
    field = np.fft.irfft2(waves, (height, width))
    return np.asarray(field / (field.std() + 1e-6) * size, np.float32)[..., None]


def _shape(random: Random, canvas: Picture) -> None:
    height, width = canvas.shape[:2]
    radius = min(4 / random.random() ** 0.7, 0.3 * width)
    middle = random.random(2) * (width, height)
    turns = np.sort(random.random(int(random.integers(3, 9)))) * 2 * np.pi
    if random.random() < 0.5:
        turns = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    points = middle + radius * np.stack([np.cos(turns), random.uniform(0.4, 1) * np.sin(turns)], 1)
    _fill(random, canvas, points.astype(np.int32))


def _fill(random: Random, canvas: Picture, points: npt.NDArray[np.int32]) -> None:
    """A polygon (n, 2) of x and y, in a colour and a texture of its own; drawn within its bounds only."""
    last = np.array(canvas.shape[1::-1])
    low, high = np.clip(points.min(0), 0, last), np.clip(points.max(0) + 1, 0, last)
    width, height = (int(length) for length in high - low)
    if width < 2 or height < 2:
        return
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [(points - low).astype(np.int32)], 1)
    part = canvas[low[1] : high[1], low[0] : high[0]]
    texture = _texture(random, height + height % 2, width + width % 2)[:height, :width]
    colour = random.random(3).astype(np.float32)
    part[:] = np.where(mask[..., None] > 0, colour + texture, part)


def _text(random: Random, canvas: Picture) -> None:
    for _ in range(int(random.integers(1, 6))):
        place = (int(random.integers(canvas.shape[1])), int(random.integers(canvas.shape[0])))
        line, size = LINES[int(random.integers(len(LINES)))], random.uniform(0.6, 3)
        mask = np.zeros(canvas.shape[:2], np.uint8)
        cv2.putText(mask, line, place, 0, size, 255, int(random.integers(1, 5)), cv2.LINE_AA)
        share = (mask / 255.0)[..., None]
        canvas += (random.random(3).astype(np.float32) - canvas) * share.astype(np.float32)
