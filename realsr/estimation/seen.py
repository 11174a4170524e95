"""What estimators look at: the values of a picture, or of LR and HR of one scene, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
Plane = npt.NDArray[np.float64]
Steps = npt.NDArray[np.int64]

BT601 = np.array([0.299, 0.587, 0.114])
"""Weights of JPEG's own luma (JFIF 1.02), full range."""


@dataclass(frozen=True, slots=True, eq=False)
class JpegTables:
    """What a JPEG file says of its compression, as its pixels lie upright.

    steps: quantisation steps 8 x 8 of each component, rows from low to high vertical frequency.
    sampling: (vertical, horizontal) factor of each component; (2, 2), (1, 1), (1, 1) is 4:2:0.
    grid: first row and column (0..7) at which a block begins.
    """

    steps: tuple[Steps, ...]
    sampling: tuple[tuple[int, int], ...]
    grid: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One picture: `h w c` as stored and upright, 8 or 16 bits, c = 1 (grey) or 3 (RGB).

    tables: None where the file was no JPEG.
    """

    pixels: Samples
    tables: JpegTables | None = None

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def grey(self) -> bool:
        return bool(self.pixels.shape[2] == 1)

    def levels(self) -> Plane:
        """`h w c` on 0..255, whatever the bits."""
        return np.asarray(self.pixels, np.float64) * (255.0 / np.iinfo(self.pixels.dtype).max)

    def luma(self) -> Plane:
        """`h w` on 0..255: BT.601, full range."""
        levels = self.levels()
        return np.asarray(levels[..., 0] if self.grey else levels @ BT601, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class SeenPair:
    """LR and HR of one scene. scale: whole; HR's sides are scale x LR's, and at most scale - 1 px more."""

    lr: Seen
    hr: Seen
    scale: int
