"""Families of kernels with a handful of parameters, about one of which a kernel is looked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from realsr.estimation.pair.equations import Equations

Floats = npt.NDArray[np.float64]
Shape = Callable[[Floats, Floats, Floats], Floats]
"""(y, x, parameters) -> value at that distance from the kernel's middle, not normalised."""


@dataclass(frozen=True, slots=True)
class Family:
    """starts: of the parameters behind the centre (y, x), for so many HR pixels an LR pixel.

    window: odd side of the square about the centre pixel outside which the taps are 0; None for no bound.
    """

    name: str
    shape: Shape
    starts: Callable[[float], tuple[tuple[float, ...], ...]]
    window: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A family's best kernel. taps: flat, gain included. parameters: centre (y, x) first."""

    family: Family
    parameters: Floats
    taps: Floats
    misfit: float

    def slopes(self, side: int) -> Floats:
        """Change of the taps with every parameter and with the gain, taps x (parameters + 1)."""
        gain = self.taps.sum()
        columns = [self.taps]
        for place in range(len(self.parameters)):
            step = np.zeros_like(self.parameters)
            step[place] = 1e-3
            ahead, behind = (
                drawn(self.family, self.parameters + sign * step, side) for sign in (1, -1)
            )
            columns.append(gain * (ahead - behind) / 2e-3)
        return np.stack(columns, axis=1)


def gaussian(y: Floats, x: Floats, p: Floats) -> Floats:
    """p: log sigma along and across, angle of the first from the rows' axis."""
    return np.asarray(np.exp(-0.5 * _ellipse(y, x, p)), np.float64)


def generalised(y: Floats, x: Floats, p: Floats) -> Floats:
    """p: as of `gaussian`, and the log of an exponent, 1 for a Gaussian: flat tops above, peaks below."""
    power = np.exp(np.clip(p[3], -1.5, 2.5))
    return np.asarray(np.exp(-0.5 * _ellipse(y, x, p) ** power), np.float64)


def disk(y: Floats, x: Floats, p: Floats) -> Floats:
    """p: log radius. The edge is as soft as pixels are wide."""
    return np.asarray(np.clip(np.exp(p[0]) - np.hypot(y, x) + 0.5, 0.0, 1.0), np.float64)


def segment(y: Floats, x: Floats, p: Floats) -> Floats:
    """p: log length, angle from the columns' axis, log of the sigma across. A straight motion."""
    along = np.cos(p[1]) * x + np.sin(p[1]) * y
    across = -np.sin(p[1]) * x + np.cos(p[1]) * y
    beyond = np.maximum(np.abs(along) - np.exp(p[0]) / 2, 0.0)
    narrow = np.exp(-2 * np.clip(p[2], -2.0, 4.0))
    return np.asarray(np.exp(-0.5 * (beyond**2 + across**2) * narrow), np.float64)


def cubic(y: Floats, x: Floats, p: Floats) -> Floats:
    """p: log width, B, C. The filters of Mitchell and Netravali (SIGGRAPH 1988), equation 8, on both axes."""
    width = np.exp(p[0])
    return _cubic(y / width, p[1], p[2]) * _cubic(x / width, p[1], p[2])


def _cubic(u: Floats, b: float, c: float) -> Floats:
    u = np.abs(u)
    near = ((12 - 9 * b - 6 * c) * u - (18 - 12 * b - 6 * c)) * u * u + (6 - 2 * b)
    far = (((-b - 6 * c) * u + (6 * b + 30 * c)) * u - (12 * b + 48 * c)) * u + (8 * b + 24 * c)
    return np.where(u < 1, near, np.where(u < 2, far, 0.0)) / 6


def _ellipse(y: Floats, x: Floats, p: Floats) -> Floats:
    along = np.cos(p[2]) * y + np.sin(p[2]) * x
    across = -np.sin(p[2]) * y + np.cos(p[2]) * x
    narrow = np.exp(-np.clip(p[:2], -2.0, 5.0))
    return np.asarray((along * narrow[0]) ** 2 + (across * narrow[1]) ** 2, np.float64)


def _gaussian_starts(unit: float) -> tuple[tuple[float, ...], ...]:
    sigmas = (0.3 * unit, 0.6 * unit, 1.0 * unit)
    return tuple((np.log(1.15 * s), np.log(0.85 * s), turn) for s in sigmas for turn in (0.0, 0.8))


FAMILIES = (
    Family("gaussian", gaussian, _gaussian_starts),
    Family(
        "generalised",
        generalised,
        lambda unit: tuple((*start, 0.3) for start in _gaussian_starts(unit)[2:4]),
    ),
    Family("disk", disk, lambda unit: ((np.log(0.6 * unit),), (np.log(1.1 * unit),))),
    Family(
        "segment",
        segment,
        lambda unit: tuple(
            (np.log(1.5 * unit), turn, np.log(0.5)) for turn in (0.0, 0.8, 1.6, 2.4)
        ),
    ),
    Family("cubic", cubic, lambda unit: ((np.log(unit), 0.2, 0.4), (np.log(1.2), 0.2, 0.4))),
)


def drawn(family: Family, parameters: Floats, side: int) -> Floats:
    """The family's kernel on side x side pixels, flat, its sum 1."""
    reach = side // 2
    axis = np.arange(-reach, reach + 1.0)
    y, x = np.meshgrid(axis - parameters[0], axis - parameters[1], indexing="ij")
    taps = family.shape(y, x, parameters[2:])
    if family.window is not None:
        taps = taps * (np.maximum(np.abs(axis[:, None]), np.abs(axis)) <= family.window // 2)
    taps, total = taps.ravel(), taps.sum()
    return np.asarray(taps / (total if abs(total) > 1e-12 else 1.0), np.float64)


class Fitting:
    """Fits families to one set of equations; its factor is made once."""

    def __init__(self, found: Equations, unit: float) -> None:
        self._equations = found
        self._unit = unit
        size = len(found.cross)
        jitter = 1e-9 * np.trace(found.gram) / size
        factor = np.linalg.cholesky(found.gram + jitter * np.eye(size))
        self._upper = factor.T.copy()
        self._target = np.linalg.solve(factor, found.cross)

    def fit(self, family: Family, centre: Floats | None = None) -> Fitted:
        """The family's best kernel, from each of its starts."""
        middle = np.zeros(2) if centre is None else centre
        tries = [
            self._from(family, np.array([*middle, *start])) for start in family.starts(self._unit)
        ]
        return min(tries, key=lambda one: one.misfit)

    def again(self, family: Family, start: Fitted) -> Fitted:
        """A family's best kernel, from the parameters of another."""
        return self._from(family, start.parameters)

    def _from(self, family: Family, start: Floats) -> Fitted:
        side = self._equations.side
        found = least_squares(lambda p: self._rest(family, p), start, max_nfev=30, x_scale=0.2)
        parameters = np.asarray(found.x, np.float64)
        shape = drawn(family, parameters, side)
        taps = self._gain(shape) * shape
        return Fitted(family, parameters, taps, self._equations.misfit(taps))

    def _rest(self, family: Family, parameters: Floats) -> Floats:
        seen = self._upper @ drawn(family, parameters, self._equations.side)
        gain = (seen @ self._target) / max(float(seen @ seen), 1e-30)
        return np.asarray(self._target - gain * seen, np.float64)

    def _gain(self, shape: Floats) -> float:
        seen = self._upper @ shape
        return float((seen @ self._target) / max(float(seen @ seen), 1e-30))
