"""Normal and uniform fields: bits, accuracy and statistics."""

from __future__ import annotations

import math
import random
from concurrent.futures import ThreadPoolExecutor

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


def batch(keys, sizes, canvas, make=noise.normals) -> torch.Tensor:
    """Fields of some samples, sizes of (channels, height, width), on a canvas (c, h, w)."""
    count = max(math.prod(size) for size in sizes)
    widths = torch.tensor([size[2] for size in sizes])
    channels = torch.tensor([size[0] for size in sizes])
    index = philox.field_index(widths, channels, canvas, count)
    return make(as_tensors(*keys), index, count)


def field(key: tuple[int, int], channels: int, height: int, width: int) -> torch.Tensor:
    size = (channels, height, width)
    return batch([key], [size], size)[0]


@pytest.fixture(scope="module")
def million() -> np.ndarray:
    return noise.normal_image(KEY, 1, 1000, 1000)[..., 0].astype(np.float64)


@pytest.mark.parametrize(
    "shape", [(3, 31, 37), (1, 1, 1), (3, 5, 4), (2, 40, 3), (1, 300, 7), (3, 200, 402)]
)
@pytest.mark.parametrize("strip", [7, 500, 65536])
def test_the_fast_form_has_the_same_bits(shape, strip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noise, "STRIP_PAIRS", strip)
    fast = np.ascontiguousarray(noise.normal_image(KEY, *shape))
    slow = np.ascontiguousarray(field(KEY, *shape).permute(1, 2, 0).numpy())
    assert fast.dtype == np.float32
    assert np.array_equal(fast.view(np.int32), slow.view(np.int32))


def test_the_fast_form_has_the_same_bits_on_many_threads() -> None:
    expected = [noise.normal_image((key, 5), 3, 200, 201) for key in range(8)]
    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(lambda key: noise.normal_image((key, 5), 3, 200, 201), range(8)))
    assert all(np.array_equal(a, b) for a, b in zip(got, expected, strict=True))


def test_a_value_knows_no_canvas_and_no_batch() -> None:
    whole = field(KEY, 3, 20, 37)
    sizes = [(3, 40, 30), (3, 20, 37), (1, 41, 7)]
    together = batch([OTHER_KEY, KEY, KEY], sizes, (3, 44, 50))
    assert torch.equal(together[1, :, :20, :37], whole)
    assert torch.equal(together[2, :, :41, :7], field(KEY, 1, 41, 7).expand(3, -1, -1))
    assert together.isfinite().all()
    assert torch.equal(field(KEY, 3, 11, 37), whole[:, :11])


