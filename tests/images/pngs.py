"""PNG files of every form, written by the standard alone (ISO/IEC 15948), and what they hold."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence

import numpy as np

GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
DEPTHS = {
    GREY: (1, 2, 4, 8, 16),
    RGB: (8, 16),
    PALETTE: (1, 2, 4, 8),
    GREY_ALPHA: (8, 16),
    RGB_ALPHA: (8, 16),
}
SAMPLES = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGB_ALPHA: 4}
_PASSES = (
    (0, 0, 8, 8),
    (0, 4, 8, 8),
    (4, 0, 8, 4),
    (0, 2, 4, 4),
    (2, 0, 4, 2),
    (0, 1, 2, 2),
    (1, 0, 2, 1),
)

SIZE = (9, 11)
"""Of a made picture."""

Chunk = tuple[bytes, bytes]


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(
    samples: np.ndarray,
    colour: int,
    depth: int,
    *,
    interlaced: bool = False,
    before: Sequence[Chunk] = (),
    behind: Sequence[Chunk] = (),
) -> bytes:
    """`h w c` numbers of `depth` bits as a file, with more chunks before the pixels and behind them."""
    height, width = samples.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    parts = [samples]
    if interlaced:
        parts = [samples[y::down, x::across] for y, x, down, across in _PASSES]
    rows = b"".join(_rows(part, depth) for part in parts if part.size)
    chunks = [(b"IHDR", header), *before, (b"IDAT", zlib.compress(rows)), *behind, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in chunks)


def _rows(samples: np.ndarray, depth: int) -> bytes:
    return b"".join(b"\0" + packed(row.reshape(-1), depth, ">") for row in samples)


def packed(values: Iterable[int] | np.ndarray, depth: int, order: str) -> bytes:
    """Numbers as bytes: high bits first where several share one, 16 bits in the order of bytes given."""
    numbers = np.asarray(values)
    if depth == 16:
        return numbers.astype(f"{order}u2").tobytes()
    digits = (numbers[:, None].astype(np.int64) >> np.arange(depth - 1, -1, -1)) & 1
    return np.packbits(digits.reshape(-1).astype(np.uint8)).tobytes()


def noise(shape: tuple[int, ...], depth: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2**depth, shape)


def on_full_range(values: np.ndarray, depth: int) -> np.ndarray:
    """On 0 .. 255, or 0 .. 65535 beyond 8 bits, rounded to nearest."""
    kind, full = (np.uint8, 255) if depth <= 8 else (np.uint16, 65535)
    return np.floor(values / (2**depth - 1) * full + 0.5).astype(kind)


def made(colour: int, depth: int, *, keyed: bool) -> tuple[np.ndarray, list[Chunk], np.ndarray]:
    """Numbers to store, the chunks that they need, and the picture `h w c` that they are."""
    numbers = noise((*SIZE, SAMPLES[colour]), depth, seed=depth)
    if colour == PALETTE:
        return _of_palette(numbers, depth, keyed=keyed)
    truth = on_full_range(numbers, depth)
    if not keyed:
        return numbers, [], truth
    numbers[2:5, 3:7] = key = numbers[0, 0]
    truth = on_full_range(numbers, depth)
    opaque = (numbers != key).any(axis=2, keepdims=True)
    alpha = np.where(opaque, np.iinfo(truth.dtype).max, 0).astype(truth.dtype)
    chunks = [(b"tRNS", key.astype(">u2").tobytes())]
    return numbers, chunks, np.concatenate([truth, alpha], axis=2)


def _of_palette(
    numbers: np.ndarray, depth: int, *, keyed: bool
) -> tuple[np.ndarray, list[Chunk], np.ndarray]:
    palette = noise((2**depth, 3), 8, seed=5).astype(np.uint8)
    chunks = [(b"PLTE", palette.tobytes())]
    truth = palette[numbers[..., 0]]
    if not keyed:
        return numbers, chunks, truth
    alphas = np.full(2**depth, 255, np.uint8)
    alphas[: 2**depth // 2] = noise((2**depth // 2,), 8, seed=6)
    chunks.append((b"tRNS", alphas[: 2**depth // 2].tobytes()))
    return numbers, chunks, np.concatenate([truth, alphas[numbers]], axis=2)
