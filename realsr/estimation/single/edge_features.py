"""Features of edges: which part of its height an edge climbs in one pixel, and how gradients are spread."""

from __future__ import annotations

import cv2
import numpy as np

from realsr.estimation.codec.blocks import Floats
from realsr.estimation.single.dct_features import logs

WINDOWS = (5, 9, 15)
STEEPEST = 0.9
"""Quantile of gradients from which a place is looked at."""
CLIMBS = (0.25, 0.5, 0.75, 0.9, 0.97)


def climbs(plane: Floats, window: int) -> Floats:
    """Of the steeper places (n,) of a plane (h, w): gradient over the range within `window` pixels of a row."""
    gradient = np.abs(plane[:, 1:] - plane[:, :-1])
    line = np.ones((1, window), np.uint8)
    height = (cv2.dilate(plane, line) - cv2.erode(plane, line))[:, :-1]
    peak = gradient >= cv2.dilate(gradient, np.ones((1, 3), np.uint8))
    steep = peak & (gradient >= np.quantile(gradient, STEEPEST)) & (height > 4)
    return np.asarray(gradient[steep] / height[steep], np.float32)


def edge_features(plane: Floats) -> Floats:
    """Along columns and rows together."""
    ways = (plane, np.ascontiguousarray(plane.T))
    found = [np.concatenate([climbs(way, window) for way in ways]) for window in WINDOWS]
    spread = [np.quantile(each, CLIMBS) if each.size else np.zeros(len(CLIMBS)) for each in found]
    return np.concatenate([*spread, _gradients(plane)]).astype(np.float32)


def _gradients(plane: Floats) -> Floats:
    first, second = (np.abs(np.diff(plane, order, axis=1)) for order in (1, 2))
    quantiles = [logs(np.quantile(each, [0.5, 0.8, 0.95, 0.99])) for each in (first, second)]
    return np.concatenate(quantiles)
