"""Point spread functions: batches of blur kernels, one sample one kernel.

Every function returns float64 (b, canvas, canvas), each kernel of sum 1 and centred in the canvas, zero outside
the sample's own odd size. They are correlation kernels: entry [canvas // 2 + y, canvas // 2 + x] weighs the
pixel at offset (y, x), y down and x right, in pixels.

Source: X. Wang et al., "Real-ESRGAN" (ICCV Workshops 2021), section 3.1 and its published kernels; Y.-Q. Liu
et al., "Estimating generalized Gaussian blur kernels for out-of-focus image deblurring" (TCSVT 2021).
"""

from __future__ import annotations

import math

import torch

LARGEST_CANVAS = 161
"""Beyond it the sum over a kernel would no longer be exact, see `normalised`."""

GRID = 2.0**38

J1_ZERO_1, J1_ZERO_2 = 14.681970642123893, 49.218456321694604
J1_RP = (
    -8.99971225705559398e8,
    4.52228297998194034e11,
    -7.27494245221818276e13,
    3.68295732863852883e15,
)
J1_RQ = (
    1.0,
    6.20836478118054335e2,
    2.56987256757748830e5,
    8.35146791431949253e7,
    2.21511595479792500e10,
    4.74914122079991415e12,
    7.84369607876235855e14,
    8.95222336184627338e16,
    5.32278620332680085e18,
)
J1_PP = (
    7.62125616208173112e-4,
    7.31397056940917570e-2,
    1.12719608129684925e0,
    5.11207951146807645e0,
    8.42404590141772421e0,
    5.21451598682361504e0,
    1.00000000000000000e0,
)
J1_PQ = (
    5.71323128072548700e-4,
    6.88455908754495404e-2,
    1.10514232634061697e0,
    5.07386386128601489e0,
    8.39985554327604160e0,
    5.20982848682361822e0,
    1.00000000000000000e0,
)
J1_QP = (
    5.10862594750176622e-2,
    4.98213872951233449e0,
    7.58238284132545284e1,
    3.66779609360150778e2,
    7.10856304998926107e2,
    5.97489612400613640e2,
    2.11688757100572136e2,
    2.52070205858023720e1,
)
J1_QQ = (
    1.0,
    7.42373277035675150e1,
    1.05644886038262816e3,
    4.98641058337653608e3,
    9.56231892404756171e3,
    7.99704160447350684e3,
    2.82619278517639097e3,
    3.36093607810698293e2,
)


def centred_offsets(canvas: int, device: torch.device) -> torch.Tensor:
    if not (1 <= canvas <= LARGEST_CANVAS and canvas % 2 == 1):
        raise ValueError(
            f"canvas of a kernel: expected an odd size in 1..{LARGEST_CANVAS}, got {canvas}; a kernel "
            "needs a centre pixel"
        )
    return torch.arange(canvas, dtype=torch.float64, device=device) - canvas // 2


def normalised(profile: torch.Tensor) -> torch.Tensor:
    """Profiles of peak 1 (b, ...) scaled to sum 1.

    Rounded to multiples of 2**-38 first: up to 2**14 such numbers add without error in any order, so a
    kernel's bits do not depend on the canvas, and a last bit of `exp` seldom reaches them.
    """
    rounded = torch.round(profile * GRID) / GRID
    return rounded / rounded.flatten(1).sum(1).view(-1, *[1] * (profile.ndim - 1))


def _within(sizes: torch.Tensor, offsets: torch.Tensor) -> torch.Tensor:
    """Which offsets lie in each sample's own odd size: bool (b, canvas)."""
    return offsets.abs() <= torch.div(sizes, 2, rounding_mode="floor").view(-1, 1)


def placed(profile: torch.Tensor, sizes: torch.Tensor, offsets: torch.Tensor) -> torch.Tensor:
    """Profiles (b, canvas, canvas) cut to each sample's own size and normalised."""
    inside = _within(sizes, offsets)
    return normalised(torch.where(inside.unsqueeze(1) & inside.unsqueeze(2), profile, 0.0))


