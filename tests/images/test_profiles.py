"""Colour profiles: what is in sRGB stays, what is not is converted and said so, the rest is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from realsr.images.errors import SourceError
from realsr.images.reading import Reading, opened
from realsr.pairs.make import Outcome
from tests.images import profiles

Synthetic = Callable[..., np.ndarray]
_TO_LINEAR = np.array(profiles.ADOBE).T
_FROM_SRGB_D50 = np.array(
    [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]]
)


def read(path: Path, alpha: str = "refuse") -> tuple[np.ndarray, object]:
    with opened(path, Reading(alpha)) as source:  # type: ignore[arg-type]
        return source.pixels(), source.conversion


def encoded(linear: np.ndarray) -> np.ndarray:
    """IEC 61966-2-1."""
    linear = linear.clip(0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055) * 255


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "webp"])
def test_srgb_itself_changes_nothing(tmp_path: Path, photograph: Synthetic, suffix: str) -> None:
    image = Image.fromarray(photograph(1, 20, 30))
    image.save(tmp_path / f"plain.{suffix}", lossless=True)
    image.save(tmp_path / f"named.{suffix}", lossless=True, icc_profile=profiles.SRGB)
    pixels, conversion = read(tmp_path / f"named.{suffix}")
    assert conversion is None
    assert np.array_equal(pixels, read(tmp_path / f"plain.{suffix}")[0])


@pytest.mark.parametrize("suffix", ["png", "tif", "webp"])
@pytest.mark.parametrize("channels", [3, 4])
def test_a_wide_gamut_is_converted(
    tmp_path: Path, photograph: Synthetic, suffix: str, channels: int
) -> None:
    stored = photograph(1, 20, 30, channels)
    stored[..., 3:] = 255
    Image.fromarray(stored).save(
        tmp_path / f"a.{suffix}", lossless=True, icc_profile=profiles.wide()
    )
    pixels, conversion = read(tmp_path / f"a.{suffix}")
    linear = (stored[..., :3] / 255) ** (563 / 256)
    exact = encoded(linear @ _TO_LINEAR.T @ np.linalg.inv(_FROM_SRGB_D50).T)
    inside = (exact > 8).all(axis=2) & (exact < 250).all(axis=2)
    assert inside.mean() > 0.5
    assert np.abs(pixels - exact)[inside].max() <= 2
    assert conversion is not None


@pytest.mark.parametrize("gamma", [1.0, 563 / 256])
def test_grey_is_converted_by_its_own_curve(tmp_path: Path, gamma: float) -> None:
    stored = np.arange(256, dtype=np.uint8).reshape(8, 32)
    Image.fromarray(stored).save(tmp_path / "a.png", icc_profile=profiles.grey(gamma))
    pixels, _ = read(tmp_path / "a.png")
    assert np.abs(pixels[..., 0] - encoded((stored / 255) ** gamma)).max() <= 2


TINTED = profiles.wide(colorants=((0.9, 0.2, 0.0), (0.01, 0.7, 0.1), (0.05, 0.1, 0.2)))
"""Its primaries do not add up to white."""


@pytest.mark.parametrize(
    ("icc", "words"),
    [
        (b"no profile at all" * 20, "its colour profile is broken"),
        (profiles.grey(2.2), "is of GRAY, its pixels are RGB"),
        (TINTED, "is not like RGB"),
    ],
)
def test_what_is_not_like_rgb_is_refused(
    tmp_path: Path, photograph: Synthetic, icc: bytes, words: str
) -> None:
    Image.fromarray(photograph(1, 20, 30)).save(tmp_path / "a.jpg", icc_profile=icc)
    with pytest.raises(SourceError) as caught:
        read(tmp_path / "a.jpg")
    assert caught.value.kind == "profile"
    assert words in caught.value.reason


def test_an_xyb_jpeg_is_refused(shared_data: Path) -> None:
    with pytest.raises(SourceError, match="not like RGB"):
        read(shared_data / "cases" / "pictures" / "xyb.jpg")


def test_the_manifest_tells_and_only_then(
    photographs: Path, make: Callable[..., Outcome], tmp_path: Path
) -> None:
    picture = Image.open(photographs / "a.png")
    picture.save(photographs / "wide.png", icc_profile=profiles.wide())
    assert not make(photographs, tmp_path / "out").failures
    lines = (tmp_path / "out" / "manifest.jsonl").read_text().splitlines()[1:]
    told = {line["key"]: line.get("colours") for line in map(json.loads, lines)}
    assert told.pop("wide")["profile"] == "Wide"
    assert set(told.values()) == {None}
    assert sum('"colours"' in line for line in lines) == 1
