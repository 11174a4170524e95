"""Noise operators: strength, independence, batches and forms."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from pydantic import ValidationError

from degrade.errors import ImageError
from degrade.geometry import Placement, Size
from degrade.operators.base import Group
from degrade.operators.noise import GAUSSIAN_NOISE, POISSON_NOISE
from degrade.operators.row import Operator
from tests.forms import fast

KEY, OTHER_KEY = "0123456789abcdef", "fedcba9876543210"


def record(operator: Operator[Any], **values: Any) -> Any:
    return operator.parameters.model_validate({"key": KEY, **values})


def photograph(height: int, width: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    """Smooth, some of it beyond [0, 1]."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand((1, channels, 4, 4), generator=generator) * 1.4 - 0.2
    smooth = torch.nn.functional.interpolate(coarse, (height, width), mode="bilinear")[0]
    return smooth.permute(1, 2, 0).contiguous().numpy()


def single(operator: Operator[Any], image: np.ndarray, values: Any) -> np.ndarray:
    assert operator.forms.single is not None
    return fast(operator, image, values)


def batch(
    operator: Operator[Any], images: Sequence[np.ndarray], records: Sequence[Any]
) -> list[np.ndarray]:
    """The kernel on a canvas larger than any sample, filled beyond them with a value of its own."""
    sizes = [Size(*image.shape[:2]) for image in images]
    height, width = max(size.height for size in sizes) + 3, max(size.width for size in sizes) + 5
    canvas = torch.full((len(images), images[0].shape[2], height, width), 0.77)
    for index, image in enumerate(images):
        canvas[index, :, : image.shape[0], : image.shape[1]] = torch.from_numpy(
            image.transpose(2, 0, 1).copy()
        )
    group = Group(records, sizes, [Placement(size) for size in sizes], torch.device("cpu"))
    out = operator.forms.kernel(canvas, group)
    return [
        out[index, :, : size.height, : size.width].permute(1, 2, 0).contiguous().numpy()
        for index, size in enumerate(sizes)
    ]


MIXED = (
    (GAUSSIAN_NOISE, {"sigma_255": 30.0}),
    (GAUSSIAN_NOISE, {"sigma_255": 0.0}),
    (GAUSSIAN_NOISE, {"sigma_255": 7.5, "grey": True}),
    (POISSON_NOISE, {"count": 256}),
    (POISSON_NOISE, {"count": 37.5, "scale": 3.0, "grey": True}),
    (POISSON_NOISE, {"count": "distinct", "scale": 0.5}),
    (POISSON_NOISE, {"count": "distinct", "grey": True}),
    (POISSON_NOISE, {"count": 5000.0, "scale": 0.0}),
)


@pytest.mark.parametrize("operator", [GAUSSIAN_NOISE, POISSON_NOISE], ids=lambda row: row.name)
@pytest.mark.parametrize("channels", [1, 3])
def test_kernel_batch_and_single_have_the_same_bits(operator, channels: int) -> None:
    values = [more for row, more in MIXED if row is operator]
    keys = [f"{index:016x}" for index in range(len(values))]
    records = [record(operator, **{**more, "key": k}) for more, k in zip(values, keys, strict=True)]
    sizes = [(40, 37), (23, 48), (1, 1), (9, 9), (17, 50)]
    images = [photograph(*sizes[i], channels, i) for i in range(len(records))]
    together = batch(operator, images, records)
    for image, values, got in zip(images, records, together, strict=True):
        alone = batch(operator, [image], [values])[0]
        fast = single(operator, image, values)
        assert np.array_equal(alone, got)
        assert np.array_equal(fast, got)
        assert fast.flags.c_contiguous
        assert fast.dtype == np.float32


def noise_of(operator: Operator[Any], image: np.ndarray, **values: Any) -> np.ndarray:
    return single(operator, image, record(operator, **values)).astype(np.float64) - image


def test_gaussian_noise_has_its_sigma_in_each_channel() -> None:
    """Mean within 4 sigma / sqrt n, sigma within 4 sigma / sqrt(2 n); channels and keys uncorrelated."""
    flat = np.full((300, 300, 3), 0.5, np.float32)
    noise = 255 * noise_of(GAUSSIAN_NOISE, flat, sigma_255=25.0)
    other = 255 * noise_of(GAUSSIAN_NOISE, flat, sigma_255=25.0, key=OTHER_KEY)
    for channel in range(3):
        values = noise[..., channel].ravel()
        assert abs(values.mean()) < 4 * 25 / 300
        assert abs(values.std() - 25) < 4 * 25 / (300 * np.sqrt(2))
        for against in (noise[..., channel - 1], other[..., channel]):
            assert abs(np.corrcoef(values, against.ravel())[0, 1]) < 4 / 300


