"""Forms on packed samples: what an operator brings to a GPU's back end that reads each sample where it lies.

A form is a few launches over any number of samples of any sizes. Several operators may share one, as blurs by a
point spread function share the correlation, and then run together. What it needs of its samples is made on the
host for the whole batch at once, and goes to the device in one copy with everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import torch

from degrade.functional.gpu.call import Call, Integers, Tables
from degrade.geometry import Placement, Size

Finish = tuple[float, float, float]
"""What is done to a value before it is written: least value, greatest value, steps from 0 to 1 (0: none)."""


class Samples(Protocol):
    """A `Group` on the host."""

    records: Sequence[Any]
    sizes: Sequence[Size]
    placements: Sequence[Placement]

    def has(self, field: str) -> bool: ...

    def values(self, field: str) -> list[Any]: ...

    def numbers(self, field: str) -> npt.NDArray[np.float64]: ...

    def coded(self, field: str) -> tuple[Integers, Sequence[str]]: ...

    def matches(self, field: str, value: object) -> npt.NDArray[np.bool_]: ...

    def key_words(self, field: str = "key") -> npt.NDArray[np.uint64]: ...

    def sides(self, after: bool = False) -> Integers: ...


class PackedPart(NamedTuple):
    """One operator's samples among those of a form. places: int64 (n,), their numbers in launch order."""

    places: Integers
    group: Samples
    values: Any


class Batch(NamedTuple):
    """All samples of one form in the order of its launches. bounds: where launches begin, and the end."""

    parts: Sequence[PackedPart]
    bounds: Integers
    channels: int

    @property
    def samples(self) -> int:
        return int(self.bounds[-1])

    def column(self, values: Callable[[PackedPart], Any], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """A row a sample, in launch order, of what each part has in its own order."""
        columns = [np.asarray(values(part), dtype) for part in self.parts]
        out = np.empty((self.samples, *columns[0].shape[1:]), dtype)
        for part, column in zip(self.parts, columns, strict=True):
            out[part.places] = column
        return out


Launch = Callable[[Call], None]


Begin = Callable[[Mapping[str, torch.Tensor]], Launch]
"""The form's tables on the device -> the launch of one round. It may itself launch what all rounds share."""


class Prepared(NamedTuple):
    """A form made ready for a batch: its host tables, and what begins with them on the device."""

    tables: Tables
    begin: Begin


@dataclass(frozen=True, eq=False)
class Form:
    """How some operators run on packed samples.

    prepare: see `Prepared`. moved: bytes that a round reads and writes beside the samples' input and
    output. parts: into how many a round is cut, where it holds several times its samples.
    """

    name: str
    prepare: Callable[[Batch], Prepared]
    moved: Callable[[Call], int] = lambda call: 0
    parts: int = 1

    @cached_property
    def key(self) -> str:
        """What tells the form from an operator of the same name."""
        return f"form {self.name}"


@dataclass(frozen=True)
class Packed:
    """An operator's part of a form.

    values: what the operator's own samples bring to it, of their group on the host and the channel count; it
    raises ImageError for what the operator cannot take. takes: whether the form can
    run a record's sample; the operator's kernel runs the others. None: it runs all. decided_by: the fields, of
    texts, that `takes` looks at; None: it may look at any.
    """

    form: Form
    values: Callable[[Any, int], Any] = lambda group, channels: None
    takes: Callable[[Any], bool] | None = None
    decided_by: tuple[str, ...] | None = None


def noise_keys(group: Samples) -> npt.NDArray[np.int64]:
    """The samples' noise keys, int64 (b,), the bits of unsigned words."""
    return group.key_words().view(np.int64)


Taps = Sequence[npt.NDArray[np.float64]]
"""A line of taps a sample."""


def end_to_end(taps: Sequence[Taps]) -> dict[str, npt.NDArray[Any]]:
    """Some lines of taps a sample, as forms have them.

    kernels: float64, all taps; starts int64 and reaches int32 (b, lines), where a line begins in them and how
    far it goes from its middle.
    """
    lengths = np.array([[len(own) for own in line] for line in taps], np.int64).T
    ends = np.cumsum(lengths).reshape(lengths.shape)
    return {
        "kernels": np.concatenate([own for sample in zip(*taps, strict=True) for own in sample]),
        "starts": ends - lengths,
        "reaches": (lengths // 2).astype(np.int32),
    }


def sides(batch: Batch, after: bool = False) -> Integers:
    """Heights and widths of all samples, int64 (b, 2), before or after the step."""

    return batch.column(lambda part: part.group.sides(after), np.int64)
