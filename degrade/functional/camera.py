"""From a finished picture back to the light on a camera's sensor, and forth again.

Brooks et al., "Unprocessing Images for Learned Raw Denoising", CVPR 2019, section 3: tone curve, sRGB transfer,
colour matrix and white balance are undone in this order and redone in the other one. Light is on 0..1, 1 the
white level of the sensor. Everything is float64.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from degrade.functional.color import Matrix, linear_to_srgb, srgb_to_linear

XYZ_FROM_SRGB: Matrix = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
"""Linear sRGB to XYZ under D65 (Lindbloom, RGB/XYZ Matrices)."""

CAMERA_FROM_XYZ: MappingProxyType[str, Matrix] = MappingProxyType(
    {
        "nexus_6p": (
            (1.0234, -0.2969, -0.2266),
            (-0.5625, 1.6328, -0.0469),
            (-0.0703, 0.2188, 0.6406),
        ),
        "sony_a7r": (
            (0.4913, -0.0541, -0.0202),
            (-0.613, 1.3513, 0.2906),
            (-0.1564, 0.2151, 0.7183),
        ),
        "olympus_em10": (
            (0.838, -0.263, -0.0639),
            (-0.2887, 1.0725, 0.2496),
            (-0.0627, 0.1427, 0.5438),
        ),
        "sony_rx100": (
            (0.6596, -0.2079, -0.0562),
            (-0.4782, 1.3016, 0.1933),
            (-0.097, 0.1581, 0.5181),
        ),
    }
)
"""XYZ under D65 to the sensor's colours: the makers' matrices, as DNG files carry them, of the four cameras of
the Darmstadt Noise Dataset, as Brooks et al. give them."""

HIGHLIGHT = 0.9
"""Mean of the three colours above which light is taken to be on its way to saturation."""

LEAST_TONE = 1e-12
"""Nearest approach of the tone curve's argument to 0 and 1, where its inverse is infinitely steep."""


class Camera(NamedTuple):
    """What a batch of pictures is taken with.

    to_sensor, from_sensor: (b, 3, 3), linear sRGB to the sensor's colours and back. gains: (b, 3), factors of
    the development on red, green and blue. tone, clip: bool (b,).
    """

    to_sensor: Tensor
    from_sensor: Tensor
    gains: Tensor
    tone: Tensor
    clip: Tensor


def sensor_matrix(weights: Sequence[float]) -> npt.NDArray[np.float64]:
    """Linear sRGB to the colours of a mixture of the cameras, (3, 3); rows of sum 1, so that grey stays.

    weights: one for each of CAMERA_FROM_XYZ, in its order, at least 0; all 0 is the identity.
    """
    if not any(weights):
        return np.eye(3)
    mixed = np.einsum("k,kij->ij", np.array(weights), np.array(list(CAMERA_FROM_XYZ.values())))
    matrix = np.asarray(mixed @ np.array(XYZ_FROM_SRGB))
    return np.asarray(matrix / matrix.sum(axis=1, keepdims=True))


def tone_curve(values: Tensor) -> Tensor:
    """Smoothstep, 3 x^2 - 2 x^3; level at 0 and 1, and so it goes on beyond them."""
    x = values.clamp(0.0, 1.0)
    return x * x * (3.0 - 2.0 * x)


def inverse_tone_curve(values: Tensor) -> Tensor:
    """1/2 - sin(asin(1 - 2 y) / 3): undoes the tone curve on [0, 1], to which values are clipped."""
    y = values.clamp(LEAST_TONE, 1.0 - LEAST_TONE)
    return 0.5 - torch.sin(torch.asin(1.0 - 2.0 * y) / 3.0)


def unprocess(images: Tensor, camera: Camera) -> Tensor:
    """sRGB pictures b 3 H W to light on the sensor, before its mosaic.

    Where the camera clips, the inverse gains fade to 1 from HIGHLIGHT on, so that what is white in the picture
    saturates the sensor and is not a grey below it (in the paper under white balance, of each colour by
    itself; in its program of their mean, as here). Below that all is undone exactly.
    """
    wide = images.to(torch.float64)
    encoded = torch.where(_each(camera.tone), inverse_tone_curve(wide), wide)
    light = _matrix(srgb_to_linear(encoded), camera.to_sensor)
    plain = (1.0 / camera.gains).view(-1, 3, 1, 1)
    fade = ((light.mean(1, keepdim=True) - HIGHLIGHT) / (1.0 - HIGHLIGHT)).clamp(0.0, 1.0) ** 2
    safe = torch.maximum(fade + (1.0 - fade) * plain, plain)
    return light * torch.where(_each(camera.clip), safe, plain)


def saturate(values: Tensor, camera: Camera) -> Tensor:
    """At most 1 where the camera clips: the white level of a sensor, or of light after its gains.

    What noise has carried below black stays: sensors read black above zero.
    """
    return torch.where(_each(camera.clip), values.clamp(max=1.0), values)


def render(light: Tensor, camera: Camera) -> Tensor:
    """Balanced light b 3 H W in the sensor's colours to sRGB pictures, in [0, 1] where the camera clips."""
    rgb = _matrix(light.to(torch.float64), camera.from_sensor)
    encoded = linear_to_srgb(torch.where(_each(camera.clip), rgb.clamp(0.0, 1.0), rgb))
    return torch.where(_each(camera.tone), tone_curve(encoded), encoded)


def _each(vector: Tensor) -> Tensor:
    return vector.view(-1, 1, 1, 1)


def _matrix(images: Tensor, matrices: Tensor) -> Tensor:
    """Each sample's colours by its own matrix (b, 3, 3), added in order."""
    factors = matrices.unsqueeze(-1).unsqueeze(-1)
    red, green, blue = images.unsqueeze(1).unbind(2)
    return factors[:, :, 0] * red + factors[:, :, 1] * green + factors[:, :, 2] * blue
