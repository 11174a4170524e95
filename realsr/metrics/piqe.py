"""PIQE (Venkatanath et al., NCC 2015), as MATLAB's `piqe`: 0 to 100, lower is better.

Blocks of 16 pixels of the normalised picture that are active (variance above 0.1) are charged for flat
stretches along their edges (blocking, ringing, blur) and for noise.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from realsr.metrics.errors import NotDefinedError
from realsr.metrics.natural_scenes import Values, blocks, normalised
from realsr.metrics.planes import Plane

_BLOCK = 16
_SEGMENT = 6
_ACTIVE = 0.1
"""Variance of the normalised values above which a block counts."""
_FLAT = 0.1
"""Standard deviation below which a stretch of six edge pixels is flat."""


def piqe(image: Plane) -> float:
    """The score of a plane h w on 0..255 (whole numbers). Raises NotDefinedError below 16 px and for black.

    As in MATLAB the picture is stretched so that its maximum is 255, and mirrored at the right and the bottom
    by as many pixels as its sides exceed a multiple of 16.
    """
    if min(image.shape) < _BLOCK or not image.max() > 0.0:
        raise NotDefinedError(
            f"{image.shape[0]} x {image.shape[1]} px (height x width); expected at least 16 x 16, not black"
        )
    stretched = np.floor(255.0 * image / image.max() + 0.5)
    padded = np.pad(stretched, [(0, side % _BLOCK) for side in image.shape], mode="symmetric")
    stack = blocks(normalised(padded).values, _BLOCK)
    variance = stack.var(axis=(1, 2), ddof=1)
    charge = _has_flat_edge(stack) * (1.0 - variance) + _is_noisy(stack, variance) * variance
    active = variance > _ACTIVE
    return float((charge[active].sum() + 1.0) / (1 + active.sum()) * 100.0)


def _has_flat_edge(stack: Values) -> npt.NDArray[np.bool_]:
    edges = np.stack((stack[:, 0], stack[:, -1], stack[:, :, 0], stack[:, :, -1]), axis=1)
    segments = np.lib.stride_tricks.sliding_window_view(edges, _SEGMENT, axis=2)
    flat: npt.NDArray[np.bool_] = (segments.std(axis=3, ddof=1) < _FLAT).any(axis=(1, 2))
    return flat


def _is_noisy(stack: Values, variance: Values) -> npt.NDArray[np.bool_]:
    """Deviation against the ratio of the two middle columns' deviation to the others' (section III)."""
    deviation = np.sqrt(variance)
    middle = _BLOCK // 2 - 1
    # MATLAB deletes the two columns one after the other, so that the second index has moved: the column
    # deleted is the one after the middle pair.
    others = np.delete(np.delete(stack, middle, axis=2), middle + 1, axis=2)
    centre = stack[:, :, middle : middle + 2].std(axis=(1, 2), ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.nan_to_num(centre / others.std(axis=(1, 2), ddof=1), posinf=0.0)
        beta = np.abs(deviation - ratio) / np.maximum(deviation, ratio)
    noisy: npt.NDArray[np.bool_] = deviation > 2.0 * beta
    return noisy
