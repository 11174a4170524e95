"""Normal and uniform fields: bits, accuracy and statistics."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
import torch
from scipy import stats

from degrade.functional import noise, philox

KEY = (0x89ABCDEF, 0x01234567)
OTHER_KEY = (0x89ABCDEF, 0x01234568)


def as_tensors(*keys: tuple[int, int]) -> tuple[torch.Tensor, torch.Tensor]:
    low, high = zip(*keys, strict=True)
    return torch.tensor(low), torch.tensor(high)


def field(key: tuple[int, int], channels: int, height: int, width: int) -> torch.Tensor:
    return noise.normals(as_tensors(key), channels, torch.arange(height), width)[0]


@pytest.fixture(scope="module")
def million() -> np.ndarray:
    return noise.normal_image(KEY, 1, 1000, 1000)[..., 0].astype(np.float64)


@pytest.mark.parametrize(
    "shape", [(3, 31, 37), (1, 1, 1), (3, 5, 4), (2, 40, 3), (1, 300, 7), (3, 200, 402)]
)
@pytest.mark.parametrize("strip", [1, 500, 65536])
def test_the_fast_form_has_the_same_bits(shape, strip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(philox, "STRIP_COUNTERS", strip)
    fast = np.ascontiguousarray(noise.normal_image(KEY, *shape))
    slow = np.ascontiguousarray(field(KEY, *shape).permute(1, 2, 0).numpy())
    assert fast.dtype == np.float32
    assert np.array_equal(fast.view(np.int32), slow.view(np.int32))


def test_a_value_knows_no_width_no_other_row_and_no_batch() -> None:
    whole = field(KEY, 3, 20, 37)
    assert torch.equal(field(KEY, 3, 20, 22), whole[..., :22])
    rows = noise.normals(as_tensors(KEY), 3, torch.tensor([7, 3]), 37)[0]
    assert torch.equal(rows, whole[:, [7, 3]])
    batch = noise.normals(as_tensors(OTHER_KEY, KEY), 3, torch.arange(20), 37)
    assert torch.equal(batch[1], whole)


def test_words_and_columns_are_as_documented() -> None:
    words = philox.word_image(KEY, 1, 1, 4)[0, :, 0].astype(np.float64)
    for pair in (0, 2):
        radius = math.sqrt(-2.0 * math.log((words[pair] + 0.5) / 2.0**32))
        angle = (words[pair + 1] - 2.0**31) * math.pi / 2.0**32
        sign = 1.0 - 2.0 * (words[pair + 1] % 2)
        got = field(KEY, 1, 1, 4)[0, 0, pair : pair + 2].tolist()
        expected = [sign * radius * math.cos(angle), sign * radius * math.sin(angle)]
        assert got == pytest.approx(expected, abs=2e-6)


def extreme_words() -> tuple[torch.Tensor, torch.Tensor]:
    ends = [0, 1, 2, 3, 2**24, 2**31 - 1, 2**31, 2**31 + 1, 2**32 - 300, 2**32 - 2, 2**32 - 1]
    generator = torch.Generator().manual_seed(0)
    words = torch.cat([torch.tensor(ends), torch.randint(0, 2**32, (600,), generator=generator)])
    return words.repeat_interleave(len(words)), words.repeat(len(words))


def test_every_pair_of_words_gives_finite_normals_near_the_exact_ones() -> None:
    """To 2e-6 where the radius is not tiny; there, u being rounded to 24 bits, radius**2 is off by 1.2e-7."""
    radius_words, angle_words = extreme_words()
    cosine, sine = noise.normals_of_words(radius_words, angle_words)
    u = (radius_words.double() + 0.5) / 2.0**32
    radius = torch.sqrt(-2.0 * torch.log(u))
    angle = (angle_words - 2**31).double() * (math.pi / 2.0**32)
    sign = 1.0 - 2.0 * (angle_words & 1)
    bound = torch.where(radius > 0.1, 2e-6, 4e-4)
    for got, exact in ((cosine, angle.cos()), (sine, angle.sin())):
        assert torch.isfinite(got).all()
        assert ((got - sign * radius * exact).abs() < bound).all()
        assert got.abs().max() <= noise.LARGEST_NORMAL


def test_bits_do_not_depend_on_the_place_in_memory() -> None:
    """Vectorised libraries may treat a row's tail or a strided array otherwise; plain arithmetic does not."""
    words = philox.word_image(KEY, 1, 1000, 1000)
    pair = torch.from_numpy(words.astype(np.int64)).view(2, -1)
    cosine, _ = noise.normals_of_words(pair[0], pair[1])
    again, _ = noise.normals_of_words(pair[0][::3], pair[1][::3])
    assert torch.equal(cosine[::3], again)


