"""A term of an objective as it is written in YAML: a loss by name, its weight, its arguments."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, SerializeAsAny, ValidationError, model_validator

from degrade.reader.near import meant_or_known
from degrade.reader.sentences import lines, placed
from realsr.backbones.settings import Settings
from realsr.losses.base import Domain
from realsr.losses.errors import LossError
from realsr.losses.schedules import Weight
from realsr.losses.table import LOSSES


class LossTerm(Settings):
    """{name: charbonnier, weight: 1.0, arguments: {eps: 1e-3}}.

    name: a row of LOSSES. weight: a number, or a Schedule. domain: what is compared. levels: whether the loss
    is summed over the smaller outputs in Batch.levels too. label: its name in the log, by default the loss's.
    """

    name: str
    weight: Weight = 1.0
    domain: Domain = "rgb"
    levels: bool = False
    label: str = Field(default="", validate_default=True)
    arguments: SerializeAsAny[Settings] = Settings()

    @model_validator(mode="before")
    @classmethod
    def _typed_arguments(cls, data: Any) -> Any:
        """Arguments of the loss's own type; the error of one says which."""
        if not isinstance(data, dict) or "name" not in data:
            return data
        name = str(data["name"])
        if name not in LOSSES:
            raise ValueError(f"no loss {name!r}{meant_or_known(name, LOSSES)}")
        try:
            arguments = LOSSES[name].arguments.model_validate(data.get("arguments") or {})
        except ValidationError as error:
            raise ValueError(_first(name, error)) from error
        return {"label": name, **data, "arguments": arguments}

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        row = LOSSES[self.name]
        if self.domain == "y" and not row.luma:
            raise ValueError(f"{self.name} cannot be taken in the domain y: leave the domain out")
        if self.levels and self.needs:
            raise ValueError(f"{self.name} is of the full-size SR alone: leave levels out")
        return self

    @property
    def needs(self) -> tuple[str, ...]:
        """Fields of Batch beyond sr and hr that this term looks at."""
        return LOSSES[self.name].needs(self.arguments)


def _first(name: str, error: ValidationError) -> str:
    """The first thing wrong with a loss's arguments, in one sentence."""
    return f"{name}: {lines(error, lambda fault: placed(fault, within=('arguments',)))[0]}"


def read_error(error: ValidationError) -> LossError:
    """pydantic's report as sentences: place and reason of each fault."""
    return LossError("; ".join(lines(error, placed)))
