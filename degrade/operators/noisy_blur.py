"""Blur by a Gaussian or a plateau with multiplicative noise on every tap of the kernel."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import torch
from pydantic import Field

from degrade.functional.kernel_noise import tap_factors, with_mass_at
from degrade.functional.psf import centred_offsets, quadratic_form
from degrade.geometry import Axis, Frame, Placement
from degrade.operators.base import Group, NoiseKey
from degrade.operators.blur import Beta, GaussianBlurParameters
from degrade.operators.ladders import anisotropic
from degrade.operators.psf_blur import psf_row
from degrade.operators.row import Operator, Words

FAR = 1e300
"""More than any quadratic form that matters, and finite: differences of it are no NaN."""

Centre = Annotated[float, Field(ge=-0.5, le=0.5)]


class NoisyKernelBlurParameters(GaussianBlurParameters):
    """The kernel's shape, its noise, and where its centre of mass is brought."""

    shape: Literal["gaussian", "plateau"] = Field(
        "gaussian",
        description="exp(-q**beta / 2), which is the Gaussian at beta 1; 1 / (1 + q**beta)",
    )
    beta: Beta = Field(1.0, description="exponent of the quadratic form q")
    noise: float = Field(
        ge=0.0,
        le=1.0,
        description="each tap is multiplied by its own number of 1 - noise .. 1 + noise, evenly drawn",
    )
    centre_y: Centre = Field(0.0, description="centre of mass below the output pixel, in pixels")
    centre_x: Centre = Field(0.0, description="centre of mass right of it; 0.5 suits an even step")
    key: NoiseKey


def _profiles(group: Group[NoisyKernelBlurParameters], canvas: int) -> torch.Tensor:
    """The kernels without noise, of peak 1, each in its own size: float64 (b, canvas, canvas)."""
    offsets = centred_offsets(canvas, group.device)
    x = offsets.view(1, 1, -1) - group.floats("centre_x").view(-1, 1, 1)
    y = offsets.view(1, -1, 1) - group.floats("centre_y").view(-1, 1, 1)
    sigmas = group.floats("sigma_x"), group.floats("sigma_y")
    q = quadratic_form(x, y, *sigmas, group.floats("angle")) ** group.floats("beta").view(-1, 1, 1)
    within = offsets.abs().view(1, -1) <= group.floats("size").view(-1, 1) / 2.0
    inside = within.unsqueeze(1) & within.unsqueeze(2)
    q = torch.where(inside, q.clamp(max=FAR), FAR)
    # Between pixels a narrow kernel has no tap near its peak; it is measured by its largest one.
    least = q.amin((1, 2), keepdim=True)
    plateau = (1.0 + least) / (1.0 + q)
    profile = torch.where(
        group.equals("shape", "plateau").view(-1, 1, 1), plateau, torch.exp(-0.5 * (q - least))
    )
    return torch.where(inside, profile, 0.0)


def _psfs(group: Group[NoisyKernelBlurParameters]) -> torch.Tensor:
    canvas = max((record.size for record in group.records), default=1)
    factors = tap_factors(group.noise_keys(), group.integers("size"), group.floats("noise"), canvas)
    taps = _profiles(group, canvas) * factors
    return with_mass_at(taps, group.floats("centre_y"), group.floats("centre_x"))


def _place(record: NoisyKernelBlurParameters, frame: Frame) -> Placement:
    return Placement(frame.current, Axis(1.0, record.centre_y), Axis(1.0, record.centre_x))


def _words(record: NoisyKernelBlurParameters) -> str:
    name = "plateau" if record.shape == "plateau" else "Gaussian"
    beta = "" if record.beta == 1.0 else f", beta {record.beta:.2g}"
    sigmas = f"{record.sigma_x:.2g} x {record.sigma_y:.2g} px"
    return f"noisy {name} blur {sigmas}{beta}, kernel noise {record.noise:.0%}"


NOISY_KERNEL_BLUR = psf_row(
    name="noisy_kernel_blur",
    parameters=NoisyKernelBlurParameters,
    psfs=_psfs,
    words=Words(
        phrase=_words,
        summary="Blur with a kernel whose every tap has multiplicative noise, its mass re-centred.",
        formula="y = k * x, k(d) = f(q(d)) (1 + noise u(d)) / sum, moved by linear interpolation until "
        "its centre of mass lies at (centre_y, centre_x) px; u ~ U(-1, 1) per tap, f(q) = "
        "exp(-q**beta / 2) or 1 / (1 + q**beta), q as in gaussian_blur",
        source="Bell-Kligler et al., KernelGAN, NeurIPS 2019 (DIV2KRK); BasicSR's noise_range",
    ),
    place=_place,
    border="reflect101 or replicate",
    ladder=anisotropic(noise=0.5),
)

ROWS: tuple[Operator[Any], ...] = (NOISY_KERNEL_BLUR,)
