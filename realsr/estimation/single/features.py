"""All features of one picture, in the order in which the predictor was trained on them."""

from __future__ import annotations

import numpy as np

from realsr.estimation.codec.blocks import Bytes, Floats, luma
from realsr.estimation.codec.subsampling import chroma
from realsr.estimation.single.coding import BlockCoding
from realsr.estimation.single.dct_features import chroma_features, luma_features
from realsr.estimation.single.edge_features import edge_features
from realsr.estimation.single.period_features import period_features
from realsr.estimation.single.residual_features import residual_features, shared
from realsr.estimation.single.spectrum_features import spectrum_features

LEAST_SIDE = 48
"""Pixels below which there are too few tiles and blocks."""
LARGEST_SIDE = 1024
"""Pixels of a side that are looked at, from the middle: more take time and add little."""


def features(pixels: Bytes, coding: BlockCoding) -> Floats:
    """Of pixels (h, w, c), c = 1 or 3, at least LEAST_SIDE a side; grey counts as three equal channels."""
    colour = pixels if pixels.shape[2] == 3 else pixels.repeat(3, axis=2)
    plane, planes = luma(colour), chroma(colour)
    parts = (
        luma_features(plane, coding),
        chroma_features(planes, coding),
        residual_features(np.concatenate([plane[None], planes])),
        shared(colour),
        spectrum_features(plane),
        edge_features(plane),
        period_features(plane, coding.known),
        np.log([min(plane.shape)]),
    )
    return np.concatenate(parts).astype(np.float32)