def quadratic_form(
    x: torch.Tensor,
    y: torch.Tensor,
    sigma_x: torch.Tensor,
    sigma_y: torch.Tensor,
    angle: torch.Tensor,
) -> torch.Tensor:
    """(x, y) S^-1 (x, y)^T with S = U diag(sigma_x^2, sigma_y^2) U^T, U = [[cos, -sin], [sin, cos]].

    x: (b or 1, 1, canvas) and y: (b or 1, canvas, 1), offsets from the kernel's centre in pixels. sigma_x,
    sigma_y, angle: (b,). Returns (b, canvas, canvas). Projecting before dividing keeps tiny sigmas free of
    0 * infinity.
    """
    turn = torch.sin(angle).view(-1, 1, 1), torch.cos(angle).view(-1, 1, 1)
    return quadratic_form_at(x, y, *turn, sigma_x.view(-1, 1, 1), sigma_y.view(-1, 1, 1))


def quadratic_form_at(
    x: torch.Tensor,
    y: torch.Tensor,
    sine: torch.Tensor,
    cosine: torch.Tensor,
    sigma_x: torch.Tensor,
    sigma_y: torch.Tensor,
) -> torch.Tensor:
    """`quadratic_form` at some offsets, float64, of shapes that broadcast."""
    along = (cosine * x + sine * y) / sigma_x
    across = (cosine * y - sine * x) / sigma_y
    return along * along + across * across


def gaussian_profile(q: torch.Tensor) -> torch.Tensor:
    """exp(-q / 2)."""
    return torch.exp(-0.5 * q)


def generalised_profile(q: torch.Tensor, beta: torch.Tensor) -> torch.Tensor:
    """exp(-q**beta / 2)."""
    return torch.exp(-0.5 * q**beta)


def plateau_profile(q: torch.Tensor, beta: torch.Tensor) -> torch.Tensor:
    """1 / (1 + q**beta)."""
    return 1.0 / (1.0 + q**beta)


def gaussian_psf(
    sizes: torch.Tensor,
    sigma_x: torch.Tensor,
    sigma_y: torch.Tensor,
    angle: torch.Tensor,
    canvas: int,
) -> torch.Tensor:
    """Bivariate Gaussians, exp(-q / 2).

    sizes: int (b,), odd, at most `canvas`. sigma_x, sigma_y: float64 (b,), pixels, > 0, the standard
    deviations along the kernel's own axes. angle: float64 (b,), radians, turns the first axis from x towards
    y (clockwise as images are shown). canvas: odd, 1..161. Isotropic where the sigmas are equal.
    """
    offsets = centred_offsets(canvas, sizes.device)
    q = quadratic_form(offsets.view(1, 1, -1), offsets.view(1, -1, 1), sigma_x, sigma_y, angle)
    return placed(gaussian_profile(q), sizes, offsets)


def generalised_gaussian_psf(
    sizes: torch.Tensor,
    sigma_x: torch.Tensor,
    sigma_y: torch.Tensor,
    angle: torch.Tensor,
    beta: torch.Tensor,
    canvas: int,
) -> torch.Tensor:
    """Generalised Gaussians, exp(-q**beta / 2): beta (b,) > 0; 1 is the Gaussian, less has heavier tails.

    The sigmas are scale parameters, not standard deviations unless beta is 1; see `effective_sigma`.
    The rest is as in `gaussian_psf`.
    """
    offsets = centred_offsets(canvas, sizes.device)
    q = quadratic_form(offsets.view(1, 1, -1), offsets.view(1, -1, 1), sigma_x, sigma_y, angle)
    return placed(generalised_profile(q, beta.view(-1, 1, 1)), sizes, offsets)


def plateau_psf(
    sizes: torch.Tensor,
    sigma_x: torch.Tensor,
    sigma_y: torch.Tensor,
    angle: torch.Tensor,
    beta: torch.Tensor,
    canvas: int,
) -> torch.Tensor:
    """Plateau kernels, 1 / (1 + q**beta): flat top, long tails. Arguments as in `generalised_gaussian_psf`."""
    offsets = centred_offsets(canvas, sizes.device)
    q = quadratic_form(offsets.view(1, 1, -1), offsets.view(1, -1, 1), sigma_x, sigma_y, angle)
    return placed(plateau_profile(q, beta.view(-1, 1, 1)), sizes, offsets)


