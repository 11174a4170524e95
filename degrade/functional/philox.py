"""Philox, a counter-based random generator: 4x32-10 for draws, 4x64-10 for the words of images.

Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), and the test
vectors published with its Random123 library. The output is a pure function of a key and a counter, so a value's
place in an image is its address: no stream, no state, no order.

A field is the sequence of 32-bit words under one noise key. Word n is at row, column and channel with
n = (row * width + column) * channels + channel, in the sample's own size. Eight words share a block: block
n // 8 is philox4x64 of the counter (n // 8, stream, 0, 0) under the key (noise key, 0), its four 64-bit words
each the lower 32-bit word first. numpy's Philox is this generator and its raw words are guaranteed (NEP 19).
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch

MULTIPLIER_0 = 0xD2511F53
MULTIPLIER_1 = 0xCD9E8D57
WEYL_0 = 0x9E3779B9
WEYL_1 = 0xBB67AE85
MASK_32 = 0xFFFFFFFF
_MULTIPLIER_0, _MULTIPLIER_1 = np.uint64(MULTIPLIER_0), np.uint64(MULTIPLIER_1)
_WEYL_0, _WEYL_1 = np.uint32(WEYL_0), np.uint32(WEYL_1)
ROUNDS = 10

BLOCK_WORDS = 8
"""32-bit words of a philox4x64 block."""

Words = TypeVar("Words", np.ndarray, torch.Tensor)
Longs = npt.NDArray[np.int64]
Quad = tuple[Longs, Longs, Longs, Longs]
Four = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]


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


def philox4x32_alike(counter: Quad, key: tuple[Longs, Longs]) -> Quad:
    """`philox4x32` of int64 arrays of one shape (n,), in few passes over little memory.

    A product's halves are seen where they lie, as words that wrap at 2**32 by themselves. What the lower
    halves meet in the next round is made before the next products take their place.
    """
    c0, c1, c2, c3, k0, k1 = (word.astype("<u4") for word in (*counter, *key))
    product_0, product_1 = np.empty((2, len(c0)), "<u8")
    (low_0, high_0), (low_1, high_1) = (
        product.view("<u4").reshape(-1, 2).T for product in (product_0, product_1)
    )
    c1 ^= k0
    c3 ^= k1
    for _ in range(ROUNDS):
        np.multiply(c0, _MULTIPLIER_0, out=product_0)
        np.multiply(c2, _MULTIPLIER_1, out=product_1)
        np.bitwise_xor(high_1, c1, out=c0)
        np.bitwise_xor(high_0, c3, out=c2)
        k0 += _WEYL_0
        k1 += _WEYL_1
        np.bitwise_xor(low_1, k0, out=c1)
        np.bitwise_xor(low_0, k1, out=c3)
    first, second, third, fourth = (word.astype(np.int64) for word in (c0, low_1, c2, low_0))
    return first, second, third, fourth


def signed(word: int) -> int:
    """The integer in [-2**63, 2**63) with the bits of a 64-bit word: torch has no unsigned arithmetic."""
    return (word + 2**63) % 2**64 - 2**63


LONG_MULTIPLIER_0 = signed(0xD2E7470EE14C6C93)
LONG_MULTIPLIER_1 = signed(0xCA5A826395121157)
LONG_WEYL_0 = signed(0x9E3779B97F4A7C15)
LONG_WEYL_1 = signed(0xBB67AE8584CAA73B)


def philox4x64(counter: Four, key: tuple[torch.Tensor, torch.Tensor]) -> Four:
    """Four 64-bit words for each counter under each key, bit-equal on every device.

    counter, key: int64 tensors that broadcast together, the bits of unsigned words. Returns four int64
    tensors that broadcast to the common shape.
    """
    k0, k1 = key
    for _ in range(ROUNDS):
        c0, c1, c2, c3 = counter
        high_0, low_0 = _product(c0, LONG_MULTIPLIER_0)
        high_1, low_1 = _product(c2, LONG_MULTIPLIER_1)
        counter = (high_1 ^ (c1 ^ k0), low_1, high_0 ^ (c3 ^ k1), low_0)
        k0 = k0 + LONG_WEYL_0
        k1 = k1 + LONG_WEYL_1
    return counter


def _product(word: torch.Tensor, factor: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The upper and the lower 64 bits of word * (factor + 2**64), word unsigned, factor negative.

    By halves of 32 bits: the word's are unsigned and the factor's signed, so every partial product and sum
    lies in [-2**63, 2**63) and an arithmetic shift divides it exactly downwards. The 2**64 adds one word.
    """
    low = (factor + 2**31) % 2**32 - 2**31
    high = (factor - low) >> 32
    word_low = word & MASK_32
    word_high = (word >> 32) & MASK_32
    middle = torch.add((word_low * low) >> 32, word_high, alpha=low)
    crossed = torch.add(middle & MASK_32, word_low, alpha=high)
    upper = torch.add((middle >> 32) + word, word_high, alpha=high)
    return upper + (crossed >> 32), word * factor


