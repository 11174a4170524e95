"""Blur of lenses: defocus disk, diffraction, and aberrations by wavelength."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import torch
from pydantic import Field

from degrade.errors import ImageError
from degrade.functional import filtering, optics
from degrade.functional.filtering import Floats
from degrade.functional.optics import Wavefront
from degrade.operators.base import LEAST, Group, Image, Parameters
from degrade.operators.blur import KernelSize
from degrade.operators.ladders import along
from degrade.operators.psf_blur import kernel_strength, psf_row
from degrade.operators.row import Facts, Forms, Operator, Words, always

Waves = Annotated[float, Field(ge=-0.5, le=0.5)]
Wavelength = Annotated[float, Field(ge=0.7, le=1.5)]
GREEN = 1


class DefocusBlurParameters(Parameters):
    radius: float = Field(ge=LEAST, le=50.0, description="radius of the disk in pixels")


class AiryBlurParameters(Parameters):
    size: KernelSize
    zero_radius: float = Field(
        ge=0.5,
        le=40.0,
        description="radius of the first dark ring in pixels, 1.22 wavelength times f-number",
    )


class ZernikeBlurParameters(Parameters):
    """Coefficients are in waves of root mean square over the pupil, at the reference wavelength."""

    size: Annotated[KernelSize, Field(le=61)]
    zero_radius: float = Field(
        ge=0.7, le=20.0, description="radius of the first dark ring without aberrations, pixels"
    )
    defocus: Waves = Field(default=0.0, description="Noll's Z4, waves")
    astigmatism: Waves = Field(default=0.0, description="Noll's Z6, along the axes, waves")
    astigmatism_45: Waves = Field(default=0.0, description="Noll's Z5, oblique, waves")
    coma_x: Waves = Field(default=0.0, description="Noll's Z8, waves")
    coma_y: Waves = Field(default=0.0, description="Noll's Z7, waves")
    spherical: Waves = Field(default=0.0, description="Noll's Z11, waves")
    red: Wavelength = Field(default=1.0, description="red's wavelength over the reference (green)")
    blue: Wavelength = Field(
        default=1.0, description="blue's wavelength over the reference (green)"
    )


def _disk_psfs(group: Group[DefocusBlurParameters]) -> torch.Tensor:
    reach = max((optics.disk_radius(record.radius) for record in group.records), default=0)
    return optics.disk_psf(group.floats("radius"), 2 * reach + 1)


def _airy_psfs(group: Group[AiryBlurParameters]) -> torch.Tensor:
    canvas = max((record.size for record in group.records), default=1)
    return optics.airy_psf(group.integers("size"), group.floats("zero_radius"), canvas)


def _zernike_psfs(record: ZernikeBlurParameters) -> Floats:
    """The kernels of red, green and blue, (3, size, size)."""
    return np.stack([_zernike_psf(record, scale) for scale in (record.red, 1.0, record.blue)])


def _zernike_psf(record: ZernikeBlurParameters, scale: float) -> Floats:
    """At `scale` times the wavelength the rings grow by it, and the same path is fewer waves."""
    names = ("defocus", "astigmatism", "astigmatism_45", "coma_x", "coma_y", "spherical")
    wavefront = Wavefront(**{name: getattr(record, name) / scale for name in names})
    return optics.zernike_psf(record.size, record.zero_radius * scale, wavefront)


def _coloured(record: ZernikeBlurParameters) -> bool:
    return not record.red == record.blue == 1.0


def _check_colours(record: ZernikeBlurParameters, channels: int) -> None:
    if _coloured(record) and channels not in (1, 3):
        raise ImageError(
            f"zernike_blur with wavelengths of red and blue: {channels} channels have none; expected 3, or 1 "
            "for the reference; set red and blue to 1"
        )


def _zernike_tables(group: Group[ZernikeBlurParameters]) -> list[Floats]:
    return [_zernike_psfs(record) for record in group.records]


def _of_channels(psfs: Floats, channels: int) -> Floats:
    """One kernel a channel; an image of one channel has the reference's, as one without colours."""
    return psfs if channels == 3 else np.repeat(psfs[GREEN : GREEN + 1], channels, axis=0)


