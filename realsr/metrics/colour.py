"""Colour and brightness shift, blind to detail."""

from __future__ import annotations

import numpy as np

from realsr.metrics.errors import NotDefinedError
from realsr.metrics.planes import Plane, Planes

BLOCK = 8

_TO_XYZ = np.array(
    [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]]
)
_TO_XYZ /= _TO_XYZ.sum(axis=1, keepdims=True)
"""Linear sRGB to X, Y, Z over those of white, so that grey is exactly neutral."""

_KNEE = 6.0 / 29.0


def colour_shift(first: Planes, second: Planes) -> float:
    """Mean CIE 1976 colour difference between the means of 8 x 8 blocks of two RGB stacks; 0 is none.

    About 2.3 is just noticeable. Stacks of one channel count as R = G = B. Raises NotDefinedError below 8 px.
    """
    if min(first.shape[:2]) < BLOCK:
        raise NotDefinedError(
            f"{first.shape[0]} x {first.shape[1]} px (height x width) has no block of {BLOCK} x {BLOCK}"
        )
    return float(colour_difference(*(_block_means(stack) for stack in (first, second))).mean())


def colour_difference(first: Planes, second: Planes) -> Plane:
    """CIE 1976 difference of every pixel, sRGB 0..255, D65."""
    distance: Plane = np.linalg.norm(lab(first) - lab(second), axis=2)
    return distance


def lab(stack: Planes) -> Planes:
    """CIE L*a*b* (D65, 2 degrees) of sRGB planes h w 3 or h w 1 on 0..255.

    Written out, since OpenCV's conversion interpolates in a table and is up to 0.4 units off.
    """
    rgb = (np.repeat(stack, 3, axis=2) if stack.shape[2] == 1 else stack) / 255.0
    linear = np.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    ratio = linear @ _TO_XYZ.T
    bent = np.where(ratio > _KNEE**3, np.cbrt(ratio), ratio / (3.0 * _KNEE**2) + 4.0 / 29.0)
    x, y, z = np.moveaxis(bent, 2, 0)
    return np.stack((116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)), axis=2)


def _block_means(stack: Planes) -> Planes:
    rows, columns = (side // BLOCK for side in stack.shape[:2])
    cut = stack[: rows * BLOCK, : columns * BLOCK]
    means: Planes = cut.reshape(rows, BLOCK, columns, BLOCK, -1).mean(axis=(1, 3))
    return means
