"""The JPEG round trip against Pillow's own libjpeg, published files and the file's header."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage import data

from degrade.errors import ImageError
from degrade.functional import codec

QUALITIES = (1, 10, 30, 75, 95, 100)
PILLOW_SUBSAMPLINGS = {"4:4:4": 0, "4:2:2": 1, "4:2:0": 2}
FACTORS = {"4:4:4": 0x11, "4:4:0": 0x12, "4:2:2": 0x21, "4:2:0": 0x22, "4:1:1": 0x41}
"""Luma's horizontal and vertical sampling factors as the frame header has them; chroma's are 1 and 1."""


def photograph(height: int = 97, width: int = 131) -> np.ndarray:
    return np.ascontiguousarray(data.astronaut()[20 : 20 + height, 150 : 150 + width])


def as_floats(pixels: np.ndarray) -> np.ndarray:
    return (pixels / 255).astype(np.float32)


def as_pixels(image: np.ndarray) -> np.ndarray:
    pixels = np.rint(image * 255).astype(np.uint8)
    assert np.array_equal(as_floats(pixels), image), "not k / 255"
    return pixels


def by_pillow(pixels: np.ndarray, quality: int, **more: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality, **more)
    return np.asarray(Image.open(file))


@pytest.mark.parametrize("quality", QUALITIES)
@pytest.mark.parametrize("subsampling", PILLOW_SUBSAMPLINGS)
def test_colours_equal_pillows(quality: int, subsampling: str) -> None:
    pixels = photograph()
    got = codec.jpeg(as_floats(pixels), quality, subsampling)
    expected = by_pillow(pixels, quality, subsampling=PILLOW_SUBSAMPLINGS[subsampling])
    assert np.array_equal(as_pixels(got), expected)


@pytest.mark.parametrize("quality", QUALITIES)
def test_grey_equals_pillows(quality: int) -> None:
    pixels = photograph()[..., 1]
    got = codec.jpeg(as_floats(pixels)[..., None], quality, "4:2:0")
    assert np.array_equal(as_pixels(got)[..., 0], by_pillow(pixels, quality))


SIZES = [(1, 1), (1, 9), (8, 8), (9, 7), (16, 16), (17, 23), (23, 17), (2, 40)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("subsampling", PILLOW_SUBSAMPLINGS)
def test_odd_sizes_equal_pillows(size: tuple[int, int], subsampling: str) -> None:
    pixels = photograph(*size)
    for image in (pixels, np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)):
        got = codec.jpeg(as_floats(image), 40, subsampling)
        expected = by_pillow(image, 40, subsampling=PILLOW_SUBSAMPLINGS[subsampling])
        assert np.array_equal(as_pixels(got), expected)


@pytest.mark.parametrize("subsampling", sorted(set(FACTORS) - set(PILLOW_SUBSAMPLINGS)))
def test_pillow_decodes_the_other_subsamplings_alike(subsampling: str) -> None:
    for size in SIZES:
        pixels = photograph(*size)
        file = codec.encode_jpeg(pixels, 40, subsampling)
        expected = np.asarray(Image.open(io.BytesIO(file)))
        assert np.array_equal(as_pixels(codec.jpeg(as_floats(pixels), 40, subsampling)), expected)


def frame_factors(file: bytes) -> list[int]:
    """The sampling factors of each component in a baseline frame header (SOF0)."""
    start = file.index(b"\xff\xc0")
    components = file[start + 9]
    return [file[start + 11 + 3 * component] for component in range(components)]


@pytest.mark.parametrize("subsampling", FACTORS)
def test_the_file_says_the_subsampling(subsampling: str) -> None:
    file = codec.encode_jpeg(photograph(), 50, subsampling)
    assert frame_factors(file) == [FACTORS[subsampling], 0x11, 0x11]
    assert len(frame_factors(codec.encode_jpeg(photograph()[..., :1], 50, subsampling))) == 1


def test_published_quality_10_files(shared_data: Path) -> None:
    folder = shared_data / "golden" / "jpeg"
    files = sorted((folder / "classic5").glob("*.bmp"))
    assert len(files) == 5
    for path in files:
        pixels = np.asarray(Image.open(path).convert("L"))
        expected = np.asarray(Image.open(folder / "classic5_Q10" / f"{path.stem}_LQ_Q10.png"))
        got = codec.jpeg(as_floats(pixels)[..., None], 10, "4:2:0")
        assert np.array_equal(as_pixels(got)[..., 0], expected)


def test_red_is_red() -> None:
    image = np.zeros((16, 16, 3), np.float32)
    image[..., 0] = 1
    red, green, blue = codec.jpeg(image, 95, "4:2:0")[8, 8]
    assert red > 0.97
    assert max(green, blue) < 0.03


def test_values_are_clipped_and_halves_rounded_to_even_on_the_way_in() -> None:
    pixels = photograph(32, 32)
    image = as_floats(pixels)
    moved = image + np.float32(0.4 / 255) * np.where(image < 0.5, 1, -1).astype(np.float32)
    moved[image == 1.0] = 3.0
    moved[image == 0.0] = -2.0
    assert np.array_equal(codec.jpeg(moved, 90, "4:2:0"), codec.jpeg(image, 90, "4:2:0"))


def test_views_and_inputs_are_left_alone() -> None:
    image = as_floats(photograph(64, 80))
    view = image[::2, ::-3]
    before = image.copy()
    got = codec.jpeg(view, 60, "4:2:2")
    assert np.array_equal(got, codec.jpeg(np.ascontiguousarray(view), 60, "4:2:2"))
    assert np.array_equal(image, before)
    assert got.flags.c_contiguous
    assert got.dtype == np.float32


@pytest.fixture
def three_threads() -> Iterator[None]:
    before = cv2.getNumThreads()
    cv2.setNumThreads(3)
    yield
    cv2.setNumThreads(before)


@pytest.mark.usefixtures("three_threads")
def test_opencvs_threads_are_left_alone() -> None:
    codec.jpeg(as_floats(photograph()), 60, "4:2:2")
    assert cv2.getNumThreads() == 3


@pytest.mark.parametrize("shape", [(8, 8, 2), (8, 8, 4), (8, 8), (0, 8, 3), (65501, 1, 3)])
def test_shapes_it_cannot_take(shape: tuple[int, ...]) -> None:
    with pytest.raises(ImageError, match="expected"):
        codec.jpeg(np.zeros(shape, np.float32), 50, "4:2:0")


@pytest.mark.parametrize("quality", [0, 101, 50.5, True])
def test_qualities_it_cannot_take(quality: int) -> None:
    with pytest.raises(ValueError, match="whole number from 1 to 100"):
        codec.jpeg(np.zeros((8, 8, 3), np.float32), quality, "4:2:0")


def test_an_unknown_subsampling_and_a_broken_file() -> None:
    with pytest.raises(ValueError, match="4:1:1"):
        codec.jpeg(np.zeros((8, 8, 3), np.float32), 50, "4:2:1")
    with pytest.raises(ImageError, match="did not decode"):
        codec.decode_jpeg(b"no JPEG")


def test_the_version_names_the_codec() -> None:
    assert "jpeg" in codec.jpeg_version().lower()
