"""Displaced pixels on packed samples: shifts, magnifications and combs in one form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from degrade.functional.gpu.call import Tables
from degrade.functional.gpu.kinds import COMBED, MAGNIFIED, SHIFTED, SHIFTED_CHROMA
from degrade.operators.packed import Batch, Form, Launch, Packed, PackedPart, Prepared

Numbers = tuple[float, float, float, float]
Told = Callable[[Any, int], tuple[int, Numbers]]
"""(record, channels) -> kind and numbers, see `gpu.displacement.displace`."""

STAYS = (SHIFTED, (0.0, 0.0, 0.0, 0.0))


def _shifted(record: Any, channels: int) -> tuple[int, Numbers]:
    if channels == 1:
        return STAYS
    kind = SHIFTED_CHROMA if record.space == "ycbcr" else SHIFTED
    return kind, (record.red_y, record.red_x, record.blue_y, record.blue_x)


def _magnified(record: Any, channels: int) -> tuple[int, Numbers]:
    if channels == 1:
        return STAYS
    return MAGNIFIED, (record.red_scale, record.red_scale, record.blue_scale, record.blue_scale)


def _combed(record: Any, channels: int) -> tuple[int, Numbers]:
    half = record.comb / 2.0
    return COMBED, (0.0, half, 0.0, half)


def _prepare(batch: Batch) -> Prepared:
    def kinds(part: PackedPart) -> list[int]:
        return [kind for kind, _ in part.values]

    def numbers(part: PackedPart) -> list[Numbers]:
        return [numbers for _, numbers in part.values]

    each = {"kinds": batch.column(kinds, np.int32), "numbers": batch.column(numbers, np.float64)}
    return Prepared(Tables(each, {}), _begin)


def _begin(tables: Mapping[str, torch.Tensor]) -> Launch:
    from degrade.functional.gpu.displacement import displace

    return displace


DISPLACEMENT = Form("displacement", _prepare)


def _packed(told: Told) -> Packed:
    return Packed(
        DISPLACEMENT, lambda group, channels: [told(one, channels) for one in group.records]
    )


PACKED_SHIFT = _packed(_shifted)
PACKED_MAGNIFIED = _packed(_magnified)
PACKED_COMB = _packed(_combed)
