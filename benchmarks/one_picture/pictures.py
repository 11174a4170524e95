"""Clean pictures to make cases of, and shares with intervals resampled by picture."""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from realsr.estimation.codec.history import compression
from realsr.estimation.estimator import Inquiry
from realsr.estimation.findings import Findings
from realsr.estimation.seen import Seen

Bytes = npt.NDArray[np.uint8]
Random = np.random.Generator
DRAWS = 1000
LOOKED_AT = 256
"""Pixels of a side by which it is judged whether a picture carries traces of JPEG."""


def arguments(*switches: str) -> argparse.Namespace:
    """Of the command line. switches: options of one benchmark that take no value."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--cases", type=int, default=300, help="of each row")
    parser.add_argument("--only", default="", help="rows whose name holds this")
    parser.add_argument("--seed", type=int, default=0)
    for switch in switches:
        parser.add_argument(switch, action="store_true")
    return parser.parse_args()


@dataclass(frozen=True, eq=False)
class Clean:
    """A picture h w 3 without traces of JPEG."""

    name: str
    pixels: Bytes


def clean(folders: Iterable[Path], least: int = 200) -> list[Clean]:
    """Pictures of at least `least` pixels a side; says which are left out."""
    kept = []
    for path in sorted(each for folder in folders for each in folder.rglob("*.[pb][nm][gp]")):
        pixels = np.asarray(Image.open(path).convert("RGB"))
        if min(pixels.shape[:2]) < least:
            continue
        if told(_middle(pixels)).estimates["jpeg_count"].value:
            print(f"left out, with traces of JPEG: {path}")
            continue
        kept.append(Clean(path.stem, pixels))
    print(f"{len(kept)} clean pictures")
    return kept


def _middle(pixels: Bytes) -> Bytes:
    rows, columns = (max(0, length - LOOKED_AT) // 16 * 8 for length in pixels.shape[:2])
    return pixels[rows : rows + LOOKED_AT, columns : columns + LOOKED_AT]


def told(pixels: Bytes) -> Findings:
    """Its compressions."""
    return compression(Seen(pixels), Inquiry(), Findings())


def crop(random: Random, pixels: Bytes, side: int) -> Bytes:
    """A square from anywhere; of the whole height where that is less."""
    rows, columns = (min(side, length) for length in pixels.shape[:2])
    top = int(random.integers(pixels.shape[0] - rows + 1))
    left = int(random.integers(pixels.shape[1] - columns + 1))
    return np.ascontiguousarray(pixels[top : top + rows, left : left + columns])


def jpeg(pixels: Bytes, quality: int, subsampling: str = "4:2:0") -> Bytes:
    """By Pillow's libjpeg."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality, subsampling=subsampling)
    return np.asarray(Image.open(file))


def taken_in_turn(
    pictures: Sequence[Clean], count: int, seed: int
) -> Iterator[tuple[Random, int, Clean]]:
    """`count` times a generator, a picture's number and the picture."""
    for number in range(count):
        place = number % len(pictures)
        yield np.random.default_rng([seed, number]), place, pictures[place]


class Answers:
    """Values of a row, by picture."""

    def __init__(self) -> None:
        self.values: list[float] = []
        self.pictures: list[int] = []

    def add(self, picture: int, value: float) -> None:
        self.values.append(float(value))
        self.pictures.append(picture)

    def line(self, name: str, goal: str, quantile: float | None = None) -> str:
        """The mean, or a quantile, with its 95 % interval by drawing pictures with replacement."""
        value, low, high = self._interval(quantile)
        return f"| {name} | {goal} | {value:.1%} | {low:.1%} to {high:.1%} | {len(self.values)} |"

    def _interval(self, quantile: float | None) -> tuple[float, float, float]:
        values, pictures = np.array(self.values), np.array(self.pictures)
        if not values.size:
            return float("nan"), float("nan"), float("nan")
        random, known = np.random.default_rng(0), np.unique(pictures)
        parts = [values[pictures == each] for each in known]
        draws = random.integers(len(parts), size=(DRAWS, len(parts)))
        drawn = [_of(np.concatenate([parts[each] for each in draw]), quantile) for draw in draws]
        low, high = np.quantile(drawn, [0.025, 0.975])
        return _of(values, quantile), float(low), float(high)


def _of(values: npt.NDArray[np.float64], quantile: float | None) -> float:
    return float(values.mean() if quantile is None else np.quantile(values, quantile))


HEAD = "| row | goal | value | 95 % interval | cases |\n|---|---|---|---|---|"
