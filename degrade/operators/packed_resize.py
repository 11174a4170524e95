"""Resampling on packed samples, as stored or as light: the taps are made on the device."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from degrade.functional.filters import ADAPTIVE
from degrade.functional.filters import FILTERS as TABLE
from degrade.functional.gpu.call import Call, Integers, Tables, starts_in_launches
from degrade.functional.gpu.kinds import FILTERS
from degrade.functional.resample import Line
from degrade.operators.packed import Batch, Form, Launch, Packed, Prepared, sides


class Plan(NamedTuple):
    """What the kernel that makes taps is told, see `gpu.resampling.taps`. counts: of firsts and of weights."""

    numbers: npt.NDArray[np.float64]
    starts: Integers
    most: int
    counts: tuple[int, int]


def known(name: str) -> bool:
    """Whether the GPU makes this filter's taps."""
    return name in FILTERS or name == "same"


def taps_plan(numbers: npt.NDArray[np.float64]) -> Plan:
    """numbers: float64 (n, 14), a row a line."""
    outs, taps = numbers[:, 3].astype(np.int64), numbers[:, 6].astype(np.int64)
    firsts, weights = np.cumsum(outs), np.cumsum(outs * taps)
    starts = np.stack([firsts - outs, weights - outs * taps], axis=1)
    # A kernel reads row by row, however the table was put together.
    rows = np.ascontiguousarray(numbers)
    return Plan(rows, starts, int(outs.max()), (int(firsts[-1]), int(weights[-1])))


@lru_cache(maxsize=64)
def _filter(name: str, antialias: bool) -> tuple[float, ...]:
    """Radius, margin, whether it stretches, is adaptive, ripples; then its codes."""
    entry = TABLE[name]
    numbers = entry.radius, entry.margin, entry.antialiased(antialias), name == ADAPTIVE
    return (*numbers, entry.ripples, *FILTERS[name])


def line_rows(lines: Sequence[Line]) -> npt.NDArray[np.float64]:
    """Rows of the table of lines, float64 (n, 14): `resample._numbers` of all at once, and codes of filters."""
    names = tuple((line.filter, line.antialias) for line in lines)
    own = np.array([line[2:] for line in lines], np.float64).reshape(-1, 5)
    return numbers_of_lines(names, np.arange(len(lines)), own.T)


@lru_cache(maxsize=64)
def _filters(names: tuple[tuple[str, bool], ...]) -> npt.NDArray[np.float64]:
    """A column a filter, float64 (9, filters)."""
    return np.array([_filter(*name) for name in names]).reshape(-1, 9).T.copy()


def numbers_of_lines(
    names: tuple[tuple[str, bool], ...], which: Integers, own: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The same of lines by column. names: filters, and whether with antialias. which: whose each line is, int64
    (n,). own: float64 (5, n), the line's numbers.
    """
    filters = _filters(names).take(which, axis=1)
    out = np.empty((14, len(which)))
    out[:4] = own[2], own[3], own[0], own[1]
    out[9:] = filters[[3, 5, 6, 7, 8]]
    scale, _, size_in, size_out, stretch, reach, width, drops, balances, adaptive = out[:10]
    radius, margin, stretches, _, ripples = filters[:5]
    repeats, adapts, stretching = own[4] != 0, adaptive != 0, stretches != 0
    np.copyto(stretch, 1.0)
    np.maximum(1.0, np.where(adapts, size_in / size_out, scale), out=stretch, where=stretching)
    np.add(radius * stretch, margin, out=reach)
    np.ceil(2.0 * reach, out=width)
    np.greater(stretching, repeats, out=drops)
    np.minimum(width, size_in, out=width, where=drops != 0)
    np.greater(repeats | (ripples != 0) | (stretch > 1.0), adapts, out=balances)
    return out.T


def pair_rows(rows: Sequence[Line], columns: Sequence[Line]) -> npt.NDArray[np.float64]:
    """The rows of lines along the rows' axis and along the columns', float64 (b, 2, 14)."""
    numbers = line_rows([line for pair in zip(rows, columns, strict=True) for line in pair])
    return numbers.reshape(-1, 2, numbers.shape[-1])


def _prepare(batch: Batch) -> Prepared:
    numbers = batch.column(lambda part: part.values[0], np.float64)
    plan = taps_plan(numbers.reshape(-1, numbers.shape[-1]))
    between = sides(batch, after=True)[:, 0] * sides(batch)[:, 1] * batch.channels
    lights = batch.column(lambda part: part.values[1], np.int32)
    light = bool(lights.any())
    each = {
        "lines": numbers,
        "starts": plan.starts.reshape(-1, 2, 2),
        "scratch": starts_in_launches(between, batch.bounds),
        **({"lights": lights} if light else {}),
    }

    def begin(tables: Mapping[str, Tensor]) -> Launch:
        from degrade.functional.gpu.resampling.resize import resize
        from degrade.functional.gpu.resampling.taps import make_taps

        lines, starts = (tables[name].flatten(0, 1) for name in ("lines", "starts"))
        dtype = torch.float64 if light else torch.float32
        firsts, weights = make_taps(lines, starts, plan.most, plan.counts, dtype)
        return lambda call: resize(call, firsts, weights)

    return Prepared(Tables(each, {}), begin)


def _moved(call: Call) -> int:
    """What lies between the passes, written and read."""
    between = call.before.copy()
    between[:, 0] = call.after[:, 0]
    return (16 if "lights" in call.tables else 8) * call.values(between)


RESAMPLING = Form("resampling", _prepare, _moved)


DECIDING = ("filter", "enlarging")
"""The fields that decide whether the form takes a record."""


def packed_resize(
    lines: Callable[[Any], npt.NDArray[np.float64]], takes: Callable[[Any], bool]
) -> Packed:
    """lines: a group's rows of the table of lines, float64 (b, 2, 14). takes: whether the form makes a record's
    filters.
    """

    def values(group: Any, channels: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
        return lines(group), group.matches("light", "linear")

    return Packed(RESAMPLING, values, takes, DECIDING)
