"""Sources that cannot become pairs: a sentence and a line each, and the rest is made."""

from __future__ import annotations

import io
import json
import shutil
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from degrade import foreign
from realsr.pairs.make import Outcome

Make = Callable[..., Outcome]

EXPECTED = {
    "animated": ("animated", "it holds 2 pictures; a source is one still picture"),
    "cmyk": ("colour-mode", "its colours are stored as CMYK; convert it to RGB first"),
    "deep": ("deep", "it has more than 8 bits a channel"),
    "directory": ("directory", "it is a directory with the name of an image"),
    "empty": ("empty", "the file is empty (0 bytes)"),
    "huge": ("too-large", "its header says 60000 x 60000 = 3600000000 pixels"),
    "one": ("too-small", "it is 1 x 1 (height x width), smaller than the crop 48 x 48"),
    "small": (
        "too-small",
        "it is 40 x 60 (height x width), smaller than the crop 48 x 48",
    ),
    "text": ("not-an-image", "it is no PNG, JPEG, BMP, TIFF, WebP, AVIF, HEIC or JPEG 2000 file"),
    "transparent": ("transparent", "it has transparent pixels"),
    "truncated": ("truncated", "it ends in the middle of the picture (truncated)"),
}


def _huge_header() -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    crc = struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + crc + b"\0\0\0\0IDAT" + bytes(4)


