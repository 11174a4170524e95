"""Host codecs: against the libraries called directly, colour order, shapes, monotone quality."""

from __future__ import annotations

import importlib.util
from io import BytesIO
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from PIL import Image, features
from pydantic import ValidationError

from degrade.errors import ImageError, MissingExtraError
from degrade.functional.encoders import encoder_versions
from degrade.functional.heic import heic
from degrade.functional.video_frame import video_frame
from degrade.functional.webp import encode_webp, webp
from degrade.operators.codecs import VideoFrameParameters
from tests.operators.photograph import Pixels, floats, photograph, psnr, run

needs_heif = pytest.mark.skipif(
    importlib.util.find_spec("pillow_heif") is None, reason="pillow-heif is not installed"
)
needs_av = pytest.mark.skipif(importlib.util.find_spec("av") is None, reason="av is not installed")


def by_pillow(pixels: Pixels, file_format: str, **settings: Any) -> Pixels:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, file_format, **settings)
    return np.array(Image.open(buffer).convert("RGB"))


@pytest.mark.parametrize("quality", [1, 30, 75, 100])
def test_webp_is_pillows_pixel_for_pixel(quality: int) -> None:
    """OpenCV and Pillow bring libwebp each: its decoder is one, and equal versions encode equal bytes."""
    pixels = photograph()
    out = run("webp", floats(pixels), quality=quality)
    ours = np.array(Image.open(BytesIO(encode_webp(pixels, quality))).convert("RGB"))
    assert np.array_equal(out, floats(ours))
    assert psnr(out, floats(by_pillow(pixels, "WEBP", quality=quality))) > 40


def test_webp_is_lossy_at_its_best_quality_too() -> None:
    image = floats(photograph())
    assert 25 < psnr(webp(image, 100), image) < 60
    for quality in (0, 101, 50.5, True):
        with pytest.raises(ValueError, match="webp quality"):
            webp(image, quality)  # type: ignore[arg-type]


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
def test_avif_is_pillows(subsampling: str) -> None:
    pixels = photograph()
    settings: dict[str, Any] = {"quality": 40, "speed": 8, "subsampling": subsampling}
    expected = by_pillow(pixels, "AVIF", codec="aom", max_threads=1, **settings)
    assert np.array_equal(run("avif", floats(pixels), **settings), floats(expected))


def test_jpeg2000_is_pillows() -> None:
    pixels = photograph()
    for values, mode, value in (
        ({"ratio": 30.0}, "rates", 30.0),
        ({"target": "psnr", "psnr_db": 30.0}, "dB", 30.0),
    ):
        settings: dict[str, Any] = {"quality_mode": mode, "quality_layers": [value]}
        expected = by_pillow(pixels, "JPEG2000", irreversible=True, **settings)
        assert np.array_equal(run("jpeg2000", floats(pixels), **values), floats(expected))


def test_jpeg2000_reaches_the_psnr_that_it_is_asked_for() -> None:
    image = floats(photograph(128, 128))
    for target in (26.0, 32.0, 40.0):
        got = psnr(run("jpeg2000", image, target="psnr", psnr_db=target), image)
        assert abs(got - target) < 1.5


GRADES: list[tuple[str, list[dict[str, Any]], Any]] = [
    ("webp", [{"quality": q} for q in (5, 30, 70, 95)], ()),
    ("avif", [{"quality": q, "speed": 8} for q in (5, 30, 70, 95)], ()),
    ("jpeg2000", [{"ratio": r} for r in (80.0, 30.0, 10.0, 4.0)], ()),
    ("heic", [{"quality": q} for q in (5, 30, 70, 95)], needs_heif),
    *(
        ("video_frame", [{"codec": codec, "quantiser": q} for q in steps], needs_av)
        for codec, steps in (
            ("h264", (45, 30, 18)),
            ("h265", (45, 30, 18)),
            ("vp9", (60, 40, 15)),
            ("mpeg2", (28, 9, 2)),
            ("mpeg4", (28, 9, 2)),
        )
    ),
]
every_codec = pytest.mark.parametrize(
    ("name", "grades"), [pytest.param(n, g, marks=m) for n, g, m in GRADES]
)


