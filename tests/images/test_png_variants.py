"""Every form of PNG through `make-pairs`' reader and `upscale`'s: colour type x depth x interlace x chunks."""

from __future__ import annotations

import struct
import zlib
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest

from realsr.images.errors import SourceError
from realsr.images.reading import Reading, opened
from realsr.inference.pictures import read_picture
from tests.images import pngs, profiles

GAMMA = (b"gAMA", struct.pack(">I", 100_000))
PROFILE = (b"iCCP", b"sRGB\0\0" + zlib.compress(profiles.SRGB))
FORMS = [(colour, depth) for colour, depths in pngs.DEPTHS.items() for depth in depths]


@pytest.mark.parametrize(("colour", "depth"), FORMS)
def test_right_by_upscale_and_right_or_refused_by_make_pairs(
    tmp_path: Path, colour: int, depth: int
) -> None:
    path = tmp_path / "a.png"
    has_alpha = colour >= pngs.GREY_ALPHA
    for keyed, interlaced, more in product((False, True), (False, True), ([], [GAMMA], [PROFILE])):
        if keyed and has_alpha:
            continue
        numbers, chunks, truth = pngs.made(colour, depth, keyed=keyed)
        before = [*more, *chunks]
        path.write_bytes(pngs.png(numbers, colour, depth, interlaced=interlaced, before=before))
        found = read_picture(path, 10**6).pixels
        assert found.dtype == truth.dtype
        assert np.array_equal(found, truth), (keyed, interlaced, more)
        _check_pairs(path, truth)


def _check_pairs(path: Path, truth: np.ndarray) -> None:
    """Refused if deep; else the colours, laid on white where there is alpha."""
    if truth.dtype == np.uint16:
        with pytest.raises(SourceError, match="more than 8 bits"), opened(path, Reading()):
            pass
        return
    with opened(path, Reading("white")) as source:
        found = source.pixels()
    colours = truth
    if truth.shape[2] in (2, 4):
        share = truth[..., -1:] / 255
        colours = truth[..., :-1] * share + 255 * (1 - share)
    assert found.shape == colours.shape
    assert np.abs(found - colours).max() <= 0.5


@pytest.mark.parametrize("depth", [8, 16])
def test_exif_behind_the_pixels_tells_which_way_is_up(tmp_path: Path, depth: int) -> None:
    numbers = pngs.noise((*pngs.SIZE, 3), depth)
    turned = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0)
    (tmp_path / "a.png").write_bytes(pngs.png(numbers, pngs.RGB, depth, behind=[(b"eXIf", turned)]))
    found = read_picture(tmp_path / "a.png", 10**6).pixels
    assert np.array_equal(found, np.rot90(pngs.on_full_range(numbers, depth), -1))


@pytest.mark.parametrize("share", [0.3, 0.7, 0.97])
def test_a_truncated_16_bit_png_is_refused(tmp_path: Path, share: float) -> None:
    data = pngs.png(pngs.noise((40, 50, 3), 16), pngs.RGB, 16)
    (tmp_path / "a.png").write_bytes(data[: int(share * len(data))])
    with pytest.raises(SourceError, match="truncated"):
        read_picture(tmp_path / "a.png", 10**6)


def test_a_chunk_that_goes_on_behind_the_file_is_refused_before_it_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenCV makes room for what it says: 4 GB."""
    data = cv2.imencode(".png", np.zeros((4, 4), np.uint16))[1].tobytes()
    path = tmp_path / "a.png"
    path.write_bytes(data[:33] + b"\xff" * 4 + data[37:])
    monkeypatch.setattr(cv2, "imdecode", None)
    with pytest.raises(SourceError, match="its pixels break off"):
        read_picture(path, 100)
