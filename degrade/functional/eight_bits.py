"""The edge between float images and codecs of eight bits."""

from __future__ import annotations

from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt

from degrade.errors import ImageError

Image = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]


def to_eight_bits(image: Image, codec: str, largest_side: int) -> Pixels:
    """rint(255 x) of x clipped to [0, 1], halves to even; h w c, c 3 (RGB) or 1, contiguous.

    Raises ImageError for other channel counts and for sides beyond the codec's limit.
    """
    check_shape(image.shape, codec, largest_side)
    return eight_bit_levels(image)


def eight_bit_levels(image: Image) -> Pixels:
    """rint(255 x) of x clipped to [0, 1], halves to even; contiguous, of the image's shape."""
    clipped = np.clip(image, 0.0, 1.0)
    # OpenCV multiplies, rounds (halves to even) and converts in one pass, numpy in three. It knows images of
    # up to 512 channels, hence the plane.
    levels: Any = cv2.convertScaleAbs(clipped.reshape(len(clipped), -1), alpha=255.0)
    return cast(Pixels, levels.reshape(image.shape))


def check_shape(shape: tuple[int, ...], codec: str, largest_side: int) -> None:
    """Raises ImageError unless a codec of grey or RGB can take h w c of this shape."""
    if (
        len(shape) != 3
        or shape[2] not in (1, 3)
        or not 0 < min(shape) <= max(shape) <= largest_side
    ):
        raise ImageError(
            f"{codec} of an image of shape {shape}: expected (height, width, 1 or 3) with sides of "
            f"1..{largest_side}; it holds grey or RGB only, so code other channels in groups"
        )


def from_eight_bits(pixels: Pixels) -> Image:
    """k / 255 as float32."""
    return np.divide(pixels, np.float32(255.0), dtype=np.float32)


def grey_as_rgb(pixels: Pixels) -> Pixels:
    """Three equal channels of one; three stay."""
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels


def rgb_as(pixels: Pixels, channels: int) -> Pixels:
    """Undoes `grey_as_rgb`: green stands for grey, the channel in which chroma's rounding weighs least."""
    return pixels[..., 1:2] if channels == 1 else pixels


def swap_red_and_blue(pixels: Pixels) -> Pixels:
    """h w c with the first and the third of three channels exchanged: OpenCV's codecs hold blue, green, red."""
    if pixels.shape[2] != 3:
        return pixels
    swapped: Any = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2BGR)
    return cast(Pixels, swapped)
