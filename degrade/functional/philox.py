"""Philox4x32-10: a counter-based random generator.

Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), and the test
vectors published with its Random123 library. The output is a pure function of a 64-bit key and a 128-bit
counter, so a value's place in an image is its address: no stream, no state, no order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch

MULTIPLIER_0 = 0xD2511F53
MULTIPLIER_1 = 0xCD9E8D57
WEYL_0 = 0x9E3779B9
WEYL_1 = 0xBB67AE85
MASK_32 = 0xFFFFFFFF
ROUNDS = 10
STRIP_COUNTERS = 65536
"""Counters that `word_strips` works on at once: six 64-bit arrays of them."""

Words = TypeVar("Words", np.ndarray, torch.Tensor)


def philox4x32(
    counter: tuple[Words, Words, Words, Words], key: tuple[Words, Words]
) -> tuple[Words, Words, Words, Words]:
    """Four 32-bit words for each counter under each key.

    counter, key: int64 arrays (numpy or torch) that broadcast together, values in [0, 2**32).
    Returns four int64 arrays of the broadcast shape, values in [0, 2**32), bit-equal on every device.
    """
    k0, k1 = key
    for _ in range(ROUNDS):
        counter = _round(counter, k0, k1)
        k0 = (k0 + WEYL_0) & MASK_32
        k1 = (k1 + WEYL_1) & MASK_32
    return counter


def _round(
    counter: tuple[Words, Words, Words, Words], k0: Words, k1: Words
) -> tuple[Words, Words, Words, Words]:
    c0, c1, c2, c3 = counter
    # A product of two 32-bit words may pass 2**63 and wrap; its 64 bits are still the right ones, and
    # the mask after the arithmetic shift removes the sign's copies.
    product_0 = c0 * MULTIPLIER_0
    product_1 = c2 * MULTIPLIER_1
    return (
        ((product_1 >> 32) & MASK_32) ^ c1 ^ k0,
        product_1 & MASK_32,
        ((product_0 >> 32) & MASK_32) ^ c3 ^ k1,
        product_0 & MASK_32,
    )


def field_words(
    key: tuple[torch.Tensor, torch.Tensor],
    channels: int,
    rows: torch.Tensor,
    width: int,
    stream: int = 0,
) -> torch.Tensor:
    """Random words of an image's pixels, each a function of key, channel, row, column and stream only.

    key: two int64 tensors of shape (b,), the low and the high 32 bits of each sample's noise key.
    rows: int64 tensor (h,), the rows wanted, in the sample's own coordinates; width: columns from 0.
    Returns int64 (b, channels, h, width), values in [0, 2**32). The counter is
    (column // 4, row, channel, stream) and the column's remainder picks one of its four words.
    """
    device = rows.device
    block = torch.arange((width + 3) // 4, device=device).view(1, 1, 1, -1)
    row = rows.view(1, 1, -1, 1)
    channel = torch.arange(channels, device=device).view(1, -1, 1, 1)
    low, high = (word.view(-1, 1, 1, 1) for word in key)
    words = philox4x32((block, row, channel, torch.full_like(block[..., :1], stream)), (low, high))
    shape = (low.shape[0], channels, rows.shape[0], block.shape[-1])
    stacked = torch.stack([word.expand(shape) for word in words], dim=-1)
    return stacked.flatten(-2)[..., :width]


def word_strips(
    key: tuple[int, int], channels: int, height: int, width: int, stream: int = 0
) -> Iterator[tuple[slice, npt.NDArray[np.uint32]]]:
    """The words of `field_words` for one sample on the CPU, in strips of rows.

    key: the low and the high 32 bits of the noise key. Yields (rows, words), words of shape
    (4, channels, rows, ceil(width / 4)): words[i, c, r, j] belongs to column 4 j + i. Every strip is
    written over the one before it, so take what is needed before going on. The cut into strips changes no
    value.
    """
    columns = (width + 3) // 4
    step = max(1, min(height, STRIP_COUNTERS // max(1, channels * columns)))
    scratch = np.empty((3, 2, channels, step, columns), np.uint64)
    words = np.empty((2, 2, channels, step, columns), np.uint32)
    for top in range(0, height, step):
        rows = slice(top, min(top + step, height))
        strip = words[..., : rows.stop - top, :]
        state = scratch[..., : rows.stop - top, :]
        _fill(state, key, rows, stream)
        np.copyto(strip.swapaxes(0, 1), state[:2], casting="unsafe")
        yield rows, strip.reshape(4, *strip.shape[2:])


def word_image(
    key: tuple[int, int], channels: int, height: int, width: int, stream: int = 0
) -> npt.NDArray[np.uint32]:
    """The words of `field_words` for one sample on the CPU, as (height, width, channels)."""
    columns = (width + 3) // 4
    image = np.empty((height, columns, 4, channels), np.uint32)
    for rows, words in word_strips(key, channels, height, width, stream):
        image[rows] = words.transpose(2, 3, 0, 1)
    return image.reshape(height, columns * 4, channels)[:, :width]


def _fill(state: npt.NDArray[np.uint64], key: tuple[int, int], rows: slice, stream: int) -> None:
    """Leave the words 0 and 2 of a strip in state[0], the words 1 and 3 in state[1].

    The four words are worked on by twos, since few long calls let several threads run side by side: numpy
    gives up the interpreter's lock once a call. Two rounds run on the separate axes first: only after them
    does every word need the whole strip.
    """
    channel, row, column = (
        axis.astype(np.uint64) for axis in np.ogrid[: state.shape[2], rows, : state.shape[4]]
    )
    counter = (column, row, channel, np.full_like(channel[:1], stream))
    schedule = _round_keys(key)
    for k0, k1 in schedule[:2]:
        counter = _round(counter, k0, k1)
    for place, word in zip(((0, 0), (1, 0), (0, 1), (1, 1)), counter, strict=True):
        state[place] = word
    for pair in schedule[2:]:
        _round_in_place(state, pair.reshape(2, 1, 1, 1))


def _round_keys(key: tuple[int, int]) -> npt.NDArray[np.uint64]:
    weyl = np.arange(ROUNDS, dtype=np.uint64)[:, None] * _WEYL
    return (np.array(key, np.uint64) + weyl) & _MASK


_WEYL = np.array((WEYL_0, WEYL_1), np.uint64)
_MULTIPLIERS = np.array((MULTIPLIER_0, MULTIPLIER_1), np.uint64).reshape(2, 1, 1, 1)
_MASK = np.array(MASK_32, np.uint64)
_WORD_WIDTH = np.array(32, np.uint64)


def _round_in_place(state: npt.NDArray[np.uint64], key: npt.NDArray[np.uint64]) -> None:
    """`_round` without temporaries, on the pairs (0, 2) and (1, 3)."""
    even, odd, products = state
    np.multiply(even, _MULTIPLIERS, products)
    crossed = products[::-1]
    np.right_shift(crossed, _WORD_WIDTH, even)
    np.bitwise_xor(even, odd, even)
    np.bitwise_xor(even, key, even)
    np.bitwise_and(crossed, _MASK, odd)
