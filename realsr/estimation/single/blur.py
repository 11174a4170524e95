"""How blurred a picture is, from itself alone: the predictor's MTF50, and the Gaussian that has it."""

from __future__ import annotations

import math

import numpy as np

from realsr.estimation.codec.blocks import Floats
from realsr.estimation.estimator import Quantity
from realsr.estimation.findings import Findings, Measurement
from realsr.estimation.single.intervals import stretched
from realsr.estimation.single.look import TRAINED, Look

NYQUIST = 0.5
MTF50 = Quantity(
    "mtf50", "frequency at which half the contrast is left", "cycles/px", least=0.0, most=NYQUIST
)
BLUR = Quantity("blur_sigma", "sigma of the Gaussian with that MTF50", "px", least=0.0)
QUANTITIES = (MTF50, BLUR)
OF_GAUSSIAN = math.sqrt(math.log(2) / 2) / math.pi
"""sigma times MTF50 of a Gaussian: exp(-2 (pi sigma f)^2) = 1 / 2."""
METHOD = "predictor on spectrum, edges and block coefficients"


def blur(picture: Look, out: Floats) -> Findings:
    """Of the sharp scene's blur by lens and reduction together; a soft scene reads as blur."""
    every = stretched(MTF50.name, picture.group, float(out[0]), float(out[1]))
    value, low, high = np.minimum(every, NYQUIST)
    return Findings(
        {
            MTF50.name: _measurement(MTF50, float(value), float(low), float(high)),
            BLUR.name: _sigma(float(value), float(low), float(high)),
        }
    )


def _sigma(value: float, low: float, high: float) -> Measurement:
    """Where half the contrast may be left at the highest frequency, there may be no blur at all."""
    least = 0.0 if high >= NYQUIST else OF_GAUSSIAN / high
    return _measurement(BLUR, OF_GAUSSIAN / value, least, OF_GAUSSIAN / low)


def _measurement(quantity: Quantity, value: float, low: float, high: float) -> Measurement:
    assumes = f"a scene that was sharp before; {TRAINED}"
    return Measurement(value, low, high, quantity.unit, METHOD, assumes)
