"""Which networks a training has: rows of the tables and their arguments."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import (
    ConfigDict,
    PrivateAttr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from degrade.errors import DegradeError
from degrade.reader.records import Strict
from realsr.conditions.network import MapConditioned
from realsr.inference.mixing import card_of
from realsr.models.base import Architecture, Arguments
from realsr.models.discriminators.table import DiscriminatorRow, checked_arguments
from realsr.models.errors import ModelError
from realsr.models.table import checked
from realsr.rows import Rows, rows_of
from realsr.training.config_data import Positive


class ModelConfig(Strict):
    """{name: espcn, scale: 3, ...}: a row of ARCHITECTURES and its arguments.

    Or {file: weights.pth}: the network of a file with its weights; name, scale and arguments are filled in by
    what the file says of itself or spandrel tells of it, unless they are given.
    """

    model_config = ConfigDict(extra="allow")

    name: str
    scale: Positive
    file: Path | None = None
    _row: Architecture[Any] = PrivateAttr()

    @model_validator(mode="before")
    @classmethod
    def _of_file(cls, data: Any, info: ValidationInfo) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("file"), str | Path):
            return data
        if "name" in data:
            return data
        return _told_by(Path(data["file"]), data, rows_of(info.context))

    @field_validator("name")
    @classmethod
    def _known(cls, name: str, info: ValidationInfo) -> str:
        try:
            return rows_of(info.context).architectures.row(name).name
        except ModelError as error:
            raise ValueError(str(error)) from error

    def model_post_init(self, context: Any) -> None:
        self._row = rows_of(context).architectures[self.name]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        try:
            checked(self.row, **self.arguments)
        except ModelError as error:
            raise ValueError(str(error)) from error
        return self

    @property
    def record(self) -> Arguments:
        """The arguments as the architecture's own record."""
        return checked(self.row, **self.arguments)

    @property
    def grows(self) -> bool:
        """Whether it can blend in its newest level."""
        return bool(getattr(self.record, "grows", False))

    @property
    def map_classes(self) -> int:
        """Classes of the maps that the network is to be given; 0 for none."""
        told = self.record
        return told.map_classes if isinstance(told, MapConditioned) and told.needs_maps else 0

    @property
    def row(self) -> Architecture[Any]:
        """The architecture."""
        return self._row

    @property
    def arguments(self) -> dict[str, Any]:
        """All but the name."""
        return {"scale": self.scale, **(self.model_extra or {})}


def _told_by(file: Path, data: dict[str, Any], own: Rows) -> dict[str, Any]:
    """The configuration of a file's network. Raises ValueError where another scale is asked for."""
    try:
        card = card_of(file, data.get("scale"), own.architectures)
    except DegradeError as error:
        raise ValueError(str(error)) from error
    if data.get("scale", card.scale) != card.scale:
        raise ValueError(
            f"{file} enlarges by {card.scale}, not {data['scale']}: leave scale out, or take "
            "start_from with mode: relaxed"
        )
    return {"name": card.architecture, "scale": card.scale, **_less_sides(card.arguments), **data}


def _less_sides(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Without what stands in a place of its own, or follows from the colour."""
    usual = {"channels": 3}
    return {
        name: value
        for name, value in arguments.items()
        if name != "scale" and usual.get(name) != value
    }


class DiscriminatorConfig(Strict):
    """{name: vgg, ...}: a row of DISCRIMINATORS and its arguments."""

    model_config = ConfigDict(extra="allow")

    name: str
    _row: DiscriminatorRow[Any] = PrivateAttr()

    @field_validator("name")
    @classmethod
    def _known(cls, name: str, info: ValidationInfo) -> str:
        try:
            return rows_of(info.context).discriminators.row(name).name
        except ModelError as error:
            raise ValueError(str(error)) from error

    def model_post_init(self, context: Any) -> None:
        self._row = rows_of(context).discriminators[self.name]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        try:
            checked_arguments(self.row, **self.arguments)
        except ModelError as error:
            raise ValueError(str(error)) from error
        return self

    @property
    def classes(self) -> int | None:
        """Classes that its second head tells; None without one."""
        return getattr(checked_arguments(self.row, **self.arguments), "classes", None)

    @property
    def row(self) -> DiscriminatorRow[Any]:
        """The discriminator."""
        return self._row

    @property
    def arguments(self) -> dict[str, Any]:
        """All but the name."""
        return dict(self.model_extra or {})
