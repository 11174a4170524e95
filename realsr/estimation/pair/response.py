"""What kernels do to frequencies: MTF50 in every direction, the Gaussians that share it, and sharpening."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

DIRECTIONS = 24
FREQUENCIES = 120
NYQUIST = 0.5
SIGMA_OF_MTF50 = float(np.sqrt(np.log(2.0) / 2.0) / np.pi)
"""A Gaussian's sigma times its MTF50: exp(-2 pi^2 sigma^2 f^2) is one half."""


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """Of kernels k, on frequencies up to HR's Nyquist. modulation: k x directions x frequencies, 1 at 0."""

    frequencies: Floats
    angles: Floats
    modulation: Floats

    def mtf50(self) -> Floats:
        """Of the mean over directions, cycles per HR pixel, one a kernel; NaN where it stays above a half."""
        return _crossing(self.frequencies, self.modulation.mean(axis=1))

    def sigmas(self) -> Floats:
        """Kernels x directions: sigma of the Gaussian with that direction's MTF50, HR pixels; NaN for none."""
        return SIGMA_OF_MTF50 / _crossing(self.frequencies, self.modulation)

    def peak(self, highest: float) -> Floats:
        """Largest mean modulation up to a frequency, for each kernel: above 1 where it sharpens."""
        return np.asarray(
            self.modulation.mean(axis=1)[:, self.frequencies <= highest].max(axis=1), np.float64
        )


def response(kernels: Floats) -> Response:
    """Of kernels k n n whose sum is not 0."""
    side = kernels.shape[-1]
    place = np.arange(side) - side // 2
    angles = np.arange(DIRECTIONS) * np.pi / DIRECTIONS
    frequencies = np.linspace(0.0, NYQUIST, FREQUENCIES + 1)
    across, down = (np.outer(turn(angles), frequencies).ravel() for turn in (np.cos, np.sin))
    rows, columns = (np.exp(-2j * np.pi * np.outer(one, place)) for one in (down, across))
    values = np.einsum("fy,kyx->kfx", rows, kernels, optimize=True)
    spectrum = np.abs(np.einsum("kfx,fx->kf", values, columns, optimize=True))
    modulation = spectrum.reshape(len(kernels), DIRECTIONS, -1)
    return Response(
        frequencies, angles, modulation / np.abs(kernels.sum(axis=(1, 2)))[:, None, None]
    )


def axes(sigmas: Floats) -> tuple[Floats, Floats, Floats]:
    """Major and minor sigma and the major's angle (radians from columns to rows, 0..pi), kernels x directions.

    By the second harmonic of sigma squared over directions, which for a Gaussian is all that there is.
    """
    angles = np.arange(sigmas.shape[1]) * np.pi / sigmas.shape[1]
    square = sigmas**2
    mean = square.mean(axis=1)
    wave = 2 * (square * np.exp(2j * angles)).mean(axis=1)
    swing = np.abs(wave)
    turn = np.angle(wave) / 2 % np.pi
    least = np.maximum(mean - swing, square.min(axis=1))
    return np.sqrt(mean + swing), np.sqrt(least), np.asarray(turn, np.float64)


def _crossing(frequencies: Floats, modulation: Floats) -> Floats:
    """The lowest frequency at which the modulation, ... x frequencies, falls to one half; NaN for none."""
    below = modulation <= 0.5
    found = below.any(axis=-1)
    after = np.maximum(np.argmax(below, axis=-1), 1)
    high, low = (
        np.take_along_axis(modulation, (after - back)[..., None], axis=-1)[..., 0]
        for back in (1, 0)
    )
    share = np.clip((high - 0.5) / np.maximum(high - low, 1e-12), 0.0, 1.0)
    step = frequencies[1] - frequencies[0]
    return np.where(found, frequencies[after - 1] + share * step, np.nan)
