"""A drawn z: a function of key, channel, row and column, and standard normal."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings

from degrade import Key
from realsr.conditions.network import class_maps, noise_map

KEY = Key(0, "coffee", 1)
SPAN = st.tuples(st.integers(0, 20), st.integers(1, 20)).map(lambda p: range(p[0], p[0] + p[1]))


@settings(max_examples=25, deadline=None)
@given(rows=SPAN, columns=SPAN, channels=st.integers(1, 5))
def test_a_part_is_the_whole_cut(rows: range, columns: range, channels: int) -> None:
    whole = noise_map(KEY, channels, range(40), range(40))
    part = noise_map(KEY, channels, rows, columns)
    assert part.shape == (1, channels, len(rows), len(columns))
    assert torch.equal(
        part, whole[..., rows.start : rows.stop, columns.start : columns.stop].contiguous()
    )


def test_its_values_stay() -> None:
    """What is drawn today is drawn in every version: folders of samples go on."""
    part = noise_map(KEY, 2, range(1, 2), range(3))
    expected = torch.tensor([0.922335, 0.915387, 0.971572, 0.971273, -1.77826, -0.073213]).view(
        1, 2, 1, 3
    )
    torch.testing.assert_close(part, expected, rtol=0, atol=1e-6)


def test_it_is_standard_normal_and_white() -> None:
    z = noise_map(KEY, 4, range(128), range(128)).double()
    assert abs(float(z.mean())) < 4 / 256
    assert abs(float(z.var()) - 1) < 0.03
    assert abs(float((z**4).mean()) - 3) < 0.2
    for moved in (z.roll(1, 1), z.roll(1, 2), z.roll(1, 3), z.roll((1, 1), (2, 3))):
        assert abs(float((z * moved).mean())) < 4 / 256


@pytest.mark.parametrize("key", [Key(1, "coffee", 1), Key(0, "coffe", 1), Key(0, "coffee", 2)])
def test_each_key_has_its_own(key: Key) -> None:
    first, other = (noise_map(each, 1, range(64), range(64)).double() for each in (KEY, key))
    assert abs(float((first * other).mean())) < 4 / 64


def test_maps_are_one_where_the_class_stands() -> None:
    maps = class_maps(torch.tensor([[[0, 2], [1, 1]]]), 3)
    assert maps.shape == (1, 3, 2, 2)
    assert maps[0, :, 0, 1].tolist() == [0.0, 0.0, 1.0]
    assert torch.equal(maps.sum(dim=1), torch.ones(1, 2, 2))
