"""What an operator is: a row that joins a parameter record, a kernel and a geometry.

The kernel over `b c h w` with per-sample vectors is the operator's definition. A faster form for one image
on the CPU, and one for the batch on a GPU, may stand beside it and are held to it by the contract tests.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from pydantic import AfterValidator, StringConstraints

from degrade.address import split_noise_key
from degrade.geometry import Frame, Placement, Size
from degrade.operators.packed import Finish, Packed
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
    if not isinstance(data, dict):
        raise ValueError(f'{text!r} is no JSON object; expected such as {{"limit": 10}}')
    return json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)


JsonMapping = Annotated[str, AfterValidator(canonical_json), _WrittenAsMapping()]
"""Named values of a foreign program, as canonical JSON: one value in a trace, a mapping in a pipeline."""

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

    def upload(self, values: Sequence[Any], dtype: torch.dtype) -> torch.Tensor:
        """A host sequence of one value a sample as a vector on the device, without waiting for it."""
        return torch.tensor(values, dtype=dtype).to(self.device, non_blocking=True)

    def floats(self, field: str) -> torch.Tensor:
        """A number field as float64 (b,)."""
        return self.upload([getattr(record, field) for record in self.records], torch.float64)

    def integers(self, field: str) -> torch.Tensor:
        """An integer field as int64 (b,)."""
        return self.upload([getattr(record, field) for record in self.records], torch.int64)

    def equals(self, field: str, value: object) -> torch.Tensor:
        """Where a field has a value, as bool (b,)."""
        return self.upload([getattr(record, field) == value for record in self.records], torch.bool)

    def noise_keys(self, field: str = "key") -> tuple[torch.Tensor, torch.Tensor]:
        """The low and the high word of each sample's noise key, int64 (b,) each."""
        words = [split_noise_key(getattr(record, field)) for record in self.records]
        low, high = zip(*words, strict=True)
        return self.upload(low, torch.int64), self.upload(high, torch.int64)

    def heights(self) -> torch.Tensor:
        return self.upload([size.height for size in self.sizes], torch.int64)

    def widths(self) -> torch.Tensor:
        return self.upload([size.width for size in self.sizes], torch.int64)


def column(vector: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """A per-sample vector (b,) as b 1 1 1 in the images' type, to meet a canvas."""
    return vector.to(like.dtype).view(-1, 1, 1, 1)


def same_place(record: Parameters, frame: Frame) -> Placement:
    """The geometry of an operator that moves nothing."""
    return _unmoved(frame.current)


@lru_cache(maxsize=1024)
def _unmoved(size: Size) -> Placement:
    """Most steps move nothing, and they come in runs of one size."""
    return Placement(size)


def no_strength(record: Parameters) -> dict[str, float]:
    return {}


@dataclass(frozen=True, eq=False)
class Operator(Generic[P]):
    """A row of the table, or one of a caller's own.

    name, version: what a trace calls it; the version rises when the same values give other pixels.
    kernel: (canvas b c H W float32, group) -> canvas of the outputs, float32; the definition.
    device_kernel: the same in few launches on a GPU, by Triton; without gradients, and free to leave what lies
    beyond a sample's own output unwritten.
    packed: its part of a form on packed samples, which a GPU runs in its place; see `degrade.operators.packed`.
    finish: of an operator that limits and rounds values one by one, as `clamp` and `quantise` do: the least
    value, the greatest and the steps from 0 to 1, 0 for any value; on packed samples the operator before it
    takes them over.
    single: (image h w c, record, table) -> image; the CPU's fast form of the same thing. table: what `tables`
    made for the sample, None without it.
    tables: group -> one table per sample, made for many samples at once: kernels, taps and the like, whose
    small tensors cost more in calls than in arithmetic. A table depends on its own sample only.
    words: a drawn record in plain words. formula: what becomes of an image, one line of plain mathematics; the
    page of operators explains its signs. strength: its physical strength (effective sigma and the like).
    border: how pixels beyond the border are had. channels: the channel counts it takes, None for any.
    depth: how finely its outputs are told apart: float32, or to what it rounds, as a codec does to 8 bits.
    on_host: it leaves the device, as a real codec must. housekeeping: it keeps values in form and is left out
    of a summary in words. differentiable: whether a gradient through it means something. hr_only: it may
    stand under `hr` only, since it moves pixels in ways that no placement declares. surrogate: where no
    gradient passes, a kernel without the roundings, whose gradient is taken where one is passed straight
    through; an operator of the HR alone has none, since gradients are wanted to the HR that it made.
    origin: SHA-256 of the file that a caller's own row comes from; traces name it.
    """

    name: str
    version: int
    parameters: type[P]
    kernel: Callable[[torch.Tensor, Group[P]], torch.Tensor]
    words: Callable[[P], str]
    summary: str
    formula: str
    source: str
    border: str = "none"
    place: Callable[[P, Frame], Placement] = same_place
    device_kernel: Callable[[torch.Tensor, Group[P]], torch.Tensor] | None = None
    packed: Packed | None = None
    finish: Callable[[P], Finish] | None = None
    single: Callable[[Image, P, Any], Image] | None = None
    tables: Callable[[Group[P]], Sequence[Any]] | None = None
    strength: Callable[[P], dict[str, float]] = no_strength
    channels: tuple[int, ...] | None = None
    depth: str = "float32"
    on_host: bool = False
    housekeeping: bool = False
    differentiable: bool = True
    hr_only: bool = False
    surrogate: Callable[[torch.Tensor, Group[P]], torch.Tensor] | None = None
    origin: str = ""
