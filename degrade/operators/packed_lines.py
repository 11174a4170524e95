"""Lines of resizes of a whole batch at once, for the GPU that makes their taps, and the sizes they lead to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from degrade.functional.filters import ADAPTIVE
from degrade.functional.gpu.call import Integers
from degrade.geometry import Size
from degrade.operators.packed import Samples
from degrade.operators.packed_resize import numbers_of_lines

Floats = npt.NDArray[np.float64]


def scaled_sizes(group: Samples, current: Integers, target: Size) -> Integers:
    """`geometry.scaled` of records with `factor`, `of` and `rounding`: int64 (b, 2). of: input or target."""
    named = np.where(group.matches("of", "target")[:, None], target, current)
    halves = np.where(group.matches("rounding", "floor"), 0.0, 0.5)
    sides = np.floor(named * group.numbers("factor")[:, None] + halves[:, None])
    return np.maximum(sides.astype(np.int64), 1)


def line_table(group: Samples) -> Floats | None:
    """Rows of the table of lines of `resize` records, along rows and along columns: float64 (b, 2, 14).

    None where a filter is `nearest`, whose lines are shifted by what its ties take.
    """
    codes, names = _filters(group)
    if any(names[code] == "nearest" for code in np.unique(codes).tolist()):
        return None
    sides, outs = group.sides().astype(np.float64), group.sides(after=True).astype(np.float64)
    scale = sides / outs
    shift = 0.5 * scale - 0.5
    by_factor = group.matches("coordinates", "factor")
    if by_factor.any():
        by_factor &= np.array([name != ADAPTIVE for name in names], np.bool_)[codes]
        inverse = 1.0 / group.numbers("factor")
        stated = np.where(by_factor, inverse, 1.0), np.where(by_factor, 0.5 * inverse - 0.5, 0.0)
        scale = np.where(by_factor[:, None], stated[0][:, None], scale)
        shift = np.where(by_factor[:, None], stated[1][:, None], shift)
    shifts = np.stack([group.numbers("shift_y"), group.numbers("shift_x")], axis=1)
    antialias = group.matches("antialias", True)
    own = np.stack([sides, outs, scale, shift + shifts, shifts != 0.0], axis=2)
    filters = [(name, wanted) for name in names for wanted in (False, True)]
    return _table(own, filters, 2 * codes + antialias)


def _filters(group: Samples) -> tuple[Integers, Sequence[str]]:
    """The filter that each step uses, as `filter_of_step` says, int64 (b,), and their names."""
    (own, names), (larger, others) = group.coded("filter"), group.coded("enlarging")
    enlarges = (group.sides(after=True) > group.sides()).any(axis=1)
    stays = np.array([name == "same" for name in others], np.bool_)[larger]
    codes = np.where(enlarges & ~stays, len(names) + larger, own)
    used = np.unique(codes)
    known = [*names, *others]
    return np.searchsorted(used, codes), [known[code] for code in used.tolist()]


def _table(own: Floats, filters: Sequence[tuple[str, bool]], codes: Integers) -> Floats:
    rows = numbers_of_lines(filters, np.repeat(codes, 2), own.reshape(-1, 5))
    return rows.reshape(-1, 2, rows.shape[-1])
