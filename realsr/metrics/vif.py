"""Visual information fidelity in the wavelet domain (Sheikh and Bovik, TIP 2006), as its authors' `vifvec`.

The reference's coefficients are a Gaussian scale mixture over 3 x 3 blocks of a subband; the other picture is
that with a local gain and noise. The value is the information that an eye with noise of variance 0.4 takes
from the second over what it takes from the first: 1 for equal planes, above 1 for enhanced contrast.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from realsr.metrics.errors import NotDefinedError
from realsr.metrics.planes import Plane
from realsr.metrics.steerable import bands

_LEVELS = 4
_BLOCK = 3
_EYE = 0.4
"""Variance of the eye's noise."""
_TINY = 1e-15
_LEAST = 80
"""Sides below which the coarsest band keeps no block."""


class Channel(NamedTuple):
    """The distortion of a subband, one value a block: gain, and variance of the added noise."""

    gain: Plane
    noise: Plane


class SourceField(NamedTuple):
    """The reference of a subband: local energy, one value a block, and eigenvalues of its covariance."""

    energy: Plane
    eigenvalues: npt.NDArray[np.float64]


def vif(reference: Plane, other: Plane) -> float:
    """Information fidelity of `other` (h w, 0..255). Raises NotDefinedError below 80 px and for flat ones."""
    if min(reference.shape) < _LEAST:
        raise NotDefinedError(f"sides of {reference.shape}; expected at least {_LEAST} px")
    seen = whole = 0.0
    pyramids = zip(bands(reference, _LEVELS), bands(other, _LEVELS), strict=True)
    for level, pair in enumerate(pyramids):
        for first, second in zip(*pair, strict=True):
            parts = _information(first, second, 2 ** (_LEVELS - level) + 1)
            seen, whole = seen + parts[0], whole + parts[1]
    return seen / whole


def _information(first: Plane, second: Plane, side: int) -> tuple[float, float]:
    """Information from both subbands and from the reference alone, in bits; windows of `side` pixels."""
    rows, columns = (length // _BLOCK * _BLOCK for length in first.shape)
    first, second = first[:rows, :columns], second[:rows, :columns]
    margin = -(-((side - 1) // 2) // _BLOCK)
    inside = (slice(margin, -margin), slice(margin, -margin))
    gain, noise = (part[inside] for part in _channel(first, second, side))
    source = _source(first)
    strength = source.energy[inside][..., None] * source.eigenvalues
    ratio = (gain**2 / (noise + _EYE))[..., None]
    return float(np.log2(1.0 + ratio * strength).sum()), float(np.log2(1.0 + strength / _EYE).sum())


def _channel(first: Plane, second: Plane, side: int) -> Channel:
    """Least squares of the second subband on the first within each window, with the authors' corner cases."""
    mean_1, mean_2 = _sums(first, side) / side**2, _sums(second, side) / side**2
    cross = _sums(first * second, side) - side**2 * mean_1 * mean_2
    own = np.maximum(_sums(first**2, side) - side**2 * mean_1**2, 0.0)
    others = np.maximum(_sums(second**2, side) - side**2 * mean_2**2, 0.0)
    gain = cross / (own + _TINY)
    noise = (others - gain * cross) / side**2
    lost, flat = own < _TINY, others < _TINY
    gain[lost | flat] = 0.0
    noise[lost] = others[lost]
    noise[flat] = 0.0
    opposed = gain < 0.0
    noise[opposed] = others[opposed]
    gain[opposed] = 0.0
    return Channel(gain, np.maximum(noise, _TINY))


def _sums(values: Plane, side: int) -> Plane:
    """Sums over windows centred on the blocks' middle pixels."""
    border = cv2.BORDER_REFLECT_101
    sums = cv2.boxFilter(values, cv2.CV_64F, (side, side), normalize=False, borderType=border)
    return np.asarray(sums[_BLOCK // 2 :: _BLOCK, _BLOCK // 2 :: _BLOCK], dtype=np.float64)


def _source(band: Plane) -> SourceField:
    rows, columns = band.shape
    places = [(row, column) for column in range(_BLOCK) for row in range(_BLOCK)]
    every = np.stack(
        [band[r : rows - _BLOCK + 1 + r, c : columns - _BLOCK + 1 + c].ravel() for r, c in places]
    )
    mean = every.mean(axis=1)
    covariance = every @ every.T / every.shape[1] - np.outer(mean, mean)
    eigenvalues = np.linalg.eigvalsh(covariance)
    if eigenvalues[0] <= _TINY * max(eigenvalues[-1], 1.0):
        raise NotDefinedError("the reference is flat: it carries no information")
    blocks = np.stack([band[r::_BLOCK, c::_BLOCK].ravel() for r, c in places])
    energy = (np.linalg.solve(covariance, blocks) * blocks).sum(axis=0) / _BLOCK**2
    return SourceField(
        energy.reshape(rows // _BLOCK, columns // _BLOCK), eigenvalues.astype(np.float64)
    )
