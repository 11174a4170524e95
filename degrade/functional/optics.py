"""Point spread functions of lenses: defocus disk, Airy pattern, aberrated pupils.

Kernels are as in `degrade.functional.psf`: float64, correlation kernels of sum 1 centred in an odd canvas.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from degrade.functional.psf import centred_offsets, jinc, normalised, placed

Floats = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]

AIRY_ZERO = 3.8317059702075125
"""First zero of J1."""
AIRY_RADIUS = AIRY_ZERO / math.pi
"""Radius of the first dark ring in units of wavelength times f-number (1.2197)."""
PUPIL = 128
"""Samples across the pupil: phase steps stay below half a turn for every aberration that a record allows."""
CENTRING_STEPS = 8


def disk_radius(radius: float) -> int:
    """Whole pixels that a disk reaches beyond its centre pixel."""
    return math.ceil(max(radius - 0.5, 0.0))


def disk_psf(radius: torch.Tensor, canvas: int) -> torch.Tensor:
    """Disks of uniform light, each pixel weighed by the area of it that the disk covers.

    radius: float64 (b,), pixels, > 0. Returns (b, canvas, canvas). A radius below 0.5 is no blur. This is what
    MATLAB's fspecial('disk') approximates.
    """
    edges = centred_offsets(canvas, radius.device) - 0.5
    edges = torch.cat([edges, edges[-1:] + 1.0])
    areas = _covered(edges.view(1, 1, -1), edges.view(1, -1, 1), radius.view(-1, 1, 1))
    cells = areas.diff(dim=1).diff(dim=2).clamp(min=0.0)
    peak = cells[:, canvas // 2, canvas // 2].view(-1, 1, 1)
    return normalised(cells / peak)


def _covered(x: torch.Tensor, y: torch.Tensor, radius: torch.Tensor) -> torch.Tensor:
    """Area of a centred disk within the rectangle from the origin to (x, y), signed like x * y."""
    far_x, far_y = torch.minimum(x.abs(), radius), torch.minimum(y.abs(), radius)
    corner = (radius.square() - far_y.square()).clamp(min=0.0).sqrt()
    straight = torch.minimum(far_x, corner)
    round_part = _under_circle(far_x, radius) - _under_circle(straight, radius)
    return torch.sign(x) * torch.sign(y) * (straight * far_y + round_part)


def _under_circle(x: torch.Tensor, radius: torch.Tensor) -> torch.Tensor:
    """Integral of sqrt(radius^2 - t^2) over t in 0..x, 0 <= x <= radius."""
    height = (radius.square() - x.square()).clamp(min=0.0).sqrt()
    return 0.5 * (x * height + radius.square() * torch.asin((x / radius).clamp(max=1.0)))


def airy_psf(sizes: torch.Tensor, zero_radius: torch.Tensor, canvas: int) -> torch.Tensor:
    """Airy patterns of an aberration-free circular lens in incoherent light, (2 J1(x) / x)^2.

    sizes: int64 (b,), odd, the support. zero_radius: float64 (b,), pixels, radius of the first dark ring,
    1.22 wavelength times f-number. Sampled at pixel centres. (Born and Wolf, Principles of Optics, 8.5.2.)
    """
    offsets = centred_offsets(canvas, sizes.device)
    radius = torch.hypot(offsets.view(1, 1, -1), offsets.view(1, -1, 1))
    amplitude = jinc(AIRY_ZERO * radius / zero_radius.view(-1, 1, 1))
    return placed(amplitude.square(), sizes, offsets)


@dataclass(frozen=True)
class Wavefront:
    """Aberrations in waves of root mean square over the pupil: Zernike coefficients in Noll's normalisation.

    defocus: Z4. astigmatism, astigmatism_45: Z6 (along the axes) and Z5. coma_x, coma_y: Z8 and Z7.
    spherical: Z11.
    """

    defocus: float = 0.0
    astigmatism: float = 0.0
    astigmatism_45: float = 0.0
    coma_x: float = 0.0
    coma_y: float = 0.0
    spherical: float = 0.0


def zernike_phase(wavefront: Wavefront, x: Floats, y: Floats) -> Floats:
    """The wavefront error in waves at pupil points (x, y) of the unit disk (Noll, JOSA 66(3), 1976)."""
    square = x * x + y * y
    return np.asarray(
        wavefront.defocus * math.sqrt(3.0) * (2.0 * square - 1.0)
        + wavefront.astigmatism * math.sqrt(6.0) * (x * x - y * y)
        + wavefront.astigmatism_45 * math.sqrt(6.0) * 2.0 * x * y
        + wavefront.coma_x * math.sqrt(8.0) * (3.0 * square - 2.0) * x
        + wavefront.coma_y * math.sqrt(8.0) * (3.0 * square - 2.0) * y
        + wavefront.spherical * math.sqrt(5.0) * (6.0 * square * square - 6.0 * square + 1.0)
    )


def zernike_psf(size: int, zero_radius: float, wavefront: Wavefront) -> Floats:
    """Kernel (size, size) of a circular pupil with aberrations in incoherent light, made on the host.

    zero_radius: pixels, radius of the first dark ring without aberrations. The squared modulus of the pupil's
    Fourier sum at the pixel centres. Coma moves the light: the kernel is shifted so that its first moments
    vanish, which leaves no shift between the image and its blur.
    """
    across, pupil = _pupil(wavefront)
    offsets = np.arange(size) - size // 2
    centre = np.zeros(2)
    for _ in range(CENTRING_STEPS):
        kernel = _intensity(across, pupil, offsets + centre[0], offsets + centre[1], zero_radius)
        moments = np.array([(kernel.sum(1) * offsets).sum(), (kernel.sum(0) * offsets).sum()])
        centre = centre + moments
        if np.abs(moments).max() < 1e-9:
            break
    return kernel


def _pupil(wavefront: Wavefront) -> tuple[Floats, Complexes]:
    """The pupil's sample positions -1..1 along an axis, and its complex amplitude at (y, x)."""
    across = (np.arange(PUPIL, dtype=np.float64) + 0.5) * (2.0 / PUPIL) - 1.0
    x, y = across[None, :], across[:, None]
    # A ramp at the rim in place of a staircase: each sample counts by about the area of it that is inside.
    inside = np.clip((1.0 - np.hypot(x, y)) * (PUPIL / 2.0) + 0.5, 0.0, 1.0)
    return across, inside * np.exp(2j * math.pi * zernike_phase(wavefront, x, y))


def _intensity(
    across: Floats, pupil: Complexes, rows: Floats, columns: Floats, zero_radius: float
) -> Floats:
    """|sum of the pupil times exp(-2 pi i ...)|^2 at the given pixel positions, of sum 1."""
    turn = -1j * AIRY_ZERO / zero_radius
    field = np.exp(turn * np.outer(rows, across)) @ pupil @ np.exp(turn * np.outer(across, columns))
    light = field.real**2 + field.imag**2
    return np.asarray(light / light.sum(), np.float64)
