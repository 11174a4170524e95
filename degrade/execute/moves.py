"""Rows of `gpu.move` for a batch: from the images to the slots, to canvases and back, and to the result."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from degrade.functional.gpu.call import Integers


def _rows(
    source: Integers, read: Integers, target: Integers, written: Integers, own: Integers
) -> Integers:
    """int64 (n, 10). read, written: sides of the planes at both places; own: of the samples."""
    columns = [
        *(source, read[:, 1], read.prod(1)),
        *(target, written[:, 1], written.prod(1)),
        *(own[:, 0], own[:, 1], written[:, 0], written[:, 1]),
    ]
    # A table by column: np.stack takes several times as long.
    return np.array(columns, np.int64).T


def moves_of_ends(
    slots: Integers,
    launches: Integers,
    first: Integers,
    end: Integers,
    channels: int,
) -> dict[str, Integers]:
    """loads: from images end to end to the slots. results: to a canvas of the largest, zeros beyond the others.

    slots: values of each sample's slots. launches: how many a sample has. first, end: int64 (n, 2), sides of
    inputs and outputs.
    """
    begins = 2 * (np.cumsum(slots) - slots)
    ended = begins + launches % 2 * slots
    values = channels * first.prod(1)
    canvas = np.broadcast_to(end.max(axis=0), end.shape)
    at = channels * canvas.prod(1) * np.arange(len(end))
    return {
        "loads": _rows(np.cumsum(values) - values, first, begins, first, first),
        "results": _rows(ended, end, at, canvas, end),
    }


def moves_of_rounds(rows: Integers, counts: Sequence[int], channels: int) -> dict[str, Integers]:
    """gathers: from slots to a round's canvas. scatters: from its result to other slots. stays: from slot to
    slot.

    rows: int64 (n, 6), see `gpu.packed`. counts: rows of the rounds, in order.
    """
    if not len(rows):
        none = np.zeros((0, 10), np.int64)
        return {"gathers": none, "scatters": none, "stays": none}
    source, target, before, after = rows[:, 0], rows[:, 1], rows[:, 2:4], rows[:, 4:]
    bounds = np.cumsum(np.array([0, *counts], np.int64))
    place = np.arange(len(rows)) - np.repeat(bounds[:-1], np.diff(bounds))
    wide, out = (
        np.repeat(np.maximum.reduceat(sides, bounds[:-1], axis=0), np.diff(bounds), axis=0)
        for sides in (before, after)
    )
    at_before, at_after = (channels * sides.prod(1) * place for sides in (wide, out))
    return {
        "gathers": _rows(source, before, at_before, wide, before),
        "scatters": _rows(at_after, out, target, after, after),
        "stays": _rows(source, before, target, after, before),
    }
