"""Detail by frequency: how much there is, and how much of it is the truth's.

In a band of radial frequency (cycles per pixel, Hann window, mean removed) two numbers. Energy: power of SR
over power of HR; below 1 is blur, above 1 is more detail than there was. Coherence: the real part of the
normalised cross-spectrum, that is the correlation of the two band-passed pictures; 1 is the same detail at the
same place, 0 is invented detail. A GAN has energy without coherence.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from realsr.metrics.errors import NotDefinedError
from realsr.metrics.planes import Plane

Band = tuple[float, float]

LOW: Band = (0.0, 0.125)
MIDDLE: Band = (0.125, 0.25)
HIGH: Band = (0.25, 0.5)

_LEAST = 16
_NO_POWER = 1e-9
"""Power per value, relative to that of one grey level, below which a band is empty."""


class Detail(NamedTuple):
    """Of one band: power ratio SR / HR, and correlation in [-1, 1]."""

    energy: float
    coherence: float


def detail(sr: Plane, hr: Plane, band: Band) -> Detail:
    """Energy and coherence of SR against HR, planes h w. Coherence is 0 where SR has no power in the band.

    Raises NotDefinedError below 16 px and where HR has no power in the band.
    """
    if min(hr.shape) < _LEAST:
        raise NotDefinedError(f"sides of {hr.shape}; a spectrum takes at least {_LEAST} px")
    first, second = _spectrum(sr), _spectrum(hr)
    weight = _weights(hr.shape, band)
    power_1, power_2 = (_sum(np.abs(part) ** 2, weight) for part in (first, second))
    floor = _NO_POWER * float(weight.sum()) * hr.size
    if power_2 <= floor:
        raise NotDefinedError(f"HR has no detail between {band[0]} and {band[1]} cycles per pixel")
    cross = _sum((first * second.conj()).real, weight)
    coherence = cross / float(np.sqrt(power_1 * power_2)) if power_1 > floor else 0.0
    return Detail(power_1 / power_2, coherence)


def _spectrum(image: Plane) -> npt.NDArray[np.complex128]:
    window = np.outer(*(np.hanning(side + 2)[1:-1] for side in image.shape))
    return np.fft.rfft2((image - image.mean()) * window)


@lru_cache(maxsize=32)
def _weights(shape: tuple[int, int], band: Band) -> npt.NDArray[np.float64]:
    """1 in the band, doubled where the half spectrum stands for two frequencies, and 0 elsewhere."""
    rows, columns = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None]
    radius = np.hypot(rows, columns)
    twice = np.full(columns.shape, 2.0)
    twice[:, 0] = 1.0
    if shape[1] % 2 == 0:
        twice[:, -1] = 1.0
    return np.where((radius >= band[0]) & (radius < band[1]), twice, 0.0)


def _sum(values: npt.NDArray[np.float64], weight: npt.NDArray[np.float64]) -> float:
    return float((values * weight).sum())
