"""What operators are made of: parameter records, and the samples of one launch as vectors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from pydantic import AfterValidator, Field, StringConstraints

from degrade.geometry import Placement, Size
from degrade.reader.records import Strict

Image = npt.NDArray[np.float32]
"""One image on the CPU: h w c, float32, [0, 1], contiguous."""


class Parameters(Strict):
    """Base of parameter records."""


@dataclass(frozen=True)
class _DrawnKey:
    """Marks a field that is never written in a pipeline: drawing fills it with 64 random bits."""


NoiseKey = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$"), _DrawnKey()]
"""The key of an operator's random field, as 16 hexadecimal digits."""


@dataclass(frozen=True)
class _WrittenAsMapping:
    """Marks a field that a pipeline may write as a mapping; a trace holds it as canonical JSON."""


def canonical_json(text: str) -> str:
    """A JSON object with sorted keys and no blanks; raises ValueError for anything else."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not JSON: {error}") from error
    except RecursionError as error:
        raise ValueError(f"{text[:40]!r}... is nested too deeply") from error
    if not isinstance(data, dict):
        raise ValueError(f'{text!r} is no JSON object; expected such as {{"limit": 10}}')
    return json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)


JsonMapping = Annotated[str, AfterValidator(canonical_json), _WrittenAsMapping()]
"""Named values of a foreign program, as canonical JSON: one value in a trace, a mapping in a pipeline."""

LEAST = 1e-6
"""Of a length or a strength that something is divided by: nothing that is seen, and its square is a number."""
Turn = Annotated[float, Field(ge=-1e6, le=1e6)]
"""Radians, of which a cosine still knows the hundred millionth part of a turn."""

P = TypeVar("P", bound=Parameters)


def noise_fields(parameters: type[Parameters]) -> tuple[str, ...]:
    """Names of the record's fields that are noise keys."""
    return tuple(
        name
        for name, info in parameters.model_fields.items()
        if any(isinstance(mark, _DrawnKey) for mark in info.metadata)
    )


def mapping_fields(parameters: type[Parameters]) -> tuple[str, ...]:
    """Names of the record's fields that a pipeline may write as a mapping."""
    return tuple(
        name
        for name, info in parameters.model_fields.items()
        if any(isinstance(mark, _WrittenAsMapping) for mark in info.metadata)
    )


class Group(Generic[P]):
    """The samples of one launch: their records as vectors, their sizes, and where their outputs lie.

    The images come as a canvas `b c H W`. Sample i occupies its top left `sizes[i]`; what lies beyond is
    finite and without meaning, and a kernel must neither read it for a pixel inside nor care what it
    writes there. Host values (`records`, `sizes`, `placements`) may shape a launch; tensors never come back.
    """

    def __init__(
        self,
        records: Sequence[P],
        sizes: Sequence[Size],
        placements: Sequence[Placement],
        device: torch.device,
    ) -> None:
        self.records = records
        self.sizes = sizes
        self.placements = placements
        self.device = device

    def has(self, field: str) -> bool:
        """Whether the records have a field."""
        return any(hasattr(record, field) for record in self.records[:1])

    def values(self, field: str) -> list[Any]:
        """A field as it is, one value a sample."""
        return [getattr(record, field) for record in self.records]

    def numbers(self, field: str) -> npt.NDArray[np.float64]:
        """A number field on the host, float64 (b,)."""
        return np.array(self.values(field), np.float64)

    def coded(self, field: str) -> tuple[npt.NDArray[np.int64], Sequence[str]]:
        """A text field on the host: int64 (b,), each sample's place among the texts, and these."""
        values = self.values(field)
        texts = list(dict.fromkeys(values))
        places = {text: place for place, text in enumerate(texts)}
        return np.array([places[value] for value in values], np.int64), texts

    def matches(self, field: str, value: object) -> npt.NDArray[np.bool_]:
        """Where a field has a value, on the host: bool (b,)."""
        return np.array([own == value for own in self.values(field)], np.bool_)

    def key_words(self, field: str = "key") -> npt.NDArray[np.uint64]:
        """The noise keys on the host, uint64 (b,)."""
        return np.array([int(key, 16) for key in self.values(field)], np.uint64)

    def sides(self, after: bool = False) -> npt.NDArray[np.int64]:
        """Heights and widths before or after the step, int64 (b, 2)."""
        own = [place.size for place in self.placements] if after else self.sizes
        return np.array(own, np.int64).reshape(-1, 2)

    def upload(self, values: Sequence[Any], dtype: torch.dtype) -> torch.Tensor:
        """A host sequence of one value a sample as a vector on the device, without waiting for it."""
        return torch.tensor(values, dtype=dtype).to(self.device, non_blocking=True)

    def carried(self, values: npt.NDArray[Any]) -> torch.Tensor:
        """A host array on the device, without waiting for it."""
        return torch.from_numpy(values).to(self.device, non_blocking=True)

    def floats(self, field: str) -> torch.Tensor:
        """A number field as float64 (b,)."""
        return self.carried(self.numbers(field))

    def integers(self, field: str) -> torch.Tensor:
        """An integer field as int64 (b,)."""
        return self.carried(self.numbers(field).astype(np.int64))

    def equals(self, field: str, value: object) -> torch.Tensor:
        """Where a field has a value, as bool (b,)."""
        return self.carried(self.matches(field, value))

    def noise_keys(self, field: str = "key") -> tuple[torch.Tensor, torch.Tensor]:
        """The low and the high word of each sample's noise key, int64 (b,) each."""
        words = self.key_words(field)
        low, high = words & np.uint64(0xFFFFFFFF), words >> np.uint64(32)
        return self.carried(low.astype(np.int64)), self.carried(high.astype(np.int64))

    def heights(self) -> torch.Tensor:
        return self.carried(self.sides()[:, 0].copy())

    def widths(self) -> torch.Tensor:
        return self.carried(self.sides()[:, 1].copy())


def column(vector: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """A per-sample vector (b,) as b 1 1 1 in the images' type, to meet a canvas."""
    return vector.to(like.dtype).view(-1, 1, 1, 1)
