"""Gradient noise: a lattice of random slopes, blended between its points.

Source: Perlin, "Improving noise", SIGGRAPH 2002, in two dimensions with unit gradients of any direction, as in
Perlin, "An image synthesizer", SIGGRAPH 1985. A lattice point at distance (x, y) with the gradient (p, q) adds
k(x) k(y) (p x + q y), with k(t) = 1 - (6 |t|**5 - 15 |t|**4 + 10 |t|**3) up to |t| = 1 and 0 beyond.

Gradients are independent and their components have the variance 1/2. The lattice's phase is uniform over a
cell, so at every pixel the variance over keys is the mean over a cell, (M(0) K(0) + K(0) M(0)) / 2, where
K(a) and M(a) are the integrals of k(t) k(t + a) and of t k(t) (t + a) k(t + a): K(0) = 181/231 and
M(0) = 535/9009. At a distance of (a, b) cells the covariance is (M(a) K(b) + K(a) M(b)) / 2.
"""

from __future__ import annotations

import math

import torch

GRADIENT_TAPS = 2
VARIANCE = 181 / 231 * 535 / 9009
"""Of the noise at any pixel, over keys."""


def lattice_side(side: int, cell: float) -> int:
    """Points of a lattice `cell` pixels apart that carries `side` pixels at any phase."""
    return math.floor((side - 1) / cell) + 1 + GRADIENT_TAPS


def gradient_weights(
    cell: torch.Tensor, phase: torch.Tensor, side: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Each pixel's first lattice point, int64 (b, side), and k(t) and t k(t) of both, float64 (b, side, 2).

    cell: float64 (b,), pixels. phase: float64 (b,), cells in [0, 1): pixel p lies at p / cell + phase.
    """
    place = torch.arange(side, device=cell.device).to(torch.float64) / cell.view(-1, 1)
    place = place + phase.view(-1, 1)
    first = torch.floor(place)
    taps = torch.arange(GRADIENT_TAPS, device=cell.device)
    distance = (place - first).unsqueeze(-1) - taps
    blend = _blend(distance.abs())
    return first.to(torch.int64), blend, distance * blend


def _blend(t: torch.Tensor) -> torch.Tensor:
    """k(t) of t in [0, 1]."""
    return 1.0 - t * t * t * (10.0 + t * (6.0 * t - 15.0))
