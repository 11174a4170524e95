"""Poisson tables against scipy's distribution, and their two look-ups against each other."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

from degrade.errors import DegradeError
from degrade.functional import philox, poisson
from degrade.functional.eight_bits import eight_bit_levels

KEY = (0x89ABCDEF, 0x01234567)
COUNTS = (1e-3, 0.5, 1.0, 2.0, 7.3, 64.0, 256.0, 1000.0, 1e4)


def words_of(shape: tuple[int, int, int]) -> np.ndarray:
    return philox.word_image(KEY, shape[2], shape[0], shape[1])


def exact(table: poisson.PoissonTable) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of each bin, and Poisson's probabilities of them."""
    rates = table.count * np.arange(256) / 255
    numbers = table.firsts[:, None] + np.arange(2**table.bits)
    return numbers, stats.poisson.pmf(numbers, rates[:, None])


@pytest.mark.parametrize("count", COUNTS)
def test_the_integers_are_poisson_to_the_stated_bound(count: float) -> None:
    table = poisson.poisson_table(count)
    got = table.probabilities()
    numbers, expected = exact(table)
    rates = count * np.arange(256) / 255
    outside = stats.poisson.cdf(numbers[:, 0] - 1, rates) + stats.poisson.sf(numbers[:, -1], rates)
    assert (got.sum(axis=1) == 1.0).all()
    assert outside.max() < 2.0**-33
    distance = 0.5 * (np.abs(got - expected).sum(axis=1) + outside)
    assert distance.max() < poisson.distance_bound(count)
    assert poisson.distance_bound(count) <= 2.4e-7


def test_the_largest_count() -> None:
    table = poisson.poisson_table(poisson.LARGEST_COUNT)
    _, expected = exact(table)
    distance = 0.5 * np.abs(table.probabilities() - expected).sum(axis=1)
    assert distance.max() < poisson.distance_bound(poisson.LARGEST_COUNT) < 1e-6
    assert table.entries.nbytes < 10e6


def test_alias_tables_hold_any_distribution_exactly() -> None:
    """Also ties, single points and empty bins: thresholds and aliases give back each integer."""
    generator = np.random.default_rng(0)
    bins, rows = 64, 200
    weights = generator.random((rows, bins)) ** generator.integers(1, 30, (rows, 1))
    weights[0], weights[1:3] = 1.0, 0.0
    weights[1, 5], weights[2, ::2] = 1.0, 1.0
    edges = np.rint(np.cumsum(weights, 1) / weights.sum(1, keepdims=True) * 2.0**32)
    masses = np.diff(edges.astype(np.int64), prepend=0)
    threshold, alias = poisson.alias_tables(masses)
    capacity = 2**32 // bins
    assert ((threshold >= 0) & (threshold < capacity)).all()
    back = threshold.copy()
    for row in range(rows):
        np.add.at(back[row], alias[row], capacity - threshold[row])
    assert np.array_equal(back, masses)


@pytest.mark.parametrize("level", [1, 30, 64, 128, 255])
@pytest.mark.parametrize("count", [4.0, 256.0])
def test_mean_variance_and_shape_at_five_levels(level: int, count: float) -> None:
    """Mean and variance within 4 standard errors, chi-square at p > 0.001."""
    shape = (300, 300, 3)
    noise = poisson.table_noise(
        np.full(shape, level, np.uint8), words_of(shape), poisson.poisson_table(count)
    )
    rate = count * level / 255
    numbers = np.rint(noise.astype(np.float64) * count + rate)
    assert np.abs(noise.astype(np.float64) * count + rate - numbers).max() < 1e-4
    n = numbers.size
    assert abs(numbers.mean() - rate) < 4 * np.sqrt(rate / n)
    fourth = rate * (1 + 3 * rate)
    assert abs(numbers.var() - rate) < 4 * np.sqrt((fourth - rate**2) / n)
    low, high = stats.poisson.ppf([1e-4, 1 - 1e-4], rate)
    inner = np.arange(low, high)
    observed = [(numbers == value).sum() for value in inner]
    observed += [(numbers < low).sum() + (numbers >= high).sum()]
    expected = [*stats.poisson.pmf(inner, rate) * n]
    expected += [n - sum(expected)]
    assert stats.chisquare(observed, expected).pvalue > 1e-3


