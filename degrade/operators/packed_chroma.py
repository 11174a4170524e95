"""Chroma subsampling on packed samples."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from degrade.functional.chroma import LAYOUTS, LUMA_WEIGHTS, axis_weights
from degrade.functional.gpu.call import Call, Tables, starts_in_launches
from degrade.operators.packed import Batch, Form, Launch, Packed, Prepared, sides

Axis = tuple[int, bool]
"""Pixels a chroma sample, and whether a sample is the mean of a block."""


@lru_cache(maxsize=1)
def _weights() -> tuple[npt.NDArray[np.float32], Mapping[Axis, tuple[int, int, int]]]:
    """The weights of every axis end to end; of each axis its pixels, its taps and where they begin."""
    axes = [(factor, box) for factor in (1, 2, 4) for box in (False, True)]
    made = [axis_weights(factor, box) for factor, box in axes]
    ends = np.cumsum([len(own) for own in made])
    flat = np.array([weight for own in made for weight in own], np.float32)
    return flat, {
        axis: (axis[0], len(own), int(end) - len(own))
        for axis, own, end in zip(axes, made, ends, strict=True)
    }


def _fields(record: Any) -> tuple[int, ...]:
    down, across = LAYOUTS[record.layout]
    box, axes = record.down == "box", _weights()[1]
    return (*axes[down, box], *axes[across, box], record.up == "bilinear")


def _prepare(batch: Batch) -> Prepared:
    fields = batch.column(lambda part: [_fields(one) for one in part.group.records], np.int32)
    coarse = -(-sides(batch) // fields[:, [0, 3]].astype(np.int64))
    each = {
        "fields": fields,
        "lumas": batch.column(
            lambda part: [LUMA_WEIGHTS[one.matrix] for one in part.group.records], np.float32
        ),
        "scratch": starts_in_launches(2 * coarse.prod(1), batch.bounds),
    }

    def begin(tables: Mapping[str, torch.Tensor]) -> Launch:
        from degrade.functional.gpu.chroma import subsample

        def launch(call: Call) -> None:
            subsample(call, coarse[call.first : call.first + len(call.before)])

        return launch

    return Prepared(Tables(each, {"weights": _weights()[0]}), begin)


SUBSAMPLED = Packed(Form("chroma", _prepare, lambda call: 12 * call.values(call.before)))
"""Samples are read once more; the chroma samples, at 4:4:4 as many as pixels, are written and read."""
