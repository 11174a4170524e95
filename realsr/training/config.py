"""What a training is: one frozen record, read strictly from YAML or made in Python.

Steps count from 0; rates and weights are plain numbers; paths are relative to the working directory.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    TypeAdapter,
    ValidationInfo,
    field_validator,
    model_validator,
)

from degrade.reader.records import Strict
from realsr.losses.errors import LossError
from realsr.losses.objectives import Recipe, read_objective
from realsr.models.base import Architecture
from realsr.models.discriminators.table import DiscriminatorRow, checked_arguments
from realsr.models.errors import ModelError
from realsr.models.table import checked
from realsr.rows import NO_ROWS, RowFile, Rows, RowsError, check_files, rows_of
from realsr.training.config_data import Count, DataConfig, Positive, Rate, Share, ValidationConfig


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
    def row(self) -> DiscriminatorRow[Any]:
        """The discriminator."""
        return self._row

    @property
    def arguments(self) -> dict[str, Any]:
        """All but the name."""
        return dict(self.model_extra or {})


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


class StartConfig(Strict):
    """Weights to start from; relaxed takes what fits (x2 -> x4)."""

    path: Path
    mode: Literal["strict", "relaxed"] = "strict"


class CheckpointConfig(Strict):
    every: Positive = 5000
    keep: Positive = Field(default=2, description="the latest so many states to go on from")


class LogConfig(Strict):
    """every: steps from one line to the next. gradients_every: of each term's gradient norm; 0: never."""

    every: Positive = 100
    gradients_every: Count = 1000
    tensorboard: bool = Field(default=True, description="where the package is installed")


class GuardConfig(Strict):
    """What a loss or gradient that is no number does: stop, or skip the step, at most `most` in a row."""

    action: Literal["stop", "skip"] = "stop"
    most: Positive = 10


class ViewConfig(Strict):
    """What the discriminator sees of real and generated images, drawn anew at every step (DiffAugment).

    translation: up to this share of the side, each way. cutout: side of a black square. colour: strength of
    changed brightness, saturation and contrast; off, since faithful colours are a part of the task.
    """

    translation: Share = 0.125
    cutout: Share = 0.5
    colour: Share = 0.0


class PauseConfig(Strict):
    """The discriminator rests while it tells both real and generated images rightly in this share of cases or
    more. smoothing: what a running accuracy keeps at every step; 0: the step before alone (EnhanceNet)."""

    accuracy: Annotated[float, Field(gt=0, lt=1)] = 0.8
    smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0


class TrainingConfig(Strict):
    """A training. accumulate: parts that a batch is computed in, one after the other; the step is the whole
    batch's. colour: what the network sees; None is what its paper's does. fast_matmul: TF32 on GPUs. rows:
    files of a person's own rows, filled in from those that it is read with, and checked where they are told.
    """

    model: ModelConfig
    data: DataConfig
    steps: Positive
    objective: str | dict[str, Any] | list[dict[str, Any]] = "l1"
    discriminator: DiscriminatorConfig | None = None
    optimiser: OptimiserConfig = OptimiserConfig()
    ranker: Path | None = Field(default=None, description="weights of RankSRGAN's ranker")
    discriminator_optimiser: OptimiserConfig | None = None
    discriminator_view: ViewConfig | None = None
    discriminator_pause: PauseConfig | None = None
    schedule: ScheduleConfig = ScheduleConfig()
    ema: Annotated[float, Field(gt=0, lt=1)] | None = None
    precision: Literal["32", "bf16", "fp16"] = "32"
    fast_matmul: bool = False
    accumulate: Positive = 1
    clip: ClipConfig | None = None
    channels_last: bool = False
    compile: bool = False
    seed: int = 0
    colour: Literal["rgb", "y"] | None = None
    device: Literal["auto", "cpu", "cuda"] = "auto"
    start_from: StartConfig | None = None
    validation: ValidationConfig = ValidationConfig()
    checkpoint: CheckpointConfig = CheckpointConfig()
    log: LogConfig = LogConfig()
    guard: GuardConfig = GuardConfig()
    rows: tuple[RowFile, ...] = ()
    _own: Rows = PrivateAttr(default=NO_ROWS)

    @model_validator(mode="wrap")
    @classmethod
    def _with_rows(
        cls, data: Any, read: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        """The files are those of the context, before anything is looked up in them."""
        if not isinstance(data, dict):
            return read(data)
        own = rows_of(info.context)
        told = TypeAdapter(tuple[RowFile, ...]).validate_python(data.get("rows", own.files))
        try:
            check_files(told, own, "this training")
        except RowsError as error:
            raise ValueError(str(error)) from error
        return read({**data, "rows": own.files})

    def model_post_init(self, context: Any) -> None:
        self._own = rows_of(context)

    @property
    def own(self) -> Rows:
        """The person's own rows."""
        return self._own

    @field_validator("precision", mode="before")
    @classmethod
    def _word(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int) else value

    @field_validator("objective")
    @classmethod
    def _read(cls, value: Any, info: ValidationInfo) -> Any:
        try:
            _recipe(value, rows_of(info.context))
        except LossError as error:
            raise ValueError(str(error)) from error
        return value

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        for fault in self._faults():
            raise ValueError(fault)
        return self

    def _faults(self) -> list[str]:
        rival, data = self.recipe.discriminator, self.data
        faults = [
            f"data.crop {data.crop} is no multiple of the scale {scale}"
            for scale in data.scales or (self.model.scale,)
            if data.crop % scale
        ]
        if data.scales and data.pairs:
            faults.append("data.scales: stored pairs have one scale; take photographs alone")
        if data.batch % self.accumulate:
            faults.append(f"data.batch {data.batch} is not divided by accumulate {self.accumulate}")
        if rival is not None and self.discriminator is None:
            faults.append(
                "the objective plays against a discriminator: add `discriminator: {name: vgg}`"
            )
        if rival is None and self.discriminator is not None:
            faults.append("the objective has no adversarial term: leave `discriminator` out")
        return faults + self._orphans()

    def _orphans(self) -> list[str]:
        """Keys that speak of a discriminator where there is none."""
        keys = ("discriminator_optimiser", "discriminator_view", "discriminator_pause")
        return [
            f"{key}: there is no `discriminator` that it could be for"
            for key in keys
            if self.discriminator is None and getattr(self, key) is not None
        ]

    @cached_property
    def recipe(self) -> Recipe:
        """The terms, and the discriminator's side where there is one."""
        return _recipe(self.objective, self.own)

    @property
    def objective_name(self) -> str:
        """A short name for reports: the objective's own, or its terms'."""
        if isinstance(self.objective, str):
            return self.objective
        named = isinstance(self.objective, dict) and self.objective.get("objective")
        return str(named or "+".join(term.label for term in self.recipe.terms))

    @property
    def seen(self) -> Literal["rgb", "y"]:
        """What the network sees."""
        return self.colour or self.model.row.colour

    @property
    def model_arguments(self) -> dict[str, Any]:
        """The architecture's arguments, its channels by the colour unless they are written out."""
        return {"channels": 1 if self.seen == "y" else 3, **self.model.arguments}


def _recipe(value: str | dict[str, Any] | list[dict[str, Any]], own: Rows) -> Recipe:
    return read_objective({"terms": value} if isinstance(value, list) else value, own.losses)
