"""Picture files at their own depth: read, enlarged, written with what they had (grey, alpha, 16 bits)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BufferedReader
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
import torch
from PIL import ImageFile
from torch import Tensor

from realsr.images.errors import SourceError
from realsr.images.formats import bits_per_channel
from realsr.images.png import Words
from realsr.images.reading import (
    GREY,
    Bytes,
    as_damage,
    channels_of,
    check_colours,
    decoded,
    opened_header,
    orientation,
)
from realsr.inference.upscaler import Tiling, Upscaler
from realsr.models.upsampling import enlarge

Pixels = Bytes | Words
"""`h w c`, 8 or 16 bits: grey, grey and alpha, RGB, RGBA."""

AlphaBy = Literal["bicubic", "model"]
"""Who enlarges alpha: interpolation, or the model, which sees it as a grey picture."""

_PNG_COLOUR_TYPE = 25
"""Where a PNG file says so."""

_DEEP_GREY = ("I", "I;16", "I;16B", "I;16L", "I;16N")
_TURNS: Mapping[int, Callable[[npt.NDArray[np.uint16]], npt.NDArray[np.uint16]]] = {
    2: lambda image: image[:, ::-1],
    3: lambda image: image[::-1, ::-1],
    4: lambda image: image[::-1],
    5: lambda image: image.swapaxes(0, 1),
    6: lambda image: np.rot90(image, -1),
    7: lambda image: image[::-1, ::-1].swapaxes(0, 1),
    8: lambda image: np.rot90(image),
}
"""What brings an EXIF orientation upright."""


def read_picture(path: Path, max_pixels: int) -> Pixels:
    """A picture, upright, with its alpha, in 8 or 16 bits as its file has it. Raises SourceError."""
    with opened_header(path, max_pixels) as (file, image):
        if image.mode == "F" or bits_per_channel(image, file) > 16:
            raise SourceError(
                "deep", "it has more than 16 bits a channel; convert it to 16 bits first"
            )
        if bits_per_channel(image, file) > 8 or image.mode in _DEEP_GREY:
            return _deep(file, image)
        check_colours(image)
        with as_damage():
            return channels_of(decoded(image))


def enlarged(
    pixels: Pixels, upscaler: Upscaler, tiling: Tiling | None = None, alpha: AlphaBy = "bicubic"
) -> Pixels:
    """`h w c` -> `scale*h scale*w c` at the same depth: clipped to [0, 1], rounded to nearest."""
    full = float(np.iinfo(pixels.dtype).max)
    values = torch.from_numpy(pixels.astype(np.float32)).permute(2, 0, 1)[None] / full
    colours = 3 if pixels.shape[2] >= 3 else 1
    result = upscaler(values[:, :colours].contiguous(), tiling)
    if pixels.shape[2] > colours:
        cover = _cover(values[:, colours:].contiguous(), upscaler, tiling, alpha)
        result = torch.cat([result, cover], dim=1)
    levels = result[0].clamp(0, 1).mul(full).round().permute(1, 2, 0)
    rounded = levels.contiguous().numpy()
    if pixels.dtype == np.uint8:
        return rounded.astype(np.uint8)
    return rounded.astype(np.uint16)


def _cover(alpha: Tensor, upscaler: Upscaler, tiling: Tiling | None, by: AlphaBy) -> Tensor:
    return enlarge(alpha, upscaler.scale) if by == "bicubic" else upscaler(alpha, tiling)


def _deep(file: BufferedReader, image: ImageFile.ImageFile) -> Words:
    """16 bits by OpenCV, since Pillow keeps 8 of a colour picture's; Pillow knows what the channels are."""
    file.seek(0)
    with as_damage():
        found = cv2.imdecode(
            np.frombuffer(file.read(), np.uint8),
            cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION,
        )
    if found is None or found.dtype != np.uint16:
        raise SourceError("damaged", "its 16-bit pixels cannot be decoded")
    words = np.asarray(found, np.uint16).reshape(*found.shape[:2], -1)
    turned = _upright(_ordered(words, _is_grey(file, image)), image)
    return np.ascontiguousarray(turned)


def _is_grey(file: BufferedReader, image: ImageFile.ImageFile) -> bool:
    if image.format != "PNG":
        return image.mode in GREY + _DEEP_GREY
    file.seek(_PNG_COLOUR_TYPE)  # Pillow makes RGBA of 16-bit grey with alpha
    return file.read(1)[0] in (0, 4)


def _ordered(words: Words, grey: bool) -> Words:
    """From OpenCV's blue, green, red to ours; a grey picture keeps one channel and its alpha."""
    channels = words.shape[2]
    order = {1: [0], 3: [0] if grey else [2, 1, 0], 4: [0, 3] if grey else [2, 1, 0, 3]}
    if channels not in order:
        raise SourceError(
            "colour-mode",
            f"it has {channels} channels; expected grey or RGB, with alpha or without",
        )
    return words[..., order[channels]]


def _upright(words: Words, image: ImageFile.ImageFile) -> Words:
    turn = _TURNS.get(orientation(image))
    return words if turn is None or image.format == "TIFF" else turn(words)
