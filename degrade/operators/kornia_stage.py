"""kornia as a stage on the HR: augmentations on the device, before the LR is made."""

from __future__ import annotations

import json
from typing import Any

import torch
from pydantic import Field, ValidationInfo, field_validator

from degrade.errors import ImageError
from degrade.functional.kornia_transforms import check, check_name, chosen, drawn, transformed
from degrade.geometry import Frame, Placement
from degrade.operators.base import Group, JsonMapping, NoiseKey, Parameters
from degrade.operators.ladders import Ladder, Rung
from degrade.operators.row import Facts, Forms, Operator, Words


class KorniaParameters(Parameters):
    """One transform of the kornia package."""

    transform: str = Field(description="name of a geometric or colour transform of kornia")
    arguments: JsonMapping = Field(
        default="{}",
        validate_default=True,
        description="ranges [low, high] by name; each value is uniform in its range, by the stage's key",
    )
    key: NoiseKey

    @field_validator("transform")
    @classmethod
    def _allowed(cls, name: str) -> str:
        check_name(name)
        return name

    @field_validator("arguments")
    @classmethod
    def _taken(cls, arguments: str, info: ValidationInfo) -> str:
        if "transform" in info.data:  # absent where it was refused itself
            check(info.data["transform"], arguments)
        return arguments


def kornia_kernel(images: torch.Tensor, group: Group[KorniaParameters]) -> torch.Tensor:
    """Samples of one transform, with its words, and of one size in one call."""
    out = images.clone()
    for (name, words, height, width), places in _alike(group).items():
        records = [group.records[place] for place in places]
        values = [drawn(name, record.arguments, record.key) for record in records]
        index = group.upload(places, torch.int64)
        part = images.index_select(0, index)[:, :, :height, :width].contiguous()
        try:
            made = transformed(part, name, dict(words), values)
        except ValueError as error:
            raise ImageError(f"kornia: {error}") from error
        # Of whole canvases, since the samples' own parts are no rows of memory.
        canvas = images.index_select(0, index)
        canvas[:, :, :height, :width] = made
        out.index_copy_(0, index, canvas)
    return out


Kind = tuple[str, tuple[tuple[str, str], ...], int, int]


def _alike(group: Group[KorniaParameters]) -> dict[Kind, list[int]]:
    """Places of the samples that one call can make."""
    found: dict[Kind, list[int]] = {}
    for place, (record, size) in enumerate(zip(group.records, group.sizes, strict=True)):
        words = tuple(sorted(chosen(record.transform, record.arguments).items()))
        kind = (record.transform, words, size.height, size.width)
        found.setdefault(kind, []).append(place)
    return found


def _place(record: KorniaParameters, frame: Frame) -> Placement:
    """The HR that comes out is the new reference: its size is the old one's, its coordinates its own."""
    return Placement(frame.current)


def _words(record: KorniaParameters) -> str:
    values = drawn(record.transform, record.arguments, record.key)
    said = " ".join(
        f"{name} {value:.3g}" for name, value in values.items() if f'"{name}"' in record.arguments
    )
    return f"kornia {record.transform} {said}".rstrip()


def _augmented(transform: str, **arguments: Any) -> Rung:
    return {"transform": transform, "arguments": json.dumps(arguments)}


KORNIA = Operator(
    name="kornia",
    version=1,
    parameters=KorniaParameters,
    forms=Forms(kernel=kornia_kernel),
    words=Words(
        phrase=_words,
        summary="A geometric or colour transform of kornia on the HR, on its device, drawn from a key.",
        formula="y = T(x; v), T kornia's function of the class named, v uniform in the ranges of "
        "`arguments` by Philox under the stage's key",
        source="Riba et al., Kornia (WACV 2020); the installed package's functions",
    ),
    facts=Facts(
        place=_place,
        border="the transform's own `padding_mode`",
        differentiable=False,
        hr_only=True,
    ),
    ladder=Ladder(
        (
            _augmented("RandomHorizontalFlip"),
            _augmented("RandomAffine", degrees=[15, 15], padding_mode="reflection"),
            _augmented("RandomPerspective", padding_mode="border"),
            _augmented("RandomHue", hue=[0.1, 0.1]),
            _augmented("RandomGrayscale"),
        ),
        view=256,
    ),
)

ROWS: tuple[Operator[Any], ...] = (KORNIA,)
