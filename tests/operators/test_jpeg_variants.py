"""Double JPEG, own tables, and BasicSR's model."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from pydantic import ValidationError

from degrade.functional import codec
from degrade.functional.diffjpeg import diffjpeg
from degrade.functional.jpeg_tables import jpeg_by_tables, read_table
from degrade.functional.libjpeg.quantise import CHROMA_TABLE, LUMA_TABLE
from degrade.functional.libjpeg.sampling import FACTORS
from degrade.geometry import Placement, Size
from degrade.operators.base import Group
from degrade.operators.jpeg_variants import DoubleJpegParameters, JpegTablesParameters
from degrade.operators.table import OPERATORS
from degrade.trace import Values
from tests.forms import fast
from tests.operators.photograph import Floats, floats, photograph, psnr, run

SUBSAMPLINGS = ["4:4:4", "4:2:2", "4:2:0"]


def scaled(table: tuple[tuple[int, ...], ...], quality: int) -> list[int]:
    """libjpeg's scaling of an annex K table."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    return [min(255, max(1, (step * scale + 50) // 100)) for row in table for step in row]


@pytest.mark.parametrize("channels", [1, 3])
def test_without_an_offset_it_is_two_jpegs(channels: int) -> None:
    image = floats(photograph(61, 75, channels))
    out = run("double_jpeg", image, first_quality=30, second_quality=80, first_subsampling="4:4:4")
    assert np.array_equal(out, codec.jpeg(codec.jpeg(image, 30, "4:4:4"), 80, "4:2:0"))


SIZES = [Size(61, 75), Size(1, 1), Size(5, 3), Size(24, 40), Size(17, 2)]


def kernels_of(op: str, values: list[Values], channels: int) -> Iterator[tuple[Floats, Floats]]:
    """Each record on an image of its own size: by the kernel, all in one canvas of noise, and by the host."""
    operator, generator = OPERATORS[op], torch.Generator().manual_seed(0)
    canvas = torch.rand((len(values), channels, 80, 80), generator=generator)
    records = [operator.parameters.model_validate(dict(one)) for one in values]
    sizes = [SIZES[index % len(SIZES)] for index in range(len(values))]
    places = [Placement(size) for size in sizes]
    out = operator.forms.kernel(canvas, Group(records, sizes, places, torch.device("cpu")))
    for index, (record, (height, width)) in enumerate(zip(records, sizes, strict=True)):
        one, other = (
            whole[index, :, :height, :width].permute(1, 2, 0).contiguous().numpy()
            for whole in (canvas, out)
        )
        yield other, fast(operator, one, record)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("seed", range(8))
def test_both_round_trips_as_tensors_are_the_hosts(channels: int, seed: int) -> None:
    """Every offset once over the seeds, with subsamplings and qualities in any combination."""
    generator = np.random.default_rng(seed)
    values: list[Values] = [
        {
            "first_quality": int(generator.integers(1, 101)),
            "second_quality": int(generator.integers(1, 101)),
            "first_subsampling": str(generator.choice(list(FACTORS))),
            "second_subsampling": str(generator.choice(list(FACTORS))),
            "offset_y": seed,
            "offset_x": offset,
        }
        for offset in range(8)
    ]
    for found, expected in kernels_of("double_jpeg", values, channels):
        assert np.array_equal(found, expected)


@pytest.mark.parametrize("channels", [1, 3])
def test_own_tables_as_tensors_are_pillows(channels: int) -> None:
    generator = np.random.default_rng(0)

    def table(most: int) -> str:
        return " ".join(map(str, generator.integers(1, most + 1, 64)))

    values: list[Values] = [
        {"luma": table(most), "chroma": table(256 - most), "subsampling": subsampling}
        for most in (1, 2, 7, 64, 255)
        for subsampling in SUBSAMPLINGS
    ]
    for found, expected in kernels_of("jpeg_tables", values, channels):
        assert np.array_equal(found, expected)


