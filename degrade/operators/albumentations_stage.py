"""albumentations as a stage on the HR: the user's augmentations before the LR is made."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from degrade.errors import GeometryError, ImageError
from degrade.functional.albumentations_transform import (
    TURNS,
    check_arguments,
    check_name,
    transformed,
)
from degrade.geometry import Frame, Placement
from degrade.operators.base import Image, JsonMapping
from degrade.operators.codecs import on_host
from degrade.operators.foreign_transforms import Checks, TransformParameters, augmented, placed_anew
from degrade.operators.ladders import Ladder
from degrade.operators.row import Facts, Forms, Operator, Words


class AlbumentationsParameters(TransformParameters):
    """One transform of the albumentations package."""

    checks = Checks(check_name, check_arguments)

    transform: str = Field(description="name of a geometric or colour transform of albumentations")
    arguments: JsonMapping = Field(
        default="{}",
        validate_default=True,
        description="its arguments by name; those left out keep albumentations' defaults",
    )


def single_albumentations(image: Image, record: AlbumentationsParameters, table: None) -> Image:
    try:
        return transformed(image, record.transform, record.arguments, int(record.key, 16))
    except ValueError as error:
        raise ImageError(f"albumentations: {error}") from error


def _place(record: AlbumentationsParameters, frame: Frame) -> Placement:
    height, width = frame.current
    if record.transform in TURNS and height != width:
        raise GeometryError(
            f"albumentations {record.transform} on an HR of {frame.current}: a turn exchanges the sides, and "
            "the HR keeps its size; crop it to a square, or use flips"
        )
    return placed_anew(record, frame)


def _words(record: AlbumentationsParameters) -> str:
    return f"albumentations {record.transform}"


ALBUMENTATIONS = Operator(
    name="albumentations",
    version=1,
    parameters=AlbumentationsParameters,
    forms=Forms(kernel=on_host(single_albumentations), single=single_albumentations),
    words=Words(
        phrase=_words,
        summary="A geometric or colour transform of albumentations on the HR, drawn from a key of its own.",
        formula="y = T(x; arguments), T the named transform of albumentations with p = 1, its random "
        "numbers seeded by the stage's key",
        source="Buslaev et al., Albumentations (Information 2020); the installed package, version 2",
    ),
    facts=Facts(
        place=_place,
        border="the transform's own `border_mode`",
        on_host=True,
        differentiable=False,
        hr_only=True,
    ),
    ladder=Ladder(
        (
            augmented("HorizontalFlip"),
            augmented("Rotate", limit=[15, 15]),
            augmented("ElasticTransform", alpha=40.0, sigma=5.0),
            augmented("HueSaturationValue", hue_shift_limit=[30, 30]),
            augmented("ToGray"),
        ),
        view=256,
    ),
)

ROWS: tuple[Operator[Any], ...] = (ALBUMENTATIONS,)
