"""The artefacts that GANs are blamed for, planted to see which map finds which.

Four kinds: checkerboards, halos, casts of colour, hallucinated texture. Maps are drawn against a sibling, the
answer of a network without artefacts to the same LR: against HR the blur of an honest answer hides them.
`FINDERS` says which maps must find a kind; `benchmarks.metrics.artefacts` tells what the others make of it. LDL
is blind to a checkerboard of equal squares, whose error without its sign is even.
"""

from __future__ import annotations

import cv2
import numpy as np

from realsr.metrics.artefact_maps import MAPS, ArtefactMap
from realsr.metrics.convention import Convention
from realsr.metrics.gan_maps import GAN_MAPS
from realsr.metrics.planes import Picture, plane
from realsr.metrics.planted import (
    Planted,
    Planting,
    added,
    edges,
    middle_ellipse,
    middle_rectangle,
    plant_checkerboard,
    plant_texture,
    roc_area,
)
from realsr.metrics.unexplained import blurred

ALL_MAPS: dict[str, ArtefactMap] = {**MAPS, **GAN_MAPS}

FINDERS = {
    "checkerboard": ("checkerboard", "texture", "desra"),
    "halo": ("halo", "ldl"),
    "cast": ("drift", "colour_blob"),
    "texture": ("texture", "ldl", "desra"),
}


def plant_halo(sr: Picture, reference: Picture, amplitude: float) -> Planted:
    """Along the reference's strong edges the bright side brighter and the dark side darker.

    In the middle rectangle; most at 3 px from the edge, by `amplitude`. Where it is more than half of that
    counts as planted.
    """
    distance = cv2.distanceTransform(255 - edges(reference), cv2.DIST_L2, 5).astype(np.float64)
    luma = blurred(plane(reference, Convention("y")), 1.0)
    side = np.tanh((luma - blurred(luma, 6.0)) / 4.0)
    change = amplitude * side * np.exp(-((distance - 3.0) ** 2) / 8.0)
    inside = middle_rectangle(sr)
    mask = inside & (np.abs(change) > amplitude / 2.0)
    return Planted(added(sr, change, inside).picture, mask)


def plant_cast(sr: Picture, reference: Picture, amplitude: float) -> Planted:
    """Green down and red and blue up, a cast of magenta, in the middle ellipse."""
    return added(sr, amplitude * np.array([0.5, -1.0, 0.5]), middle_ellipse(sr))


GAN_PLANTINGS: dict[str, Planting] = {
    "checkerboard": plant_checkerboard,
    "halo": plant_halo,
    "cast": plant_cast,
    "texture": plant_texture,
}


def found_by_maps(
    kind: str, sr: Picture, sibling: Picture, amplitude: float = 16.0
) -> dict[str, float]:
    """The ROC area of every map for one kind, planted into `sr` (uint8 h w 3).

    Raises NotDefinedError where there is no place for it: a halo needs an edge of the sibling.
    """
    planted = GAN_PLANTINGS[kind](sr, sibling, amplitude)
    return {
        name: roc_area(of(planted.picture, sibling), planted.mask) for name, of in ALL_MAPS.items()
    }
