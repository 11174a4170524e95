"""Which networks a training has: rows of the tables and their arguments."""

from __future__ import annotations

from typing import Any, Self

from pydantic import (
    ConfigDict,
    PrivateAttr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from degrade.reader.records import Strict
from realsr.conditions.network import MapConditioned
from realsr.models.base import Architecture, Arguments
from realsr.models.discriminators.table import DiscriminatorRow, checked_arguments
from realsr.models.errors import ModelError
from realsr.models.table import checked
from realsr.rows import rows_of
from realsr.training.config_data import Positive


class ModelConfig(Strict):
    """{name: espcn, scale: 3, ...}: a row of ARCHITECTURES and its arguments."""

    model_config = ConfigDict(extra="allow")

    name: str
    scale: Positive
    _row: Architecture[Any] = PrivateAttr()

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