def zernike_blur(images: torch.Tensor, group: Group[ZernikeBlurParameters]) -> torch.Tensor:
    """Each channel correlated with the PSF at its wavelength."""
    batch, channels, height, width = images.shape
    canvas = max((record.size for record in group.records), default=1)
    kernels = np.zeros((batch, channels, canvas, canvas))
    for i, record in enumerate(group.records):
        _check_colours(record, channels)
        inside = slice((canvas - record.size) // 2, (canvas + record.size) // 2)
        kernels[i, :, inside, inside] = _of_channels(_zernike_psfs(record), channels)
    flat = torch.from_numpy(kernels.reshape(batch * channels, canvas, canvas)).to(group.device)
    heights = group.heights().repeat_interleave(channels)
    widths = group.widths().repeat_interleave(channels)
    planes = images.reshape(batch * channels, 1, height, width)
    return filtering.correlate(planes, flat, heights, widths).view_as(images)


def single_zernike_blur(image: Image, record: ZernikeBlurParameters, table: Floats) -> Image:
    channels = image.shape[2]
    _check_colours(record, channels)
    if not _coloured(record):
        return filtering.correlate_image(image, table[GREEN])
    kernels = _of_channels(table, channels)
    planes = [
        filtering.correlate_image(np.ascontiguousarray(image[..., c : c + 1]), kernels[c])
        for c in range(channels)
    ]
    return np.ascontiguousarray(np.concatenate(planes, axis=2))


def _zernike_strength(record: ZernikeBlurParameters) -> dict[str, float]:
    """At the reference wavelength, and each colour's MTF50."""
    psfs = _zernike_psfs(record)
    strength = kernel_strength(psfs[GREEN])
    if _coloured(record):
        for name, kernel in (("red", psfs[0]), ("blue", psfs[2])):
            strength[f"mtf50_{name}"] = kernel_strength(kernel)["mtf50"]
    return strength


def _disk_words(record: DefocusBlurParameters) -> str:
    return f"defocus disk of radius {record.radius:.3g} px"


def _airy_words(record: AiryBlurParameters) -> str:
    return f"diffraction, first dark ring at {record.zero_radius:.3g} px"


def _zernike_words(record: ZernikeBlurParameters) -> str:
    square = sum(
        getattr(record, name) ** 2
        for name in ("defocus", "astigmatism", "astigmatism_45", "coma_x", "coma_y", "spherical")
    )
    return f"lens {record.zero_radius:.3g} px, {square**0.5:.2g} waves of aberration"


DEFOCUS_BLUR = psf_row(
    name="defocus_blur",
    parameters=DefocusBlurParameters,
    psfs=_disk_psfs,
    words=Words(
        phrase=_disk_words,
        summary="Blur of a lens out of focus: a disk, antialiased by exact areas.",
        formula="y = k * x, k(d) = the area of pixel d inside the disk of `radius` px / (pi radius**2)",
        source="geometrical optics; what MATLAB's fspecial('disk') approximates",
    ),
    ladder=along("radius", 0.7, 1.2, 2.0, 3.5, 6.0),
)

AIRY_BLUR = psf_row(
    name="airy_blur",
    parameters=AiryBlurParameters,
    psfs=_airy_psfs,
    words=Words(
        phrase=_airy_words,
        summary="Blur of diffraction at a circular aperture, in incoherent light.",
        formula="y = k * x, k(d) = (2 J1(v) / v)**2 / sum, v = 3.8317 |d| / zero_radius; size x size "
        "taps",
        source="Born and Wolf, Principles of Optics, 8.5.2",
    ),
    ladder=along("zero_radius", 1.0, 2.0, 3.0, 4.5, 7.0, size=31),
)

ZERNIKE_BLUR = Operator(
    name="zernike_blur",
    version=1,
    parameters=ZernikeBlurParameters,
    forms=Forms(kernel=zernike_blur, single=single_zernike_blur, tables=_zernike_tables),
    words=Words(
        phrase=_zernike_words,
        summary="Blur of a lens with aberrations, per colour where wavelengths are given.",
        formula="y_c = k_c * x_c, k_c(d) = |sum over the unit pupil of exp(2 pi i W / s_c - 3.8317 i (r "
        ". d) / (s_c zero_radius))|**2 / sum, brought to mean 0; W = sum_j a_j Z_j waves (Noll), "
        "s_c = red, 1, blue",
        source="Noll, Journal of the Optical Society of America 66(3), 1976; Fourier optics",
    ),
    facts=Facts(strength=_zernike_strength, border="reflect101", optical=True, linear=always),
    ladder=along("coma_x", 0.05, 0.1, 0.15, 0.2, 0.3, size=31, zero_radius=2.0, red=1.15, blue=0.9),
)

ROWS: tuple[Operator[Any], ...] = (DEFOCUS_BLUR, AIRY_BLUR, ZERNIKE_BLUR)
