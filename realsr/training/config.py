"""What a training is: one frozen record, read strictly from YAML or made in Python.

Steps count from 0; rates and weights are plain numbers; paths are relative to the working directory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from degrade.reader.records import Strict
from degrade.reader.yaml_source import Path, path_text
from realsr.losses.errors import LossError
from realsr.losses.objectives import Recipe, read_objective
from realsr.losses.schedules import follows_length
from realsr.rows import NO_ROWS, RowFile, Rows, RowsError, check_files, rows_of
from realsr.training.config_data import Count, DataConfig, Positive, Share, ValidationConfig
from realsr.training.config_networks import DiscriminatorConfig, ModelConfig
from realsr.training.config_remedies import AdaptiveConfig, AutoencoderConfig, BandsConfig
from realsr.training.config_steps import (
    ClipConfig,
    CurriculumConfig,
    OptimiserConfig,
    ScheduleConfig,
)


@dataclass(frozen=True)
class Origin:
    """words: of a place in the configuration, with file and line where they are known. Any two are equal: from
    where a configuration was read is no part of it."""

    words: Callable[[Path], str] = field(default=path_text, compare=False)


class StartConfig(Strict):
    """Weights to start from; relaxed takes what fits (x2 -> x4)."""

    path: FilePath
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
    """What a loss or gradient that is no number does: stop, or skip the step, at most `most` in a row.

    explodes: a term of more than so many times its running mean does the same; None: none does.
    """

    action: Literal["stop", "skip"] = "stop"
    most: Positive = 10
    explodes: Annotated[float, Field(gt=1)] | None = None


class ViewConfig(Strict):
    """What the discriminator sees of real and generated images, drawn anew at every step (DiffAugment).

    translation: up to this share of the side, each way. cutout: side of a black square. colour: strength of
    changed brightness, saturation and contrast; off, since faithful colours are a part of the task. adaptive:
    each change is made with a probability of its own, not always (ADA).
    """

    translation: Share = 0.125
    cutout: Share = 0.5
    colour: Share = 0.0
    adaptive: AdaptiveConfig | None = None


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
    ranker: FilePath | None = Field(default=None, description="weights of RankSRGAN's ranker")
    discriminator_optimiser: OptimiserConfig | None = None
    discriminator_view: ViewConfig | None = None
    discriminator_pause: PauseConfig | None = None
    discriminator_bands: BandsConfig | None = None
    generator_every: Positive = Field(
        default=1, description="steps of the discriminator a step of it"
    )
    gradient_surgery: Literal["pcgrad"] | None = None
    autoencoder: AutoencoderConfig | None = None
    schedule: ScheduleConfig = ScheduleConfig()
    curriculum: CurriculumConfig | None = None
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
    _origin: Origin = PrivateAttr(default=Origin())

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
        if faults := disagreements(self):
            raise placed_error("TrainingConfig", faults)
        return self

    def where(self, *place: str | int) -> str:
        """A place of this configuration, with the file and line that it was read from where it was."""
        return self._origin.words(place)

    def read_from(self, origin: Origin) -> Self:
        """The same, which tells its places by its origin."""
        self._origin = origin
        return self

    def placed_like(self, other: Self) -> Self:
        """The same, which tells its places as another does."""
        return self.read_from(other._origin)

    @cached_property
    def recipe(self) -> Recipe:
        """The terms, and the discriminator's side where there is one."""
        return _recipe(self.objective, self.own)

    @property
    def follows_length(self) -> bool:
        """Whether what happens at a step depends on how many there are, the learning rate left aside."""
        weights = (term.weight for term in self.recipe.terms)
        return self.curriculum is not None or any(map(follows_length, weights))

    @property
    def objective_name(self) -> str:
        """A short name for reports: the objective's own, or its terms'."""
        if isinstance(self.objective, str):
            return self.objective
        named = isinstance(self.objective, dict) and self.objective.get("objective")
        return str(named or "+".join(term.label for term in self.recipe.terms))

    @property
    def start(self) -> StartConfig | None:
        """The weights to start from: told so, or those of the file that the network is of."""
        if self.start_from is not None or self.model.file is None:
            return self.start_from
        return StartConfig(path=self.model.file)

    @property
    def seen(self) -> Literal["rgb", "y"]:
        """What the network sees."""
        return self.colour or self.model.row.colour

    @property
    def model_arguments(self) -> dict[str, Any]:
        """The architecture's arguments, its channels by the colour unless they are written out."""
        return {"channels": 1 if self.seen == "y" else 3, **self.model.arguments}


Fault = tuple[Path, str]
"""A place in the configuration, and what is wrong there."""


