"""What a ranker's training is (RankSRGAN, stage 2 of 3): whose outputs are graded, by which metric."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, PrivateAttr, field_validator

from degrade.reader.records import Strict
from realsr.metrics.errors import MetricError
from realsr.metrics.table import METRICS
from realsr.training.config import CheckpointConfig, LogConfig, Origin
from realsr.training.config_data import Paths, Positive, Rate
from realsr.training.config_file import parsed, read_document
from realsr.training.config_steps import OptimiserConfig, ScheduleConfig

SECTION = "ranks"
"""The key by which a configuration is known for a ranker's."""

_FREE = ("steps", "device", "checkpoint", "log")
"""What may change between a training and its continuation."""


class RanksConfig(Strict):
    """models: whose outputs are graded, files or interpolations. metric: of SR alone. parameters: its file,
    where it has one. crops: of each photograph. held_out: the share of photographs that the accuracy is of,
    which are not learned from. margin: of the loss. every: steps from one telling to the next.
    """

    models: Annotated[tuple[str, ...], Field(min_length=2)]
    metric: str = "niqe"
    parameters: Path | None = None
    crops: Positive = 8
    held_out: Annotated[float, Field(gt=0, lt=1)] = 0.2
    margin: Rate = 0.5
    every: Positive = 1000

    @field_validator("metric")
    @classmethod
    def _judges_alone(cls, name: str) -> str:
        try:
            row = METRICS.row(name)
        except MetricError as error:
            raise ValueError(str(error)) from error
        if row.needs or row.better == "nearer to 1":
            known = ", ".join(each.name for each in METRICS.values() if not each.needs)
            raise ValueError(f"{name} does not grade a picture by itself; take one of {known}")
        return name


class RankerConfig(Strict):
    features: Positive = 64


class GradedData(Strict):
    """Photographs that are degraded and enlarged by each model. crop: side of the HR crops that are graded and
    compared, in pixels. batch: pairs in a step. scale: of the models.
    """

    hr: Paths
    pipeline: str = "bicubic"
    scale: Positive
    crop: Annotated[int, Field(ge=32)]
    batch: Positive = 16
    workers: Positive = 2


class RankingConfig(Strict):
    """A ranker's training. Its optimiser is the authors' unless told: Adam, 1e-4, weight decay 1e-4."""

    ranks: RanksConfig
    data: GradedData
    steps: Positive
    ranker: RankerConfig = RankerConfig()
    optimiser: OptimiserConfig = OptimiserConfig(weight_decay=1e-4)
    schedule: ScheduleConfig = ScheduleConfig()
    seed: int = 0
    device: Literal["auto", "cpu", "cuda"] = "auto"
    checkpoint: CheckpointConfig = CheckpointConfig()
    log: LogConfig = LogConfig()
    _origin: Origin = PrivateAttr(default=Origin())

    def where(self, *place: str | int) -> str:
        """A place of this configuration, with the file and line that it was read from where it was."""
        return self._origin.words(place)

    def read_from(self, origin: Origin) -> RankingConfig:
        """The same, which tells its places by its origin."""
        self._origin = origin
        return self

    def decisive(self) -> dict[str, Any]:
        """What decides the numbers, by key."""
        found = self.model_dump(mode="json", exclude=set(_FREE))
        del found["data"]["workers"], found["ranks"]["every"]
        if self.schedule.name == "cosine" and not self.schedule.periods:
            found["schedule"]["periods"] = [self.steps]
        flat = {
            f"{key}.{name}": value
            for key, section in found.items()
            if isinstance(section, dict)
            for name, value in section.items()
        }
        return flat | {"seed": self.seed}

    def text(self) -> str:
        """As a file that reads back to it."""
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def is_ranking(path: Path) -> bool:
    """Whether a file is a ranker's training. Raises TrainingError for one that cannot be read."""
    data = read_document(path).data
    return isinstance(data, dict) and SECTION in data


def read_ranking(path: Path, settings: Sequence[str] = ()) -> RankingConfig:
    """A ranker's training from a file, as `read_config` reads another. Raises TrainingError."""
    found, origin = parsed(RankingConfig, read_document(path), settings)
    return found.read_from(origin)