@every_codec
@pytest.mark.parametrize("channels", [1, 3])
def test_better_settings_give_better_pictures(
    name: str, grades: list[dict[str, Any]], channels: int
) -> None:
    image = floats(photograph(96, 112, channels))
    found = [psnr(run(name, image, **values), image) for values in grades]
    assert all(later > earlier + 0.3 for earlier, later in pairwise(found))
    assert found[-1] > 29


@every_codec
def test_red_stays_red_and_blue_blue(name: str, grades: list[dict[str, Any]]) -> None:
    image = np.zeros((40, 48, 3), np.float32)
    image[:, :24, 0] = 1.0
    image[:, 24:, 2] = 1.0
    out = run(name, image, **grades[-1])
    assert np.abs(out[:, 4:18] - image[:, 4:18]).max() < 0.06
    assert np.abs(out[:, 30:44] - image[:, 30:44]).max() < 0.06


@every_codec
@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 1, 1), (1, 9, 3), (33, 47, 1), (47, 33, 3)])
def test_odd_sizes(name: str, grades: list[dict[str, Any]], shape: tuple[int, int, int]) -> None:
    image = floats(photograph(48, 48, shape[2]))[: shape[0], : shape[1]]
    out = run(name, np.ascontiguousarray(image), **grades[-1])
    assert out.shape == shape
    assert out.dtype == np.float32
    assert np.abs(out - image).mean() < 0.05


@every_codec
def test_other_channel_counts_are_refused(name: str, grades: list[dict[str, Any]]) -> None:
    with pytest.raises(ImageError, match="1 or 3"):
        run(name, np.zeros((8, 8, 4), np.float32), **grades[0])


def test_an_absent_package_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    import_module = importlib.import_module

    def absent(name: str, package: str | None = None) -> Any:
        if name in ("av", "pillow_heif"):
            raise ImportError(name)
        return import_module(name, package)

    monkeypatch.setattr("degrade.functional.heic.import_module", absent)
    monkeypatch.setattr("degrade.functional.video_coder.import_module", absent)
    image = np.zeros((8, 8, 3), np.float32)
    with pytest.raises(MissingExtraError, match=r"realsr-toolkit\[heif\]"):
        heic(image, 50, "4:2:0")
    with pytest.raises(MissingExtraError, match=r"realsr-toolkit\[video\]"):
        video_frame(image, "h264", 30)


def test_a_quantiser_beyond_its_codecs_range_is_refused() -> None:
    for codec, quantiser in (("h264", 52), ("h265", 60), ("mpeg2", 0), ("mpeg4", 32), ("vp9", 64)):
        with pytest.raises(ValidationError):
            VideoFrameParameters.model_validate({"codec": codec, "quantiser": quantiser})


@needs_av
def test_an_odd_frame_is_the_even_frame_cut() -> None:
    image = floats(photograph(41, 63))
    grown = np.pad(image, ((0, 1), (0, 1), (0, 0)), mode="edge")
    for codec in ("h264", "mpeg4"):
        assert np.array_equal(
            video_frame(image, codec, 20), video_frame(grown, codec, 20)[:41, :63]
        )


@needs_av
def test_the_frame_is_what_a_file_of_the_codec_holds() -> None:
    """Written to an MP4 and read again by PyAV's file interface: the same pixels."""
    import av

    pixels = photograph(64, 80)
    buffer = BytesIO()
    with av.open(buffer, "w", format="mp4") as file:
        stream = file.add_stream("libx264", rate=25, options={"preset": "medium", "crf": "30"})
        stream.width, stream.height, stream.pix_fmt = 80, 64, "yuv420p"
        stream.codec_context.thread_count = 1
        for packet in stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")):
            file.mux(packet)
        file.mux(stream.encode(None))
    buffer.seek(0)
    with av.open(buffer) as file:
        expected = next(file.decode(video=0)).to_ndarray(format="rgb24")
    assert np.array_equal(video_frame(floats(pixels), "h264", 30), floats(expected))


def test_encoder_versions() -> None:
    found = encoder_versions()
    assert found["libavif"] == features.version("avif")
    assert {"libwebp", "openjpeg", "pillow", "pillow-libjpeg"} <= set(found)
    assert ("av" in found) == (importlib.util.find_spec("av") is not None)
    assert all(isinstance(text, str) and text for text in found.values())
