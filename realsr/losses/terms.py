"""A term of an objective as it is written in YAML: a loss by name, its weight, its arguments."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import (
    Field,
    PrivateAttr,
    SerializeAsAny,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from degrade.reader.sentences import lines, placed
from degrade.table import Table
from realsr.backbones.settings import Settings
from realsr.losses.base import Domain, Evaluate, Loss
from realsr.losses.errors import LossError
from realsr.losses.schedules import Weight
from realsr.losses.table import LOSSES


def losses_of(context: Any) -> Table[Loss[Any]]:
    """The table that terms are read by: that of a validation's context, `{"losses": table}`, or LOSSES."""
    table: Table[Loss[Any]] = (context or {}).get("losses", LOSSES)
    return table


class LossTerm(Settings):
    """{name: charbonnier, weight: 1.0, arguments: {eps: 1e-3}}.

    name: a row of LOSSES, or of the `losses` in the validation's context. weight: a number, or a Schedule.
    domain: what is compared. levels: whether the loss is summed over the smaller outputs in Batch.levels too;
    `alone`: it is their mean, without the SR. label: its name in the log, by default the loss's.
    """

    name: str
    weight: Weight = 1.0
    domain: Domain = "rgb"
    levels: bool | Literal["alone"] = False
    label: str = Field(default="", validate_default=True)
    arguments: SerializeAsAny[Settings] = Settings()
    _row: Loss[Any] = PrivateAttr()

    @model_validator(mode="before")
    @classmethod
    def _typed_arguments(cls, data: Any, info: ValidationInfo) -> Any:
        """Arguments of the loss's own type; the error of one says which."""
        if not isinstance(data, dict) or "name" not in data:
            return data
        name, table = str(data["name"]), losses_of(info.context)
        if name not in table:
            raise ValueError(table.miss(name))
        try:
            arguments = table[name].arguments.model_validate(data.get("arguments") or {})
        except ValidationError as error:
            raise ValueError(_first(name, error)) from error
        return {"label": name, **data, "arguments": arguments}

    def model_post_init(self, context: Any) -> None:
        self._row = losses_of(context)[self.name]

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.domain == "y" and not self._row.luma:
            raise ValueError(f"{self.name} cannot be taken in the domain y: leave the domain out")
        if self.levels and self.needs:
            raise ValueError(f"{self.name} is of the full-size SR alone: leave levels out")
        return self

    @property
    def needs(self) -> tuple[str, ...]:
        """Fields of Batch beyond sr and hr that this term looks at."""
        return self._row.needs(self.arguments)

    def built(self) -> Evaluate:
        """The loss with its arguments bound."""
        return self._row.build(self.arguments)


def _first(name: str, error: ValidationError) -> str:
    """The first thing wrong with a loss's arguments, in one sentence."""
    return f"{name}: {lines(error, lambda fault: placed(fault, within=('arguments',)))[0]}"


def read_error(error: ValidationError) -> LossError:
    """pydantic's report as sentences: place and reason of each fault."""
    return LossError("; ".join(lines(error, placed)))
