"""MATLAB's resize on packed samples: taps of the lines that are there, each once, made on the host."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from degrade.functional.gpu.call import Call, Tables, starts_in_launches
from degrade.functional.matlab import MatlabLine, contributions, rows_first
from degrade.operators.packed import Batch, Form, Launch, Packed, Prepared, sides

Lines = Callable[[Any], tuple[Sequence[MatlabLine], Sequence[MatlabLine]]]
"""A group's lines along the rows' axis and along the columns'."""


@lru_cache(maxsize=256)
def _taps(line: MatlabLine) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    """Index and weight of a line, (taps, positions), flat."""
    index, weight = contributions((line,), line.size_out, torch.device("cpu"))
    index, weight = (taps[0, :, : line.taps].T.contiguous() for taps in (index, weight))
    return index.numpy().ravel().astype(np.int32), weight.numpy().ravel()


def _prepare(batch: Batch) -> Prepared:
    """The passes of each sample in its own order of axes."""
    pairs: list[Any] = [None] * batch.samples
    for part in batch.parts:
        for place, pair in zip(part.places.tolist(), part.values[0], strict=True):
            pairs[place] = pair
    ordered = [pair if rows_first(*pair) else pair[::-1] for pair in pairs]
    lines = list(dict.fromkeys(line for pair in ordered for line in pair))
    made = [_taps(line) for line in lines]
    ends = np.cumsum([len(index) for index, _ in made])
    starts = {
        line: int(end) - len(index) for line, end, (index, _) in zip(lines, ends, made, strict=True)
    }
    across = np.array([[not rows_first(*pair), rows_first(*pair)] for pair in pairs], np.int64)
    taps = [[(starts[one], one.taps, one.size_out) for one in pair] for pair in ordered]
    before, after = sides(batch), sides(batch, after=True)
    between = np.where(across[:, 1:] != 0, [[1, 0]], [[0, 1]])
    between = np.where(between != 0, after, before)
    each = {
        "passes": np.concatenate([across[:, :, None], np.array(taps, np.int64)], axis=2),
        "scratch": starts_in_launches(between.prod(1) * batch.channels, batch.bounds),
        "eight_bits": batch.column(lambda part: [part.values[1]] * len(part.places), np.int32),
    }
    shared = {
        "index": np.concatenate([index for index, _ in made]),
        "weights": np.concatenate([weight for _, weight in made]),
    }

    def begin(tables: Mapping[str, torch.Tensor]) -> Launch:
        from degrade.functional.gpu.resampling.matlab import imresize

        return lambda call: imresize(call, between)

    return Prepared(Tables(each, shared), begin)


def _moved(call: Call) -> int:
    """What lies between the passes in float64, written and read, as if rows always went first."""
    return 16 * call.values(np.stack([call.after[:, 0], call.before[:, 1]], axis=1))


IMRESIZE = Form("imresize", _prepare, _moved)


def packed_matlab(lines: Lines, eight_bit: bool) -> Packed:
    return Packed(
        IMRESIZE, lambda group, channels: (list(zip(*lines(group), strict=True)), eight_bit)
    )
