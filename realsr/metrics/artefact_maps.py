"""Maps of what a super-resolution model puts into a picture, against a reference of the same size.

The reference is the HR, or the output of a model known to be free of artefacts (the sibling trained by mean
square error). Each map answers to one kind of artefact, is 0 for the reference itself (ringing and texture:
under 0.87 of a level, by the ridge of `unexplained`) and grows with the artefact's amplitude in grey levels (of
colour: in CIE units). Blur is no artefact here, or nearly none.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from realsr.metrics.colour import lab
from realsr.metrics.convention import Convention
from realsr.metrics.planes import Picture, Plane, check_pair, check_picture, planes
from realsr.metrics.unexplained import blurred, unexplained

ArtefactMap = Callable[[Picture, Picture], Plane]

_EDGE = 10.0
"""Slope in grey levels per pixel that counts as half an edge."""

_LUMA = Convention("y")
_RGB = Convention("rgb")


def checkerboard(sr: Picture, reference: Picture) -> Plane:
    """Excess amplitude of patterns of period two, along columns, along rows and in both directions.

    What transposed convolutions and sub-pixel layers leave behind. Demodulated and averaged by a Gaussian of
    sigma 4, so it has the pattern's own amplitude in the middle of an area that is large against 4 px.
    """
    first, second = _luma_pair(sr, reference)
    return np.maximum(_period_two(first) - _period_two(second), 0.0)


def ringing(sr: Picture, reference: Picture) -> Plane:
    """Oscillation beside the reference's edges: what overshooting filters and sharpening leave behind.

    The detail that the reference does not explain (`unexplained`), times how near a strong edge is (0 to 1).
    """
    first, second = _luma_pair(sr, reference)
    return unexplained(first, second, 3.0) * beside_edges(second)


def texture(sr: Picture, reference: Picture) -> Plane:
    """Texture that was not there: the detail that the reference does not explain (`unexplained`)."""
    return unexplained(*_luma_pair(sr, reference), 4.0)


def colour_blob(sr: Picture, reference: Picture) -> Plane:
    """Difference of low-passed colour (Gaussian of sigma 3), in CIE a* and b*: stains and bleeding."""
    check_maps(sr, reference)
    first, second = (blurred(lab(planes(p, _RGB))[:, :, 1:], 3.0) for p in (sr, reference))
    distance: Plane = np.linalg.norm(first - second, axis=2)
    return distance


MAPS: dict[str, ArtefactMap] = {
    "checkerboard": checkerboard,
    "ringing": ringing,
    "texture": texture,
    "colour_blob": colour_blob,
}


def strongest(values: Plane) -> float:
    """99th percentile of a map: what an artefact that covers more than a hundredth of the picture reaches."""
    return float(np.percentile(values, 99.0))


def check_maps(sr: Picture, reference: Picture) -> None:
    """Raises ImageError where a picture is not one or the two differ in shape."""
    check_picture(sr, "SR")
    check_picture(reference, "reference")
    check_pair(sr, reference, ("SR", "reference"))


def _luma_pair(sr: Picture, reference: Picture) -> tuple[Plane, Plane]:
    check_maps(sr, reference)
    first, second = (planes(picture, _LUMA)[:, :, 0] for picture in (sr, reference))
    return first, second


def _period_two(image: Plane) -> Plane:
    rows, columns = np.ogrid[: image.shape[0], : image.shape[1]]
    detail = image - blurred(image, 1.0)
    signs = (rows + 0 * columns, columns + 0 * rows, rows + columns)
    parts = [np.abs(blurred(detail * (1.0 - 2.0 * (sign % 2)), 4.0)) for sign in signs]
    return np.asarray(np.sqrt(sum(part**2 for part in parts)), dtype=np.float64)


def beside_edges(image: Plane) -> Plane:
    """1 at strong edges, falling to 0 about ten pixels away; 0 in a picture without edges."""
    smooth = blurred(image, 1.0)
    across, down = (
        cv2.Sobel(smooth, cv2.CV_64F, *order, scale=0.125) for order in ((1, 0), (0, 1))
    )
    strength = np.hypot(across, down)
    near = blurred(np.asarray(cv2.dilate(strength, np.ones((13, 13))), dtype=np.float64), 3.0)
    return np.asarray(near**2 / (near**2 + _EDGE**2), dtype=np.float64)
