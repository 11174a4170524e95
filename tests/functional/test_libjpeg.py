"""The tensor round trip against libjpeg-turbo itself, through OpenCV and through Pillow: every pixel equal."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
import torch
from PIL import Image
from skimage import data

from degrade.errors import ImageError
from degrade.functional import codec
from degrade.functional.libjpeg.codec import jpeg
from degrade.functional.libjpeg.dct import MATRIX, forward, inverse
from degrade.functional.libjpeg.quantise import requantised, tables_of
from degrade.functional.libjpeg.sampling import FACTORS, layout_of

Pixels = npt.NDArray[np.uint8]
SUBSAMPLINGS = tuple(FACTORS)
KINDS = ("photograph", "noise", "black and white", "stripes")
PILLOW_SUBSAMPLINGS = {"4:4:4": 0, "4:2:2": 1, "4:2:0": 2}


class Sample(NamedTuple):
    pixels: Pixels
    quality: int
    subsampling: str


@cache
def photographs() -> tuple[Pixels, ...]:
    return data.astronaut(), data.coffee(), data.chelsea()


def picture(kind: str, height: int, width: int, generator: np.random.Generator) -> Pixels:
    """h w 3: a crop of a photograph, noise of all values, noise of 0 and 255, or full-contrast stripes."""
    if kind == "photograph":
        whole = photographs()[generator.integers(3)]
        y, x = (generator.integers(whole.shape[i] - (height, width)[i] + 1) for i in (0, 1))
        return np.ascontiguousarray(whole[y : y + height, x : x + width])
    if kind == "noise":
        return generator.integers(0, 256, (height, width, 3), dtype=np.uint8)
    if kind == "black and white":
        return (255 * generator.integers(0, 2, (height, width, 3))).astype(np.uint8)
    places = np.stack(np.mgrid[:height, :width])[generator.integers(0, 2, 3)]
    stripes = (places // generator.integers(1, 5) + np.arange(3)[:, None, None]) % 2
    return np.ascontiguousarray(255 * stripes.transpose(1, 2, 0)).astype(np.uint8)


def by_pillow(sample: Sample) -> Pixels:
    pixels, quality, subsampling = sample
    file = io.BytesIO()
    if pixels.shape[2] == 1:
        Image.fromarray(pixels[..., 0]).save(file, "JPEG", quality=quality)
    elif subsampling in PILLOW_SUBSAMPLINGS:
        number = PILLOW_SUBSAMPLINGS[subsampling]
        Image.fromarray(pixels).save(file, "JPEG", quality=quality, subsampling=number)
    else:  # Pillow writes no such file, but reads it
        file = io.BytesIO(codec.encode_jpeg(pixels, quality, subsampling))
    decoded: Pixels = np.asarray(Image.open(file))
    return decoded.reshape(pixels.shape)


def by_opencv(sample: Sample) -> Pixels:
    return codec.decode_jpeg(codec.encode_jpeg(*sample))


def by_tensors(samples: Sequence[Sample], device: str = "cpu") -> list[Pixels]:
    """All in one canvas of noise."""
    height, width = (max(one.pixels.shape[axis] for one in samples) for axis in (0, 1))
    shape = (len(samples), samples[0].pixels.shape[2], height + 1, width + 2)
    canvas = torch.rand(shape, generator=torch.Generator().manual_seed(0))
    for index, (pixels, _, _) in enumerate(samples):
        area = torch.from_numpy(pixels).permute(2, 0, 1).float() / 255
        canvas[index, :, : pixels.shape[0], : pixels.shape[1]] = area
    layouts = [layout_of(*pixels.shape[:2], subsampling) for pixels, _, subsampling in samples]
    qualities = torch.tensor([one.quality for one in samples], device=device)
    out = jpeg(canvas.to(device), layouts, *tables_of(qualities)).cpu()
    whole = torch.round(out * 255).to(torch.uint8)
    assert torch.equal(whole.float() / 255, out)
    return [
        whole[index, :, : one.height, : one.width].permute(1, 2, 0).numpy()
        for index, one in enumerate(layouts)
    ]


def check(samples: Sequence[Sample]) -> None:
    """Grey is the samples' green channel."""
    grey = [Sample(one.pixels[..., 1:2].copy(), one.quality, one.subsampling) for one in samples]
    for given in (samples, grey):
        for sample, found in zip(given, by_tensors(given), strict=True):
            said = f"{sample.pixels.shape} quality {sample.quality} {sample.subsampling}"
            assert np.array_equal(found, by_opencv(sample)), said
            assert np.array_equal(found, by_pillow(sample)), said


def mixed(sizes: Sequence[tuple[int, int]], seed: int) -> Iterator[Sample]:
    """An image of each size: subsampling in turn, kind and quality by chance."""
    generator = np.random.default_rng(seed)
    for index, size in enumerate(sizes):
        pixels = picture(KINDS[generator.integers(4)], *size, generator)
        subsampling = SUBSAMPLINGS[(index + seed) % len(SUBSAMPLINGS)]
        yield Sample(pixels, int(generator.integers(1, 101)), subsampling)


