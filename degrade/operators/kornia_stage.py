"""kornia as a stage on the HR: augmentations on the device, before the LR is made."""

from __future__ import annotations

from typing import Any

import torch
from pydantic import Field

from degrade.errors import ImageError
from degrade.functional.kornia_transforms import check, check_name, chosen, drawn, transformed
from degrade.operators.base import Group, JsonMapping
from degrade.operators.foreign_transforms import Checks, TransformParameters, augmented, placed_anew
from degrade.operators.ladders import Ladder
from degrade.operators.row import Facts, Forms, Operator, Words


class KorniaParameters(TransformParameters):
    """One transform of the kornia package."""

    checks = Checks(check_name, check)

    transform: str = Field(description="name of a geometric or colour transform of kornia")
    arguments: JsonMapping = Field(
        default="{}",
        validate_default=True,
        description="ranges [low, high] by name; each value is uniform in its range, by the stage's key",
    )


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


def _words(record: KorniaParameters) -> str:
    values = drawn(record.transform, record.arguments, record.key)
    said = " ".join(
        f"{name} {value:.3g}" for name, value in values.items() if f'"{name}"' in record.arguments
    )
    return f"kornia {record.transform} {said}".rstrip()


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
        place=placed_anew,
        border="the transform's own `padding_mode`",
        differentiable=False,
        hr_only=True,
    ),
    ladder=Ladder(
        (
            augmented("RandomHorizontalFlip"),
            augmented("RandomAffine", degrees=[15, 15], padding_mode="reflection"),
            augmented("RandomPerspective", padding_mode="border"),
            augmented("RandomHue", hue=[0.1, 0.1]),
            augmented("RandomGrayscale"),
        ),
        view=256,
    ),
)

ROWS: tuple[Operator[Any], ...] = (KORNIA,)
