"""How much each pixel of a noise field counts."""

from __future__ import annotations

import numpy as np

from tests.noise_statistics import SIDE


def keys_cubic(distance: float) -> float:
    d = abs(distance)
    if d < 1:
        return 1.5 * d**3 - 2.5 * d**2 + 1
    return -0.5 * d**3 + 2.5 * d**2 - 4 * d + 2 if d < 2 else 0.0


def pixel_weights(pitch: float, smooth: bool) -> np.ndarray:
    """Each pixel's weights on the grid, their squares summing to one: (SIDE, points)."""
    weight = keys_cubic if smooth else (lambda d: max(0.0, 1.0 - abs(d)))
    rows = [
        [weight(pixel / pitch - point) for point in range(-1, SIDE + 2)] for pixel in range(SIDE)
    ]
    matrix = np.array(rows)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
