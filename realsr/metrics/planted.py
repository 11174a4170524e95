"""Artefacts of known place, planted to see whether the maps find them.

A page that shows a map says beside it how well the map finds what was put there: the area under the ROC curve
of the map against the mask, 1 for a map that ranks every planted pixel above every other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from degrade.errors import ImageError
from realsr.metrics.artefact_maps import MAPS
from realsr.metrics.convention import Convention
from realsr.metrics.errors import NotDefinedError
from realsr.metrics.planes import Picture, Plane, plane

Mask = npt.NDArray[np.bool_]

REQUIRED = 0.95
"""Area under the ROC curve above which a map may be shown without a warning."""


@dataclass(frozen=True)
class Planted:
    """The picture (uint8) with an artefact, and where it is."""

    picture: Picture
    mask: Mask


Planting = Callable[[Picture, Picture, float], Planted]
"""(SR uint8 h w 3, reference, amplitude in grey levels) -> planted."""


def plant_checkerboard(sr: Picture, reference: Picture, amplitude: float) -> Planted:
    """+- amplitude in the squares of a chessboard of one pixel, in the middle rectangle."""
    mask = middle_rectangle(sr)
    rows, columns = np.ogrid[: sr.shape[0], : sr.shape[1]]
    return added(sr, amplitude * (1.0 - 2.0 * ((rows + columns) % 2)), mask)


def plant_ringing(sr: Picture, reference: Picture, amplitude: float) -> Planted:
    """Waves of period 4 px on both sides of the reference's strong edges, dying away over 4 px.

    Where the wave's envelope is above a quarter of the amplitude counts as planted: within 5.5 px of an edge.
    """
    distance = cv2.distanceTransform(255 - edges(reference), cv2.DIST_L2, 5).astype(np.float64)
    inside = middle_rectangle(sr)
    decay = np.exp(-distance / 4.0)
    mask = inside & (decay > 0.25)
    wave = amplitude * np.cos(np.pi / 2.0 * distance) * decay
    return Planted(added(sr, wave, inside).picture, mask)


def plant_texture(sr: Picture, reference: Picture, amplitude: float) -> Planted:
    """Band-passed noise of root mean square `amplitude`, in the middle ellipse."""
    noise = np.random.default_rng(0).standard_normal(sr.shape[:2])
    grain = cv2.GaussianBlur(noise, (0, 0), 0.7) - cv2.GaussianBlur(noise, (0, 0), 2.0)
    return added(sr, amplitude * grain / grain.std(), middle_ellipse(sr))


def plant_colour_blob(sr: Picture, reference: Picture, amplitude: float) -> Planted:
    """Red up and blue down by `amplitude`, luma nearly kept, in the middle ellipse."""
    return added(sr, amplitude * np.array([1.0, -0.3, -1.0]), middle_ellipse(sr))


PLANTINGS: dict[str, Planting] = {
    "checkerboard": plant_checkerboard,
    "ringing": plant_ringing,
    "texture": plant_texture,
    "colour_blob": plant_colour_blob,
}


def roc_area(values: Plane, mask: Mask) -> float:
    """Chance that a pixel of the mask has a higher value than one outside it; ties count half.

    Raises NotDefinedError for a mask that is empty or full.
    """
    inside = int(mask.sum())
    outside = mask.size - inside
    if not inside or not outside:
        raise NotDefinedError(f"a mask of {inside} of {mask.size} pixels has no ROC curve")
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    rank = (last - (count - 1) / 2.0)[place.reshape(values.shape)]
    return float((rank[mask].sum() - inside * (inside + 1) / 2.0) / inside / outside)


def found(sr: Picture, reference: Picture, amplitude: float = 16.0) -> dict[str, float]:
    """Of every kind the ROC area of its map, for an artefact planted into `sr` (uint8, h w 3).

    To be compared with `REQUIRED`. Raises ImageError for other pictures.
    """
    if sr.dtype != np.uint8 or sr.ndim != 3 or sr.shape[2] != 3:
        raise ImageError(f"artefacts are planted into uint8 h w 3; this is {sr.dtype} {sr.shape}")
    return {name: found_by(name, sr, reference, amplitude) for name in PLANTINGS}


def found_by(name: str, sr: Picture, reference: Picture, amplitude: float = 16.0) -> float:
    """The ROC area of one map.

    Raises NotDefinedError where there is no place for its artefact: ringing needs an edge of the reference.
    """
    planted = PLANTINGS[name](sr, reference, amplitude)
    return roc_area(MAPS[name](planted.picture, reference), planted.mask)


def edges(picture: Picture) -> npt.NDArray[np.uint8]:
    """255 on Canny's edges whose slope is among the picture's strongest fiftieth, else 0."""
    grey = plane(picture, Convention("grey", rounded=True)).astype(np.uint8)
    slope = sum(np.abs(cv2.Sobel(grey, cv2.CV_64F, *order)) for order in ((1, 0), (0, 1)))
    strong = float(np.percentile(slope, 98.0))
    return np.asarray(cv2.Canny(grey, strong / 2.0, strong), dtype=np.uint8)


def added(sr: Picture, change: npt.NDArray[np.float64], mask: Mask) -> Planted:
    """A change in grey levels, of pixels h w or of channels (3,), within a mask; rounded and clipped."""
    change = change if change.ndim == 1 else change[:, :, None]
    values = sr + np.where(mask[:, :, None], change, 0.0)
    return Planted(np.clip(np.floor(values + 0.5), 0.0, 255.0).astype(np.uint8), mask)


def middle_rectangle(sr: Picture) -> Mask:
    """The middle quarter of a picture."""
    rows, columns = sr.shape[:2]
    mask = np.zeros((rows, columns), dtype=bool)
    mask[rows // 4 : rows * 3 // 4, columns // 4 : columns * 3 // 4] = True
    return mask


def middle_ellipse(sr: Picture) -> Mask:
    """An ellipse in the middle, two fifths of the sides in diameter."""
    rows, columns = (np.linspace(-1.0, 1.0, side) for side in sr.shape[:2])
    mask: Mask = np.hypot(rows[:, None], columns[None]) < 0.4
    return mask