def _polynomial(coefficients: tuple[float, ...], z: torch.Tensor) -> torch.Tensor:
    """Horner's rule, the highest power first."""
    value = torch.full_like(z, coefficients[0])
    for coefficient in coefficients[1:]:
        value = value * z + coefficient
    return value


def jinc(x: torch.Tensor) -> torch.Tensor:
    """2 J1(x) / x for x >= 0, which is 1 at 0, to 1e-14.

    J1 by Moshier's rational approximations (Cephes, j1.c): torch's own `bessel_j1` has errors up to 5e-7
    between 5 and 10, which a blur would show.
    """
    z = x.clamp(max=5.0).square()
    near = 2.0 * _polynomial(J1_RP, z) / _polynomial(J1_RQ, z) * (z - J1_ZERO_1) * (z - J1_ZERO_2)
    far = x.clamp(min=5.0)
    w = 5.0 / far
    p = _polynomial(J1_PP, w * w) / _polynomial(J1_PQ, w * w)
    q = _polynomial(J1_QP, w * w) / _polynomial(J1_QQ, w * w)
    phase = far - 0.75 * math.pi
    wave = p * torch.cos(phase) - w * q * torch.sin(phase)
    return torch.where(x <= 5.0, near, 2.0 * math.sqrt(2.0 / math.pi) * wave / far**1.5)


def sinc_psf(sizes: torch.Tensor, cutoff: torch.Tensor, canvas: int) -> torch.Tensor:
    """Circular low-pass filters: cutoff J1(cutoff r) / (2 pi r), at the centre cutoff^2 / (4 pi).

    cutoff: float64 (b,), radians per pixel, in (0, pi]. sizes and canvas as in `gaussian_psf`. Truncated to a
    square without a window, hence the ringing (Real-ESRGAN, equation 6).
    """
    offsets = centred_offsets(canvas, sizes.device)
    # Few of a square's radii are distinct: those of an eighth of it.
    near = offsets[canvas // 2 :]
    radius = torch.hypot(near.view(1, -1), near.view(-1, 1))
    rows, columns = torch.triu_indices(len(near), len(near), device=sizes.device)
    # Divided by its centre value, so that the peak is 1 for every cutoff.
    values = jinc(cutoff.view(-1, 1) * radius[rows, columns])
    place = offsets.abs().long()
    low = torch.minimum(place.view(-1, 1), place.view(1, -1))
    high = torch.maximum(place.view(-1, 1), place.view(1, -1))
    index = low * len(near) - low * (low - 1) // 2 + high - low
    return placed(values[:, index], sizes, offsets)


def gaussian_taps(sizes: torch.Tensor, sigma: torch.Tensor, canvas: int) -> torch.Tensor:
    """One-dimensional Gaussians (b, canvas): the factors of an axis-aligned `gaussian_psf`."""
    offsets = centred_offsets(canvas, sizes.device)
    scaled = offsets.view(1, -1) / sigma.view(-1, 1)
    profile = torch.exp(-0.5 * scaled * scaled)
    return normalised(torch.where(_within(sizes, offsets), profile, 0.0))


def axis_sigmas(psf: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Square roots of the second moments about the centre, along x and along y: float64 (b,) each, pixels.

    The physical strength of kernels (b, k, k) without negative entries: unlike the nominal sigma it knows
    beta and truncation. A moment below zero, which negative lobes can make, counts as 0.
    """
    squares = centred_offsets(psf.shape[-1], psf.device).square()
    along_x = (psf.sum(1) * squares).sum(1)
    along_y = (psf.sum(2) * squares).sum(1)
    return along_x.clamp(min=0.0).sqrt(), along_y.clamp(min=0.0).sqrt()


def effective_sigma(psf: torch.Tensor) -> torch.Tensor:
    """Square root of the second moment's mean over both axes: float64 (b,), pixels. See `axis_sigmas`."""
    along_x, along_y = axis_sigmas(psf)
    return ((along_x.square() + along_y.square()) / 2.0).sqrt()
