"""Philox against its published vectors, and fields as functions of their place alone."""

from __future__ import annotations

import math

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
LONG_ONES = 0xFFFFFFFFFFFFFFFF
LONG_VECTORS = (
    (
        (0, 0, 0, 0),
        (0, 0),
        (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B),
    ),
    (
        (LONG_ONES,) * 4,
        (LONG_ONES,) * 2,
        (0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0),
    ),
    (
        (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89),
        (0x452821E638D01377, 0xBE5466CF34E90C6C),
        (0xA528F45403E61D95, 0x38C72DBD566E9788, 0xA5A1610E72FD18B5, 0x57BD43B5E52B7FE6),
    ),
)
"""Those for philox4x64-10."""
KEY = (0x89ABCDEF, 0x01234567)


def pair_of(*keys: tuple[int, int]) -> tuple[torch.Tensor, torch.Tensor]:
    low, high = zip(*keys, strict=True)
    return torch.tensor(low), torch.tensor(high)


def batch(keys, sizes, canvas, stream: int = 0) -> torch.Tensor:
    """Fields of some samples, sizes of (channels, height, width), on a canvas (c, h, w)."""
    count = max(math.prod(size) for size in sizes)
    widths = torch.tensor([size[2] for size in sizes])
    channels = torch.tensor([size[0] for size in sizes])
    index = philox.field_index(widths, channels, canvas, count)
    return philox.field_words(pair_of(*keys), index, count, stream)


def field(key: tuple[int, int], channels: int, height: int, width: int, stream: int = 0):
    size = (channels, height, width)
    return batch([key], [size], size, stream)[0]


def signed(words) -> tuple[torch.Tensor, ...]:
    return tuple(torch.tensor([philox.signed(word)]) for word in words)


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


@pytest.mark.parametrize(("counter", "key", "expected"), LONG_VECTORS)
def test_published_vectors_of_64_bits(counter, key, expected) -> None:
    words = philox.philox4x64(signed(counter), signed(key))
    assert tuple(int(word[0]) % 2**64 for word in words) == expected
    whole = sum(word << (64 * place) for place, word in enumerate(counter))
    source = np.random.Philox(counter=(whole - 1) % 2**256, key=key[0] | key[1] << 64)
    assert tuple(source.random_raw(4).tolist()) == expected


def test_numpy_and_torch_agree_on_many_long_words() -> None:
    """Random keys and streams, and keys at the ends of the range."""
    generator = np.random.default_rng(0)
    keys = [(0, 0), (ONES, ONES), (0, 2**31), (2**31 - 1, ONES), (1, 0)]
    keys += [tuple(pair) for pair in generator.integers(0, 2**32, (20, 2)).tolist()]
    for stream in (0, 1, 2**40 + 3):
        longs = philox.field_longs(pair_of(*keys), 2000, stream).numpy().view(np.uint64)
        for key, row in zip(keys, longs, strict=True):
            assert np.array_equal(philox.word_source(key, stream).random_raw(1000), row)


def test_many_counters_agree_with_whole_numbers() -> None:
    """Directly in Python's unbounded integers, which know no halves and no sign."""
    words = np.random.default_rng(1).integers(0, 2**64, (6, 300), dtype=np.uint64)
    ends = np.array([0, 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1], np.uint64)
    words[:, :64] = np.random.default_rng(2).choice(ends, (6, 64))
    tensors = torch.from_numpy(words.view(np.int64))
    got = torch.stack(philox.philox4x64(tuple(tensors[:4]), tuple(tensors[4:])))
    for column in range(words.shape[1]):
        c0, c1, c2, c3, k0, k1 = (int(word) for word in words[:, column])
        for _ in range(10):
            first, second = c0 * 0xD2E7470EE14C6C93, c2 * 0xCA5A826395121157
            c0, c1 = second >> 64 ^ c1 ^ k0, second % 2**64
            c2, c3 = first >> 64 ^ c3 ^ k1, first % 2**64
            k0 = (k0 + 0x9E3779B97F4A7C15) % 2**64
            k1 = (k1 + 0xBB67AE8584CAA73B) % 2**64
        assert [int(word) % 2**64 for word in got[:, column]] == [c0, c1, c2, c3]


def test_the_address_is_the_linear_index_in_rows_columns_channels() -> None:
    words = field(KEY, 3, 9, 14, stream=5)
    key = signed((KEY[1] << 32 | KEY[0], 0))
    for channel, row, column in ((0, 0, 0), (2, 8, 13), (1, 3, 6), (2, 3, 6)):
        n = (row * 14 + column) * 3 + channel
        block = philox.philox4x64(signed((n // 8, 5, 0, 0)), key)
        long = int(block[n % 8 // 2]) % 2**64
        assert words[channel, row, column] == (long >> 32 * (n % 2)) & ONES


def test_a_value_knows_no_canvas_and_no_batch() -> None:
    whole = field(KEY, 3, 20, 37)
    keys, sizes = [(1, 3), KEY, (2, 4)], [(3, 30, 50), (3, 20, 37), (1, 41, 7)]
    together = batch(keys, sizes, (3, 44, 55))
    assert torch.equal(together[1, :, :20, :37], whole)
    assert torch.equal(together[2, :, :41, :7], field((2, 4), 1, 41, 7).expand(3, -1, -1))
    assert ((together >= 0) & (together <= ONES)).all()
    # Rows beyond a sample's own come after its words: fewer rows change none.
    assert torch.equal(field(KEY, 3, 11, 37), whole[:, :11])


def test_streams_channels_and_keys_differ() -> None:
    fields = [
        field(KEY, 1, 16, 16),
        field(KEY, 1, 16, 16, stream=1),
        field((KEY[1], KEY[0]), 1, 16, 16),
        field(KEY, 3, 16, 16)[1:2],
        field(KEY, 3, 16, 16)[2:3],
    ]
    for index, first in enumerate(fields):
        assert not any((first == second).any() for second in fields[:index])


@pytest.mark.parametrize(
    "shape", [(3, 31, 37), (1, 1, 1), (3, 5, 4), (2, 40, 3), (1, 300, 7), (4, 6, 1001)]
)
def test_the_fast_form_is_the_field(shape) -> None:
    expected = field(KEY, *shape, stream=3).permute(1, 2, 0)
    words = philox.word_image(KEY, *shape, stream=3)
    assert words.dtype == np.uint32
    assert np.array_equal(words, expected.numpy())


def test_words_are_uniform() -> None:
    """Chi-square over 256 values of each byte: 255 degrees of freedom, s.e. 22.6; five of them allowed."""
    words = philox.word_image(KEY, 3, 300, 300).ravel()
    for shift in (0, 8, 16, 24):
        counts = np.bincount((words >> np.uint32(shift)) & np.uint32(255), minlength=256)
        expected = words.size / 256
        assert abs(((counts - expected) ** 2 / expected).sum() - 255) < 5 * 22.6


def test_it_runs_where_no_value_can_be_read() -> None:
    vector = torch.zeros(2, dtype=torch.int64, device="meta")
    index = philox.field_index(vector, vector, (3, 5, 7), 105)
    assert philox.field_words((vector, vector), index, 105).shape == (2, 3, 5, 7)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_gives_the_same_words() -> None:
    low, high = pair_of(KEY, (3, ONES))
    on_gpu = philox.field_longs((low.cuda(), high.cuda()), 100_000)
    assert torch.equal(on_gpu.cpu(), philox.field_longs((low, high), 100_000))
