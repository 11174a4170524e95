"""JPEG by families of quantisation tables: pepeline's pixels, Pillow's files, and libjpeg's own tables."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError
from skimage import data

from degrade.functional import codec
from degrade.functional.jpeg_families import FAMILIES, family_tables
from degrade.operators.jpeg_families import JpegFamilyParameters
from tests.operators.photograph import Floats, floats, photograph, psnr, run

GOLDEN = Path(__file__).with_name("jpeg_families.png")
"""pepeline 1.4.0's `jpeg_encode` of 32 x 32 pixels at 4:4:4: its nine tables side by side, in the order of FAMILIES;
qualities below one another."""
SIDE, QUALITIES = 32, (20, 60, 90)


def pixels() -> np.ndarray:
    return np.ascontiguousarray(data.chelsea()[100 : 100 + SIDE, 120 : 120 + SIDE])


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """Root mean square, in levels."""
    return float(np.sqrt(np.square(one.astype(float) - other).mean()))


def coded(family: str, quality: int) -> np.ndarray:
    made = run("jpeg_family", floats(pixels()), family=family, quality=quality, subsampling="4:4:4")
    return np.rint(made * 255)


@pytest.mark.parametrize("row", range(len(QUALITIES)))
def test_every_family_is_pepelines(row: int) -> None:
    """Its encoder has another DCT, so a coefficient may tip; each picture is nearest to that of its own name."""
    golden = np.asarray(Image.open(GOLDEN))[row * SIDE : (row + 1) * SIDE]
    ours = {family: coded(family, QUALITIES[row]) for family in FAMILIES}
    for column, family in enumerate(FAMILIES):
        theirs = golden[:, column * SIDE : (column + 1) * SIDE]
        away = {name: apart(made, theirs) for name, made in ours.items()}
        others = min(value for name, value in away.items() if name != family)
        assert away[family] < 0.45 * others, family
        assert away[family] < 2.5


@given(st.integers(1, 100), st.sampled_from(sorted(FAMILIES)))
def test_tables_are_scaled_as_libjpeg_scales_its_own(quality: int, family: str) -> None:
    """jpeg_quality_scaling and jpeg_add_quant_table (force_baseline), in plain lines."""
    percent = int(5000 / quality) if quality < 50 else 200 - quality * 2
    for found, steps in zip(family_tables(family, quality), FAMILIES[family], strict=True):
        assert found == [max(1, min(255, int((step * percent + 50) / 100))) for step in steps]


@pytest.mark.parametrize("quality", [1, 30, 75, 100])
@pytest.mark.parametrize("subsampling", ["4:4:4", "4:4:0", "4:2:2", "4:2:0", "4:1:1"])
def test_annex_k_is_jpeg(quality: int, subsampling: str) -> None:
    image = floats(photograph(61, 75))
    made = run("jpeg_family", image, family="annex_k", quality=quality, subsampling=subsampling)
    assert np.array_equal(made, codec.jpeg(image, quality, subsampling))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_file_of_pillow_holds_the_tables(family: str) -> None:
    luma, chroma = family_tables(family, 50)
    buffer = BytesIO()
    Image.fromarray(pixels()).save(buffer, "JPEG", qtables=[luma, chroma], subsampling="4:2:0")
    held = Image.open(buffer)
    assert [list(table) for table in held.quantization.values()] == [luma, chroma]  # type: ignore[attr-defined]
    made = run("jpeg_family", floats(pixels()), family=family, quality=50)
    assert np.array_equal(np.rint(made * 255), np.asarray(held.convert("RGB")))


def test_families_differ_and_a_better_quality_is_better() -> None:
    image: Floats = floats(photograph(96, 96))
    made = {family: run("jpeg_family", image, family=family, quality=40) for family in FAMILIES}
    assert len({picture.tobytes() for picture in made.values()}) == len(FAMILIES)
    for family in FAMILIES:
        gained = [
            psnr(run("jpeg_family", image, family=family, quality=q), image) for q in (10, 50, 95)
        ]
        assert gained == sorted(gained)


def test_grey_uses_luma_only() -> None:
    grey = floats(photograph(40, 40, 1))
    made = {
        run("jpeg_family", grey, family="watson", quality=30, subsampling=each).tobytes()
        for each in ("4:4:4", "4:2:0", "4:1:1")
    }
    assert len(made) == 1


def test_another_family_is_refused() -> None:
    with pytest.raises(ValidationError, match="annex_k"):
        JpegFamilyParameters(family="mozjpeg", quality=50)  # type: ignore[arg-type]
