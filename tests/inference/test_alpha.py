"""Colours continued beneath transparency, pixel by pixel."""

from __future__ import annotations

import numpy as np
import torch

from realsr.inference.alpha import CONTINUED, continued


def by_loops(colours: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """One channel: a pixel that nobody sees takes the mean of its seen neighbours by their weight, and then
    weighs a ninth of theirs."""
    height, width = alpha.shape
    colours, weight = colours.copy(), np.where(alpha > 8 / 255, alpha, 0.0)
    for _ in range(CONTINUED):
        newer, heavier = colours.copy(), weight.copy()
        for y in range(height):
            for x in range(width):
                rows = slice(max(0, y - 1), y + 2)
                columns = slice(max(0, x - 1), x + 2)
                near = weight[rows, columns].sum()
                if weight[y, x] == 0 and near > 0:
                    newer[y, x] = (colours[rows, columns] * weight[rows, columns]).sum() / near
                    heavier[y, x] = near / 9
        colours, weight = newer, heavier
    return colours


def test_colours_grow_ring_by_ring_with_weights_that_fade() -> None:
    generator = np.random.default_rng(1)
    colours, alpha = generator.random((2, 22, 19))
    alpha[:, 3:] *= generator.random((22, 16)) > 0.97  # islands of different weights
    expected = by_loops(colours, alpha)
    found = continued(*(torch.from_numpy(each)[None, None] for each in (colours, alpha)))
    np.testing.assert_allclose(found[0, 0].numpy(), expected, atol=1e-9)
    assert np.abs(expected - colours).max() > 0.1