@pytest.mark.parametrize("kind", KINDS)
def test_every_quality(kind: str) -> None:
    """All five subsamplings over the hundred qualities."""
    generator = np.random.default_rng(0)
    for start in range(1, 101, 25):
        check(
            [
                Sample(picture(kind, 33, 41, generator), quality, subsampling)
                for quality in range(start, start + 25)
                for subsampling in SUBSAMPLINGS
            ]
        )


@pytest.mark.parametrize("subsampling", SUBSAMPLINGS)
def test_every_small_size(subsampling: str) -> None:
    """Where blocks, chroma samples and the narrow images without interpolation begin and end."""
    generator = np.random.default_rng(1)
    for height in range(1, 19):
        check(
            [
                Sample(picture(KINDS[width % 4], height, width, generator), 7 * width, subsampling)
                for width in range(1, 14)
            ]
        )


def test_sizes_up_to_70_and_odd_large_ones() -> None:
    check(list(mixed([(1 + 7 * n % 70, 1 + 11 * n % 70) for n in range(70)], seed=2)))
    check(list(mixed([(101, 333), (255, 129), (199, 301), (257, 65), (99, 401)], seed=3)))


def test_samples_far_beyond_the_range_are_limited() -> None:
    """A block of 0 and 255, found by search, of which steps of 255 throw one sample 607 from the middle.

    libjpeg's plain C form takes such samples modulo 1024; its vector code, which the wheels have, limits them.
    """
    rows = [48, 243, 246, 1, 236, 167, 85, 247]
    bits = np.array([[row >> (7 - place) & 1 for place in range(8)] for row in rows])
    blocks = torch.from_numpy(255 * bits - 128).double().unsqueeze(2)
    kept = requantised(forward(blocks), torch.tensor(255.0, dtype=torch.float64))
    assert inverse(kept).abs().max() > 600
    check([Sample(np.repeat(255 * bits[..., None], 3, 2).astype(np.uint8), 1, "4:4:4")])


@pytest.mark.slow
@pytest.mark.parametrize("height", range(1, 71))
def test_every_size_up_to_70(height: int) -> None:
    """Every width beside this height, in every subsampling."""
    for turn in range(len(SUBSAMPLINGS)):
        check(list(mixed([(height, width) for width in range(1, 71)], seed=1000 * height + turn)))


@pytest.mark.slow
@pytest.mark.parametrize("quality", range(1, 101))
def test_every_quality_at_many_sizes(quality: int) -> None:
    generator = np.random.default_rng(quality)
    sizes = generator.integers(1, 200, (4, 2))
    check(
        [
            Sample(picture(kind, height, width, generator), quality, subsampling)
            for kind in KINDS
            for subsampling in SUBSAMPLINGS
            for height, width in sizes
        ]
    )


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_gives_the_same_pixels() -> None:
    samples = list(mixed([(1 + 7 * n % 70, 1 + 11 * n % 70) for n in range(70)], seed=4))
    for sample, found in zip(samples, by_tensors(samples, "cuda"), strict=True):
        assert np.array_equal(found, by_opencv(sample))


def test_the_transform_is_the_dct() -> None:
    """The matrix is sqrt(8) times the orthonormal DCT to 13 bits; there and back loses under a level."""
    frequency, place = np.mgrid[:8, :8]
    exact = np.cos((2 * place + 1) * frequency * np.pi / 16) * np.sqrt(2)
    exact[0] = 1
    assert np.abs(np.array(MATRIX) / 8192 - exact).max() < 2e-4
    blocks = torch.randint(-128, 128, (8, 8, 500), generator=torch.Generator().manual_seed(0))
    coefficients = forward(blocks.double())
    assert torch.equal(coefficients, coefficients.round())
    assert (inverse((coefficients / 8).round()) - blocks).abs().max() <= 2


def test_quotients_are_rounded_as_whole_numbers_are() -> None:
    """Every coefficient that eight bits can give, by every step."""
    coefficients = torch.arange(-9000, 9001).view(-1, 1).expand(-1, 255)
    steps = torch.arange(1, 256)
    level = (coefficients.abs() + 4 * steps) // (8 * steps)
    expected = level * steps * coefficients.sign()
    found = requantised(coefficients.double(), steps.double())
    assert torch.equal(found.long(), expected)


def test_tables_are_limited_to_a_byte() -> None:
    luma, chroma = tables_of(torch.tensor([1, 50, 100]))
    assert luma[0].min() == luma[0].max() == 255
    assert luma[1, 0, 1] == 11
    assert luma[1, 1, 0] == 12
    assert chroma[1, 0, 2] == 24
    assert luma[2].max() == chroma[2].max() == 1


def test_sides_beyond_libjpegs_are_refused() -> None:
    with pytest.raises(ImageError, match="65500"):
        layout_of(65501, 8, "4:2:0")