def blockiness(image: Floats, axis: int) -> list[float]:
    """Mean step across the edge before each of the eight phases of one axis, above the others' mean."""
    steps = np.abs(np.diff(image.mean(axis=2), axis=axis)).mean(axis=1 - axis)
    return [float(steps[(phase - 1) % 8 :: 8].mean()) for phase in range(8)]


@pytest.mark.parametrize("offset", [(3, 5), (0, 6), (7, 1), (4, 4)])
def test_the_first_grid_lies_at_its_offset(offset: tuple[int, int]) -> None:
    smooth = np.linspace(0.2, 0.8, 256, dtype=np.float32)
    image = np.repeat((smooth[:, None] * 0.5 + smooth[None] * 0.5)[..., None], 3, axis=2)
    image += np.random.default_rng(0).normal(0, 0.06, image.shape).astype(np.float32)
    out = run(
        "double_jpeg",
        image,
        first_quality=4,
        second_quality=97,
        first_subsampling="4:4:4",
        second_subsampling="4:4:4",
        offset_y=offset[0],
        offset_x=offset[1],
    )
    assert tuple(int(np.argmax(blockiness(out, axis))) for axis in (0, 1)) == offset


def test_the_image_stays_where_it_is() -> None:
    """Of all displacements by up to two pixels none fits better than none."""
    image = floats(photograph(96, 96))
    out = run("double_jpeg", image, first_quality=60, second_quality=60, offset_y=3, offset_x=6)
    inner = slice(8, -8)
    best = max(
        (psnr(np.roll(out, (y, x), (0, 1))[inner, inner], image[inner, inner]), y == x == 0)
        for y in range(-2, 3)
        for x in range(-2, 3)
    )
    assert best[1]


def test_offsets_beyond_a_block_are_refused() -> None:
    for values in ({"offset_y": 8}, {"offset_x": -1}, {"first_quality": 0}):
        with pytest.raises(ValidationError):
            DoubleJpegParameters.model_validate(
                {"first_quality": 50, "second_quality": 50, **values}
            )


@pytest.mark.parametrize("subsampling", SUBSAMPLINGS)
@pytest.mark.parametrize("quality", [10, 75])
def test_the_standard_tables_are_the_jpeg_of_that_quality(subsampling: str, quality: int) -> None:
    """Two builds of libjpeg-turbo, one inside Pillow and one inside OpenCV, and the scaling rule."""
    image = floats(photograph())
    tables = scaled(LUMA_TABLE, quality), scaled(CHROMA_TABLE, quality)
    out = jpeg_by_tables(image, *tables, subsampling)
    assert np.array_equal(out, codec.jpeg(image, quality, subsampling))
    grey = image[..., :1]
    assert np.array_equal(
        jpeg_by_tables(grey, *tables, subsampling), codec.jpeg(grey, quality, "4:4:4")
    )


def test_the_tables_reach_the_file_in_natural_order() -> None:
    """A table that only spares the first row's frequencies keeps what varies across, not what varies down."""
    row_first = " ".join(["1"] * 8 + ["255"] * 56)
    wave = 0.5 + 0.1 * np.cos(np.arange(64) * 0.9)
    across = np.repeat(np.repeat(wave[None, :, None], 64, 0), 3, 2).astype(np.float32)
    down = np.ascontiguousarray(across.transpose(1, 0, 2))
    values: dict[str, Any] = {"luma": row_first, "chroma": row_first, "subsampling": "4:4:4"}
    assert psnr(run("jpeg_tables", across, **values), across) > 40
    assert psnr(run("jpeg_tables", down, **values), down) < 30


def test_tables_are_read_strictly() -> None:
    good = " ".join(map(str, range(1, 65)))
    assert read_table(good.replace(" ", ", ")) == list(range(1, 65))
    record = JpegTablesParameters(luma=good.replace(" ", ",  "), chroma=good)
    assert record.luma == good
    for bad in (good + " 1", good[:-3], good.replace("64", "0"), good.replace("64", "256"), "x"):
        with pytest.raises(ValidationError):
            JpegTablesParameters(luma=bad, chroma=good)
    with pytest.raises(ValidationError):
        JpegTablesParameters(luma=good, chroma=good, subsampling="4:1:1")