@pytest.fixture
def bad(photographs: Path, photograph: Callable[..., np.ndarray]) -> Path:
    """A directory with every kind of bad source, and good ones of every taken kind."""
    shutil.rmtree(photographs / "inner")
    sound = (photographs / "a.png").read_bytes()
    colour = Image.fromarray(photograph(9, 60, 60))
    colour.save(
        photographs / "animated.webp", save_all=True, append_images=[Image.new("RGB", (60, 60))]
    )
    colour.convert("CMYK").save(photographs / "cmyk.jpg")
    cv2.imwrite(str(photographs / "deep.png"), np.full((60, 60), 9, np.uint16))
    (photographs / "directory.png").mkdir()
    (photographs / "empty.bmp").write_bytes(b"")
    (photographs / "huge.png").write_bytes(_huge_header())
    Image.new("RGB", (1, 1)).save(photographs / "one.png")
    Image.new("RGB", (60, 40)).save(photographs / "small.png")
    (photographs / "text.png").write_text("a picture says more\n" * 50)
    Image.new("RGBA", (60, 60), (9, 9, 9, 128)).save(photographs / "transparent.png")
    (photographs / "truncated.png").write_bytes(sound[: len(sound) // 2])
    colour.convert("L").save(photographs / "good_grey.png")
    colour.quantize(20).save(photographs / "good_palette.png")
    return photographs


def test_each_has_its_sentence_and_the_rest_is_made(bad: Path, make: Make, tmp_path: Path) -> None:
    outcome = make(bad, tmp_path / "out")
    assert {failure.source for failure in outcome.failures} == EXPECTED.keys()
    for failure in outcome.failures:
        kind, words = EXPECTED[failure.source]
        assert failure.kind == kind
        assert words in failure.reason
    made = sorted(path.stem for path in (tmp_path / "out" / "lr").iterdir())
    assert made == ["a", "b", "c", "good_grey", "good_palette"]
    assert Image.open(tmp_path / "out" / "lr" / "good_grey.png").mode == "L"


def test_failures_are_lines_sorted_and_rewritten(bad: Path, make: Make, tmp_path: Path) -> None:
    out = tmp_path / "out"
    make(bad, out)
    lines = [json.loads(line) for line in (out / "failures.jsonl").read_text().splitlines()]
    assert [line["source"] for line in lines] == sorted(EXPECTED)
    assert all(line.keys() == {"source", "file", "kind", "reason"} for line in lines)
    shutil.copy(bad / "b.png", bad / "empty.bmp")
    outcome = make(bad, out)
    assert (outcome.made, outcome.kept) == (1, 5)
    lines = [json.loads(line) for line in (out / "failures.jsonl").read_text().splitlines()]
    assert [line["source"] for line in lines] == sorted(EXPECTED.keys() - {"empty"})
    keys = [json.loads(line).get("key") for line in (out / "manifest.jsonl").open()][1:]
    assert keys == sorted(["a", "b", "c", "empty", "good_grey", "good_palette"])


def test_a_failure_beyond_the_limit_stays_listed(bad: Path, make: Make, tmp_path: Path) -> None:
    make(bad, tmp_path / "out")
    before = (tmp_path / "out" / "failures.jsonl").read_bytes()
    make(bad, tmp_path / "out", limit=3)
    assert (tmp_path / "out" / "failures.jsonl").read_bytes() == before


def test_one_pixel_is_too_small_for_the_whole_picture_too(
    bad: Path, make: Make, tmp_path: Path
) -> None:
    reasons = {
        failure.source: failure.reason
        for failure in make(bad, tmp_path / "out", crop=None).failures
    }
    assert reasons["one"] == "it is 1 x 1 (height x width), smaller than the scale 4"
    assert "small" not in reasons


def test_a_policy_makes_the_transparent_one(bad: Path, make: Make, tmp_path: Path) -> None:
    failures = make(bad, tmp_path / "out", alpha="white").failures
    assert "transparent" not in {failure.source for failure in failures}
    hr = np.asarray(Image.open(tmp_path / "out" / "hr" / "transparent.png"))
    assert (hr == round(9 * 128 / 255 + 127)).all()


def test_exif_rotation_is_honoured(
    make: Make, tmp_path: Path, photograph: Callable[..., np.ndarray]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    (tmp_path / "in").mkdir()
    Image.fromarray(photograph(3, 48, 96)).save(tmp_path / "in" / "x.png", exif=exif)
    make(tmp_path / "in", tmp_path / "out", crop=None)
    hr = np.asarray(Image.open(tmp_path / "out" / "hr" / "x.png"))
    assert (hr == np.rot90(photograph(3, 48, 96), -1)).all()


def test_a_broken_link_is_named(bad: Path, make: Make, tmp_path: Path) -> None:
    (bad / "gone.png").symlink_to(tmp_path / "nowhere.png")
    reasons = {failure.source: failure.reason for failure in make(bad, tmp_path / "out").failures}
    assert reasons["gone"] == "it is a broken link"


def test_names_and_links_cost_their_source_only(
    photographs: Path, make: Make, tmp_path: Path
) -> None:
    sound = (photographs / "a.png").read_bytes()
    for name in ("bad\udcff", "x" * 200, "a\nb"):
        (photographs / f"{name}.png").write_bytes(sound)
    (photographs / "loop.png").symlink_to("loop.png")
    out = tmp_path / "out"
    outcome = make(photographs, out)
    assert outcome.made == 5
    kinds = {failure.source: failure.kind for failure in outcome.failures}
    assert kinds == {"a\nb": "name", "bad\udcff": "name", "x" * 200: "name", "loop": "unreadable"}
    written = [json.loads(line) for line in (out / "failures.jsonl").read_text().splitlines()]
    assert [line["source"] for line in written] == sorted(kinds)
    assert all("rename the file" in line["reason"] for line in written if line["kind"] == "name")
    assert make(photographs, out).kept == 5


def _broken_behind_a_clean_header() -> bytes:
    """A JPEG with orientation 6 and an EXIF value beyond its tag's range: writing it again is impossible."""
    entries = struct.pack("<HHII", 0x0112, 3, 1, 6) + struct.pack("<HHIi", 0x0100, 9, 1, -5)
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + entries + struct.pack("<I", 0)
    store = io.BytesIO()
    Image.new("RGB", (64, 52), (200, 90, 30)).save(store, "JPEG", exif=exif)
    return store.getvalue()


def test_damaged_exif_neither_ends_the_run_nor_costs_the_picture(
    photographs: Path, make: Make, tmp_path: Path
) -> None:
    (photographs / "exif.jpg").write_bytes(_broken_behind_a_clean_header())
    outcome = make(photographs, tmp_path / "out", crop=None)
    assert (outcome.made, outcome.failures) == (6, ())
    assert Image.open(tmp_path / "out" / "hr" / "exif.png").size == (52, 64)


@pytest.mark.parametrize("method", ["pixels", "digest"])
def test_a_source_that_raises_behind_a_clean_header_is_named(
    photographs: Path, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    from realsr.images.reading import OpenSource

    real = getattr(OpenSource, method)

    def brittle(self: OpenSource) -> object:
        if self.size == (76, 84) or self.size == (78, 86):
            raise struct.error("ushort format requires 0 <= number <= 65535")
        return real(self)

    monkeypatch.setattr(OpenSource, method, brittle)
    outcome = make(photographs, tmp_path / "out")
    [failure] = outcome.failures
    assert (failure.source, outcome.made) == ("b", 4)
    assert "ushort format" in failure.reason


def test_a_source_without_permission_is_named(
    photographs: Path, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Injected, since a test that runs as root may read everything.
    real = foreign._without_waiting

    def refuse(path: str, flags: int) -> int:
        if path == str(photographs / "b.png"):
            raise PermissionError(13, "Permission denied", path)
        return real(path, flags)

    monkeypatch.setattr(foreign, "_without_waiting", refuse)
    outcome = make(photographs, tmp_path / "out")
    [failure] = outcome.failures
    assert (failure.source, failure.kind) == ("b", "unreadable")
    assert failure.reason == "there is no permission to read it"
    assert outcome.made == 4


def test_a_degradation_that_fails_is_named_and_batches_lose_nobody_else(
    photographs: Path, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import degrade
    from realsr.pairs.workers import CPU, run_batches

    real = degrade.apply_lr

    def brittle(traces: list[degrade.Trace], images: list[object], **options: object) -> object:
        if any(tuple(image.shape[1:]) == (76, 84) for image in images):  # type: ignore[attr-defined]
            raise RuntimeError("out of luck")
        return real(traces, images, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(degrade, "apply_lr", brittle)
    for name, engine in (("singles", None), ("batches", lambda *run: run_batches(*run, CPU))):
        outcome = make(photographs, tmp_path / name, crop=None, engine=engine)
        [failure] = outcome.failures
        assert (failure.source, failure.kind) == ("b", "degradation")
        assert failure.reason == "making its pair failed with RuntimeError: out of luck"
        assert outcome.made == 4