def disagreements(config: TrainingConfig) -> list[Fault]:
    """Keys that are each sound and do not go together."""
    data = config.data
    faults: list[Fault] = [
        (("data", "crop"), f"data.crop {data.crop} is no multiple of the scale {scale}")
        for scale in data.scales or (config.model.scale,)
        if data.crop % scale
    ]
    if data.scales and data.pairs:
        sentence = "data.scales: stored pairs have one scale; take photographs alone"
        faults.append((("data", "scales"), sentence))
    if config.ranker and "scores" not in {name for t in config.recipe.terms for name in t.needs}:
        sentence = "ranker: no term looks at its scores: add rank_content, or leave it out"
        faults.append((("ranker",), sentence))
    if config.autoencoder and "autoencode" not in {n for t in config.recipe.terms for n in t.needs}:
        sentence = "autoencoder: no term looks at its outputs: add aesop, or leave it out"
        faults.append((("autoencoder",), sentence))
    if config.gradient_surgery and config.precision == "fp16":
        sentence = "gradient_surgery: gradients of fp16 are scaled, term by term: take bf16 or 32"
        faults.append((("gradient_surgery",), sentence))
    if config.gradient_surgery and len(config.recipe.terms) < 2:
        sentence = (
            "gradient_surgery: the objective has one term, which nothing opposes: leave it out"
        )
        faults.append((("gradient_surgery",), sentence))
    if config.model.file and config.start_from:
        sentence = "start_from: model.file gives the weights already: leave one of the two out"
        faults.append((("start_from",), sentence))
    if data.batch % config.accumulate:
        sentence = f"data.batch {data.batch} is not divided by accumulate {config.accumulate}"
        faults.append((("data", "batch"), sentence))
    return [*faults, *_of_sides(config), *_of_maps(config), *_of_curriculum(config)]


def _of_curriculum(config: TrainingConfig) -> list[Fault]:
    """Of the scales that join, and the network they join in."""
    if config.curriculum is None:
        return []
    at, scales, growing = ("curriculum",), config.data.scales, config.curriculum.growing
    if not config.model.grows:
        return [
            (at, f"curriculum: {config.model.name} does not grow; it is for prosr_l and prosr_s")
        ]
    if list(scales) != sorted(set(scales)) or scales[-1:] != (config.model.scale,):
        sentence = (
            f"data.scales {list(scales)}: a curriculum asks for growing scales up to model.scale"
        )
        return [(("data", "scales"), f"{sentence}, say [2, 4, 8]")]
    if len(growing) != 2 * (len(scales) - 1):
        sentence = f"curriculum.growing has {len(growing)} shares; {len(scales)} scales ask for"
        return [(at, f"{sentence} {2 * (len(scales) - 1)}")]
    return []


def _of_maps(config: TrainingConfig) -> list[Fault]:
    """Of the maps that a network is told, and the folders they come from."""
    data, needed = config.data, config.model.map_classes
    if not needed:
        sentence = f"{config.model.name} is told no maps of classes: leave maps out"
        return [(("data", "maps"), sentence)] if data.maps else []
    if data.maps is None:
        sentence = f"{config.model.name} is to be told maps of {needed} classes: give their folder as data.maps"
        return [(("model",), f"{sentence}, or take prior: texture, which needs none")]
    if data.pairs:
        sentence = "maps go with photographs: leave data.pairs out"
        return [(("data", "pairs"), sentence)]
    told = config.discriminator and config.discriminator.classes
    if told not in (None, needed):
        sentence = (
            f"{config.model.name} is told {needed} classes and the discriminator tells {told}"
        )
        return [(("discriminator",), f"{sentence}: give both the same")]
    sentence = "maps: give the folder of this set's maps, ID.png for each of its photographs"
    return [
        (("validation", "sets", number), sentence)
        for number, each in enumerate(config.validation.sets)
        if each.hr and each.maps is None
    ]


def _of_sides(config: TrainingConfig) -> list[Fault]:
    """Of the generator's side and the discriminator's."""
    if config.discriminator is not None:
        if config.recipe.discriminator is not None:
            return _of_bands(config)
        sentence = "the objective has no adversarial term: leave `discriminator` out"
        return [(("discriminator",), sentence)]
    keys = (
        *("discriminator_optimiser", "discriminator_view", "discriminator_pause"),
        *("discriminator_bands", *(["generator_every"] if config.generator_every > 1 else [])),
    )
    sentence = "{}: there is no `discriminator` that it could be for"
    orphans = [key for key in keys if getattr(config, key) is not None]
    faults: list[Fault] = [((key,), sentence.format(key)) for key in orphans]
    if config.recipe.discriminator is not None:
        add = "the objective plays against a discriminator: add `discriminator: {name: vgg}`"
        faults.append((("objective",), add))
    return faults


def _of_bands(config: TrainingConfig) -> list[Fault]:
    """Of details that are wider than a crop."""
    bands = config.discriminator_bands
    if bands is None or 2 ** (bands.levels - 1) < config.data.crop:
        return []
    sentence = f"levels {bands.levels} reach beyond data.crop {config.data.crop}: take fewer"
    return [(("discriminator_bands", "levels"), f"discriminator_bands: {sentence}")]


def placed_error(title: str, faults: Sequence[Fault]) -> ValidationError:
    """Faults as pydantic has them, each at its place."""
    return ValidationError.from_exception_data(
        title,
        [
            {"type": "value_error", "loc": place, "input": {}, "ctx": {"error": ValueError(said)}}
            for place, said in faults
        ],
    )


def _recipe(value: str | dict[str, Any] | list[dict[str, Any]], own: Rows) -> Recipe:
    return read_objective({"terms": value} if isinstance(value, list) else value, own.losses)
