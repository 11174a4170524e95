"""Pairs whose kernel, place, noise and resampler are known, made from a folder of photographs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from realsr.estimation.seen import JpegTables, Seen

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]

SCALES = (2, 4, 3)
SIDE = 516
"""Of HR at most: the next multiple of 2, 3 and 4 from 512 on."""


@dataclass(frozen=True, eq=False)
class MadeCase:
    """taps: n x n, sum 1, on HR's pixels. first: the HR pixel below the middle tap of LR pixel (0, 0)."""

    picture: str
    family: str
    scale: int
    hr: Pixels
    lr: Pixels
    taps: Floats
    first: int


def photographs(folder: Path) -> list[Path]:
    """By name."""
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".png", ".jpg"))
    if not found:
        raise SystemExit(f"no photograph in {folder}")
    return found


@lru_cache(maxsize=32)
def opened(path: Path) -> Pixels:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def crop(path: Path, scale: int, random: np.random.Generator) -> Pixels:
    """A crop of SIDE, or less where the photograph is smaller, in whole LR pixels."""
    whole = opened(path)
    height, width = (min(side, SIDE) // scale * scale for side in whole.shape[:2])
    top, left = (
        int(random.integers(side - cut + 1))
        for side, cut in zip(whole.shape, (height, width), strict=False)
    )
    return np.ascontiguousarray(whole[top : top + height, left : left + width])


def grid(side: int, centre: Floats) -> tuple[Floats, Floats]:
    axis = np.arange(side, dtype=np.float64) - side // 2
    y, x = np.meshgrid(axis - centre[0], axis - centre[1], indexing="ij")
    return y, x


def _gaussian(side: int, centre: Floats, sigmas: tuple[float, float], turn: float) -> Floats:
    y, x = grid(side, centre)
    along, across = np.cos(turn) * y + np.sin(turn) * x, -np.sin(turn) * y + np.cos(turn) * x
    return np.asarray(np.exp(-0.5 * ((along / sigmas[0]) ** 2 + (across / sigmas[1]) ** 2)))


def _isotropic(side: int, unit: float, random: np.random.Generator) -> Floats:
    sigma = random.uniform(0.4, 1.25) * unit
    return _gaussian(side, random.uniform(-0.5, 0.5, 2), (sigma, sigma), 0.0)


def _anisotropic(side: int, unit: float, random: np.random.Generator) -> Floats:
    one, other = random.uniform(0.35, 1.5, 2) * unit
    return _gaussian(side, random.uniform(-0.5, 0.5, 2), (one, other), random.uniform(0, np.pi))


def _disk(side: int, unit: float, random: np.random.Generator) -> Floats:
    radius, fine = random.uniform(0.5, 2.0) * unit, 16
    centre = random.uniform(-0.5, 0.5, 2)
    axis = (np.arange(side * fine) + 0.5) / fine - side / 2
    inside = (axis[:, None] - centre[0]) ** 2 + (axis - centre[1]) ** 2 <= radius**2
    return np.asarray(inside.reshape(side, fine, side, fine).mean(axis=(1, 3)))


def _motion(side: int, unit: float, random: np.random.Generator) -> Floats:
    """Straight, or a random walk with inertia."""
    if random.random() < 0.5:
        turn, length = random.uniform(0, np.pi), random.uniform(1, 4) * unit
        along = np.linspace(-length / 2, length / 2, 2000)
        points = np.stack([np.sin(turn) * along, np.cos(turn) * along], axis=1)
        points += random.uniform(-0.5, 0.5, 2)
    else:
        speed = ndimage.gaussian_filter1d(random.normal(size=(400, 2)), 60, axis=0)
        points = np.cumsum(speed, axis=0)
        points -= points.mean(axis=0)
        points *= random.uniform(1.0, 2.5) * unit / np.abs(points).max()
    return _dotted(side, points)


def _dotted(side: int, points: Floats) -> Floats:
    """Points, each shared by the four pixels around it."""
    taps = np.zeros((side, side))
    whole = np.floor(points).astype(int)
    part = points - whole
    for down in (0, 1):
        for across in (0, 1):
            share = np.abs(1 - down - part[:, 0]) * np.abs(1 - across - part[:, 1])
            np.add.at(
                taps, (whole[:, 0] + down + side // 2, whole[:, 1] + across + side // 2), share
            )
    return taps


def _tap_noise(side: int, unit: float, random: np.random.Generator) -> Floats:
    return _anisotropic(side, unit, random) * random.uniform(0.75, 1.25, (side, side))


def _cubic(u: Floats, a: float) -> Floats:
    u = np.abs(u)
    near, far = ((a + 2) * u - (a + 3)) * u * u + 1, ((a * u - 5 * a) * u + 8 * a) * u - 4 * a
    return np.where(u < 1, near, np.where(u < 2, far, 0.0))


def _lanczos(u: Floats, lobes: int) -> Floats:
    return np.where(np.abs(u) < lobes, np.sinc(u) * np.sinc(u / lobes), 0.0)


_FILTERS: tuple[Callable[[Floats], Floats], ...] = (
    lambda u: _cubic(u, -0.5),
    lambda u: _cubic(u, -0.75),
    lambda u: np.asarray(np.maximum(1 - np.abs(u), 0.0)),
    lambda u: _lanczos(u, 3),
    lambda u: _lanczos(u, 2),
    lambda u: np.asarray((np.abs(u) < 0.5) * 1.0),
)


def _resampler(side: int, unit: float, random: np.random.Generator) -> Floats:
    """A filter stretched by the scale, at the aligned place, or unstretched."""
    scale = round(2 * unit)
    kind = _FILTERS[int(random.integers(len(_FILTERS)))]
    stretch = scale if kind is _FILTERS[-1] or random.random() < 0.75 else 1
    away = (scale - 1) / 2 - (scale - 1) // 2
    line = kind((np.arange(side) - side // 2 - away) / stretch)
    return np.asarray(np.outer(line, line), np.float64)


FAMILIES: Mapping[str, Callable[[int, float, np.random.Generator], Floats]] = {
    "gaussian": _isotropic,
    "anisotropic": _anisotropic,
    "disk": _disk,
    "motion": _motion,
    "tap noise": _tap_noise,
    "resampler": _resampler,
}


def made_case(paths: list[Path], number: int, noise: float) -> MadeCase:
    """Case `number`: family, scale and photograph in turn, everything else drawn by it."""
    random = np.random.default_rng([7, number])
    family = list(FAMILIES)[number % len(FAMILIES)]
    scale = SCALES[number // len(FAMILIES) % len(SCALES)]
    path = paths[(number + 5 * (number // len(FAMILIES))) % len(paths)]
    hr = crop(path, scale, random)
    taps = FAMILIES[family]({2: 17, 3: 21, 4: 25}[scale], scale / 2, random)
    taps = taps / taps.sum()
    first = (scale - 1) // 2 + (0 if family == "resampler" else int(random.integers(-1, 2)))
    lr = reduced(hr, taps, scale, first)
    noisy = lr + random.normal(0, noise, lr.shape) if noise else lr
    levels = np.clip(np.floor(noisy + 0.5), 0, 255).astype(np.uint8)
    return MadeCase(path.stem, family, scale, hr, levels, taps, first)


def reduced(hr: npt.NDArray[np.generic], taps: Floats, scale: int, first: int) -> Floats:
    """Correlation with the taps, then every scale-th pixel from `first` on, `h w c`."""
    planes = np.moveaxis(hr.astype(np.float64), 2, 0)
    blurred = np.stack([ndimage.correlate(one, taps, mode="reflect") for one in planes], axis=2)
    return np.roll(blurred, (-first, -first), (0, 1))[::scale, ::scale]


def compressed(lr: Pixels, quality: int, subsampling: int) -> Seen:
    """Through a JPEG file, with what it says of itself."""
    memory = BytesIO()
    Image.fromarray(lr).save(memory, "JPEG", quality=quality, subsampling=subsampling)
    image = Image.open(memory)
    layers = image.layer  # type: ignore[attr-defined]
    tables = image.quantization  # type: ignore[attr-defined]
    steps = tuple(np.array(tables[one[3]], np.int64).reshape(8, 8) for one in layers)
    return Seen(np.asarray(image), JpegTables(steps, tuple((one[2], one[1]) for one in layers)))