def exact(words: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Radius and angle of 64-bit words in float64, from the documented formula."""
    u = ((words & (2**48 - 1)).double() + 0.5) / 2.0**48
    angle = (2 * ((words >> 48) & 65535).double() + 1) * (math.pi / 65536)
    return torch.sqrt(-2.0 * torch.log(u)), angle


def test_words_and_pairs_are_as_documented() -> None:
    """Words 2 m and 2 m + 1, low and high, are the pair m; its cosine comes first."""
    words = philox.word_image(KEY, 3, 1, 6).ravel().astype(np.int64)
    radius, angle = exact(torch.from_numpy(words[0::2] | words[1::2] << 32))
    expected = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=-1).flatten()
    got = field(KEY, 3, 1, 6)[:, 0].T.flatten()
    assert got.tolist() == pytest.approx(expected.tolist(), abs=2e-6)


def extreme_words() -> torch.Tensor:
    ends = [0, 1, 2, 3, 2**24, 2**31 - 1, 2**31, 2**47 - 1, 2**47, 2**48 - 2**25, 2**48 - 2]
    ends += [2**48 - 1, 2**48 - 2**23, *(2**power - 1 for power in range(3, 47))]
    generator = torch.Generator().manual_seed(0)
    radii = torch.cat([torch.tensor(ends), torch.randint(0, 2**48, (900,), generator=generator)])
    places = torch.tensor([0, 1, 16383, 16384, 32767, 32768, 49151, 49152, 65535])
    more = torch.randint(0, 65536, (300,), generator=generator)
    return (torch.cat([places, more]) << 48).view(-1, 1) | radii


def test_every_word_gives_finite_normals_near_the_exact_ones() -> None:
    """To 2e-6 where the radius is not tiny; there, u being rounded to 24 bits, radius**2 is off by 1.2e-7."""
    words = extreme_words()
    got = noise.normals_of_words(words)
    radius, angle = exact(words)
    bound = torch.where(radius > 0.1, 2e-6, 4e-4)
    for value, expected in ((got[..., 0], angle.cos()), (got[..., 1], angle.sin())):
        assert torch.isfinite(value).all()
        assert ((value - radius * expected).abs() < bound).all()
        assert value.abs().max() <= noise.LARGEST_NORMAL
    assert got.abs().max() > 8.24


def test_tables_do_not_depend_on_the_last_bits_of_a_library() -> None:
    """A float64 sine, cosine or logarithm three ulps off still rounds to the same float32."""
    angle = (2.0 * np.arange(65536) + 1.0) * (math.pi / 65536)
    nodes = (np.arange(126 << 8, (175 << 8) + 1, dtype=np.int32) << 15).view(np.float32)
    squares = -2.0 * np.log(nodes.astype(np.float64) / 2.0**48)
    for values in (np.cos(angle), np.sin(angle), squares):
        away = 3 * np.spacing(np.abs(values))
        assert np.array_equal(
            (values - away).astype(np.float32), (values + away).astype(np.float32)
        )


def test_bits_do_not_depend_on_the_place_in_memory() -> None:
    """Vectorised libraries may treat a row's tail or a strided array otherwise; plain arithmetic does not."""
    words = philox.field_longs(as_tensors(KEY), 1_000_000)[0]
    whole = noise.normals_of_words(words)
    assert torch.equal(whole[::3], noise.normals_of_words(words[::3]))


def distribution(x: np.ndarray) -> np.ndarray:
    """P(0 < normal < x) of 65536 directions and an exact radius: the mean of 1 - exp(-x**2 / (2 cos**2))."""
    cosine = np.cos((2.0 * np.arange(16384) + 1.0) * (math.pi / 65536))
    return np.array([-0.5 * np.expm1(-(a**2) / (2 * cosine**2)).mean() for a in x])


def test_directions_cost_what_is_documented() -> None:
    for low, high, bound in ((1e-8, 1e-3, 5.2e-6), (1e-3, 8.0, 3e-10)):
        x = np.geomspace(low, high, 2000)
        assert np.abs(distribution(x) - (stats.norm.cdf(x) - 0.5)).max() < bound
    directions = noise._CIRCLE.view(np.float32).reshape(-1, 2).astype(np.float64)
    assert np.abs((directions**2).sum(axis=1) - 1).max() < 1.2e-7
    assert np.abs(directions.mean(axis=0)).max() < 1e-12


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


@pytest.mark.parametrize("quantile", [1e-2, 1e-3, 1e-4, 1e-5])
def test_both_tails_have_their_mass(quantile: float) -> None:
    """Within 4 standard errors, over eight million values and the two ends apart."""
    values = np.concatenate([noise.normal_image((i, 7), 1, 1000, 1000).ravel() for i in range(8)])
    expected = quantile * values.size
    bound = -stats.norm.ppf(quantile)
    for mass in ((values > bound).sum(), (values < -bound).sum()):
        assert abs(mass - expected) < 4 * math.sqrt(expected)


def test_each_half_of_a_pair_is_normal(million: np.ndarray) -> None:
    for half in range(2):
        assert stats.kstest(million[:, half::2].ravel(), "norm").pvalue > 1e-3


def test_a_pair_fills_the_plane_evenly(million: np.ndarray) -> None:
    """Angle uniform, squared radius exponential, and the two independent."""
    x, y = million[:, 0::2].ravel(), million[:, 1::2].ravel()
    turn, square = np.arctan2(y, x) / (2 * math.pi) + 0.5, x**2 + y**2
    assert stats.kstest(turn, "uniform").pvalue > 1e-3
    assert stats.kstest(square, "expon", (0, 2)).pvalue > 1e-3
    cells = np.histogram2d(turn, np.exp(-square / 2), bins=32, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(cells.ravel()).pvalue > 1e-3


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
        (np.s_[:, 0::2], np.s_[:, 1::2]),
        (np.s_[:, :-8], np.s_[:, 8:]),
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
    values = batch([KEY], [(3, 300, 301)], (3, 300, 301), noise.uniforms)[0]
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
    words = philox.field_longs((low, high), 750_000)
    on_gpu = noise.normals_of_words(words.cuda())
    assert torch.equal(on_gpu.cpu(), noise.normals_of_words(words))