@pytest.mark.parametrize(
    ("operator", "values"),
    [(GAUSSIAN_NOISE, {"sigma_255": 25.0}), (POISSON_NOISE, {"count": 100})],
)
def test_grey_noise_is_one_field_a_sample_and_not_one_a_batch(operator, values) -> None:
    images = [np.full((200, 200, 3), 0.5, np.float32)] * 2
    records = [record(operator, grey=True, key=key, **values) for key in (KEY, OTHER_KEY)]
    first, second = (out - images[0] for out in batch(operator, images, records))
    for noise in (first, second):
        assert np.array_equal(noise[..., 0], noise[..., 1])
        assert np.array_equal(noise[..., 0], noise[..., 2])
    correlation = np.corrcoef(first[..., 0].ravel(), second[..., 0].ravel())[0, 1]
    assert abs(correlation) < 4 / 200


def test_grey_gaussian_noise_is_the_field_of_one_channel() -> None:
    image = photograph(50, 60)
    grey = single(GAUSSIAN_NOISE, image, record(GAUSSIAN_NOISE, sigma_255=20, grey=True))
    alone = single(GAUSSIAN_NOISE, image[..., 1:2].copy(), record(GAUSSIAN_NOISE, sigma_255=20))
    assert np.array_equal(grey[..., 1:2], alone)
    colour = single(GAUSSIAN_NOISE, image, record(GAUSSIAN_NOISE, sigma_255=20))
    assert not np.array_equal(grey[..., 1], colour[..., 1])


@pytest.mark.parametrize("level", [8, 64, 128, 200, 255])
def test_poisson_noise_has_its_mean_and_variance(level: int) -> None:
    """Within 4 standard errors at five levels; off a level the noise is that of the level next to it."""
    count, n = 150.0, 300 * 300 * 3
    flat = np.full((300, 300, 3), (level - 0.3) / 255, np.float32)
    noise = noise_of(POISSON_NOISE, flat, count=count)
    rate = count * level / 255
    assert abs(noise.mean() * count) < 4 * np.sqrt(rate / n)
    assert abs(noise.var() * count**2 - rate) < 4 * np.sqrt(rate * (1 + 2 * rate) / n)


def test_scale_multiplies_the_noise() -> None:
    image = photograph(40, 41)
    once = noise_of(POISSON_NOISE, image, count=64)
    thrice = noise_of(POISSON_NOISE, image, count=64, scale=3.0)
    assert np.abs(thrice - 3 * once).max() < 1e-6


@pytest.mark.parametrize("grey", [False, True])
def test_distinct_is_the_next_power_of_two_of_the_levels(grey: bool) -> None:
    """Directly by numpy's unique, on images of few and of many levels."""
    generator = np.random.default_rng(0)
    for number in (1, 2, 3, 20, 128, 129, 256):
        few = generator.integers(0, number, (40, 41, 3)) / 255
        image = few.astype(np.float32)
        seen = image @ np.array([0.2989, 0.587, 0.114], np.float32) if grey else image
        count = 2.0 ** np.ceil(np.log2(len(np.unique(np.rint(seen * np.float32(255))))))
        stated = record(POISSON_NOISE, count=count, grey=grey)
        found = record(POISSON_NOISE, count="distinct", grey=grey)
        expected = single(POISSON_NOISE, image, stated)
        assert np.array_equal(single(POISSON_NOISE, image, found), expected)
        assert np.array_equal(batch(POISSON_NOISE, [image], [found])[0], expected)


def test_flat_and_rich_images_differ_as_published() -> None:
    """Counting levels, sigma at white is 180/255 on a flat patch against 11.3 on a rich image at mid-grey."""
    flat = np.full((200, 200, 3), 128 / 255, np.float32)
    assert 255 * noise_of(POISSON_NOISE, flat, count="distinct").std() == pytest.approx(
        180.7, rel=0.02
    )
    assert 255 * noise_of(POISSON_NOISE, flat, count=256).std() == pytest.approx(11.29, rel=0.02)


@pytest.mark.parametrize(
    ("operator", "values"),
    [(GAUSSIAN_NOISE, {"sigma_255": 0}), (POISSON_NOISE, {"count": 10, "scale": 0})],
)
@pytest.mark.parametrize("grey", [False, True])
def test_no_strength_is_the_identity(operator, values, grey: bool) -> None:
    image = photograph(30, 31)
    values = record(operator, grey=grey, **values)
    assert np.array_equal(single(operator, image, values), image)
    assert np.array_equal(batch(operator, [image], [values])[0], image)


@pytest.mark.parametrize(("operator", "values"), MIXED)
def test_inputs_views_and_generators_are_left_alone(operator, values) -> None:
    image = photograph(60, 62)
    before = (image.copy(), random.getstate(), np.random.get_state()[1].copy())
    torch_state = torch.get_rng_state()
    view = image[::2, ::-2]
    got = single(operator, view, record(operator, **values))
    assert np.array_equal(got, single(operator, view.copy(), record(operator, **values)))
    batch(operator, [image], [record(operator, **values)])
    assert np.array_equal(image, before[0])
    assert random.getstate() == before[1]
    assert np.array_equal(np.random.get_state()[1], before[2])
    assert torch.equal(torch.get_rng_state(), torch_state)


