"""What is told of compressions that Pillow made, and of pictures that it never touched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from PIL import Image

from realsr.estimation.codec.history import NAMES, compression
from realsr.estimation.codec.tables import luma_tables
from realsr.estimation.estimator import Inquiry
from realsr.estimation.findings import Findings
from realsr.estimation.seen import Seen
from realsr.measuring.reading import read_seen
from tests.estimation.codec.pictures import Bytes, crop, jpeg, photograph

# What is true of nearly all pictures is held on the same few each time; the benchmark has the shares.
FEW = settings(max_examples=6, derandomize=True, phases=[Phase.generate])
SIDE = 136
SUBSAMPLINGS = ("4:4:4", "4:2:2", "4:2:0")
OFFSETS = st.integers(0, 7)


def told(pixels: Bytes) -> Findings:
    return compression(Seen(pixels), Inquiry(), Findings())


def values(found: Findings) -> dict[str, Any]:
    return {name: one.value for name, one in found.estimates.items()}


@FEW
@given(st.integers(30, 98), st.sampled_from(SUBSAMPLINGS), OFFSETS, OFFSETS, st.integers(0, 99))
def test_one_compression_is_told_from_pixels(
    quality: int, subsampling: str, down: int, right: int, seed: int
) -> None:
    pixels = jpeg(crop(seed, SIDE), quality=quality, subsampling=subsampling)[down:, right:]
    found = told(pixels)
    seen = values(found)
    assert abs(seen["jpeg_quality"] - quality) <= 2
    assert (seen["jpeg_grid_y"], seen["jpeg_grid_x"]) == (-down % 8, -right % 8)
    assert seen.get("jpeg_subsampling", subsampling) == subsampling
    assert seen["jpeg_count"] == 1
    interval = found.estimates["jpeg_quality"]
    assert isinstance(interval.low, int)
    assert isinstance(interval.high, int)
    assert interval.low <= quality <= interval.high
    assert "jpeg_first_quality" in found.refused


@pytest.mark.parametrize("subsampling", SUBSAMPLINGS)
def test_chroma_is_told(subsampling: str) -> None:
    pixels = jpeg(crop(5, 192, "astronaut.png"), quality=88, subsampling=subsampling)[3:, 5:]
    assert values(told(pixels))["jpeg_subsampling"] == subsampling


def test_what_was_never_compressed_is_told() -> None:
    for seed in range(3):
        found = told(crop(seed, 128))
        assert values(found) == {"jpeg_count": 0}
        assert found.estimates["jpeg_count"].high == 0
        assert set(found.refused) == set(NAMES) - {"jpeg_count"}


def test_pictures_with_a_grid_of_their_own_are_not_called_compressed() -> None:
    large = crop(1, 20).repeat(8, axis=0).repeat(8, axis=1)
    stripes = np.zeros((128, 128, 3), np.uint8)
    stripes[::4] = 255
    for pixels in (large, stripes, np.full((64, 64, 3), 90, np.uint8)):
        assert "jpeg_quality" not in told(pixels).estimates
        assert values(told(pixels)).get("jpeg_count", 0) == 0


def test_a_flat_picture_is_refused() -> None:
    found = told(np.full((128, 128, 3), 90, np.uint8))
    assert not found.estimates
    assert "no detail" in found.refused["jpeg_count"]


@FEW
@given(st.integers(75, 95), st.integers(5, 40), OFFSETS, OFFSETS, st.integers(0, 99))
def test_a_coarser_first_compression_on_the_same_grid_is_told(
    last: int, below: int, down: int, right: int, seed: int
) -> None:
    first = last - below
    once = jpeg(crop(seed, 160), quality=first, subsampling=0)
    found = told(jpeg(once, quality=last, subsampling=0)[down:, right:])
    assert values(found)["jpeg_count"] == 2
    told_first = found.estimates["jpeg_first_quality"]
    assert abs(told_first.value - first) <= 3  # type: ignore[operator]
    assert told_first.more["aligned"] is True


@pytest.mark.parametrize(("first", "last"), [(45, 88), (60, 93)])
def test_a_much_coarser_first_compression_on_another_grid_is_told(first: int, last: int) -> None:
    once = jpeg(crop(7, 264), quality=first)[3:, 6:]
    found = told(jpeg(once, quality=last))
    seen = found.estimates["jpeg_first_quality"]
    assert abs(seen.value - first) <= 3  # type: ignore[operator]
    assert seen.more["aligned"] is False
    assert values(found)["jpeg_quality"] == last


@pytest.mark.parametrize(("first", "last"), [(90, 60), (85, 85), (78, 80)])
def test_a_first_compression_that_is_not_coarser_cannot_be_told(first: int, last: int) -> None:
    found = told(jpeg(jpeg(crop(3, 160), quality=first), quality=last))
    assert "jpeg_first_quality" in found.refused
    count = found.estimates["jpeg_count"]
    assert count.high == 2


def test_steps_of_other_tables_are_told_one_by_one() -> None:
    steps = [3 + (row + column) // 2 + 5 * (row == 2) for row in range(8) for column in range(8)]
    pixels = jpeg(crop(2, 160), qtables=[steps, steps], subsampling=0)[1:, 2:]
    found = told(pixels)
    assert "no standard table" in found.refused["jpeg_quality"]
    rows: Any = values(found)["jpeg_steps"]
    seen = np.array([[step or 0 for step in row] for row in rows]).reshape(-1)
    assert (seen > 0).sum() >= 40
    assert (seen == steps)[seen > 0].all()


def test_a_grey_picture_has_no_subsampling() -> None:
    grey = jpeg(crop(4, 144)[..., :1], quality=70)
    for pixels in (grey, grey.repeat(3, axis=2)):
        found = told(pixels)
        assert values(found)["jpeg_quality"] == 70
        assert "grey" in found.refused["jpeg_subsampling"]


def test_sixteen_bits_are_read_where_they_hold_eight() -> None:
    pixels = jpeg(crop(4, 144), quality=70)
    deep = pixels.astype(np.uint16) * 257
    found = compression(Seen(deep), Inquiry(), Findings())
    assert values(found)["jpeg_quality"] == 70
    deep[0, 0] += 1
    assert set(compression(Seen(deep), Inquiry(), Findings()).refused) == set(NAMES)


@pytest.mark.parametrize("shape", [(1, 1, 3), (23, 400, 3), (7, 7, 1)])
def test_a_small_picture_is_refused(shape: tuple[int, int, int]) -> None:
    found = told(np.zeros(shape, np.uint8))
    assert set(found.refused) == set(NAMES)


@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_a_file_is_taken_at_its_word(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "a.jpg"
    picture = Image.fromarray(photograph("coffee.png")[:150, :203])
    picture.save(path, quality=83, subsampling="4:2:2", exif=exif)
    seen = read_seen(path)
    by_file = values(compression(seen, Inquiry(), Findings()))
    assert by_file["jpeg_quality"] == 83
    table = luma_tables()[82].reshape(8, 8)
    assert by_file["jpeg_steps"] == (table.T if orientation == 6 else table).tolist()
    assert by_file["jpeg_subsampling"] == ("4:4:0" if orientation == 6 else "4:2:2")
    by_pixels = values(told(np.asarray(seen.pixels, np.uint8)))
    for name in ("jpeg_grid_y", "jpeg_grid_x"):
        assert by_pixels[name] == by_file[name]


def test_a_small_file_still_says_its_tables(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.fromarray(photograph("coffee.png")[:9, :9]).save(path, quality=50)
    assert values(compression(read_seen(path), Inquiry(), Findings()))["jpeg_quality"] == 50


def test_the_file_of_another_program_with_a_known_history(shared_data: Path) -> None:
    path = shared_data / "estimation" / "double_jpeg_60_then_90.jpg"
    seen = values(compression(read_seen(path), Inquiry(), Findings()))
    assert seen["jpeg_quality"] == 90
    assert abs(seen["jpeg_first_quality"] - 60) <= 3
    assert seen["jpeg_count"] == 2
