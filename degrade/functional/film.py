"""How the strength of film grain depends on the grey level.

Source: Newson, Delon, Galerne, "A stochastic film grain model for resolution-independent rendering", Computer
Graphics Forum 36(8), 2017. Grains are discs of radius r whose centres are a Poisson process of such density
that they cover the share u of the area, the grey level. Two points at a distance s r are both bare with the
probability (1 - u)**(2 - t), t = (2 / pi) (acos(s / 2) - (s / 2) sqrt(1 - s**2 / 4)) being the share that two
such discs have in common. So the covariance of coverage is (1 - u)**2 ((1 - u)**-t - 1), and the mean over an
area much larger than a grain has a variance proportional to its integral over the plane:

    V(u) = 2 pi (1 - u)**2 * integral over s from 0 to 2 of ((1 - u)**-t(s) - 1) s ds

V is 0 at black and white, grows as u near black (few grains: Poisson's law) and is largest at u = 0.436.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch

NODES = 1024
MIDDLE = NODES // 2


def grain_variance(levels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """V(u) of grey levels in [0, 1], for grains of radius 1 and a mean over the area 1."""
    points, weights = np.polynomial.legendre.leggauss(200)
    s = points + 1.0
    shared = (2.0 / np.pi) * (np.arccos(s / 2.0) - (s / 2.0) * np.sqrt(1.0 - s * s / 4.0))
    bare = (1.0 - levels)[:, None]
    # (1 - u)**(2 - t) - (1 - u)**2: a power of u = 1 stays finite.
    covariance = bare ** (2.0 - shared) - bare**2
    variance: npt.NDArray[np.float64] = 2.0 * np.pi * (covariance * s) @ weights
    return variance


@lru_cache(maxsize=8)
def _table(device: torch.device) -> torch.Tensor:
    """V(u) / V(1/2) at 1025 levels, float64."""
    variance = grain_variance(np.arange(NODES + 1) / NODES)
    return torch.from_numpy(variance / variance[MIDDLE]).to(device)


def grain_sigma(images: torch.Tensor) -> torch.Tensor:
    """sqrt(V(u) / V(1/2)) of each value clipped to [0, 1], float32, without gradient. V is a table's.

    NaN counts as 0: it has no place in the table, and one sample's must not end the others' launch.
    """
    table = _table(images.device)
    place = images.detach().nan_to_num(0.0).clamp(0.0, 1.0).to(torch.float64) * NODES
    node = torch.floor(place).clamp(max=NODES - 1)
    index = node.to(torch.int64)
    lower, upper = table[index], table[index + 1]
    return torch.sqrt(lower + (place - node) * (upper - lower)).to(torch.float32)
