"""Philox against its published vectors, and fields as functions of their place alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from degrade.functional import philox

ONES = 0xFFFFFFFF
VECTORS = (
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES,) * 4, (ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
)
"""The known answers for philox4x32-10 of the Random123 library (kat_vectors)."""
KEY = (0x89ABCDEF, 0x01234567)


def field(key: tuple[int, int], channels: int, rows: torch.Tensor, width: int, stream: int = 0):
    low, high = (torch.tensor([word]) for word in key)
    return philox.field_words((low, high), channels, rows, width, stream)[0]


@pytest.mark.parametrize(("counter", "key", "expected"), VECTORS)
def test_published_vectors(counter, key, expected) -> None:
    of_numpy = philox.philox4x32(
        tuple(np.array([word]) for word in counter), tuple(np.array([word]) for word in key)
    )
    of_torch = philox.philox4x32(
        tuple(torch.tensor([word]) for word in counter), tuple(torch.tensor([word]) for word in key)
    )
    assert tuple(int(word[0]) for word in of_numpy) == expected
    assert tuple(int(word[0]) for word in of_torch) == expected


def test_numpy_and_torch_agree_on_many_counters() -> None:
    words = np.random.default_rng(0).integers(0, 2**32, (6, 5000))
    of_numpy = philox.philox4x32(tuple(words[:4]), tuple(words[4:]))
    tensors = torch.from_numpy(words)
    of_torch = philox.philox4x32(tuple(tensors[:4]), tuple(tensors[4:]))
    assert all(np.array_equal(a, b.numpy()) for a, b in zip(of_numpy, of_torch, strict=True))


def test_the_counter_is_column_row_channel_stream() -> None:
    words = field(KEY, 3, torch.arange(9), 14, stream=5)
    for channel, row, column in ((0, 0, 0), (2, 8, 13), (1, 3, 6)):
        counter = tuple(torch.tensor([word]) for word in (column // 4, row, channel, 5))
        expected = philox.philox4x32(counter, tuple(torch.tensor([word]) for word in KEY))
        assert words[channel, row, column] == expected[column % 4]


def test_a_value_knows_no_width_no_other_row_and_no_batch() -> None:
    whole = field(KEY, 3, torch.arange(20), 37)
    assert torch.equal(field(KEY, 3, torch.arange(20), 21), whole[..., :21])
    assert torch.equal(field(KEY, 2, torch.tensor([7, 3]), 37), whole[:2, [7, 3]])
    keys = (torch.tensor([1, KEY[0], 2]), torch.tensor([3, KEY[1], 4]))
    assert torch.equal(philox.field_words(keys, 3, torch.arange(20), 37)[1], whole)


def test_streams_channels_and_keys_differ() -> None:
    fields = [
        field(KEY, 1, torch.arange(16), 16),
        field(KEY, 1, torch.arange(16), 16, stream=1),
        field(KEY, 2, torch.arange(16), 16)[1:],
        field((KEY[1], KEY[0]), 1, torch.arange(16), 16),
    ]
    for index, first in enumerate(fields):
        assert not any((first == second).any() for second in fields[:index])


@pytest.mark.parametrize(
    "shape", [(3, 31, 37), (1, 1, 1), (3, 5, 4), (2, 40, 3), (1, 300, 7), (4, 6, 1001)]
)
@pytest.mark.parametrize("strip", [1, 64, 65536])
def test_strips_are_the_field(shape, strip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(philox, "STRIP_COUNTERS", strip)
    channels, height, width = shape
    expected = field(KEY, channels, torch.arange(height), width, stream=3).permute(1, 2, 0)
    words = philox.word_image(KEY, channels, height, width, stream=3)
    assert words.dtype == np.uint32
    assert np.array_equal(words, expected.numpy())
    covered = [rows for rows, _ in philox.word_strips(KEY, channels, height, width)]
    assert [row for rows in covered for row in range(rows.start, rows.stop)] == list(range(height))


def test_words_are_uniform() -> None:
    """Chi-square over 256 values of each byte: 255 degrees of freedom, s.e. 22.6; five of them allowed."""
    words = philox.word_image(KEY, 3, 300, 300).ravel()
    for shift in (0, 8, 16, 24):
        counts = np.bincount((words >> np.uint32(shift)) & np.uint32(255), minlength=256)
        expected = words.size / 256
        assert abs(((counts - expected) ** 2 / expected).sum() - 255) < 5 * 22.6


def test_it_runs_where_no_value_can_be_read() -> None:
    key = (torch.zeros(2, dtype=torch.int64, device="meta"),) * 2
    assert philox.field_words(key, 3, torch.arange(5, device="meta"), 7).shape == (2, 3, 5, 7)
