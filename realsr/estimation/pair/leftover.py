"""What a kernel leaves of LR: noise, and what no linear kernel explains."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.signal import fftconvolve

from realsr.estimation.pair.equations import usable
from realsr.estimation.pair.fitting import KernelFit
from realsr.estimation.pair.registration import unbent

Floats = npt.NDArray[np.float64]

MID_GREY = (64.0, 192.0)
BLOCKS = 5
QUANTISED = 1.0 / 12.0
"""Variance of rounding to whole levels."""


@dataclass(frozen=True, slots=True, eq=False)
class Leftover:
    """On the interior of LR. rest, explained: `h w c`, LR minus what kernel and gain explain, and that.

    top, left: its first row and column in LR.
    """

    rest: Floats
    explained: Floats
    top: int = 0
    left: int = 0

    def noise(self) -> Floats:
        """Variance of the rest where the picture is smooth and mid-grey, one a block, all channels."""
        plane = self.explained.mean(axis=2)
        slope = ndimage.gaussian_gradient_magnitude(plane, 1.0)
        middle = (plane > MID_GREY[0]) & (plane < MID_GREY[1])
        wanted = middle if middle.mean() > 0.1 else np.ones_like(middle)
        wanted = wanted & (slope <= np.median(slope[wanted]))
        found = [
            self.rest[block][wanted[block]].var(axis=0).mean()
            for block in blocks(plane.shape)
            if wanted[block].sum() >= 16
        ]
        return np.array(found or [self.rest.var(axis=(0, 1)).mean()])

    def grey_share(self) -> float:
        """Mean correlation of the rest between channels; 1 where there is one channel."""
        if self.rest.shape[2] == 1:
            return 1.0
        channels = self.rest.reshape(-1, 3) - self.rest.mean(axis=(0, 1))
        matrix = np.corrcoef(channels.T)
        return float((matrix.sum() - 3) / 6)

    def rms(self) -> float:
        """Root of the mean square of the rest, all channels, in levels."""
        return float((self.rest**2).mean() ** 0.5)

    def squares(self) -> Floats:
        """Mean square of the rest, one a block."""
        return np.array([(self.rest[block] ** 2).mean() for block in blocks(self.rest.shape[:2])])

    def structured(self) -> Floats:
        """Share of the rest's variance that follows from the content in other ways than linearly, one a fold.

        Each block is predicted by the others from the explained picture's square and cube, its squared slope,
        its curvature and the extremes around: 0 for pure noise, up to 1.
        """
        terms = _terms(self.explained.mean(axis=2))
        rest = self.rest.mean(axis=2)
        pieces = [
            (terms[block].reshape(-1, terms.shape[2]), rest[block].ravel())
            for block in blocks(rest.shape)
        ]
        return np.array([_predicted(pieces, left) for left in range(len(pieces))])


def leftover(fit: KernelFit) -> Leftover:
    """Of a fit, channel by channel, each with a gain and an offset of its own."""
    planes, side = fit.planes, fit.side
    kernel = fit.posterior.taps.reshape(side, side)[::-1, ::-1]
    reach, scale = side // 2, planes.scale
    spans = [
        usable(low, high, first, reach, scale)
        for low, high, first in zip(planes.lr.shape, planes.hr.shape, fit.corner, strict=True)
    ]
    pick = np.ix_(*(np.arange(span.start, span.stop) for span in spans))
    y, x = (scale * pick[axis] + fit.corner[axis] for axis in (0, 1))
    explained, rest = [], []
    for channel in range(planes.lr_channels.shape[2]):
        hr = unbent(planes.hr_channels[..., channel], planes.lr.shape, scale, fit.place)
        made = fftconvolve(hr, kernel / kernel.sum(), mode="same")[y, x]
        low = planes.lr_channels[..., channel][pick]
        slope, offset = _line(made, low)
        explained.append(slope * made + offset)
        rest.append(low - explained[-1])
    place = (spans[0].start, spans[1].start)
    return Leftover(np.stack(rest, axis=2), np.stack(explained, axis=2), *place)


def blocks(shape: tuple[int, ...]) -> list[tuple[slice, slice]]:
    """BLOCKS x BLOCKS parts of a plane."""
    edges = [np.linspace(0, side, BLOCKS + 1).astype(int) for side in shape]
    cuts = [[slice(*ends) for ends in pairwise(one)] for one in edges]
    return [(rows, columns) for rows in cuts[0] for columns in cuts[1]]


def _line(x: Floats, y: Floats) -> tuple[float, float]:
    centred = x - x.mean()
    slope = float((centred * y).sum() / max(float((centred**2).sum()), 1e-12))
    return slope, float(y.mean() - slope * x.mean())


def _terms(plane: Floats) -> Floats:
    level = (plane - plane.mean()) / max(float(plane.std()), 1e-9)
    slope = ndimage.gaussian_gradient_magnitude(level, 0.7)
    around = [one(level, 3) for one in (ndimage.maximum_filter, ndimage.minimum_filter)]
    bend = ndimage.laplace(level)
    terms = (
        np.ones_like(level),
        level,
        level**2,
        level**3,
        slope**2,
        bend,
        bend * np.abs(bend),
        *around,
    )
    return np.stack(terms, axis=2)


def _predicted(pieces: list[tuple[Floats, Floats]], left: int) -> float:
    """Share of a block's variance that the others' regression takes away; never below 0."""
    gram = sum(terms.T @ terms for place, (terms, _) in enumerate(pieces) if place != left)
    cross = sum(terms.T @ rest for place, (terms, rest) in enumerate(pieces) if place != left)
    weights = np.linalg.lstsq(np.asarray(gram), np.asarray(cross), rcond=None)[0]
    terms, rest = pieces[left]
    total = float((rest**2).sum())
    return 1 - float(((rest - terms @ weights) ** 2).sum()) / total if total else 0.0
