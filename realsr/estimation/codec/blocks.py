"""The blocks of a plane on any grid, and their discrete cosine transform as JPEG takes it."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
Grid = tuple[int, int]
Value = TypeVar("Value", np.float32, np.bool_)

SIDE = 8
WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)
"""Of red, green and blue in the luma of JFIF."""
GRIDS: tuple[Grid, ...] = tuple((y, x) for y in range(SIDE) for x in range(SIDE))


def _basis() -> Floats:
    """Rows are the orthonormal DCT-II's basis vectors."""
    number = np.arange(SIDE)
    basis = np.cos(np.pi * (2 * number + 1) * number[:, None] / (2 * SIDE)) * np.sqrt(2 / SIDE)
    basis[0] /= np.sqrt(2.0)
    return np.asarray(basis, np.float32)


BASIS = _basis()


def luma(pixels: Bytes) -> Floats:
    """The luma (h, w), -128..127, of grey or RGB pixels (h, w, c), c = 1 or 3."""
    values = pixels.astype(np.float32)
    plane = values[..., 0] if pixels.shape[2] == 1 else values @ WEIGHTS
    return np.asarray(plane - np.float32(128.0), np.float32)


def clipped(pixels: Bytes) -> Flags:
    """Where (h, w) a channel stands at an end of its range, so that a decoder may have cut it off."""
    return np.asarray(((pixels == 0) | (pixels == 255)).any(2), np.bool_)


def blocks(plane: npt.NDArray[Value], grid: Grid) -> npt.NDArray[Value]:
    """The whole blocks (rows, columns, 8, 8) of a plane (h, w) on a grid that begins at `grid`."""
    rows, columns = ((side - start) // SIDE for side, start in zip(plane.shape, grid, strict=True))
    part = plane[grid[0] : grid[0] + SIDE * rows, grid[1] : grid[1] + SIDE * columns]
    return part.reshape(rows, SIDE, columns, SIDE).swapaxes(1, 2)


def coefficients(plane: Floats, grid: Grid) -> Floats:
    """The coefficients (n, 64) of the whole blocks, vertical frequency first."""
    found = blocks(plane, grid)
    return np.asarray(BASIS @ found @ BASIS.T, np.float32).reshape(-1, SIDE * SIDE)


def whole(spoiled: Flags, grid: Grid) -> Flags:
    """Which blocks (n,) hold no pixel of `spoiled` (h, w)."""
    return np.asarray(~blocks(spoiled, grid).any((2, 3)).reshape(-1), np.bool_)
