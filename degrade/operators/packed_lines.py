"""Lines of resizes of a whole batch at once, for the GPU that makes their taps, and the sizes they lead to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
    halves = np.where(group.matches("rounding", "floor"), 0.0, 0.5)
    return _whole(np.floor(_stated(group, current, target) + halves[:, None]))


def rounded_up_sizes(group: Samples, current: Integers, target: Size) -> Integers:
    """`matlab.rounded_up` of records with `factor` and `of`: int64 (b, 2). of: input or target."""
    return _whole(np.ceil(_stated(group, current, target)))


def _stated(group: Samples, current: Integers, target: Size) -> Floats:
    named = np.where(group.matches("of", "target")[:, None], target, current)
    sides: Floats = named * group.numbers("factor")[:, None]
    return sides


def _whole(sides: Floats) -> Integers:
    return np.maximum(sides.astype(np.int64), 1)


Tie = Callable[[float, float], float]
"""(scale, shift) -> how far to the right of its positions `nearest` takes its pixels."""


def line_table(group: Samples, tie: Tie) -> Floats:
    """Rows of the table of lines of `resize` records, along rows and along columns: float64 (b, 2, 14)."""
    before, after = group.sides(), group.sides(after=True)
    codes, names = _filters(group, np.any(after > before, axis=1))
    own = np.empty((5, len(before), 2))
    sides, outs, scale, position, shifted = own
    shifts = np.array([group.numbers("shift_y"), group.numbers("shift_x")]).T
    sides[:], outs[:], shifted[:] = before, after, shifts != 0.0
    np.divide(sides, outs, out=scale)
    np.subtract(0.5 * scale, 0.5, out=position)
    _own_axes(group, np.array([name != ADAPTIVE for name in names])[codes], scale, position)
    position += shifts
    if "nearest" in names:
        for row in np.flatnonzero(codes == names.index("nearest")).tolist():
            own_axes = zip(scale[row].tolist(), shifts[row].tolist(), strict=True)
            ties = [tie(*axis) for axis in own_axes]
            # There and back, as a placement has it and a line has not.
            position[row] = (position[row] + ties) - ties
    filters = tuple((name, wanted) for name in names for wanted in (False, True))
    which = np.repeat(2 * codes + group.matches("antialias", True), 2)
    rows = numbers_of_lines(filters, which, own.reshape(5, -1))
    return rows.reshape(-1, 2, rows.shape[-1])


def _own_axes(
    group: Samples, stretches: npt.NDArray[np.bool_], scale: Floats, shift: Floats
) -> None:
    """Writes scale and shift of axes that follow the factor, float64 (b, 2). stretches: who may have them."""
    own = (stretches & group.matches("coordinates", "factor")).nonzero()[0]
    if len(own):
        inverse = 1.0 / group.numbers("factor")[own, None]
        scale[own], shift[own] = inverse, 0.5 * inverse - 0.5


def _filters(group: Samples, enlarges: npt.NDArray[np.bool_]) -> tuple[Integers, Sequence[str]]:
    """The filter that each step uses, as `filter_of_step` says, int64 (b,), and their names."""
    (own, names), (larger, others) = group.coded("filter"), group.coded("enlarging")
    stays = np.array([name == "same" for name in others], np.bool_)[larger]
    codes = np.where(enlarges & ~stays, len(names) + larger, own)
    used = np.flatnonzero(np.bincount(codes))
    places = np.zeros(len(names) + len(others), np.int64)
    places[used] = np.arange(len(used))
    known = [*names, *others]
    return places[codes], [known[code] for code in used.tolist()]
