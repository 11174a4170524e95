"""Screens of print on packed samples."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from degrade.functional.gpu.call import Tables
from degrade.functional.gpu.kinds import SCREENS
from degrade.operators.packed import Batch, Form, Launch, Packed, Prepared

NUMBERS = ("cell", "phase_x", "phase_y", "softness", "strength")
INKS = ("cyan", "magenta", "yellow", "black")


def _numbers(record: Any) -> list[float]:
    angles = (getattr(record, f"{ink}_angle") for ink in INKS)
    turns = (f(angle) for angle in angles for f in (math.cos, math.sin))
    return [*(getattr(record, name) for name in NUMBERS), *turns]


def _fields(record: Any) -> tuple[int, bool]:
    return SCREENS[record.shape], record.black


def _prepare(batch: Batch) -> Prepared:
    each = {
        "numbers": batch.column(
            lambda part: [_numbers(one) for one in part.group.records], np.float64
        ),
        "fields": batch.column(lambda part: [_fields(one) for one in part.group.records], np.int32),
    }
    return Prepared(Tables(each, {}), _begin)


def _begin(tables: Mapping[str, torch.Tensor]) -> Launch:
    from degrade.functional.gpu.screen import halftone

    return halftone


PACKED_HALFTONE = Packed(Form("halftone", _prepare, lambda call: 12 * call.values(call.before)))
"""With black ink each channel looks at all three."""
