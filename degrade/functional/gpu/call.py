"""What one launch over packed samples is given. See `packed` for the layout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch

Integers = npt.NDArray[np.int64]
Arrays = Mapping[str, npt.NDArray[np.generic]]


class Tables(NamedTuple):
    """Host arrays of a form's samples in the order of their launches.

    each: a row a sample, so that a launch sees its own samples' rows. shared: seen whole by all launches.
    """

    each: Arrays
    shared: Arrays


class Call(NamedTuple):
    """One launch: some samples, each from its slot to its other slot.

    pixels: float32 (n,), where all samples lie. rows: int64 (b, 6) and finish: float32 (b, 3) on the device,
    see `packed`. tables: the form's arrays on the device. before, after: int64 (b, 2) on the host, heights and
    widths of the samples before and after. first: number of the launch's first sample among all of the form's.
    """

    pixels: torch.Tensor
    rows: torch.Tensor
    finish: torch.Tensor
    tables: Mapping[str, torch.Tensor]
    channels: int
    before: Integers
    after: Integers
    first: int

    def tiles(self, sides: Integers, rows: int, columns: int) -> int:
        """Tiles of rows x columns that the sample with most of them has, all its channels together."""
        tiles = -(-sides[:, 0] // rows) * -(-sides[:, 1] // columns)
        return int(tiles.max()) * self.channels

    def values(self, sides: Integers) -> int:
        """Values of all the launch's samples together."""
        return int(sides.prod(1).sum()) * self.channels


def starts_in_launches(lengths: Integers, bounds: Integers) -> Integers:
    """Where each sample's part of its launch's scratch begins. bounds: where launches begin, and the end."""
    starts = np.cumsum(lengths) - lengths
    counts = np.diff(bounds)
    return np.asarray(starts - np.repeat(starts[bounds[:-1]], counts), np.int64)


class FieldRows(NamedTuple):
    """Random fields of samples: rows of `fields.unit_normals`, int64 (b, n, 4), and their last column."""

    rows: Integers
    starts: Integers


def field_rows(counts: Integers, bounds: Integers) -> FieldRows:
    """Fields of streams 0, 1, .. of every sample, end to end in each launch.

    counts: their values, int64 (b, n). bounds: where launches begin, and the end.
    """
    first = np.repeat(bounds[:-1], np.diff(bounds))
    keys = np.broadcast_to((np.arange(len(counts)) - first)[:, None], counts.shape)
    starts = starts_in_launches(counts.sum(1), bounds)[:, None] + np.cumsum(counts, 1) - counts
    streams = np.broadcast_to(np.arange(counts.shape[1]), counts.shape)
    return FieldRows(np.stack([keys, streams, counts, starts], axis=2), starts)
