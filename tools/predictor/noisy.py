"""Pictures with white noise of known size, before a JPEG or without one: most of what noise is learnt from."""

from __future__ import annotations

import cv2
import numpy as np

from tools.predictor.degraded import Made
from tools.predictor.enlarged import saved
from tools.predictor.sources import Random, sharp

SIDES = (72, 96, 128, 160, 192, 256)
LEAST, MOST = 1.5, 30.0


def noisy(random: Random) -> Made:
    """Sharp or a little soft; its blur is not known."""
    side = int(random.choice(SIDES))
    picture, source = sharp(random, side, side)
    if random.random() < 0.3:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), random.uniform(0.4, 1.2)))
    grey = bool(random.random() < 0.4)
    sigma = (
        float(np.exp(random.uniform(np.log(LEAST), np.log(MOST)))) if random.random() < 0.92 else 0
    )
    noise = sigma * random.standard_normal((side, side, 1 if grey else 3))
    pixels = np.clip(np.rint(picture * 255 + noise), 0, 255).astype(np.uint8)
    quality = int(random.integers(70, 98)) if random.random() < 0.7 else 0
    way = "4:2:0" if random.random() < 0.7 else "4:4:4"
    return Made(
        saved(pixels, quality, way), float("nan"), sigma, grey and sigma > 0, quality, source
    )
