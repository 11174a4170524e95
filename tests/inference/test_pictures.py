"""Files keep their depth, their alpha and their grey."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from realsr.images.png import encode_png
from realsr.images.raster import Pixels
from realsr.inference.interpolation import interpolation
from realsr.inference.pictures import read_picture
from realsr.inference.strips import Enlarging, enlarged

NEAREST = Enlarging(interpolation("nearest", 2))


def pixels(channels: int, bits: int, size: tuple[int, int] = (6, 5)) -> Pixels:
    generator = np.random.default_rng(channels)
    if bits == 8:
        return generator.integers(0, 2**8, (*size, channels), np.uint8)
    return generator.integers(0, 2**16, (*size, channels), np.uint16)


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png_there_and_back(tmp_path: Path, channels: int, bits: int) -> None:
    image = pixels(channels, bits)
    path = tmp_path / "a.png"
    path.write_bytes(encode_png(image))
    found = read_picture(path, 100).pixels
    assert found.dtype == image.dtype
    assert np.array_equal(found, image)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_tiff_of_16_bits(tmp_path: Path, channels: int) -> None:
    image = pixels(channels, 16)
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[channels]
    assert cv2.imwrite(str(tmp_path / "a.tif"), image[..., order])
    assert np.array_equal(read_picture(tmp_path / "a.tif", 100).pixels, image)


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("channels", [1, 3])
def test_nearest_keeps_every_value(channels: int, bits: int) -> None:
    image = pixels(channels, bits)
    result = enlarged(image, NEAREST)
    assert result.dtype == image.dtype
    expected = image.repeat(2, 0).repeat(2, 1)
    # Grey goes through RGB and its luma, whose weights add up to 1 but for a rounding.
    assert np.abs(result.astype(int) - expected.astype(int)).max() <= (channels == 1 and bits == 16)


@pytest.mark.parametrize("channels", [2, 4])
def test_alpha_is_enlarged_by_itself(channels: int) -> None:
    image = pixels(channels, 8)
    by_model = enlarged(image, Enlarging(NEAREST.upscaler, alpha="model"))
    assert np.array_equal(by_model, image.repeat(2, 0).repeat(2, 1))
    by_bicubic = enlarged(image, NEAREST)
    assert np.array_equal(by_bicubic[..., :-1], by_model[..., :-1])
    bicubic = enlarged(image[..., -1:], Enlarging(interpolation("bicubic", 2)))
    assert np.abs(by_bicubic[..., -1:].astype(int) - bicubic.astype(int)).max() <= 1


@pytest.mark.parametrize(("orientation", "turns"), [(1, 0), (3, 2), (6, -1), (8, 1)])
@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_16_bits_are_turned_upright(
    tmp_path: Path, suffix: str, orientation: int, turns: int
) -> None:
    image = pixels(1, 16)[..., 0]
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(image).save(tmp_path / f"a.{suffix}", exif=exif)
    assert np.array_equal(
        read_picture(tmp_path / f"a.{suffix}", 100).pixels[..., 0], np.rot90(image, turns)
    )
