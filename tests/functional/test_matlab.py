"""MATLAB's imresize: its own answers, and the fast form against the definition."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from degrade.functional.matlab import (
    MatlabLine,
    imresize,
    imresize_image,
    line_by_factor,
    line_by_size,
    rounded_up,
)

NAMES = ("baby", "bird", "butterfly", "head", "woman")


def read(path: Path) -> np.ndarray:
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert image is not None, path
    return image if image.ndim == 3 else image[..., None]


def batch_of(image: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)[None]


def image_of(tensor: torch.Tensor) -> np.ndarray:
    return tensor[0].permute(1, 2, 0).numpy()


def eight_bit(image: np.ndarray, row: MatlabLine, column: MatlabLine) -> np.ndarray:
    """The uint8 result, which the fast form and the definition must agree on bit for bit."""
    image = image.astype(np.float32) / np.float32(255)
    fast = imresize_image(image, row, column)
    exact = image_of(imresize(batch_of(image), [row], [column], eight_bit=True))
    assert fast.dtype == exact.dtype == np.float32
    assert np.array_equal(fast, exact)
    return np.rint(fast * 255).astype(np.uint8)


def double(image: np.ndarray, row: MatlabLine, column: MatlabLine) -> np.ndarray:
    return image_of(imresize(batch_of(image.astype(np.float64)), [row], [column], eight_bit=False))


@pytest.mark.data
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("by", ["factor", "size"])
def test_symmetric_eight_bit(shared_data: Path, name: str, scale: int, by: str) -> None:
    folder = shared_data / "golden" / "imresize_u8_symmetric"
    high = read(folder / "Set5_HR" / f"{name}.bmp")
    low = read(folder / f"Set5_LR_x{scale}" / f"{name}x{scale}.bmp")
    height, width = (side // scale * scale for side in high.shape[:2])
    if by == "factor":
        made = [line_by_factor(side, 1 / scale, True, "symmetric") for side in (height, width)]
    else:
        made = [line_by_size(side, side // scale, True, "symmetric") for side in (height, width)]
    assert np.array_equal(eight_bit(high[:height, :width], *made), low)


@pytest.mark.data
@pytest.mark.parametrize("number", range(1, 6))
def test_replicate_eight_bit(shared_data: Path, number: int) -> None:
    stem = shared_data / "golden" / "imresize_u8_replicate" / "Set5_x4" / f"img_00{number}_SRF_4"
    high, low = read(Path(f"{stem}_HR.png")), read(Path(f"{stem}_LR.png"))
    made = [line_by_factor(side, 0.25, True, "replicate") for side in high.shape[:2]]
    assert np.array_equal(eight_bit(high, *made), low)


@pytest.mark.data
def test_arbitrary_sizes(shared_data: Path) -> None:
    folder = shared_data / "golden" / "imresize_arbitrary"
    image = read(folder / "lena_512x512.png")
    made = [line_by_size(512, side, True, "symmetric") for side in (123, 234)]
    assert np.array_equal(eight_bit(image, *made), read(folder / "lena_123x234_uint8.png"))
    result = np.floor(double(image / 255.0, *made).clip(0, 1) * 255 + 0.5)
    assert np.array_equal(result, read(folder / "lena_123x234_double.png"))


def inputs(folder: Path) -> dict[str, np.ndarray]:
    """The inputs of gen_test.m by the words in its files' names."""
    corner = np.zeros((4, 4))
    corner[0, 0], corner[1, 0], corner[0, 1], corner[0, 3] = 100, 10, 1, 100
    images = {
        "butterfly": read(folder / "butterfly.png")[..., ::-1] / 255.0,
        "small": np.arange(16.0).reshape(4, 4),
        "x3": np.arange(225.0).reshape(15, 15),
        "x5": np.arange(225.0).reshape(15, 15),
        "topleft": corner,
        "bottomright": corner[::-1, ::-1],
        "": np.arange(64.0).reshape(8, 8),
    }
    return {word: image.reshape(*image.shape[:2], -1) for word, image in images.items()}


@pytest.mark.data
def test_doubles(shared_data: Path) -> None:
    loadmat = pytest.importorskip("scipy.io").loadmat
    folder = shared_data / "golden" / "imresize_double" / "bicubic_pytorch"
    known, paths = inputs(folder), sorted(folder.glob("*.mat"))
    assert len(paths) == 16
    for path in paths:
        image = next(image for word, image in known.items() if word in path.stem)
        expected = loadmat(path)[path.stem]
        made = [
            line_by_size(size, out, not path.stem.endswith("noaa"), "symmetric")
            for size, out in zip(image.shape, expected.shape[:2], strict=False)
        ]
        result = double(image, *made)
        assert np.abs(result - expected.reshape(result.shape)).max() <= 1e-12, path.stem


sides = st.integers(1, 40)


@st.composite
def matlab_lines(draw: st.DrawFn) -> tuple[MatlabLine, MatlabLine]:
    antialias, border = draw(st.booleans()), draw(st.sampled_from(["symmetric", "replicate"]))
    return tuple(  # type: ignore[return-value]
        line_by_size(draw(sides), draw(sides), antialias, border) for _ in range(2)
    )


@given(pair=matlab_lines(), levels=st.sampled_from([2, 16, 256]), seed=st.integers(0, 2**31))
def test_fast_form_has_the_same_bits(
    pair: tuple[MatlabLine, MatlabLine], levels: int, seed: int
) -> None:
    shape = (pair[0].size_in, pair[1].size_in, 3)
    image = np.random.default_rng(seed).integers(0, levels, shape) * (255 // (levels - 1))
    assert eight_bit(image, *pair).shape == (pair[0].size_out, pair[1].size_out, 3)


@given(pairs=st.lists(matlab_lines(), min_size=2, max_size=5), seed=st.integers(0, 2**31))
@settings(max_examples=40)
@pytest.mark.parametrize("rounds", [True, False])
def test_a_batch_gives_the_bits_of_its_samples(
    pairs: list[tuple[MatlabLine, MatlabLine]], seed: int, rounds: bool
) -> None:
    canvas = torch.rand(len(pairs), 2, 43, 44, generator=torch.Generator().manual_seed(seed))
    batch = imresize(canvas, [row for row, _ in pairs], [column for _, column in pairs], rounds)
    for index, (row, column) in enumerate(pairs):
        own = canvas[index : index + 1, :, : row.size_in, : column.size_in]
        alone = imresize(own, [row], [column], rounds)
        inside = batch[index : index + 1, :, : row.size_out, : column.size_out]
        assert torch.equal(inside, alone)


def test_sizes_round_up() -> None:
    assert [rounded_up(side, 0.25) for side in (400, 401, 1)] == [100, 101, 1]
    assert rounded_up(285, 1 / 3) == 95


def test_runs_without_values() -> None:
    rows = [line_by_size(40, 10, True, "symmetric"), line_by_size(31, 20, False, "replicate")]
    columns = [line_by_size(40, 12, True, "symmetric"), line_by_size(40, 9, True, "replicate")]
    images = torch.empty(2, 3, 40, 40, device="meta")
    assert imresize(images, rows, columns, eight_bit=True).shape == (2, 3, 20, 12)