@pytest.mark.parametrize("operator", [GAUSSIAN_NOISE, POISSON_NOISE], ids=lambda row: row.name)
def test_it_runs_where_no_value_can_be_read(operator) -> None:
    records = [record(row, **values) for row, values in MIXED if row is operator]
    size = Size(9, 11)
    group = Group(
        records, [size] * len(records), [Placement(size)] * len(records), torch.device("meta")
    )
    images = torch.empty((len(records), 3, 9, 11), device="meta")
    assert operator.forms.kernel(images, group).shape == images.shape


def test_noise_does_not_stop_gradients() -> None:
    size = Size(9, 11)
    for operator, values in MIXED:
        image = torch.rand((1, 3, 9, 11), requires_grad=True)
        group = Group([record(operator, **values)], [size], [Placement(size)], torch.device("cpu"))
        operator.forms.kernel(image, group).sum().backward()
        assert image.grad is not None
        assert torch.equal(image.grad, torch.ones_like(image))


def test_two_channels_have_noise_but_no_luma() -> None:
    image = photograph(9, 9, channels=2)
    assert single(POISSON_NOISE, image, record(POISSON_NOISE, count=9)).shape == image.shape
    grey = record(POISSON_NOISE, count=9, grey=True)
    with pytest.raises(ImageError, match="luma of 2 channels"):
        single(POISSON_NOISE, image, grey)
    with pytest.raises(ImageError, match="luma of 2 channels"):
        batch(POISSON_NOISE, [image], [grey])


@pytest.mark.parametrize(
    ("operator", "values"),
    [
        (GAUSSIAN_NOISE, {"sigma_255": -1}),
        (GAUSSIAN_NOISE, {"sigma_255": 256}),
        (GAUSSIAN_NOISE, {"sigma_255": 5, "key": "short"}),
        (POISSON_NOISE, {"count": 0}),
        (POISSON_NOISE, {"count": 1e6}),
        (POISSON_NOISE, {"count": "many"}),
        (POISSON_NOISE, {"count": 10, "scale": -1}),
        (POISSON_NOISE, {}),
    ],
)
def test_values_out_of_range_are_refused(operator, values) -> None:
    with pytest.raises(ValidationError):
        record(operator, **values)


def test_strength_is_sigma_at_mid_grey() -> None:
    flat = np.full((300, 300, 3), 128 / 255, np.float32)
    for operator, values in ((GAUSSIAN_NOISE, {"sigma_255": 17}), (POISSON_NOISE, {"count": 80})):
        stated = operator.facts.strength(record(operator, **values))["mid_grey_noise_sigma_255"]
        assert 255 * noise_of(operator, flat, **values).std() == pytest.approx(stated, rel=0.01)
    by_image = POISSON_NOISE.facts.strength(record(POISSON_NOISE, count="distinct"))
    assert sorted(by_image.values()) == pytest.approx([11.2916, 180.665], rel=1e-4)


def test_words() -> None:
    grey = record(GAUSSIAN_NOISE, sigma_255=12.34, grey=True)
    assert GAUSSIAN_NOISE.words.phrase(grey) == "Gaussian noise 12.3/255, grey"
    assert POISSON_NOISE.words.phrase(record(POISSON_NOISE, count=256, scale=1.25)) == (
        "Poisson noise x 1.2, count 256"
    )
    assert "distinct" in POISSON_NOISE.words.phrase(record(POISSON_NOISE, count="distinct"))


@pytest.mark.data
def test_published_noise_of_level_10(shared_data: Path) -> None:
    """Kodak's first photograph with noise of 10, and ours: both of sd 10, channels independent.

    Measured where nothing is clipped; rounding to 8 bits adds 1/12 to the variance.
    """
    folder = shared_data / "golden" / "blur_noise" / "Kodak_N10"
    clean = np.asarray(Image.open(shared_data / "hr" / "kodak" / "kodim01.png")).astype(float)
    published = np.asarray(Image.open(folder / "kodim01_LQ_N10.png")).astype(float)
    image = np.ascontiguousarray(clean / 255, np.float32)
    ours = np.rint(single(GAUSSIAN_NOISE, image, record(GAUSSIAN_NOISE, sigma_255=10)) * 255.0)
    middle = ((clean > 60) & (clean < 195)).all(-1)
    for noisy in (published, ours):
        noise = (noisy - clean)[middle]
        values = math.sqrt(noise.size)
        assert abs(noise.mean()) < 4 * 10 / values
        assert abs(noise.std() - math.sqrt(100 + 1 / 12)) < 4 * 10 / values / math.sqrt(2)
        mutual = np.corrcoef(noise.T)[np.triu_indices(3, 1)]
        assert np.abs(mutual).max() < 4 / math.sqrt(len(noise))