def test_moments(million: np.ndarray) -> None:
    """Within 4 standard errors: 1/sqrt n, sqrt(2/n), sqrt(6/n), sqrt(24/n)."""
    n = million.size
    assert abs(million.mean()) < 4 * math.sqrt(1 / n)
    assert abs(million.var() - 1) < 4 * math.sqrt(2 / n)
    assert abs(stats.skew(million, axis=None)) < 4 * math.sqrt(6 / n)
    assert abs(stats.kurtosis(million, axis=None)) < 4 * math.sqrt(24 / n)


def test_the_distribution_is_normal(million: np.ndarray) -> None:
    assert stats.kstest(million.ravel(), "norm").pvalue > 1e-3
    expected = 2 * stats.norm.sf(4) * million.size
    assert abs((np.abs(million) > 4).sum() - expected) < 4 * math.sqrt(expected)


def test_each_of_the_four_columns_is_normal(million: np.ndarray) -> None:
    for column in range(4):
        assert stats.kstest(million[:, column::4].ravel(), "norm").pvalue > 1e-3


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (np.s_[:, :-1], np.s_[:, 1:]),
        (np.s_[:-1], np.s_[1:]),
        (np.s_[:, :-4], np.s_[:, 4:]),
        (np.s_[:, 0::4], np.s_[:, 1::4]),
        (np.s_[:, 0::4], np.s_[:, 2::4]),
    ],
)
def test_neighbours_are_uncorrelated_and_so_are_their_squares(million, first, second) -> None:
    a, b = million[first], million[second]
    assert abs(correlation(a, b)) < 4 / math.sqrt(a.size)
    assert abs(correlation(a**2, b**2)) < 4 / math.sqrt(a.size)


def test_channels_and_keys_are_uncorrelated() -> None:
    image = noise.normal_image(KEY, 3, 300, 300)
    other = noise.normal_image(OTHER_KEY, 3, 300, 300)
    for channel in range(3):
        assert abs(correlation(image[..., channel], image[..., channel - 1])) < 4 / 300
        assert abs(correlation(image[..., channel], other[..., channel])) < 4 / 300


def test_uniforms_fill_the_open_interval() -> None:
    values = noise.uniforms(as_tensors(KEY), 3, torch.arange(300), 301)[0]
    assert values.shape == (3, 300, 301)
    assert values.dtype == torch.float32
    assert 0 < values.min() < 1e-4
    assert 1 - 1e-4 < values.max() < 1
    assert stats.kstest(values.numpy().ravel(), "uniform").pvalue > 1e-3
    doubled = values.double() * 2**24
    assert torch.equal(doubled, doubled.round())


def test_global_generators_are_left_alone() -> None:
    before = (random.getstate(), np.random.get_state()[1].copy(), torch.get_rng_state())
    noise.normal_image(KEY, 3, 20, 20)
    field(KEY, 3, 20, 20)
    assert random.getstate() == before[0]
    assert np.array_equal(np.random.get_state()[1], before[1])
    assert torch.equal(torch.get_rng_state(), before[2])


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_gives_the_same_bits() -> None:
    low, high = as_tensors(KEY)
    on_gpu = noise.normals((low.cuda(), high.cuda()), 3, torch.arange(500).cuda(), 501)[0]
    assert torch.equal(on_gpu.cpu(), field(KEY, 3, 500, 501))
