"""Where HR images are cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import degrade
from degrade.geometry import Size
from realsr.files.errors import RequestError
from realsr.images.crops import Box, Cut
from realsr.images.errors import SourceError

lengths = st.integers(16, 300)
units = st.floats(0, 1, exclude_min=True, exclude_max=True)


@given(lengths, lengths, units, units)
def test_a_crop_lies_inside(height: int, width: int, y: float, x: float) -> None:
    box = Cut(4, 16).at(Size(height, width), y, x)
    assert 0 <= box.y <= height - 16
    assert 0 <= box.x <= width - 16
    assert (box.height, box.width) == (16, 16)


def test_every_place_is_equally_likely_and_none_is_on_a_grid_only() -> None:
    keys = degrade.keys(0, [str(index) for index in range(20_000)])
    uniforms = degrade.draw_uniforms(keys, [("crop", "y"), ("crop", "x")])
    places = np.array([Cut(4, 16).at(Size(20, 23), y, x)[:2] for y, x in uniforms])
    for column, count in ((0, 5), (1, 8)):
        seen = np.bincount(places[:, column], minlength=count)
        assert len(seen) == count
        expected = 20_000 / count
        assert (abs(seen - expected) < 4.5 * expected**0.5).all()
    assert abs(np.corrcoef(places.T)[0, 1]) < 0.03


@given(lengths, lengths, st.integers(1, 64))
def test_tiles_cover_every_pixel_once_named(height: int, width: int, step: int) -> None:
    boxes = Cut(4, 16, step).tiles(Size(height, width))
    assert len(set(boxes)) == len(boxes)
    assert all(box.y + 16 <= height and box.x + 16 <= width for box in boxes)
    assert max(box.y for box in boxes) == height - 16
    assert max(box.x for box in boxes) == width - 16
    if step <= 16:
        seen = np.zeros((height, width), bool)
        for box in boxes:
            seen[box.y : box.y + 16, box.x : box.x + 16] = True
        assert seen.all()


def test_tiles_by_hand() -> None:
    boxes = Cut(4, 16, 12).tiles(Size(16, 41))
    assert boxes == [Box(0, x, 16, 16) for x in (0, 12, 24, 25)]


@given(lengths, lengths, st.integers(1, 8))
def test_the_whole_picture_loses_less_than_the_scale(height: int, width: int, scale: int) -> None:
    box = Cut(scale, None).whole(Size(height, width))
    assert box[:2] == (0, 0)
    assert box.height % scale == box.width % scale == 0
    assert 0 <= height - box.height < scale
    assert 0 <= width - box.width < scale


def test_too_small_says_both_sizes() -> None:
    with pytest.raises(
        SourceError, match=r"12 x 90 \(height x width\), smaller than the crop 16 x 16"
    ):
        Cut(4, 16).check(Size(12, 90))
    with pytest.raises(SourceError, match=r"1 x 1 \(height x width\), smaller than the scale 4"):
        Cut(4, None).check(Size(1, 1))


@pytest.mark.parametrize(
    ("side", "step", "why"),
    [
        (18, None, "not a multiple of the scale 4"),
        (0, None, "multiple"),
        (None, 8, "--tiles needs"),
    ],
)
def test_cuts_that_cannot_be(side: int | None, step: int | None, why: str) -> None:
    with pytest.raises(RequestError, match=why):
        Cut(4, side, step)
