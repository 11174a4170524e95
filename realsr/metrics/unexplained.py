"""Detail that no local blur or change of contrast of a reference explains.

An honest output differs from the truth by blur, mostly; an artefact does not. Around every pixel the picture's
detail is fitted, by least squares under a Gaussian window, as a sum of the reference's bands, each with its own
factor. Any isotropic blur and any contrast is nearly such a sum, so what remains was invented.
"""

from __future__ import annotations

from itertools import combinations_with_replacement, pairwise

import cv2
import numpy as np

from realsr.metrics.planes import Plane, Planes

_BLURS = (1.0, 2.0, 4.0)
"""Sigmas in pixels between which the reference's bands lie; beyond the last one is no detail but shading."""

_CALM = 0.25
"""Added to the bands' power, in squared grey levels: where the reference is flat no factor is free. So
a reference leaves sqrt(0.25 x 3 bands) = 0.87 of a level of itself unexplained at most."""


def unexplained(image: Plane, reference: Plane, window: float) -> Plane:
    """Root mean square of the remaining detail in grey levels; window: sigma of the fit in pixels."""
    detail = image - blurred(image, _BLURS[-1])
    levels = [reference, *(blurred(reference, sigma) for sigma in _BLURS)]
    bands = [finer - coarser for finer, coarser in pairwise(levels)]
    target = np.stack([blurred(band * detail, window) for band in bands], axis=-1)
    powers = _powers(bands, window)
    factors = np.linalg.solve(powers + _CALM * np.eye(len(bands)), target[..., None])
    explained = 2.0 * target - (powers @ factors)[..., 0]
    left = blurred(detail**2, window) - (explained * factors[..., 0]).sum(axis=-1)
    return np.asarray(np.sqrt(np.maximum(left, 0.0)), dtype=np.float64)


def _powers(bands: list[Plane], window: float) -> Planes:
    """The windowed products of all pairs of bands, (h, w, n, n)."""
    count = len(bands)
    powers = np.empty((*bands[0].shape, count, count))
    for i, j in combinations_with_replacement(range(count), 2):
        powers[..., i, j] = powers[..., j, i] = blurred(bands[i] * bands[j], window)
    return powers


def blurred(image: Planes | Plane, sigma: float) -> Plane:
    """Gaussian blur, mirrored about the edge pixel."""
    border = cv2.BORDER_REFLECT_101
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma, borderType=border), dtype=np.float64)
