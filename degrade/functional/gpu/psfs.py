"""Point spread functions of many samples in one launch: `psf`'s kernels, cut to their true supports.

A program makes one sample's kernel and walks over its square twice: for the sum and for how far anything but
zeros lies from the centre, then for the taps. Values are rounded to `psf.GRID` before they are added, so that
their sum is exact in any order; an exponential or a power whose last bit is not torch's seldom tips a rounding.

A row of `numbers` (float64): the kind, how far the kernel goes at most, and four numbers of its kind: sigma_x,
sigma_y, angle and beta of a quadratic form, the cutoff of a low-pass filter, or, of a kernel that came with the
batch, where among those it begins.
"""

from __future__ import annotations

import math

import torch
import triton
import triton.language as tl

from degrade.functional import psf
from degrade.functional.gpu.kinds import (
    GAUSSIAN_PSF,
    GENERALISED_PSF,
    GIVEN_PSF,
    PLATEAU_PSF,
    PSF_NUMBERS,
)
from degrade.functional.gpu.resampling.taps import nearest

POINTS = 512
WARPS = 4

_NUMBERS = tl.constexpr(PSF_NUMBERS)
_GIVEN = tl.constexpr(GIVEN_PSF)
_GAUSSIAN = tl.constexpr(GAUSSIAN_PSF)
_GENERALISED = tl.constexpr(GENERALISED_PSF)
_PLATEAU = tl.constexpr(PLATEAU_PSF)
_GRID = tl.constexpr(psf.GRID)

_RP, _RQ = tl.constexpr(psf.J1_RP), tl.constexpr(psf.J1_RQ)
_PP, _PQ = tl.constexpr(psf.J1_PP), tl.constexpr(psf.J1_PQ)
_QP, _QQ = tl.constexpr(psf.J1_QP), tl.constexpr(psf.J1_QQ)
_ZERO_1, _ZERO_2 = tl.constexpr(psf.J1_ZERO_1), tl.constexpr(psf.J1_ZERO_2)
_PHASE = tl.constexpr(0.75 * math.pi)
_WAVE = tl.constexpr(2.0 * math.sqrt(2.0 / math.pi))


@triton.jit
def _polynomial(z, COEFFICIENTS: tl.constexpr, COUNT: tl.constexpr):
    """Horner's rule, the highest power first."""
    value = z * 0.0 + COEFFICIENTS[0]
    for power in tl.static_range(1, COUNT):
        value = value * z + COEFFICIENTS[power]
    return value


@triton.jit
def _jinc(x):
    """`psf.jinc`."""
    near = tl.minimum(x, 5.0)
    z = near * near
    low = 2.0 * _polynomial(z, _RP, 4) / _polynomial(z, _RQ, 9) * (z - _ZERO_1) * (z - _ZERO_2)
    far = tl.maximum(x, 5.0)
    w = 5.0 / far
    p = _polynomial(w * w, _PP, 7) / _polynomial(w * w, _PQ, 7)
    q = _polynomial(w * w, _QP, 8) / _polynomial(w * w, _QQ, 8)
    wave = p * tl.cos(far - _PHASE) - w * q * tl.sin(far - _PHASE)
    return tl.where(x <= 5.0, low, _WAVE * wave / (far * tl.sqrt(far)))


@triton.jit
def _power(q, beta):
    """q**beta, q >= 0 and beta > 0; itself where beta is 1."""
    some = tl.where(q > 0.0, q, 1.0)
    raised = tl.where(q > 0.0, tl.exp(beta * tl.log(some)), 0.0)
    return tl.where(beta == 1.0, q, raised)


@triton.jit
def _profile(row, kind, x, y):
    """Values of peak 1 at offsets from the centre."""
    first = tl.load(row + 2)
    if kind <= _PLATEAU:
        angle, beta = tl.load(row + 4), tl.load(row + 5)
        sine, cosine = tl.sin(angle), tl.cos(angle)
        along = (cosine * x + sine * y) / first
        across = (cosine * y - sine * x) / tl.load(row + 3)
        q = along * along + across * across
        value = q
        if kind == _GAUSSIAN:
            value = tl.exp(-0.5 * q)
        elif kind == _GENERALISED:
            value = tl.exp(-0.5 * _power(q, beta))
        else:
            value = 1.0 / (1.0 + _power(q, beta))
    else:
        value = _jinc(first * tl.sqrt(x * x + y * y))
    return value


@triton.jit
def _rounded(row, kind, place, half):
    """A kernel's values at places of a square, on the grid, and how far each is from the centre."""
    side = 2 * half + 1
    y, x = place // side - half, place % side - half
    value = _profile(row, kind, x.to(tl.float64), y.to(tl.float64))
    return nearest(value * _GRID) / _GRID, tl.maximum(tl.abs(x), tl.abs(y))


@triton.jit
def _make_psfs(numbers, starts, given, kernels, reaches, POINTS: tl.constexpr):
    sample = tl.program_id(0)
    row = numbers + sample * _NUMBERS
    kind, half = tl.load(row).to(tl.int32), tl.load(row + 1).to(tl.int32)
    out = kernels + tl.load(starts + sample)
    count = (2 * half + 1) * (2 * half + 1)
    if kind == _GIVEN:
        source = given + tl.load(row + 2).to(tl.int64)
        for first in range(0, count, POINTS):
            place = first + tl.arange(0, POINTS)
            tl.store(out + place, tl.load(source + place, mask=place < count), mask=place < count)
        tl.store(reaches + sample, half)
    else:
        total, ring = tl.zeros((POINTS,), tl.float64), tl.zeros((POINTS,), tl.int32)
        for first in range(0, count, POINTS):
            place = first + tl.arange(0, POINTS)
            value, own = _rounded(row, kind, place, half)
            value = tl.where(place < count, value, 0.0)
            total += value
            ring = tl.maximum(ring, tl.where(value != 0.0, own, 0))
        whole, reach = tl.sum(total), tl.max(ring)
        count = (2 * reach + 1) * (2 * reach + 1)
        for first in range(0, count, POINTS):
            place = first + tl.arange(0, POINTS)
            value, _ = _rounded(row, kind, place, reach)
            tl.store(out + place, (value / whole).to(tl.float32), mask=place < count)
        tl.store(reaches + sample, reach)


def make_psfs(
    numbers: torch.Tensor, starts: torch.Tensor, given: torch.Tensor, length: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Supports float32 (length,), each from its start on, and how far each goes from its centre, int32 (b,).

    numbers: float64 (b, 6). starts: int64 (b,), by the squares of the most that each goes. given: float32 (m,),
    kernels that came with the batch.
    """
    kernels = torch.empty(length, device=numbers.device)
    reaches = torch.empty(len(numbers), dtype=torch.int32, device=numbers.device)
    _make_psfs[(len(numbers),)](
        numbers, starts, given, kernels, reaches, POINTS, num_warps=WARPS, enable_fp_fusion=False
    )
    return kernels, reaches
