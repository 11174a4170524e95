"""How far the patches of a set of pictures are from those of another set, whatever lies where.

A divergence between distributions, which is what the plane of perception and distortion asks for (Blau and
Michaeli, CVPR 2018), by no network: sliced Wasserstein (Rabin et al., 2011; of patches in Karras et al., 2018).
It sees texture and sharpness, not whether a face is one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from realsr.metrics.errors import NotDefinedError
from realsr.metrics.planes import Plane

SIDE, STEP, DIRECTIONS = 5, 2, 64


def patch_distance(first: Sequence[Plane], second: Sequence[Plane]) -> float:
    """Mean distance in grey levels between the sorted projections of both sets' patches; 0 for equal sets.

    first, second: luma h w, as many values each. Patches are 5 x 5 at every second pixel without their mean, of
    each set all pictures' together; 64 directions of length 1, always the same ones. Raises NotDefinedError for
    sets of other sizes.
    """
    one, other = (
        np.concatenate([_patches(plane) for plane in planes]) for planes in (first, second)
    )
    if one.shape != other.shape or not one.size:
        raise NotDefinedError(
            f"{len(one)} and {len(other)} patches: expected as many of each set, from 1 on"
        )
    directions = _directions()
    distances = [np.abs(np.sort(one @ each) - np.sort(other @ each)).mean() for each in directions]
    return float(np.mean(distances))


def _patches(plane: Plane) -> Plane:
    if min(plane.shape) < SIDE:
        raise NotDefinedError(f"a picture of {plane.shape} px has no patch of {SIDE} x {SIDE}")
    windows = np.lib.stride_tricks.sliding_window_view(plane, (SIDE, SIDE))[::STEP, ::STEP]
    return windows.reshape(-1, SIDE * SIDE).astype(np.float64)


def _directions() -> Plane:
    """Of sum 0, to which a patch's mean is nothing."""
    drawn = np.random.default_rng(0).standard_normal((DIRECTIONS, SIDE * SIDE))
    drawn -= drawn.mean(axis=1, keepdims=True)
    unit: Plane = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit
