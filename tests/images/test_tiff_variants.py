"""Every form of TIFF through `make-pairs`' reader and `upscale`'s.

Planes x depth x photometric interpretation x extra samples x compression x predictor x tiles x byte order.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from realsr.images.errors import SourceError
from realsr.images.reading import Reading, opened
from realsr.inference.pictures import read_picture
from tests.images import tiffs
from tests.images.pngs import noise, on_full_range
from tests.images.tiffs import COLOURS, REFUSED, SIZE, Form

ALPHAS = {"none": (), "straight": (2,), "associated": (1,), "unspecified": (0,), "two": (0, 2)}
STORED = [
    {},
    {"side": 16},
    {"big": True},
    {"compression": 5},
    {"compression": 8, "predictor": 2},
    {"compression": 5, "predictor": 2, "side": 16},
    {"compression": 32773},
    {"compression": 34925},
    {"compression": 32946, "side": 16, "big": True},
    {"reversed_bits": True},
    {"compression": 8, "reversed_bits": True},
]


def picture(form: Form, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray | float]:
    """`h w c` that the numbers are, and by how much another reading may differ."""
    colours = COLOURS[form.photometric]
    truth = on_full_range(numbers[..., :colours], form.bits)
    full = int(np.iinfo(truth.dtype).max)
    if form.photometric == tiffs.WHITE_IS_ZERO:
        truth = full - truth
    places = [place for place, kind in enumerate(form.kinds, colours) if kind]
    if not places:
        return truth, 0.0
    alpha = on_full_range(numbers[..., places[0], None], form.bits)
    allowed: np.ndarray | float = 0.0
    if 1 in form.kinds:
        share = np.maximum(alpha, 1) / full
        truth = np.minimum(np.where(alpha == 0, truth, truth / share), full)
        allowed = np.concatenate([np.broadcast_to(0.5 / share + 1, truth.shape), 0 * share], axis=2)
    return np.concatenate([truth, alpha], axis=2), allowed


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 12, 16])
@pytest.mark.parametrize("photometric", COLOURS)
def test_right_by_upscale_and_right_or_refused_by_make_pairs(
    tmp_path: Path, photometric: int, bits: int
) -> None:
    for (name, kinds), order, planar in product(ALPHAS.items(), "<>", (False, True)):
        for stored in STORED:
            form = Form(photometric, bits, order, planar, kinds=kinds, **stored)  # type: ignore[arg-type]
            unread = form.predictor == 2 and bits not in (8, 16)
            inside_out = photometric == tiffs.WHITE_IS_ZERO and name == "associated"
            _check(tmp_path / "a.tif", form, refused=unread or inside_out)


def _check(path: Path, form: Form, *, refused: bool) -> None:
    samples = COLOURS[form.photometric] + len(form.kinds)
    numbers = noise((*SIZE, samples), form.bits, seed=samples)
    path.write_bytes(form.written(numbers))
    if refused:
        with pytest.raises(SourceError):
            read_picture(path, 10**6)
        return
    truth, allowed = picture(form, numbers)
    found = read_picture(path, 10**6).pixels
    assert found.dtype == (np.uint8 if form.bits <= 8 else np.uint16)
    assert found.shape == truth.shape, form
    assert (np.abs(found.astype(float) - truth) <= allowed).all(), form
    _check_pairs(path, found, form.bits)


def _check_pairs(path: Path, pixels: np.ndarray, bits: int) -> None:
    """Refused if deep; else the same colours, and laid on black where there is alpha."""
    if bits > 8:
        with pytest.raises(SourceError, match="more than 8 bits"), opened(path, Reading()):
            pass
        return
    with opened(path, Reading("black")) as source:
        found = source.pixels()
    colours = pixels.astype(float)
    if pixels.shape[2] in (2, 4):
        colours = colours[..., :-1] * (colours[..., -1:] / 255)
    assert found.shape == colours.shape
    assert np.abs(found - colours).max() <= 0.5


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
@pytest.mark.parametrize("planar", [False, True])
def test_palettes(tmp_path: Path, bits: int, planar: bool) -> None:
    colours = noise((3, 2**bits), 8, seed=bits)
    for wide, kinds in product((257, 1), ((), (2,), (0,))):
        if planar and not kinds:
            continue
        more = {320: (colours * wide).reshape(-1)}
        form = Form(tiffs.PALETTE, bits, planar=planar, kinds=kinds, more=more)
        numbers = noise((*SIZE, 1 + len(kinds)), bits)
        (tmp_path / "a.tif").write_bytes(form.written(numbers))
        truth = colours.T[numbers[..., 0]]
        if kinds == (2,):
            truth = np.concatenate([truth, on_full_range(numbers[..., 1:], bits)], axis=2)
        assert np.array_equal(read_picture(tmp_path / "a.tif", 10**6).pixels, truth)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("bits", [8, 16])
def test_orientation(tmp_path: Path, orientation: int, bits: int) -> None:
    numbers = noise((*SIZE, 3), bits)
    form = Form(tiffs.RGB, bits, planar=bits == 16, side=16, more={274: [orientation]})
    (tmp_path / "a.tif").write_bytes(form.written(numbers))
    upright = {
        1: numbers, 2: numbers[:, ::-1], 3: numbers[::-1, ::-1], 4: numbers[::-1],
        5: numbers.swapaxes(0, 1), 6: np.rot90(numbers, -1),
        7: numbers.swapaxes(0, 1)[::-1, ::-1], 8: np.rot90(numbers, 1),
    }[orientation]  # fmt: skip
    assert np.array_equal(read_picture(tmp_path / "a.tif", 10**6).pixels, upright)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_read_is_refused_by_name(tmp_path: Path, name: str) -> None:
    form, samples, words = REFUSED[name]
    depth = min(form.bits, 16)
    numbers = noise((*SIZE, samples), depth)
    (tmp_path / "a.tif").write_bytes(form.written(numbers))
    for read in (lambda path: read_picture(path, 10**6), lambda path: _pairs(path)):
        with pytest.raises(SourceError) as caught:
            read(tmp_path / "a.tif")
        assert words in caught.value.reason or (depth > 8 and caught.value.kind == "deep")


def _pairs(path: Path) -> np.ndarray:
    with opened(path, Reading()) as source:
        return source.pixels()


@pytest.mark.parametrize("compression", tiffs.CODES)
@pytest.mark.parametrize("share", [0.5, 0.95])
def test_a_truncated_file_is_refused(tmp_path: Path, compression: int, share: float) -> None:
    data = Form(tiffs.RGB, 16, compression=compression).written(noise((40, 50, 3), 16))
    (tmp_path / "a.tif").write_bytes(data[: int(share * len(data))])
    with pytest.raises(SourceError):
        read_picture(tmp_path / "a.tif", 10**6)


@pytest.mark.parametrize("mode", ["L", "RGB", "YCbCr"])
@pytest.mark.parametrize("compression", ["jpeg", "tiff_lzw", "zstd", "group4"])
def test_compressions_that_only_libtiff_writes(tmp_path: Path, mode: str, compression: str) -> None:
    """Another's program writes them: Pillow's."""
    image = Image.fromarray(noise((24, 40, 3), 8).astype(np.uint8).repeat(4, 0)).convert(mode)
    if compression == "group4":
        image = image.convert("1")
    image.save(tmp_path / "a.tif", compression=compression)
    expected = np.asarray(Image.open(tmp_path / "a.tif").convert("L" if mode == "L" else "RGB"))
    if compression == "group4":
        expected = np.asarray(image.convert("L"))
    found = read_picture(tmp_path / "a.tif", 10**6).pixels
    assert np.array_equal(found.squeeze(), expected)


@pytest.mark.parametrize("mode", ["RGB", "YCbCr", "L"])
def test_orientation_of_what_pillow_decodes(tmp_path: Path, mode: str) -> None:
    stored = np.zeros((32, 48, 3), np.uint8)
    stored[:16, :24], stored[:16, 24:], stored[16:, :24] = (200, 0, 0), (0, 200, 0), (0, 0, 200)
    image, exif = Image.fromarray(stored).convert(mode), Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "a.tif", compression="jpeg", exif=exif)
    expected = np.rot90(np.asarray(image.convert("L" if mode == "L" else "RGB")), -1)
    found = read_picture(tmp_path / "a.tif", 10**6).pixels.squeeze()
    assert found.shape == expected.shape
    assert np.abs(found.astype(int) - expected).max() <= 6
