"""Rows of the table of estimators: everything that the predictor tells of one picture."""

from __future__ import annotations

from realsr.estimation.estimator import Inquiry, PictureEstimator
from realsr.estimation.findings import Findings, refusal
from realsr.estimation.seen import Seen
from realsr.estimation.single import blur, noise, resampling
from realsr.estimation.single.look import look
from realsr.estimation.single.network import output

QUANTITIES = (*noise.QUANTITIES, *blur.QUANTITIES, *resampling.QUANTITIES)


def predicted(seen: Seen, asked: Inquiry, found: Findings) -> Findings:
    """Noise, blur and enlargement. found: with the compression's findings."""
    picture = look(seen, found)
    if isinstance(picture, str):
        return refusal(picture, *(quantity.name for quantity in QUANTITIES))
    return (
        noise.noise(picture, output("noise", picture.values))
        | blur.blur(picture, output("blur", picture.values))
        | resampling.resampling(picture, output("enlarged", picture.values))
    )


PREDICTED = PictureEstimator(QUANTITIES, predicted)
