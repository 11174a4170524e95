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


class CurriculumConfig(Strict):
    """Of a network that grows by factors of 2 (ProSR): `data.scales` join one after the other. growing: shares
    of the training, two for each scale but the first: where it joins, and up to where it is blended in. At each
    step one of the scales that have joined is drawn. Defaults: the authors' options for x8.
    """

    growing: tuple[Share, ...] = (0.12, 0.25, 0.45, 0.6)

    @model_validator(mode="after")
    def _in_pairs(self) -> Self:
        if len(self.growing) % 2 or any(
            a >= b for a, b in zip(self.growing, self.growing[1:], strict=False)
        ):
            raise ValueError(
                f"growing {list(self.growing)}: expected growing shares, two for each scale but the first"
            )
        return self

    def joined(self, progress: float) -> int:
        """How many scales there are at a share of the training."""
        return 1 + sum(progress > start for start in self.growing[::2])

    def blend(self, progress: float) -> float:
        """The share of the scale that joined last, in [0, 1]."""
        last = self.joined(progress) - 1
        if last == 0:
            return 1.0
        low, high = self.growing[2 * last - 2 : 2 * last]
        return min((progress - low) / (high - low), 1.0)


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
