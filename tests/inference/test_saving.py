"""Results as files: each format by another's reader, with its profile and EXIF, strip by strip."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from realsr.files.errors import RequestError
from realsr.images.errors import SourceError
from realsr.images.raster import Kept, Pixels
from realsr.inference import saving as module
from realsr.inference.saving import FORMATS, SavedResult, Saving
from tests.images import profiles

EXIF = Image.Exif()
EXIF[0x0110] = "A camera"
KEPT = Kept(icc=profiles.wide(), exif=EXIF.tobytes().removeprefix(b"Exif\0\0"))


def smooth(channels: int, kind: type = np.uint8, size: tuple[int, int] = (45, 37)) -> Pixels:
    small = np.random.default_rng(1).integers(
        60, 200, (size[0] // 8 + 1, size[1] // 8 + 1, channels)
    )
    large = small.repeat(8, 0).repeat(8, 1)[: size[0], : size[1]]
    return (large * (np.iinfo(kind).max // 255)).astype(kind)


def written(pixels: Pixels, saving: Saving, rows: int = 10, kept: Kept = KEPT) -> Image.Image:
    strips = (pixels[top : top + rows] for top in range(0, len(pixels), rows))
    result = SavedResult(pixels.shape[:2], strips, kept, saving.level)
    image = Image.open(io.BytesIO(b"".join(saving.parts(result))))
    image.load()
    return image


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_every_format_holds_the_picture(name: str, channels: int, kind: type) -> None:
    if channels in (2, 4) and not FORMATS[name].alpha:  # type: ignore[index]
        return
    pixels = smooth(channels, kind)
    image = written(pixels, Saving(name, None if name == "png" else 100))  # type: ignore[arg-type]
    expected = pixels if kind == np.uint8 else (pixels / 257).round()
    found = np.asarray(image.convert({1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[channels]))
    if kind == np.uint16 and name == "png" and channels == 1:
        found = (np.asarray(image) / 257).round()
    # The others' own rounding, through YCbCr; PNG's and lossless WebP's is none.
    allowed = {"png": 1 if kind == np.uint16 else 0, "webp": 0, "jpeg": 3, "avif": 4}[name]
    assert np.abs(found.reshape(expected.shape) - expected.astype(float)).max() <= allowed
    assert image.info["icc_profile"] == KEPT.icc
    assert image.getexif()[0x0110] == "A camera"


@pytest.mark.parametrize("rows", [1, 7, 64, 200])
@pytest.mark.parametrize("quality", [75, 95])
@pytest.mark.parametrize("shape", [(130, 77, 3), (128, 16, 3), (70, 9, 1), (1, 1, 3)])
def test_a_jpeg_of_strips_is_the_whole_pictures(
    rows: int, quality: int, shape: tuple[int, int, int]
) -> None:
    pixels = smooth(shape[2], size=shape[:2])
    found = written(pixels, Saving("jpeg", quality), rows, Kept())
    store = io.BytesIO()
    picture = Image.fromarray(pixels if shape[2] == 3 else pixels[..., 0])
    picture.save(store, "JPEG", quality=quality, subsampling=0 if quality >= 90 else 2)
    assert np.array_equal(np.asarray(found), np.asarray(Image.open(store)))


@pytest.mark.parametrize("rows", [1, 7, 200])
def test_a_png_of_strips_is_the_whole_pictures(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realsr.images.png._FILTERED", 500)
    pixels = smooth(4)
    assert np.array_equal(np.asarray(written(pixels, Saving(), rows, Kept())), pixels)


def test_a_pngs_own_words_on_colour_stay() -> None:
    chunks = ((b"gAMA", b"\0\0\xb1\x8f"), (b"sRGB", b"\0"))
    image = written(smooth(3), Saving(), kept=Kept(png=chunks))
    assert (image.info["gamma"], image.info["srgb"]) == (0.45455, 0)
    both = written(smooth(3), Saving(), kept=Kept(icc=profiles.SRGB, png=chunks))
    assert "srgb" not in both.info
    assert both.info["icc_profile"] == profiles.SRGB


@pytest.mark.parametrize(
    ("name", "size", "fits"),
    [
        ("webp", (16_383, 16_383), True),
        ("webp", (16_384, 1), False),
        ("jpeg", (65_500, 8), True),
        ("jpeg", (8, 65_501), False),
        ("avif", (16_384, 16_384), True),
        ("avif", (16_385, 16_384), False),
        ("avif", (32_769, 1), False),
        ("png", (100_000, 100_000), True),
    ],
)
def test_sizes_that_a_format_does_not_hold(
    name: str, size: tuple[int, int], fits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "available", lambda: None)
    saving = Saving(name)  # type: ignore[arg-type]
    if fits:
        saving.check(size, smooth(3))
        return
    with pytest.raises(SourceError, match="--save-as png") as caught:
        saving.check(size, smooth(3))
    assert caught.value.kind == "too-large"


def test_what_a_format_does_not_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RequestError, match="png loses nothing"):
        Saving("png", 90)
    with pytest.raises(SourceError, match="transparent pixels, which jpeg does not hold"):
        Saving("jpeg").check((45, 37), smooth(4))
    opaque = smooth(4)
    opaque[..., 3] = 255
    Saving("jpeg").check((45, 37), opaque)
    assert written(opaque, Saving("jpeg")).mode == "RGB"
    with pytest.raises(SourceError, match="profile is of grey, and webp holds it as red"):
        Saving("webp").check((45, 37), smooth(1), Kept(icc=profiles.grey(2.2)))
    monkeypatch.setattr(module, "available", lambda: 10**6)
    with pytest.raises(SourceError, match=r"takes about 1.5 GB of memory where 0.0 are free"):
        Saving("webp").check((10_000, 10_000), smooth(3))
    Saving("jpeg").check((10_000, 10_000), smooth(3))
