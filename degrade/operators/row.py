"""What an operator is: a row that joins a parameter record, its forms, its facts and words about it.

The kernel over `b c h w` with per-sample vectors is the operator's definition. A faster form for one image
on the CPU, and one for the batch on a GPU, may stand beside it and are held to it by the contract tests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeVar

import torch

from degrade.functional.gpu.call import Integers
from degrade.geometry import Frame, Placement, Size
from degrade.operators.base import Group, Image, Parameters
from degrade.operators.ladders import Ladder
from degrade.operators.packed import Finish, Packed
from degrade.trust import Code

P = TypeVar("P", bound=Parameters)


def same_place(record: Parameters, frame: Frame) -> Placement:
    """The geometry of an operator that moves nothing."""
    return _unmoved(frame.current)


@lru_cache(maxsize=1024)
def _unmoved(size: Size) -> Placement:
    """Most steps move nothing, and they come in runs of one size."""
    return Placement(size)


def no_strength(record: Parameters) -> dict[str, float]:
    return {}


def never(record: Parameters) -> bool:
    return False


def always(record: Parameters) -> bool:
    return True


@dataclass(frozen=True)
class Forms(Generic[P]):
    """How an operator is computed.

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
    surrogate: where no gradient passes, a kernel without the roundings, whose gradient is taken where one is
    passed straight through; an operator of the HR alone has none, since gradients are wanted to the HR that
    it made.
    """

    kernel: Callable[[torch.Tensor, Group[P]], torch.Tensor]
    device_kernel: Callable[[torch.Tensor, Group[P]], torch.Tensor] | None = None
    packed: Packed | None = None
    finish: Callable[[P], Finish] | None = None
    single: Callable[[Image, P, Any], Image] | None = None
    tables: Callable[[Group[P]], Sequence[Any]] | None = None
    surrogate: Callable[[torch.Tensor, Group[P]], torch.Tensor] | None = None


@dataclass(frozen=True)
class Facts(Generic[P]):
    """What is true of an operator, whatever computes it.

    strength: its physical strength (effective sigma and the like). place: where its output's pixels lie.
    sizes: the outputs' sizes alone, of many samples at once: (group, inputs' sizes int64 (b, 2), target) ->
    int64 (b, 2); None: by `place`, one by one.
    border: how pixels beyond the border are had. channels: the channel counts it takes, None for any.
    depth: how finely its outputs are told apart: float32, or to what it rounds, as a codec does to 8 bits.
    optical: it maps a scene to fewer or blurrier pixels; noise, compression and tone do not. on_host: it leaves
    the device, as a real codec must. housekeeping: it keeps values in form and is left out of a summary in
    words. differentiable: whether a gradient through it means something. linear: whether the kernel is a linear
    map of the image, whose adjoint its gradient gives, at a record's values. hr_only: it may stand under `hr`
    only, since it moves pixels in ways that no placement declares. code: what a record would run that is no
    part of this library, which a person must have allowed; it is None, or gives None, where nothing is.
    """

    strength: Callable[[P], dict[str, float]] = no_strength
    place: Callable[[P, Frame], Placement] = same_place
    sizes: Callable[[Group[P], Integers, Size], Integers] | None = None
    border: str = "none"
    channels: tuple[int, ...] | None = None
    depth: str = "float32"
    optical: bool = False
    on_host: bool = False
    housekeeping: bool = False
    differentiable: bool = True
    linear: Callable[[P], bool] = never
    hr_only: bool = False
    code: Callable[[P], Code | None] | None = None


@dataclass(frozen=True)
class Words(Generic[P]):
    """phrase: a drawn record in plain words. summary: what the operator does, a sentence. formula: what becomes
    of an image, one line of plain mathematics; the page of operators explains its signs. source: whose it is.
    """

    phrase: Callable[[P], str]
    summary: str
    formula: str
    source: str


@dataclass(frozen=True, eq=False)
class Operator(Generic[P]):
    """A row of the table, or one of a caller's own.

    name, version: what a trace calls it; the version rises when the same values give other pixels.
    ladder: from mild to severe; None for one that runs on a user's files. origin: SHA-256 of the file that a
    caller's own row comes from; traces name it.
    """

    name: str
    version: int
    parameters: type[P]
    forms: Forms[P]
    words: Words[P]
    facts: Facts[P] = field(default_factory=Facts)
    ladder: Ladder | None = None
    origin: str = ""
