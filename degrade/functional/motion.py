"""Point spread functions of motion during an exposure: straight lines and random camera shake.

Paths are laid on the pixel grid by bilinear weights, which keep the path's centre of mass exactly. Kernels are
as in `degrade.functional.psf`: float64, sum 1, centred in an odd canvas.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from degrade.functional.philox import philox4x32
from degrade.functional.psf import normalised

Floats = npt.NDArray[np.float64]

STEPS = 2000
"""Positions of a random path, as published."""
GAUSS = 0.5 / math.sqrt(3.0)


def path_radius(length: float) -> int:
    """Whole pixels that a path of this length reaches beyond its centre of mass, bilinear weights included."""
    return math.floor(length / 2.0) + 1


def line_psf(length: Sequence[float], angle: Sequence[float], canvas: int) -> torch.Tensor:
    """Uniform motion along centred segments: the exact integral of bilinear weights, made on the host.

    length: b numbers, pixels, >= 0; 0 is no blur. angle: b numbers, radians from x (right) towards y (down).
    canvas: odd, at least 2 * path_radius + 1 of the longest. Returns (b, canvas, canvas).
    """
    half, turn = np.array(length, np.float64)[:, None] / 2.0, np.array(angle, np.float64)[:, None]
    cosine, sine = np.cos(turn), np.sin(turn)
    where, weight = _pieces(half, cosine, sine, canvas)
    laid = _laid(where * cosine, where * sine, weight, canvas)
    # Point-symmetric in the mathematics; made so in the bits.
    return normalised(torch.from_numpy((laid + laid[:, ::-1, ::-1]) / 2.0))


def _pieces(half: Floats, cosine: Floats, sine: Floats, canvas: int) -> tuple[Floats, Floats]:
    """Points along each segment and their weights, (b, n) each, of sum 1.

    Between crossings of pixel centres' rows and columns the integrand is quadratic, and Gauss's rule of two
    points is exact.
    """
    offsets = np.arange(canvas) - canvas // 2
    crossings = [_crossings(offsets, slope, half) for slope in (cosine, sine)]
    cuts = np.sort(np.concatenate([-half, *crossings, half], 1), 1)
    middle, step = (cuts[:, 1:] + cuts[:, :-1]) / 2.0, np.diff(cuts, axis=1)
    still = half == 0.0
    share = np.where(still, 1.0 / step.shape[1], step / np.where(still, 1.0, 2.0 * half)) / 2.0
    where = np.concatenate([middle - GAUSS * step, middle + GAUSS * step], 1)
    return where, np.concatenate([share, share], 1)


def _crossings(offsets: npt.NDArray[np.int64], slope: Floats, half: Floats) -> Floats:
    """Where along the segment one coordinate is whole; those beyond its ends fall on them."""
    level = np.abs(slope) < 1e-12
    found = np.where(level, half, offsets / np.where(level, 1.0, slope))
    return np.clip(found, -half, half)


def shake_psf(
    length: Sequence[float], anxiety: Sequence[float], keys: Sequence[tuple[int, int]], canvas: int
) -> torch.Tensor:
    """Random camera shake (b, canvas, canvas), made on the host; see `shake_paths`."""
    x, y = shake_paths(np.array(length, np.float64), np.array(anxiety, np.float64), keys)
    return normalised(torch.from_numpy(_laid(x, y, np.full(x.shape, 1.0 / STEPS), canvas)))


def shake_paths(
    length: Floats, anxiety: Floats, keys: Sequence[tuple[int, int]]
) -> tuple[Floats, Floats]:
    """Random paths about their centres of mass: x and y in pixels, (b, 2000) each.

    Boracchi and Foi, "Modeling the performance of image restoration from motion blur" (IEEE TIP 21(8), 2012),
    as in their published code: a particle of constant speed, pushed by normal noise, pulled back to where it
    began, and at random thrown back. length: (b,), pixels, the whole path. anxiety: (b,), 0 is a straight
    line, 0.005 a hand, more is more jagged. keys: low and high 32 bits of each sample's noise key.
    """
    once, uniform, normal_x, normal_y, turn = _draws(keys)
    pull, throw, push = 0.7 * once[0], 0.2 * once[1] * anxiety, 10.0 * once[2]
    heading = 2.0 * math.pi * once[3]
    speed = length / (STEPS - 1)
    vx, vy = np.cos(heading) * speed, np.sin(heading) * speed
    thrown = uniform < throw
    back_x, back_y = 2.0 * np.cos(turn) * thrown, 2.0 * np.sin(turn) * thrown
    noise_x, noise_y = push * normal_x, push * normal_y
    gain = anxiety * speed
    x, y = np.zeros((STEPS, len(keys))), np.zeros((STEPS, len(keys)))
    for t in range(STEPS - 1):
        dx = back_x[t] * vx - back_y[t] * vy + gain * (noise_x[t] - pull * x[t])
        dy = back_x[t] * vy + back_y[t] * vx + gain * (noise_y[t] - pull * y[t])
        vx, vy = vx + dx, vy + dy
        scale = speed / np.sqrt(np.maximum(vx * vx + vy * vy, 1e-300))
        vx, vy = vx * scale, vy * scale
        x[t + 1], y[t + 1] = x[t] + vx, y[t] + vy
    # Rows of one sample each, so that a mean adds in the same order in every company.
    return _about_mean(x), _about_mean(y)


def _about_mean(positions: Floats) -> Floats:
    rows = np.ascontiguousarray(positions.T)
    return np.asarray(rows - rows.mean(1, keepdims=True))


def _draws(keys: Sequence[tuple[int, int]]) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Random numbers of paths: four uniforms (4, b); then uniforms, two normals and turns, (2000, b) each."""
    low = np.array([key[0] for key in keys], np.int64)
    high = np.array([key[1] for key in keys], np.int64)
    zero = np.zeros((1, 1), np.int64)
    step = np.arange(STEPS, dtype=np.int64)[:, None]
    first = _uniforms(philox4x32((zero, zero, zero, zero), (low, high)))
    path = _uniforms(philox4x32((step, zero + 1, zero, zero), (low, high)))
    more = _uniforms(philox4x32((step, zero + 2, zero, zero), (low, high)))
    radius, phase = np.sqrt(-2.0 * np.log(path[0])), 2.0 * math.pi * path[1]
    turn = math.pi + (more[0] - 0.5)
    return first[:, 0], path[2], radius * np.cos(phase), radius * np.sin(phase), turn


def _uniforms(words: Sequence[npt.NDArray[np.int64]]) -> Floats:
    return np.asarray((np.stack(words) + 0.5) * 2.0**-32, np.float64)


def _laid(x: Floats, y: Floats, weight: Floats, canvas: int) -> Floats:
    """Weighted points (b, n) on the pixel grid, by bilinear weights: (b, canvas, canvas)."""
    batch = len(x)
    left, top = np.floor(x), np.floor(y)
    right, down = x - left, y - top
    places, weights = [], []
    first = (np.arange(batch) * canvas * canvas)[:, None]
    for row in (0, 1):
        for column in (0, 1):
            place = (top + row + canvas // 2) * canvas + left + column + canvas // 2
            places.append(first + place.astype(np.int64))
            share = (down if row else 1.0 - down) * (right if column else 1.0 - right)
            weights.append(share * weight)
    total = np.bincount(
        np.stack(places).ravel(), np.stack(weights).ravel(), batch * canvas * canvas
    )
    return np.asarray(total.reshape(batch, canvas, canvas), np.float64)
