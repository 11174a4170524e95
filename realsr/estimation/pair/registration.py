"""Where the pixels of LR lie in HR: a shift, a small rotation and magnification, gain and offset."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy import ndimage

from realsr.estimation.pair.planes import Planes, reduced
from realsr.estimation.seen import Plane

Floats = npt.NDArray[np.float64]

STEPS = 12
MOST_PIXELS = 40_000
"""LR pixels that the registration looks at."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """HR position of LR pixel p: scale (1 + G) (p - centre of LR) + centre of HR + shift.

    shift_y, shift_x: HR pixels. turn: radians, from rows towards columns. growth: magnification minus 1.
    G = [[growth, -turn], [turn, growth]] on (y, x). Centres are those of pixels covering the same extent.
    """

    shift_y: float = 0.0
    shift_x: float = 0.0
    turn: float = 0.0
    growth: float = 0.0

    @property
    def matrix(self) -> Floats:
        return np.array([[1 + self.growth, -self.turn], [self.turn, 1 + self.growth]])

    def bent(self, shape: tuple[int, ...], scale: int) -> float:
        """How far turn and growth move the corners of LR, in HR pixels."""
        half = scale * float(np.hypot(shape[0], shape[1])) / 2
        return float(np.hypot(self.turn, self.growth) * half)


def extent_centre(shape: tuple[int, ...], scale: int) -> Floats:
    """The centre in HR of the extent that an LR of this shape covers."""
    return np.array([(scale * side - 1) / 2 for side in shape])


def positions(shape: tuple[int, ...], scale: int, place: Alignment) -> tuple[Plane, Plane]:
    """HR rows and columns of every LR pixel."""
    rows, columns = _centred(shape, scale)
    centre = extent_centre(shape, scale) + np.array([place.shift_y, place.shift_x])
    matrix = place.matrix
    down = matrix[0, 0] * rows + matrix[0, 1] * columns + centre[0]
    across = matrix[1, 0] * rows + matrix[1, 1] * columns + centre[1]
    return down, across


def _centred(shape: tuple[int, ...], scale: int) -> tuple[Plane, Plane]:
    """LR pixels about the centre, in HR pixels."""
    rows, columns = (scale * (np.arange(side) - (side - 1) / 2) for side in shape)
    return np.broadcast_to(rows[:, None], shape), np.broadcast_to(columns[None], shape)


def coarse(planes: Planes) -> tuple[Alignment, float]:
    """The shift by phase correlation, and how alike LR and the reduced HR are there (correlation)."""
    small = reduced(planes.hr, planes.scale, planes.lr.shape)
    window = cv2.createHanningWindow(small.shape[::-1], cv2.CV_64F)
    (across, down), _ = cv2.phaseCorrelate(
        small - small.mean(), planes.lr - planes.lr.mean(), window
    )
    place = Alignment(-planes.scale * down, -planes.scale * across)
    moved = ndimage.shift(small, (down, across), order=1, mode="nearest")
    margin = 1 + int(max(abs(down), abs(across)))
    inside = (slice(margin, -margin), slice(margin, -margin))
    if min(small.shape) < 2 * margin + 8:
        return Alignment(), _alike(small, planes.lr)
    return place, _alike(moved[inside], planes.lr[inside])


def _alike(one: Plane, other: Plane) -> float:
    if min(one.std(), other.std()) == 0:
        return 0.0
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def similarity(planes: Planes, start: Alignment, sigma: float) -> Alignment:
    """Gauss-Newton on gain, offset and the four parameters, HR blurred by a Gaussian of sigma HR pixels.

    After Lucas and Kanade (IJCAI 1981). Wide blurs find what is far off, narrow ones are exact.
    """
    blurred = ndimage.gaussian_filter(planes.hr, sigma)
    images = [ndimage.spline_filter(one) for one in (blurred, *np.gradient(blurred))]
    chosen = _chosen(planes.lr.shape)
    target = planes.lr[chosen]
    place = start
    for _ in range(STEPS):
        place, step = _step(images, target, chosen, place, planes)
        if step < 1e-3:
            break
    return place


def _chosen(shape: tuple[int, ...]) -> tuple[slice, slice]:
    step = max(1, round((shape[0] * shape[1] / MOST_PIXELS) ** 0.5))
    return slice(2, -2, step), slice(2, -2, step)


def _step(
    images: list[Plane],
    target: Plane,
    chosen: tuple[slice, slice],
    place: Alignment,
    planes: Planes,
) -> tuple[Alignment, float]:
    """One step, and how far it moved the corners in HR pixels."""
    shape, scale = planes.lr.shape, planes.scale
    down, across = (one[chosen] for one in positions(shape, scale, place))
    rows, columns = (one[chosen] for one in _centred(shape, scale))
    height, width = planes.hr.shape
    inside = (down > 2) & (down < height - 3) & (across > 2) & (across < width - 3)
    where = np.array([down[inside], across[inside]])
    value, slope_y, slope_x = (
        ndimage.map_coordinates(one, where, prefilter=False) for one in images
    )
    y, x = rows[inside], columns[inside]
    moves = (slope_y, slope_x, slope_x * y - slope_y * x, slope_y * y + slope_x * x)
    terms = np.stack([value, np.ones_like(value), *moves], axis=1)
    found = np.linalg.lstsq(terms, target[inside], rcond=None)[0]
    step = found[2:] / (found[0] or 1.0)
    half = scale * float(np.hypot(shape[0], shape[1])) / 2
    size = float(np.hypot(step[0], step[1]) + np.hypot(step[2], step[3]) * half)
    return moved(place, step), size


def moved(place: Alignment, step: Floats) -> Alignment:
    """A placement changed by (shift_y, shift_x, turn, growth)."""
    values = (place.shift_y, place.shift_x, place.turn, place.growth)
    return Alignment(*(float(one + change) for one, change in zip(values, step, strict=True)))


def unbent(hr: Plane, shape: tuple[int, ...], scale: int, place: Alignment) -> Plane:
    """HR as if it had no turn and growth against LR; the shift stays. By quintic splines."""
    if place.turn == 0 and place.growth == 0:
        return hr
    centre = extent_centre(shape, scale) + np.array([place.shift_y, place.shift_x])
    offset = centre - place.matrix @ centre
    return np.asarray(
        ndimage.affine_transform(hr, place.matrix, offset, order=5, mode="mirror"), np.float64
    )
