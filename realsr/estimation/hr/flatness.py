"""How much of a picture is empty."""

from __future__ import annotations

from realsr.estimation.seen import Plane

TILE = 16
"""Pixels of a tile's side."""
EMPTY = 2.0
"""Standard deviation in levels of 255 below which a tile holds nothing but a camera's own noise."""


def flat_share(luma: Plane) -> float | None:
    """Share of TILE x TILE tiles of (h, w) on 0..255 that are EMPTY; None where there is no whole tile."""
    rows, columns = (side // TILE for side in luma.shape)
    if not rows or not columns:
        return None
    whole = luma[: rows * TILE, : columns * TILE].reshape(rows, TILE, columns, TILE)
    return float((whole.std(axis=(1, 3)) < EMPTY).mean())
