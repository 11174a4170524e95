"""Neighbourhoods that are no correlation on packed samples: bilateral means, and grown lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from degrade.functional.gpu.call import Tables
from degrade.operators.packed import Batch, Form, Launch, Packed, Prepared


def _each(
    batch: Batch, numbers: Callable[[Any], float | Sequence[float]], dtype: npt.DTypeLike
) -> npt.NDArray[Any]:
    """A row a sample of what its record says."""
    return batch.column(lambda part: [numbers(record) for record in part.group.records], dtype)


def _spaces(record: Any) -> float:
    return 2.0 * float(record.sigma_space) ** 2


def _ranges(record: Any) -> float:
    return -0.5 / (float(record.sigma_range_255) / 255.0) ** 2


def _prepare_bilateral(batch: Batch) -> Prepared:
    each = {
        "radii": _each(batch, lambda record: record.radius, np.int32),
        "spaces": _each(batch, _spaces, np.float64),
        "ranges": _each(batch, _ranges, np.float32),
    }
    return Prepared(Tables(each, {}), _begin_bilateral)


def _begin_bilateral(tables: Mapping[str, torch.Tensor]) -> Launch:
    from degrade.functional.gpu.neighbours import bilateral

    return bilateral


def _growth(record: Any) -> tuple[int, bool, int]:
    return record.radius, record.shape == "square", 1 if record.grow == "dark" else -1


def _prepare_lines(batch: Batch) -> Prepared:
    each = {
        "fields": _each(batch, _growth, np.int32),
        "shares": _each(batch, lambda record: record.strength, np.float32),
    }
    return Prepared(Tables(each, {}), _begin_lines)


def _begin_lines(tables: Mapping[str, torch.Tensor]) -> Launch:
    from degrade.functional.gpu.neighbours import thicken

    return thicken


PACKED_BILATERAL = Packed(
    Form("bilateral", _prepare_bilateral, lambda call: 8 * call.values(call.before))
)
"""Each of three channels looks at all three."""

PACKED_LINES = Packed(Form("grown lines", _prepare_lines))
