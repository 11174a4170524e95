"""Addresses: what decides a draw, and that nothing else does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.address import (
    Key,
    draw_words,
    keys,
    noise_key,
    split_noise_key,
    uniforms,
)

FIELDS = [("blur", "sigma_x"), ("blur", "sigma_y"), ("noise", "key")]


def test_the_same_address_has_the_same_value_wherever_it_stands() -> None:
    some = keys(0, ["a", "b", "c"], variant=2)
    together = np.stack(draw_words(some, FIELDS))
    alone = np.stack(draw_words(some[1:2], FIELDS[2:]))
    assert np.array_equal(together[:, 1:2, 2:], alone)


def test_every_part_of_an_address_counts() -> None:
    variations = [Key(0, "a", 0), Key(1, "a", 0), Key(0, "b", 0), Key(0, "a", 1), Key(0, "a0", 0)]
    words = np.stack(draw_words(variations, [*FIELDS, ("blur.1", "sigma_x")]))
    assert len(np.unique(words.reshape(4, -1), axis=1).T) == len(variations) * 4


def test_values_are_pinned() -> None:
    """A change of these numbers changes every pair that anybody has made."""
    words = draw_words([Key(0, "kodim01", 0)], [("blur", "sigma_x")])
    assert [int(word[0, 0]) for word in words] == [588052896, 4039032470, 103121063, 3705601662]


def test_uniforms_are_uniform_and_open() -> None:
    many = keys(0, [str(i) for i in range(20000)])
    drawn = uniforms(draw_words(many, FIELDS[:1]))[:, 0]
    assert 0 < drawn.min() < drawn.max() < 1
    assert abs(drawn.mean() - 0.5) < 4 / np.sqrt(12 * 20000)
    ends = tuple(np.array([value], dtype=np.int64) for value in (0, 0, 0, 0))
    top = tuple(np.array([0xFFFFFFFF], dtype=np.int64) for _ in range(4))
    assert uniforms(ends)[0] > 0  # type: ignore[arg-type]
    assert uniforms(top)[0] < 1  # type: ignore[arg-type]


@given(st.lists(st.integers(0, 2**32 - 1), min_size=2, max_size=2))
def test_uniforms_are_26_bits_of_the_first_word_and_26_of_the_second(words: list[int]) -> None:
    first, second = (word // 64 for word in words)
    expected = (first * 2**26 + second) / 2**52 + 2.0**-53
    assert uniforms([np.array([word]) for word in words])[0] == expected


@pytest.mark.parametrize("field", ["seed", "variant"])
def test_what_is_no_whole_number_addresses_nothing(field: str) -> None:
    assert Key(**{"seed": 1, "source": "a", "variant": 1, field: np.int64(1)}) == Key(1, "a", 1)
    with pytest.raises(TypeError):
        Key(**{"seed": 1, "source": "a", field: 1.5})  # type: ignore[arg-type]


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_a_noise_key_reads_back(low: int, high: int) -> None:
    text = noise_key(low, high)
    assert len(text) == 16
    assert split_noise_key(text) == (low, high)
