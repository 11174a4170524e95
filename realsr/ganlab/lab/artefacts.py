"""Problem 1: what the networks put into pictures that was not there, and what a projection takes away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from torch import Tensor

from realsr.ganlab.lab.answers import LabTests, picture
from realsr.ganlab.lab.trainings import SCALE
from realsr.metrics.convention import Convention
from realsr.metrics.drift import (
    brightness_drift,
    colour_drift,
    period_spikes,
    worst_tile_psnr,
)
from realsr.metrics.fidelity import psnr
from realsr.metrics.gan_maps import contrast_similarity, desra_regions, ldl
from realsr.metrics.planes import Picture, plane, planes

COLUMNS = {
    "psnr": "PSNR, dB",
    "worst_tile": "worst tile, dB",
    "consistency": "LR-consistency, dB",
    "ldl": "LDL x 1000",
    "desra": "DeSRA, % of area",
    "spikes": f"spikes of period {SCALE}, dB",
    "brightness": "brightness, levels",
    "colour": "colour, levels",
}
NOTES = (
    "Means over the test pictures; RGB. Worst tile: of 64 px. LDL: mean of its map against HR. DeSRA: area "
    "whose contrast is unlike the content network's, relative to the picture. Spikes: patterns of the period "
    "of the scale beyond HR's. Brightness and colour: how far the means of a picture moved."
)


@dataclass(frozen=True)
class ArtefactScores:
    """Of one network, means over pictures. See `COLUMNS`."""

    psnr: float
    worst_tile: float
    consistency: float
    ldl: float
    desra: float
    spikes: float
    brightness: float
    colour: float

    def as_data(self) -> dict[str, float]:
        """By name."""
        return asdict(self)

    @property
    def words(self) -> list[str]:
        """The row of the table."""
        return [f"{value:.2f}" for value in asdict(self).values()]


def artefact_scores(
    tests: LabTests, answers: Sequence[Tensor], siblings: Sequence[Tensor]
) -> ArtefactScores:
    """siblings: the answers of the network with the content loss alone."""
    rows = [
        _of(picture(sr), picture(hr), picture(sibling))
        for sr, hr, sibling in zip(answers, tests.hr, siblings, strict=True)
    ]
    first, worst, *others = (float(np.mean(column)) for column in zip(*rows, strict=True))
    return ArtefactScores(first, worst, tests.consistency(answers), *others)


def _of(sr: Picture, hr: Picture, sibling: Picture) -> tuple[float, ...]:
    first, second = (planes(one, Convention()) for one in (sr, hr))
    luma = [plane(one, Convention("y")) for one in (sr, hr)]
    return (
        psnr(first, second),
        worst_tile_psnr(first, second),
        1000.0 * float(ldl(sr, hr).mean()),
        100.0 * desra_regions(contrast_similarity(sr, sibling)).area,
        period_spikes(luma[0], luma[1], SCALE),
        brightness_drift(first, second),
        colour_drift(first, second),
    )
