"""Noise before the last codec, from one picture."""

from __future__ import annotations

import math

from realsr.estimation.codec.blocks import Floats
from realsr.estimation.estimator import Quantity
from realsr.estimation.findings import Findings, Measurement, refusal
from realsr.estimation.single.intervals import stretched
from realsr.estimation.single.look import TRAINED, Look

SIGMA = Quantity(
    "noise_sigma_255",
    "standard deviation of the noise before the last codec",
    "levels of 255",
    least=0.0,
)
GREY = Quantity("noise_grey", "whether all channels share the noise", "", "name")
SHOT = Quantity("noise_shot", "variance of the noise a unit of signal, on 0..1", "", least=0.0)
READ = Quantity("noise_read", "variance of the noise in the dark, on 0..1", "", least=0.0)
CORRELATION = Quantity(
    "noise_spatial_correlation",
    "correlation of neighbouring pixels' noise",
    "",
    least=-1.0,
    most=1.0,
)
QUANTITIES = (SIGMA, GREY, SHOT, READ, CORRELATION)
METHOD = "predictor on block coefficients, residuals and spectrum"
LEAST = 1.0
"""Levels below which noise is not told from none, and has no kind."""
CERTAIN = 0.9
KINDS = refusal(
    "one picture is measured for the size of white noise alone: how its noise changes with brightness and from "
    "pixel to pixel is not told apart from detail",
    *(quantity.name for quantity in (SHOT, READ, CORRELATION)),
)


def noise(picture: Look, out: Floats) -> Findings:
    """Its size, and whether it is grey; what cannot be told has its reason."""
    value, low, high = stretched("noise", picture.group, float(out[0]), float(out[1]))
    least = 0.0 if low < LEAST else low
    size = Measurement(value, least, high, SIGMA.unit, METHOD, TRAINED)
    return Findings({SIGMA.name: size}) | _grey(picture, value, float(out[2])) | KINDS


def _grey(picture: Look, size: float, logit: float) -> Findings:
    if picture.pixels.shape[2] == 1:
        return refusal("the picture itself is grey", GREY.name)
    chance = 1 / (1 + math.exp(-logit))
    if size < LEAST or max(chance, 1 - chance) < CERTAIN:
        return refusal("too little noise is left to tell whether channels share it", GREY.name)
    grey = chance > 0.5
    more = {"probability": max(chance, 1 - chance)}
    return Findings({GREY.name: Measurement(grey, None, None, "", METHOD, TRAINED, more=more)})
