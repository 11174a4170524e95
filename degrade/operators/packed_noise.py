"""Noise on packed samples: normals of three kinds in one form, Poisson numbers in another."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from degrade.functional.gpu.call import Call, Integers, Tables, field_rows
from degrade.functional.gpu.kinds import IN_PROPORTION, PLAIN, SHOT_AND_READ
from degrade.functional.poisson import DISTINCT_COUNTS, PoissonBank, bank_arrays, poisson_bank
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

Numbers = npt.NDArray[np.float64]


def _depths(batch: Batch) -> npt.NDArray[np.int32]:
    """Channels of each sample's field."""

    def own(part: PackedPart) -> Integers:
        if not part.group.has("grey"):
            return np.full(len(part.places), batch.channels)
        return np.where(part.group.matches("grey", True), 1, batch.channels)

    return np.asarray(batch.column(own, np.int32))


def _prepare_normals(batch: Batch) -> Prepared:
    kinds = batch.column(lambda part: [part.values[0]] * len(part.places), np.int32)
    each = {
        "keys": batch.column(lambda part: noise_keys(part.group), np.int64),
        "kinds": np.array([kinds, _depths(batch)]).T,
        "numbers": batch.column(lambda part: part.values[1], np.float64),
    }
    return Prepared(Tables(each, {}), _begin_normals)


def _begin_normals(tables: Mapping[str, torch.Tensor]) -> Launch:
    from degrade.functional.gpu.fields import add_normals

    return add_normals


NORMALS = Form("normals", _prepare_normals)


def _stated(group: Any) -> Numbers:
    sigmas = group.numbers("sigma_255") / 255.0
    return np.array([sigmas, np.zeros_like(sigmas)]).T


def _shot_and_read(group: Any) -> Numbers:
    logs = zip(group.values("log_shot"), group.values("log_read"), strict=True)
    return np.array([(math.exp(shot), math.exp(read)) for shot, read in logs])


def _normals(kind: int, numbers: Callable[[Any], Numbers]) -> Packed:
    return Packed(NORMALS, lambda group, channels: (kind, numbers(group)))


PACKED_NORMAL = _normals(PLAIN, _stated)
PACKED_SPECKLE = _normals(IN_PROPORTION, _stated)
PACKED_SHOT_READ = _normals(SHOT_AND_READ, _shot_and_read)


def _prepare_mixed(batch: Batch) -> Prepared:
    counts = sides(batch).prod(1) * batch.channels
    fields = field_rows(counts[:, None], batch.bounds)
    speckles = batch.column(lambda part: part.group.matches("speckle", True), np.int32)
    each = {
        "keys": batch.column(lambda part: noise_keys(part.group), np.int64),
        "fields": fields.rows,
        "starts": fields.starts[:, 0],
        "weights": batch.column(lambda part: part.values, np.float32),
        "in_proportion": speckles,
    }

    def begin(tables: Mapping[str, torch.Tensor]) -> Launch:
        from degrade.functional.gpu.fields import add_mixed_normals

        return lambda call: add_mixed_normals(
            call, counts[call.first : call.first + len(call.before)]
        )

    return Prepared(Tables(each, {}), begin)


MIXED_NORMALS = Form("mixed normals", _prepare_mixed, lambda call: 8 * call.values(call.before))
"""Of three channels, between whose launches lie the normals."""


KEPT_COUNTS = len(DISTINCT_COUNTS) + 4
"""Of a bank of tables that stays on its device for later batches. One of more is of drawn counts, which no
later batch has: it goes along with the batch."""


def _prepare_poisson(batch: Batch) -> Prepared:
    """Counts that are stated come after those of distinct levels, where any are wanted."""
    counts = batch.column(lambda part: part.group.values("count"), object)
    stated = sorted({float(count) for count in counts if count != "distinct"})
    offset = len(DISTINCT_COUNTS) if "distinct" in counts else 0
    places = {count: offset + place for place, count in enumerate(stated)}
    which = [-1 if count == "distinct" else places[float(count)] for count in counts]
    each = {
        "keys": batch.column(lambda part: noise_keys(part.group), np.int64),
        "integers": np.array([_depths(batch), which], np.int32).T,
        "scales": batch.column(lambda part: part.group.numbers("scale"), np.float32),
    }
    bank = [*DISTINCT_COUNTS[:offset], *stated]
    shared = bank_arrays(bank) if len(bank) > KEPT_COUNTS else {}
    distinct = np.array([place < 0 for place in which])
    return Prepared(Tables(each, shared), lambda tables: _begin_poisson(tables, bank, distinct))


def _begin_poisson(
    tables: Mapping[str, torch.Tensor], counts: Sequence[float], distinct: npt.NDArray[np.bool_]
) -> Launch:
    from degrade.functional.gpu.poisson import add_poisson

    if "entries" in tables:
        bank = PoissonBank(*(tables[field.name] for field in fields(PoissonBank)))
    else:
        bank = poisson_bank(counts, tables["keys"].device)

    def launch(call: Call) -> None:
        own = distinct[call.first : call.first + len(call.before)]
        add_poisson(call, bank, bool(own.any()))

    return launch


def _moved_poisson(call: Call) -> int:
    """The levels that are there: samples are read once more."""
    return 4 * call.values(call.before)


POISSON = Form("poisson", _prepare_poisson, _moved_poisson)


def packed_poisson(check: Callable[[Any, int], None]) -> Packed:
    """check: raises ImageError for a group and a channel count that the operator cannot take."""
    return Packed(POISSON, check)