def field_longs(
    key: tuple[torch.Tensor, torch.Tensor], count: int, stream: int = 0
) -> torch.Tensor:
    """The first words of some fields by twos: int64 (b, n), the bits of 64-bit words, 2 n >= count.

    key: two int64 tensors of shape (b,), the low and the high 32 bits of each sample's noise key.
    count: 32-bit words wanted. Word 2 i is the lower half of column i, word 2 i + 1 the upper half.
    """
    low, high = (word.view(-1, 1) for word in key)
    block = torch.arange(-(-count // BLOCK_WORDS), device=low.device).view(1, -1)
    nought = torch.zeros_like(block[:, :1])
    counter = (block, torch.full_like(nought, stream), nought, nought)
    words = philox4x64(counter, (low | (high << 32), nought))
    return torch.stack(words, dim=-1).flatten(1)


def field_index(
    widths: torch.Tensor, channels: torch.Tensor, canvas: tuple[int, int, int], count: int
) -> torch.Tensor:
    """Where each place of a canvas finds its word: n as above, int64 (b, c, h, w).

    widths, channels: int64 (b,), of each sample's field; a field of one channel serves every channel of the
    canvas. canvas: (c, h, w). count: words of the longest field; beyond a sample's own area the index is
    without meaning but below count.
    """
    depth, height, width = canvas
    column = torch.arange(width, device=widths.device)
    row = torch.arange(height, device=widths.device).view(-1, 1)
    channel = torch.arange(depth, device=widths.device).view(-1, 1, 1)
    wide, deep = widths.view(-1, 1, 1, 1), channels.view(-1, 1, 1, 1)
    return ((row * wide + column) * deep + torch.where(deep > 1, channel, 0)).clamp_(max=count - 1)


def gathered(fields: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
    """The values (b, n) of some fields at the places of `field_index`."""
    return fields.gather(1, index.flatten(1)).view(index.shape)


def words_at(longs: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
    """The words of `field_longs` (b, n) at the places of `field_index`: int64 in [0, 2**32)."""
    # On a little-endian machine, and every device is one, the view puts the lower half first.
    return gathered(longs.view(torch.int32), index).to(torch.int64) & MASK_32


def field_words(
    key: tuple[torch.Tensor, torch.Tensor], index: torch.Tensor, count: int, stream: int = 0
) -> torch.Tensor:
    """Random words of an image's places: int64 in [0, 2**32), shaped as index.

    key: as for `field_longs`. index, count: as for `field_index`. Each value is a function of key, index and
    stream only.
    """
    return words_at(field_longs(key, count, stream), index)


def word_source(key: tuple[int, int], stream: int = 0) -> np.random.Philox:
    """numpy's generator, standing before a field's first word; `random_raw` gives the longs in order.

    key: the low and the high 32 bits of the noise key. numpy counts before it makes a block, hence the - 1.
    """
    low, high = key
    return np.random.Philox(counter=((stream << 64) - 1) % 2**256, key=low | high << 32)


def word_image(
    key: tuple[int, int], channels: int, height: int, width: int, stream: int = 0
) -> npt.NDArray[np.uint32]:
    """The words of `field_words` for one sample on the CPU, as (height, width, channels)."""
    count = height * width * channels
    longs = word_source(key, stream).random_raw(-(-count // 2)).astype("<u8", copy=False)
    return longs.view("<u4")[:count].reshape(height, width, channels)
