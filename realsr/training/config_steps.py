"""How the weights move: optimisers, rates over the steps, bounds of gradients."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import (
    Field,
    field_validator,
    model_validator,
)

from degrade.reader.records import Strict
from realsr.training.config_data import Count, Positive, Rate, Share


class GroupConfig(Strict):
    """Parameters whose name the regular expression `match` finds; the first group that does counts."""

    match: str
    lr_scale: float = Field(default=1.0, ge=0)
    weight_decay: float | None = Field(default=None, ge=0)

    @field_validator("match")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
        return pattern


class OptimiserConfig(Strict):
    name: Literal["adam", "adamw", "sgd"] = "adam"
    lr: Rate = 1e-4
    betas: tuple[Share, Share] = (0.9, 0.999)
    momentum: Share = 0.9
    weight_decay: float = Field(default=0.0, ge=0)
    groups: tuple[GroupConfig, ...] = ()


class ScheduleConfig(Strict):
    """multistep: times `factor` at each of `at`. cosine: from 1 to `floor` over each of `periods`, which
    restart one after the other; without periods one over the whole training. warm_up: steps of a linear rise.
    """

    name: Literal["constant", "multistep", "cosine"] = "constant"
    at: tuple[Count, ...] = ()
    factor: Rate = 0.5
    periods: tuple[Positive, ...] = ()
    floor: Share = 0.0
    warm_up: Count = 0

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.name == "multistep") != bool(self.at):
            raise ValueError("`at` lists the steps of multistep, and of nothing else")
        if self.periods and self.name != "cosine":
            raise ValueError("`periods` are cosine's alone")
        return self


class ClipConfig(Strict):
    """norm: of all gradients together. value: of each one. by_rate: theta; each one to theta / rate, so that no
    weight moves further than theta in a step of plain SGD (VDSR, Kim et al., CVPR 2016, section 3.2)."""

    norm: Rate | None = None
    value: Rate | None = None
    by_rate: Rate | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(each is not None for each in (self.norm, self.value, self.by_rate)) != 1:
            raise ValueError("give one of norm, value and by_rate")
        return self