def test_a_red_image_stays_red() -> None:
    red = np.zeros((24, 24, 3), np.float32)
    red[..., 0] = 1.0
    tables = {"luma": " ".join(["3"] * 64), "chroma": " ".join(["3"] * 64)}
    assert np.abs(run("jpeg_tables", red, **tables) - red).max() < 0.02
    assert np.abs(run("double_jpeg", red, first_quality=90, second_quality=90) - red).max() < 0.03
    assert np.abs(run("basicsr_diffjpeg", red, quality=90.0) - red).max() < 0.03


def decoded_quantisation(image: Floats, **settings: Any) -> dict[int, list[int]]:
    buffer = BytesIO()
    pixels = np.rint(image * 255).astype(np.uint8)
    Image.fromarray(pixels).save(buffer, "JPEG", **settings)
    return dict(Image.open(buffer).quantization)  # type: ignore[attr-defined]


def test_the_annex_k_tables_are_libjpegs() -> None:
    found = decoded_quantisation(floats(photograph()), quality=50)
    assert list(found[0]) == scaled(LUMA_TABLE, 50)
    assert list(found[1]) == scaled(CHROMA_TABLE, 50)


def batch(height: int, width: int, count: int = 3) -> torch.Tensor:
    images = [
        floats(photograph(height + 7 * n, width + 3 * n))[:height, :width] for n in range(count)
    ]
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).contiguous()


def sides(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    count, _, height, width = images.shape
    return torch.full((count,), height), torch.full((count,), width)


@pytest.mark.skipif(importlib.util.find_spec("basicsr") is None, reason="basicsr is not installed")
@pytest.mark.parametrize("size", [(64, 80), (61, 75), (17, 16), (1, 1), (8, 33)])
def test_it_is_basicsrs_diffjpeg(size: tuple[int, int]) -> None:
    """Within 1e-4 but where a quotient lies at a tie, which the order of additions decides."""
    from benchmarks.basicsr_import import load

    theirs = load("basicsr.utils.diffjpeg").DiffJPEG(differentiable=False)
    generator = torch.Generator().manual_seed(0)
    images = batch(*size, count=6)
    images = (images + 0.03 * torch.rand(images.shape, generator=generator)).clamp(0, 1)
    quality = torch.tensor([1.0, 12.25, 30.0, 49.9, 77.7, 99.5])
    with torch.no_grad():
        expected = theirs(images.contiguous(), quality=quality.clone())
    found = diffjpeg(images, *sides(images), quality)
    far = (found - expected).abs() > 1e-4
    assert far.float().mean() < 1e-3, (found - expected).abs().max()


def test_quality_100_rounds_nothing() -> None:
    """Luma comes back; chroma has gone through 2x2 means."""
    images = batch(32, 48)
    grey = images.mean(dim=1, keepdim=True)
    full = torch.full((3,), 100.0)
    assert (diffjpeg(grey, *sides(grey), full) - grey).abs().max() < 2e-6
    blocks = (
        torch.nn.functional.avg_pool2d(images, 2).repeat_interleave(2, 2).repeat_interleave(2, 3)
    )
    assert (diffjpeg(blocks, *sides(blocks), full) - blocks).abs().max() < 2e-5
    assert torch.isfinite(diffjpeg(images, *sides(images), full)).all()


def test_diffjpeg_is_better_at_better_quality() -> None:
    image = floats(photograph(96, 112))
    found = [
        psnr(run("basicsr_diffjpeg", image, quality=float(q)), image) for q in (5, 30, 70, 95, 100)
    ]
    assert found == sorted(found)
    assert found[1] > found[0] + 1