def test_level_zero_has_no_noise() -> None:
    shape = (50, 50, 3)
    for count in (1.0, 256.0):
        table = poisson.poisson_table(count)
        assert not poisson.table_noise(np.zeros(shape, np.uint8), words_of(shape), table).any()


@pytest.mark.parametrize("strip", [1, 100, 131072])
def test_the_batch_look_up_has_the_same_bits(strip: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poisson, "STRIP_VALUES", strip)
    shape = (40, 41, 3)
    counts = [256.0, 3.7, 1000.0]
    levels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    words = words_of(shape)
    bank = poisson.poisson_bank(counts, torch.device("cpu"))
    which = torch.tensor([2, 0, 1, 0])

    def batch(image: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(image.astype(np.int64)).permute(2, 0, 1).expand(4, -1, -1, -1)

    noise = poisson.bank_noise(batch(levels), batch(words), bank, which)
    for place, got in zip(which.tolist(), noise, strict=True):
        single = poisson.table_noise(levels, words, poisson.poisson_table(counts[place]))
        assert np.array_equal(got.permute(1, 2, 0).numpy(), single)


@pytest.mark.parametrize("count", COUNTS)
def test_the_outcomes_are_the_entries_as_noise(count: float) -> None:
    """At the ends of each bin and on both sides of its threshold, by the entries' definition."""
    table = poisson.poisson_table(count)
    rest = 32 - table.bits
    bins = np.arange(2**table.bits, dtype=np.int64)
    for level in (0, 1, 128, 255):
        entry = table.entries[level << table.bits :][: len(bins)].astype(np.int64)
        threshold, alias = entry >> table.bits, entry & (len(bins) - 1)
        for place in (0 * bins, threshold, np.maximum(threshold - 1, 0), 0 * bins + 2**rest - 1):
            words = (bins << rest | place).astype(np.uint32)
            answer = np.where(place < threshold, bins, alias).astype(np.float32)
            expected = (answer - table.shifts[level]) * np.float32(1.0 / count)
            got = poisson.table_noise(np.full(len(bins), level, np.uint8), words, table)
            assert np.array_equal(got, expected)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 64, 65, 128, 129, 255, 256])
def test_distinct_levels_are_counted_in_the_samples_own_area(number: int) -> None:
    levels = np.resize(np.arange(number), (17, 31, 1)).astype(np.uint8)
    expected = int(np.ceil(np.log2(len(np.unique(levels)))))
    canvas = torch.randint(0, 256, (2, 1, 40, 50), generator=torch.Generator().manual_seed(0))
    canvas[0, 0, :17, :31] = torch.from_numpy(levels[..., 0].astype(np.int64))
    powers = poisson.canvas_distinct(canvas, torch.tensor([17, 40]), torch.tensor([31, 50]))
    assert powers.tolist() == [expected, 8]
    assert poisson.image_distinct(levels) == expected
    assert poisson.DISTINCT_COUNTS[expected] == 2.0**expected


def test_levels_round_halves_to_even_and_clip() -> None:
    values = np.array([-0.3, 0.0, 0.5 / 255, 1.5 / 255, 0.3, 1.0, 7.0], np.float32)
    expected = [0, 0, 0, 2, 76, 255, 255]
    assert eight_bit_levels(values).tolist() == expected
    assert poisson.canvas_levels(torch.from_numpy(values)).tolist() == expected
    assert poisson.canvas_levels(torch.tensor([float("nan"), float("inf")])).min() >= 0
    assert eight_bit_levels(values).dtype == np.uint8


@pytest.mark.parametrize("count", [0.0, -1.0, 2e5, float("nan")])
def test_counts_out_of_range_are_refused(count: float) -> None:
    with pytest.raises(DegradeError, match="expected more than 0"):
        poisson.poisson_table(count)
