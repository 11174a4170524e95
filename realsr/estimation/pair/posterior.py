"""A kernel about a parametric mean: a Gaussian process on the taps, its widths chosen by the evidence.

Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), 2.7 (a mean whose parameters are found
with it) and 5.4 (evidence).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh

from realsr.estimation.pair.equations import Equations
from realsr.estimation.pair.shapes import FAMILIES, Fitted, drawn

Floats = npt.NDArray[np.float64]

SMOOTHNESS = (0.4, 0.8, 1.6)
"""Lengths, in HR pixels, over which neighbouring taps differ from the mean alike."""
ENVELOPES = ((1.3, 0.8), (2.2, 2.0))
"""How wide the kernel may differ: factor of the mean's sigma, and HR pixels added to it in square."""
FLOOR = 1e-4
"""Of the envelope, far from the kernel."""
STRENGTHS = 10.0 ** np.arange(-14.0, 5.0, 0.5)
"""Variances of the taps over that of the noise, per square level."""
LOOSE = 1e3
"""How much further than the fitted strength the mean's own parameters may move."""


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """taps: flat, gain included. noise: standard deviation of what is left, in levels of the plane fitted.

    basis, values, strength: of the prior's factor; see `draws`.
    """

    taps: Floats
    mean: Fitted
    noise: float
    evidence: float
    basis: Floats
    values: Floats
    strength: float
    equations: Equations

    def draws(self, count: int, generator: np.random.Generator) -> Floats:
        """Kernels that may be the true one, count x taps: blocks drawn again, and what the prior hides.

        Blocks enter to first order: the estimate moves by its inverse curvature times what a block pulls.
        """
        curve = self.strength / (1 + self.strength * self.values)
        pulls = self.equations.scores(self.taps) @ self.basis
        blocks = len(pulls)
        shares = generator.multinomial(blocks, np.full(blocks, 1 / blocks), size=count) - 1.0
        sampled = shares @ pulls * curve
        hidden = self.noise * self.strength**0.5 / (1 + self.strength * self.values)
        own = generator.standard_normal((count, len(self.values))) * hidden
        return np.asarray(self.taps + (sampled + own) @ self.basis.T, np.float64)


def best(found: Equations, means: Sequence[Fitted], envelope: Fitted) -> Posterior:
    """The posterior under the mean and the prior of most evidence. envelope: the Gaussian among the means."""
    tried = (
        one
        for widths in ENVELOPES
        for length in SMOOTHNESS
        for one in _tried(found, means, _factor(found, envelope, length, widths))
    )
    chosen = max(tried, key=lambda one: one.evidence)
    return _with_free_mean(chosen)


def _factor(
    found: Equations, envelope: Fitted, length: float, widths: tuple[float, float]
) -> Floats:
    """A square root of the prior's covariance."""
    side = found.side
    axis = np.arange(side, dtype=float)
    near = np.exp(-0.5 * ((axis[:, None] - axis[None]) / length) ** 2) + 1e-4 * np.eye(side)
    root = np.linalg.cholesky(near)
    parameters = envelope.parameters.copy()
    sigma = np.exp(parameters[2:4])
    parameters[2:4] = np.log(np.hypot(widths[0] * sigma, widths[1]))
    around = drawn(envelope.family, parameters, side)
    around = around / around.max() + FLOOR
    return np.asarray(around[:, None] * np.kron(root, root), np.float64)


def _tried(found: Equations, means: Sequence[Fitted], factor: Floats) -> Iterator[Posterior]:
    values, turned = eigh(factor.T @ found.gram @ factor)
    values = np.maximum(values, 0.0)
    basis = factor @ turned
    for mean in means:
        yield _at_best_strength(found, mean, basis, values)


def _at_best_strength(found: Equations, mean: Fitted, basis: Floats, values: Floats) -> Posterior:
    pull = basis.T @ (found.cross - found.gram @ mean.taps)
    shrunk = STRENGTHS[:, None] / (1 + STRENGTHS[:, None] * values)
    left = np.maximum(mean.misfit - shrunk @ pull**2, 1e-9 * mean.misfit + 1e-12)
    free = len(mean.parameters) + 1
    evidence = -0.5 * found.rows * np.log(left) - 0.5 * np.log1p(STRENGTHS[:, None] * values).sum(
        axis=1
    )
    place = int(np.argmax(evidence))
    taps = mean.taps + basis @ (shrunk[place] * pull)
    told = float(evidence[place]) - 0.5 * free * np.log(found.rows)
    noise = float((left[place] / found.rows) ** 0.5)
    strength = float(STRENGTHS[place])
    return Posterior(taps, mean, noise, told, basis, values, strength, found)


def _with_free_mean(chosen: Posterior) -> Posterior:
    """The same with the mean's parameters let go, so that what is not known of them is in the draws."""
    found, mean = chosen.equations, chosen.mean
    slopes = mean.slopes(found.side) * (LOOSE / max(chosen.strength, 1e-12)) ** 0.5
    # The prior's own root lies in `basis` turned; together with the slopes it is the root of the sum.
    wide = np.hstack([chosen.basis, slopes])
    values, turned = eigh(wide.T @ found.gram @ wide)
    basis, values = wide @ turned, np.maximum(values, 0.0)
    pull = basis.T @ (found.cross - found.gram @ mean.taps)
    shrunk = chosen.strength / (1 + chosen.strength * values)
    taps = mean.taps + basis @ (shrunk * pull)
    noise = max(found.misfit(taps), 0.0) / found.rows
    return Posterior(taps, mean, noise**0.5, chosen.evidence, basis, values, chosen.strength, found)


def means_of(fits: Sequence[Fitted], kept: int = 2) -> list[Fitted]:
    """The families that fit best alone: those worth a prior."""
    return sorted(fits, key=lambda one: one.misfit)[:kept]


GAUSSIAN = FAMILIES[0]
