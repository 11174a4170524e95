"""Planes to pixels and back: the values, and whose memory they lie in."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.functional.layout import interleaved, planar

CHANNELS = (1, 2, 3, 4, 5, 600)


def planes_of(channels: int, dtype: type) -> np.ndarray:
    """Every value another, as far as the type tells them apart."""
    return np.arange(channels * 3 * 5).reshape(channels, 3, 5).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.uint8])
@pytest.mark.parametrize("channels", CHANNELS)
def test_every_value_finds_its_place(channels: int, dtype: type) -> None:
    planes = planes_of(channels, dtype)
    pixels = interleaved(planes)
    assert pixels.flags.c_contiguous
    assert pixels.dtype == dtype
    assert np.array_equal(pixels, planes.transpose(1, 2, 0))
    back = planar(pixels)
    assert back.flags.c_contiguous
    assert back.dtype == dtype
    assert np.array_equal(back, planes)


@pytest.mark.parametrize("channels", CHANNELS)
def test_any_strides(channels: int) -> None:
    large = np.arange(2 * channels * 6 * 10, dtype=np.float32).reshape(2 * channels, 6, 10)
    planes = large[::2, ::2, ::-2]
    assert np.array_equal(interleaved(planes), planes.transpose(1, 2, 0))
    pixels = large.transpose(1, 2, 0)[::-1, :, ::2]
    assert np.array_equal(planar(pixels), pixels.transpose(2, 0, 1))


@pytest.mark.parametrize("channels", CHANNELS)
def test_results_are_copies(channels: int) -> None:
    planes = planes_of(channels, np.float32)
    pixels = interleaved(planes)
    again = interleaved(pixels.transpose(2, 0, 1))
    assert not np.shares_memory(pixels, planes)
    assert not np.shares_memory(again, pixels)
    assert not np.shares_memory(planar(pixels), pixels)
