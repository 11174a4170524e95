"""Colour: the sRGB transfer both ways, luma, YCbCr, and light scaled by a gain.

The transfer is that of IEC 61966-2-1:1999, continued beyond [0, 1]: the power law goes on above 1, and negative
values are the mirror image of positive ones. Both ways change branch at the same place, the encoded 0.04045, so
that they undo one another. Computed in float64, so that CPU and GPU round to the same float32.
"""

from __future__ import annotations

import torch

from degrade.errors import ImageError

Matrix = tuple[tuple[float, float, float], ...]

BT601 = (0.299, 0.587, 0.114)
"""Luma weights of red, green and blue, ITU-R BT.601-7, 2.5.1."""
ROUNDED_BT601 = (0.2989, 0.587, 0.114)
"""The same as torchvision's `rgb_to_grayscale` rounds them."""
MATLAB_GREY = (0.298936021293775, 0.587043074451121, 0.114020904255103)
"""The same as MATLAB's `rgb2gray` has them, from the inverse of NTSC's matrix."""
STUDIO_LUMA = (65.481, 128.553, 24.966)
"""Luma on 16..235 of red, green and blue on 0..1, ITU-R BT.601: 219 times its weights, above 16."""
STUDIO_BLACK = 16.0

KNEE = 0.04045
"""Encoded value up to which sRGB is linear."""
SLOPE = 12.92
OFFSET = 0.055
EXPONENT = 2.4

YCBCR_FROM_RGB: Matrix = (
    BT601,
    (-BT601[0] / 1.772, -BT601[1] / 1.772, 0.5),
    (0.5, -BT601[1] / 1.402, -BT601[2] / 1.402),
)
"""Full-range BT.601, as JFIF has it, without the offset of 1/2 on the colour differences."""

RGB_FROM_YCBCR: Matrix = (
    (1.0, 0.0, 1.402),
    (1.0, -1.772 * BT601[2] / BT601[1], -1.402 * BT601[0] / BT601[1]),
    (1.0, 1.772, 0.0),
)


def srgb_to_linear(values: torch.Tensor) -> torch.Tensor:
    """Encoded values to light, any shape, in the values' type.

    ((v + 0.055) / 1.055)**2.4 above 0.04045, and v / 12.92 below.
    """
    wide = values.to(torch.float64)
    size = wide.abs().clamp(min=KNEE)
    power = ((size + OFFSET) / (1.0 + OFFSET)) ** EXPONENT
    light = torch.where(wide.abs() <= KNEE, wide / SLOPE, power * wide.sign())
    return light.to(values.dtype)


def linear_to_srgb(values: torch.Tensor) -> torch.Tensor:
    """Light to encoded values, any shape, in the values' type.

    1.055 v**(1 / 2.4) - 0.055 above 0.04045 / 12.92, and 12.92 v below.
    """
    wide = values.to(torch.float64)
    size = wide.abs().clamp(min=KNEE / SLOPE)
    power = (1.0 + OFFSET) * size ** (1.0 / EXPONENT) - OFFSET
    encoded = torch.where(wide.abs() <= KNEE / SLOPE, wide * SLOPE, power * wide.sign())
    return encoded.to(values.dtype)


def scale_light(images: torch.Tensor, gain: torch.Tensor) -> torch.Tensor:
    """Encoded images b c H W whose light is multiplied by a gain that broadcasts to them; in their type."""
    light = srgb_to_linear(images.to(torch.float64)) * gain.to(torch.float64)
    return linear_to_srgb(light).to(images.dtype)


def luma(images: torch.Tensor) -> torch.Tensor:
    """BT.601 luma b 1 H W of red, green and blue; an image of one channel is its own luma."""
    if images.shape[1] == 1:
        return images
    return apply_matrix(images, (BT601,))


def studio_luma(images: torch.Tensor) -> torch.Tensor:
    """BT.601 luma b 1 H W of RGB in [0, 1], in its type: black 16/255, white 235/255; one channel stays.

    Raises ImageError for channels that are neither grey nor RGB.
    """
    if images.shape[1] == 1:
        return images
    if images.shape[1] != 3:
        raise ImageError(f"luma of {images.shape[1]} channels: expected 3 (RGB) or 1 (luma)")
    red, green, blue = (weight * images[:, i : i + 1] for i, weight in enumerate(STUDIO_LUMA))
    return (red + green + blue + STUDIO_BLACK) / 255.0


def apply_matrix(images: torch.Tensor, matrix: Matrix) -> torch.Tensor:
    """out[i] = sum over j of matrix[i][j] images[j], added in order in float64; b 3 H W to b n H W."""
    red, green, blue = images.to(torch.float64).unbind(1)
    rows = [row[0] * red + row[1] * green + row[2] * blue for row in matrix]
    return torch.stack(rows, dim=1).to(images.dtype)
