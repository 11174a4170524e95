"""Scans of a JPEG are counted as a decoder meets them, and bounded by the pixels that each goes over."""

from __future__ import annotations

import io
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from realsr.images.errors import SourceError
from realsr.images.reading import MAX_PIXELS, opened_still
from realsr.images.stated import MOST_SCANS, scans_of
from tests.trust.shelf import jpeg_of_scans


def counted(data: bytes) -> int:
    return scans_of(io.BytesIO(data))


def saved(**options: object) -> bytes:
    pixels = np.random.default_rng(0).integers(0, 256, (200, 301, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=98, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(("progressive", "scans"), [(False, 1), (True, 10)])
@pytest.mark.parametrize("restarts", [0, 1])
def test_libjpegs_own(progressive: bool, scans: int, restarts: int) -> None:
    """One, or the ten of its standard progression; stuffed bytes and restart markers are none."""
    thumbnail = saved(progressive=True)[:2000]
    data = saved(
        progressive=progressive, restart_marker_rows=restarts, exif=b"Exif\0\0" + thumbnail
    )
    assert thumbnail.count(b"\xff\xda") > 0
    assert counted(data) == scans


@pytest.mark.parametrize("scans", [1, 2, 33, MOST_SCANS, MOST_SCANS + 1])
def test_as_many_as_were_written(scans: int) -> None:
    assert counted(jpeg_of_scans(64, 64, scans)) == scans


def test_nobody_counts_on_for_ever() -> None:
    begin = time.process_time()
    assert counted(jpeg_of_scans(64, 64, 10**6)) == MOST_SCANS + 1
    assert counted(b"\xff\xd8" + b"\xff\xfe\0\2" * 10**6) == MOST_SCANS + 1
    assert time.process_time() - begin < 5


@settings(max_examples=200)
@given(st.binary(max_size=300), st.integers(0, 2000))
def test_whatever_stands_there(data: bytes, at: int) -> None:
    """Any bytes are answered, and the file is left where it was."""
    whole = saved(progressive=True)
    file = io.BytesIO(whole[:at] + data + whole[at:])
    file.seek(3)
    assert 1 <= scans_of(file) <= MOST_SCANS + 1
    assert file.tell() == 3


@pytest.mark.parametrize("part", [1, 63, 64, 65, 319, 320, 321, 10_000])
def test_a_marker_across_two_reads(part: int) -> None:
    scan = jpeg_of_scans(64, 64, 2)
    place = scan.rindex(b"\xff\xda")
    assert counted(scan[:place] + b"\x11" * part + scan[place:]) == 2


@pytest.mark.parametrize(
    ("side", "scans", "taken"),
    [
        (16_000, 4_000, False),
        (16_000, 34, False),
        (16_000, 10, True),
        (64, 1000, True),
        (64, 1001, False),
    ],
)
def test_bounded_by_its_pixels(tmp_path: Path, side: int, scans: int, taken: bool) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg_of_scans(side, side, scans))
    if taken:
        with opened_still(path, MAX_PIXELS) as found:
            assert found.still.header.scans == scans
        return
    with pytest.raises(SourceError, match=r"a\.jpg: it is a JPEG of more than \d+ scans") as caught:
        opened_still(path, MAX_PIXELS).__enter__()
    assert caught.value.kind == "too-large"
