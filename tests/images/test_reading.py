"""Reading sources: what is taken and what is refused, in which words."""

from __future__ import annotations

import contextlib
import io
import os
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from realsr.images.errors import SourceError
from realsr.images.formats import open_header
from realsr.images.reading import Reading, opened
from realsr.images.stored import StoredFile, read_stored

Synthetic = Callable[..., np.ndarray]


def read(path: Path, **reading: object) -> np.ndarray:
    with opened(path, Reading(**reading)) as image:
        pixels = image.pixels()
        assert pixels.shape[:2] == image.size
        return pixels


def refusal(path: Path, **reading: object) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(path, **reading)
    assert "\n" not in caught.value.reason
    return caught.value


def png(width: int, height: int, depth: int = 8, colour: int = 2, data: bytes = b"") -> bytes:
    """A PNG file by hand, with whatever its header is to say."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "webp"])
def test_rgb_and_grey_are_read_as_stored(
    tmp_path: Path, photograph: Synthetic, suffix: str
) -> None:
    colour, grey = photograph(1, 20, 30), photograph(2, 20, 30, 1)
    path = tmp_path / f"x.{suffix}"
    Image.fromarray(colour).save(path, lossless=True)
    assert (read(path) == colour).all()
    if suffix != "webp":
        Image.fromarray(grey[..., 0]).save(path)
        assert read(path).shape == (20, 30, 1)
        assert (read(path) == grey).all()


def test_a_jpeg_is_read_as_pillow_reads_it(tmp_path: Path, photograph: Synthetic) -> None:
    path = tmp_path / "x.jpg"
    Image.fromarray(photograph(1, 33, 47)).save(path)
    assert (read(path) == np.asarray(Image.open(path))).all()


def test_one_bit_becomes_grey(tmp_path: Path) -> None:
    bits = np.arange(64).reshape(8, 8) % 3 == 0
    Image.fromarray(bits).save(tmp_path / "x.png")
    assert (read(tmp_path / "x.png")[..., 0] == bits * 255).all()


def test_a_palette_becomes_rgb(tmp_path: Path, photograph: Synthetic) -> None:
    palette = Image.fromarray(photograph(1, 20, 30)).quantize(16)
    palette.save(tmp_path / "x.png")
    assert (read(tmp_path / "x.png") == np.asarray(palette.convert("RGB"))).all()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_exif_orientation_is_honoured(tmp_path: Path, orientation: int, suffix: str) -> None:
    stored = np.zeros((32, 48, 3), np.uint8)
    stored[:16, :24], stored[:16, 24:], stored[16:, :24] = (200, 0, 0), (0, 200, 0), (0, 0, 200)
    path = tmp_path / f"x.{suffix}"
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if suffix == "webp" else {}
    Image.fromarray(stored).save(path, exif=exif, quality=95, subsampling=0, **options)
    upright = {
        1: stored, 2: stored[:, ::-1], 3: stored[::-1, ::-1], 4: stored[::-1],
        5: stored.swapaxes(0, 1), 6: np.rot90(stored, -1),
        7: stored.swapaxes(0, 1)[::-1, ::-1], 8: np.rot90(stored, 1),
    }[orientation]  # fmt: skip
    assert abs(read(path).astype(int) - upright).max() <= 4


def test_opaque_alpha_is_dropped(tmp_path: Path, photograph: Synthetic) -> None:
    colour = photograph(1, 9, 8)
    Image.fromarray(np.dstack([colour, np.full((9, 8), 255, np.uint8)])).save(tmp_path / "x.png")
    assert (read(tmp_path / "x.png") == colour).all()


@pytest.mark.parametrize("channels", [1, 3])
def test_real_transparency_needs_a_policy(
    tmp_path: Path, photograph: Synthetic, channels: int
) -> None:
    colour, opacity = (
        photograph(1, 16, 16, channels),
        np.arange(256, dtype=np.uint8).reshape(16, 16, 1),
    )
    path = tmp_path / "x.png"
    Image.fromarray(np.concatenate([colour, opacity], 2)).save(path)
    assert refusal(path).kind == "transparent"
    assert refusal(path).reason == "it has transparent pixels"
    assert (read(path, alpha="drop") == colour).all()
    for alpha, ground in (("white", 255.0), ("black", 0.0)):
        exact = ground + (colour - ground) * (opacity / 255.0)
        assert abs(read(path, alpha=alpha) - exact).max() <= 0.5


@pytest.mark.parametrize("mode", ["P", "L", "RGB", "1"])
def test_a_transparent_colour_is_transparency(tmp_path: Path, mode: str) -> None:
    image = Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8) * 4).convert(mode)
    first = image.getpixel((0, 0))
    image.save(tmp_path / "x.png", transparency=first)
    assert refusal(tmp_path / "x.png").kind == "transparent"
    assert (read(tmp_path / "x.png", alpha="white")[0, 0] == 255).all()


def deep_files(tmp_path: Path) -> list[Path]:
    colour = np.full((8, 8, 3), 40_000, np.uint16)
    paths = [
        tmp_path / name
        for name in ("grey.png", "colour.png", "alpha.png", "grey.tif", "colour.tif")
    ]
    alpha = np.full((8, 8, 4), 40_000, np.uint16)
    images = (colour[..., 0], colour, alpha, colour[..., 0], colour)
    for path, image in zip(paths, images, strict=True):
        assert cv2.imwrite(str(path), image)
    Image.fromarray(np.ones((8, 8), np.float32)).save(tmp_path / "float.tif")
    Image.fromarray(np.ones((8, 8), np.int32)).save(tmp_path / "whole.tif")
    return [*paths, tmp_path / "float.tif", tmp_path / "whole.tif"]


def test_more_than_eight_bits_are_refused_in_every_form(tmp_path: Path) -> None:
    for path in deep_files(tmp_path):
        assert refusal(path).kind == "deep", path
        assert "more than 8 bits a channel" in refusal(path).reason


@pytest.mark.parametrize(
    ("mode", "suffix"), [("CMYK", "jpg"), ("CMYK", "tif"), ("LAB", "tif"), ("YCbCr", "tif")]
)
def test_other_colours_are_refused(tmp_path: Path, mode: str, suffix: str) -> None:
    Image.new(mode, (8, 8)).save(tmp_path / f"x.{suffix}")
    found = refusal(tmp_path / f"x.{suffix}")
    assert found.kind == "colour-mode"
    assert f"stored as {mode}" in found.reason


@pytest.mark.parametrize("suffix", ["png", "webp", "tif"])
def test_animations_and_stacks_are_refused(
    tmp_path: Path, photograph: Synthetic, suffix: str
) -> None:
    first, second = (Image.fromarray(photograph(seed, 8, 8)) for seed in (1, 2))
    first.save(tmp_path / f"x.{suffix}", save_all=True, append_images=[second])
    found = refusal(tmp_path / f"x.{suffix}")
    assert (found.kind, found.reason[:19]) == ("animated", "it holds 2 pictures")


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "tif", "webp"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_truncated_files_are_refused(
    tmp_path: Path, photograph: Synthetic, suffix: str, share: float
) -> None:
    store = io.BytesIO()
    picture = Image.fromarray(photograph(1, 120, 90))
    picture.save(store, {"jpg": "JPEG", "tif": "TIFF"}.get(suffix, suffix.upper()), lossless=True)
    data = store.getvalue()
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(data[: int(len(data) * share)])
    assert refusal(path).kind in ("truncated", "damaged")
    if suffix in ("png", "jpg", "bmp"):
        assert "truncated" in refusal(path).reason


def test_a_damaged_png_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(png(8, 8, data=zlib.compress(b"too short")))
    assert refusal(tmp_path / "x.png").kind in ("truncated", "damaged")


def test_a_huge_header_is_refused_before_decoding(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(png(60_000, 60_000))
    found = refusal(tmp_path / "x.png")
    assert found.kind == "too-large"
    assert (
        "60000 x 60000 = 3600000000 pixels (height x width), and at most 268435456" in found.reason
    )


def test_the_bound_is_ours_and_pillows_own_stays(tmp_path: Path) -> None:
    before = Image.MAX_IMAGE_PIXELS
    side = 16_000  # 256e6 pixels: beyond Pillow's error, below ours
    (tmp_path / "x.png").write_bytes(png(side, side, colour=0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with (tmp_path / "x.png").open("rb") as file:
            assert open_header(file).size == (side, side)
    assert refusal(tmp_path / "x.png").kind in ("truncated", "damaged")
    assert before == Image.MAX_IMAGE_PIXELS
    assert refusal(tmp_path / "x.png", max_pixels=1000).kind == "too-large"


@pytest.mark.parametrize(
    ("data", "kind", "reason"),
    [
        (b"", "empty", "0 bytes"),
        (
            b"only text\n" * 20,
            "not-an-image",
            "no PNG, JPEG, BMP, TIFF, WebP, AVIF, HEIC or JPEG 2000",
        ),
        (b"GIF89a" + bytes(40), "not-an-image", "no PNG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "not-an-image", "no PNG"),
        (b"\x89PNG\r\n\x1a\n", "damaged", "header"),
        (b"\xff\xd8\xff", "damaged", "header"),
        (b"BM", "damaged", "header"),
        (b"II*\0", "damaged", "header"),
        (b"RIFF\0\0\0\0WEBP", "damaged", "header"),
    ],
)
def test_what_is_no_image(tmp_path: Path, data: bytes, kind: str, reason: str) -> None:
    (tmp_path / "x.png").write_bytes(data)
    found = refusal(tmp_path / "x.png")
    assert found.kind == kind
    assert reason in found.reason


def test_a_directory_and_a_vanished_file(tmp_path: Path) -> None:
    (tmp_path / "x.png").mkdir()
    assert "directory" in refusal(tmp_path / "x.png").reason
    assert "no longer there" in refusal(tmp_path / "y.png").reason


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Injected, since a test that runs as root may read everything.
    def refuse(path: str, _: int) -> None:
        raise PermissionError(13, "Permission denied", path)

    (tmp_path / "x.png").write_bytes(png(4, 4))
    monkeypatch.setattr("degrade.foreign._without_waiting", refuse)
    assert "no permission" in refusal(tmp_path / "x.png").reason


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("suffix", ["JPEG", "PNG", "WEBP"])
def test_damaged_exif_raises_nothing_but_a_source_error(
    tmp_path: Path, photograph: Synthetic, suffix: str
) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x011A] = 6, "words about it", 72.5
    exif.get_ifd(0x8769)[0x9201] = 1.5
    store = io.BytesIO()
    Image.fromarray(photograph(1, 16, 24)).save(store, suffix, exif=exif, lossless=True)
    data = store.getvalue()
    start, length = data.index(b"MM\0*"), len(exif.tobytes()) - 6
    random = np.random.default_rng(0)
    for _ in range(150):
        changed = bytearray(data)
        for place in random.integers(4, length, 3):
            changed[start + place] = random.choice([0, 1, 128, 255, random.integers(256)])
        (tmp_path / "x.png").write_bytes(changed)
        with contextlib.suppress(SourceError):
            read(tmp_path / "x.png")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("position", range(0, 400, 7))
def test_damage_raises_nothing_but_a_source_error(
    tmp_path: Path, photograph: Synthetic, position: int
) -> None:
    store = io.BytesIO()
    Image.fromarray(photograph(1, 16, 16)).save(store, "TIFF")
    data = bytearray(store.getvalue())
    data[position % len(data)] ^= 0xFF
    data[-1 - position % 180] ^= 0xFF
    (tmp_path / "x.tif").write_bytes(data)
    with contextlib.suppress(SourceError):
        read(tmp_path / "x.tif", alpha="drop")


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_a_stored_picture_is_read_as_a_source_is(
    tmp_path: Path, photograph: Synthetic, suffix: str
) -> None:
    """TIFF's reader looks at the stream's name."""
    colour, path = photograph(1, 20, 30), tmp_path / f"x.{suffix}"
    Image.fromarray(colour).save(path)
    assert (read_stored(StoredFile(path, inside=tmp_path), (20, 30)) == colour).all()


def test_what_is_no_file_is_refused_alike_as_source_and_as_stored(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "empty.png").touch()
    (tmp_path / "folder.png").mkdir()
    for name, word in (("pipe", "irregular"), ("empty", "empty"), ("folder", "directory")):
        path = tmp_path / f"{name}.png"
        assert refusal(path).kind == word
        with pytest.raises(SourceError) as caught:
            read_stored(StoredFile(path), (1, 1))
        assert (caught.value.kind, str(caught.value)) == (word, str(refusal(path)))
