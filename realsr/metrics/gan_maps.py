"""Maps of what GANs are blamed for: LDL's, DeSRA's, halos, drift of brightness and colour.

LDL's, the halo's and the drift's are against a reference, the HR or a sibling without artefacts. DeSRA's is
against the sibling alone: the same network trained by a content loss, so it needs no HR. All but DeSRA's are 0
for the reference itself and grow with the artefact; DeSRA's falls from 1 and is shown as 1 minus it. LDL's and
DeSRA's see what varies from pixel to pixel: to a cast of colour, which is even, both are blind.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy import ndimage

from realsr.metrics.artefact_maps import ArtefactMap, beside_edges, check_maps
from realsr.metrics.colour import lab
from realsr.metrics.convention import Convention
from realsr.metrics.errors import NotDefinedError
from realsr.metrics.planes import Picture, Plane, Planes, planes
from realsr.metrics.unexplained import blurred

_LUMA, _RGB = Convention("y"), Convention("rgb")

LDL_WINDOW = 7
LDL_EXPONENT = 1 / 5

CONTRAST_WINDOW, CONTRAST_SIGMA = 11, 1.5
CONTRAST_CALM = (0.03 * 255.0) ** 2
LEAST_CONTRAST = 0.7
"""Below which DeSRA calls a pixel an artefact."""
LEAST_AREA = 4000 / (2040 * 1356)
"""Share of the picture below which a region is none. DeSRA says 4000 pixels, which are so much of a picture of
DIV2K; of a smaller one they are fewer."""


def ldl(sr: Picture, reference: Picture, steadier: Picture | None = None) -> Plane:
    """Local variance of the error in 7 x 7, times the fifth root of its variance in the picture.

    The error is |reference - SR| on [0, 1], summed over channels; variances are unbiased, windows mirror about
    the outermost pixel. steadier: an answer without artefacts; where its error is the larger one the map is 0.
    Liang, Zeng and Zhang, CVPR 2022, where it is the moving average's answer.
    """
    check_maps(sr, reference)
    if min(sr.shape[:2]) <= LDL_WINDOW // 2:
        raise NotDefinedError(f"{sr.shape[0]} x {sr.shape[1]} px have no window of {LDL_WINDOW}")
    error = _error(sr, reference)
    whole = float(error.var(ddof=1)) ** LDL_EXPONENT
    values = np.asarray(_variance(error, LDL_WINDOW) * whole, dtype=np.float64)
    if steadier is None:
        return values
    check_maps(steadier, reference)
    return np.where(error < _error(steadier, reference), 0.0, values)


def contrast_similarity(sr: Picture, sibling: Picture) -> Plane:
    """DeSRA's comparison of local contrast: 1 for equal standard deviations, to 0, mean of the channels.

    (2 s t + C) / (s^2 + t^2 + C) of the deviations s and t in a Gaussian window, 11 x 11 of sigma 1.5.
    Xie et al., ICML 2023, whose weights of semantic classes are all 1 here.
    """
    check_maps(sr, sibling)
    first, second = (_deviation(planes(picture, _RGB)) for picture in (sr, sibling))
    similar = (2 * first * second + CONTRAST_CALM) / (first**2 + second**2 + CONTRAST_CALM)
    return np.asarray(similar.mean(axis=2), dtype=np.float64)


def desra(sr: Picture, sibling: Picture) -> Plane:
    """1 minus the similarity of contrast: 0 for the sibling itself, at most 1."""
    return 1.0 - contrast_similarity(sr, sibling)


@dataclass(frozen=True)
class Regions:
    """What DeSRA marks. mask: h w. boxes: (top, left, bottom, right) of each region, the largest first."""

    mask: npt.NDArray[np.bool_]
    boxes: tuple[tuple[int, int, int, int], ...]

    @property
    def area(self) -> float:
        """Share of the picture."""
        return float(self.mask.mean())


def desra_regions(similar: Plane, least_area: float = LEAST_AREA) -> Regions:
    """Where the similarity of contrast is below 0.7: eroded by 5 x 5, dilated so thrice, holes filled, and
    without regions of less than `least_area` of the picture.
    """
    square = np.ones((5, 5), np.uint8)
    marked = cv2.erode((similar < LEAST_CONTRAST).astype(np.uint8), square)
    filled = ndimage.binary_fill_holes(cv2.dilate(marked, square, iterations=3))
    count, labels, facts, _ = cv2.connectedComponentsWithStats(filled.astype(np.uint8))
    kept = [n for n in range(1, count) if facts[n, cv2.CC_STAT_AREA] >= least_area * similar.size]
    kept.sort(key=lambda n: -int(facts[n, cv2.CC_STAT_AREA]))
    boxes = tuple(_box(facts[n]) for n in kept)
    return Regions(np.isin(labels, kept), boxes)


def halo(sr: Picture, reference: Picture) -> Plane:
    """Grey levels of luma by which the two sides of a strong edge lie further apart than the reference's.

    Blur brings them nearer together and counts as 0. Averaged by a Gaussian of sigma 1.5, and weighed by how
    near an edge is.
    """
    check_maps(sr, reference)
    first, second = (planes(picture, _LUMA)[:, :, 0] for picture in (sr, reference))
    side = second - blurred(second, 6.0)
    apart = blurred((first - second) * side / np.sqrt(side**2 + 4.0), 1.5)
    return np.maximum(apart, 0.0) * beside_edges(second)


def drift(sr: Picture, reference: Picture) -> Plane:
    """CIE 1976 difference of what a Gaussian of sigma 6 leaves: casts of colour, and brightness that moved."""
    check_maps(sr, reference)
    first, second = (lab(_smooth(planes(p, _RGB))) for p in (sr, reference))
    distance: Plane = np.linalg.norm(first - second, axis=2)
    return distance


GAN_MAPS: dict[str, ArtefactMap] = {"ldl": ldl, "desra": desra, "halo": halo, "drift": drift}


def _error(sr: Picture, reference: Picture) -> Plane:
    error: Plane = np.abs(planes(reference, _RGB) - planes(sr, _RGB)).sum(axis=2) / 255.0
    return error


def _variance(values: Plane, window: int) -> Plane:
    """Unbiased, in squares."""
    border, side = cv2.BORDER_REFLECT_101, (window, window)
    mean, square = (cv2.blur(each, side, borderType=border) for each in (values, values**2))
    count = window**2
    return np.asarray(np.maximum(square - mean**2, 0.0) * count / (count - 1), dtype=np.float64)


def _smooth(stack: Planes) -> Planes:
    return blurred(stack, 6.0).reshape(stack.shape)


def _deviation(stack: Planes) -> Planes:
    def averaged(values: Planes) -> Planes:
        side = (CONTRAST_WINDOW, CONTRAST_WINDOW)
        found = cv2.GaussianBlur(values, side, CONTRAST_SIGMA).reshape(values.shape)
        return np.asarray(found, dtype=np.float64)

    return np.sqrt(np.maximum(averaged(stack**2) - averaged(stack) ** 2, 0.0))


def _box(facts: npt.NDArray[np.int32]) -> tuple[int, int, int, int]:
    left, top, width, height = (int(value) for value in facts[:4])
    return top, left, top + height, left + width
