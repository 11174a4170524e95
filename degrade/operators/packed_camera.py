"""Sensors on packed samples: cameras, and mosaics of values as they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from degrade.functional.camera import sensor_matrix
from degrade.functional.demosaic import LEAST_SENSOR, RED_AT
from degrade.functional.gpu.call import Call, Tables, starts_in_launches
from degrade.functional.gpu.kinds import BY_MENON, MENON_MARGIN, METHODS
from degrade.operators.packed import (
    Batch,
    Form,
    Launch,
    Packed,
    PackedPart,
    Prepared,
    noise_keys,
    sides,
)

Taken = Callable[[Any], tuple[Sequence[float], Sequence[int]]]
"""A record's numbers, and whether there is a camera, its tone curve and whether it clips."""

NUMBERS = 23
PLANES = 4
"""What `menon` keeps in float64 beside the mosaic: green, red and blue, green again."""


def of_mosaic(record: Any) -> tuple[Sequence[float], Sequence[int]]:
    return (0.0,) * NUMBERS, (0, 0, 0)


def of_camera(record: Any) -> tuple[Sequence[float], Sequence[int]]:
    """The matrices to the sensor and from it, the gains, shot and read."""
    matrix = sensor_matrix(record.shares)
    noise = math.exp(record.log_shot), math.exp(record.log_read)
    numbers = (*matrix.ravel(), *np.linalg.inv(matrix).ravel(), *record.gains, *noise)
    return numbers, (1, record.tone, record.clip)


def _values(group: Any, taken: Taken) -> dict[str, npt.NDArray[Any]]:
    made = [taken(record) for record in group.records]
    sites = [(*RED_AT[record.pattern], METHODS[record.method]) for record in group.records]
    flags = [flags for _, flags in made]
    keyed = bool(flags[0][0])
    return {
        "keys": noise_keys(group) if keyed else np.zeros(len(made), np.int64),
        "numbers": np.array([numbers for numbers, _ in made], np.float64),
        "fields": np.concatenate([np.array(sites, np.int32), np.array(flags, np.int32)], axis=1),
    }


def _own(name: str, part: PackedPart) -> npt.NDArray[Any]:
    values: npt.NDArray[Any] = part.values[name]
    return values


def _prepare(batch: Batch) -> Prepared:
    each = {
        name: batch.column(partial(_own, name), dtype)
        for name, dtype in (("keys", np.int64), ("numbers", np.float64), ("fields", np.int32))
    }
    sensor = np.maximum(sides(batch), LEAST_SENSOR)
    menon = each["fields"][:, 2] == BY_MENON
    ways = menon * (sensor + 2 * MENON_MARGIN).prod(1)
    lengths = sensor.prod(1) + PLANES * ways
    starts = [starts_in_launches(own, batch.bounds) for own in (lengths, ways)]
    each["scratch"] = np.stack(starts, axis=1)

    def begin(tables: Mapping[str, torch.Tensor]) -> Launch:
        from degrade.functional.gpu.camera import take

        def launch(call: Call) -> None:
            own = slice(call.first, call.first + len(call.before))
            values = int(lengths[own].sum()), int(ways[own].sum())
            take(call, values, bool(menon[own].any()))

        return launch

    return Prepared(Tables(each, {}), begin)


def _moved(call: Call) -> int:
    """Bytes a pixel between the launches, as if all samples went by `menon`; others take 16."""
    return 172 * call.values(call.before) // call.channels


SENSOR = Form("sensor", _prepare, _moved, parts=2)


def packed_sensor(taken: Taken) -> Packed:
    return Packed(SENSOR, lambda group, channels: _values(group, taken))
