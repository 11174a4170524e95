"""A run as it is written down: the record of what was run, and a cell for every answer.

The order of the fields is that of the files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from degrade.reader.records import Strict
from realsr.images.sources import why_unsafe
from realsr.metrics.metric import Better
from realsr.robustness.study.line_choice import LineChoice
from realsr.rows import RowFile

VERSION = 1

Kind = Literal["pipeline", "pairs", "real"]
"""Made by a pipeline; real pairs; photographs without truth."""

PictureKey = tuple[str, str, int]
"""What models are compared on: set, image, variant."""

CellKey = tuple[str, str, str, int]
"""What tells cells apart: model, set, image, variant."""


def _places(name: str) -> str:
    if reason := next(filter(None, map(why_unsafe, name.split("/"))), None):
        raise ValueError(f"{name!r} {reason}, and files of the run are named by it")
    return name


def _place(name: str) -> str:
    if "/" in name:
        raise ValueError(f"{name!r} holds a path separator, and files of the run are named by it")
    return _places(name)


FileName = Annotated[str, AfterValidator(_place)]
"""Names files inside a run's folder: whoever wrote a record must not lead readers and writers out of it."""
SourceName = Annotated[str, AfterValidator(_places)]
"""The same of a source, whose id tells the folders that it lies in."""


class Written(Strict):
    """Base of what a run writes: read as strictly as it is written, no text for a number."""

    model_config = ConfigDict(strict=True)

    def to_data(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return self.model_dump(mode="json")


class RecordedModel(Written):
    """path: counts from the run's folder where it is a file. digest: changes whenever its answers may.
    trained_on: a pipeline's name. family: what it shares with models that differ from it in degradation, loss
    or seed alone. None is unknown.
    """

    name: FileName
    path: str
    digest: str
    trained_on: str | None
    loss: str | None
    seed: int | None
    family: str | None = None
    scale: int


@dataclass(frozen=True)
class StandsFor:
    """A set that is one representative case: `size` of the `pool` draws of pipeline `of` are nearest to it.
    words: what it does."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    size: int
    pool: int
    of: str
    words: tuple[str, ...]


class RecordedFile(Written):
    """A picture's file, counted from the run's folder, its height and width, and the digest of its pixels."""

    file: str
    size: tuple[int, int]
    digest: str


class RecordedPicture(Written):
    """A picture of a set. image: what it was made from, the same in every set. key: names its files. hr: None,
    and not written, where there is no truth."""

    image: SourceName
    variant: int
    key: FileName
    lr: RecordedFile
    hr: RecordedFile | None = None

    @model_serializer(mode="wrap")
    def _without_absent(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        data: dict[str, Any] = written(self)
        if self.hr is None:
            del data["hr"]
        return data


class RecordedSet(Written):
    """pipeline: None for real pairs and photographs. digest: equal sets test the same pixels. folder: counts
    from the run's. case: what a representative case stands for, None for other sets."""

    name: FileName
    kind: Kind
    pipeline: str | None
    digest: str
    scale: int
    folder: str
    notes: tuple[str, ...]
    failures: tuple[str, ...]
    case: StandsFor | None = None
    images: tuple[RecordedPicture, ...]


class RecordedMetric(Written):
    """A column: its convention in words, and which of its values are good."""

    name: str
    version: int
    convention: str
    better: Better


class Timing(Written):
    """Seconds inside the models, waiting for metrics, and of all the rest."""

    inference_s: float
    metrics_s: float
    other_s: float

    def words(self) -> str:
        """The shares as a sentence."""
        total = sum((self.inference_s, self.metrics_s, self.other_s))
        inference, metrics, other = (
            100.0 * seconds / (total or 1.0)
            for seconds in (self.inference_s, self.metrics_s, self.other_s)
        )
        return (
            f"{total:.1f} s: {inference:.0f} % in the models, {metrics:.0f} % waiting for metrics, "
            f"{other:.0f} % the rest"
        )


class Record(Written):
    """Everything about a run but its numbers. lines: what its models are judged by. versions: of the packages
    that decide its numbers. notes: for readers. started, finished: in UTC. rows: files of a person's own rows,
    not written where there are none."""

    version: int = VERSION
    models: tuple[RecordedModel, ...]
    sets: tuple[RecordedSet, ...]
    metrics: tuple[RecordedMetric, ...]
    lines: LineChoice = LineChoice()
    versions: dict[str, str]
    notes: tuple[str, ...] = ()
    started: str
    finished: str
    timing: Timing
    rows: tuple[RowFile, ...] = ()

    @model_serializer(mode="wrap")
    def _without_absent(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        data: dict[str, Any] = written(self)
        if not self.rows:
            del data["rows"]
        return data


class Cell(Written):
    """One model's answer to one picture. scores: by metric; None where there is no number, and `not_computed`
    says why. failed: why there is no answer at all. words: the degradation. replay: a command that makes the
    answer again."""

    model: FileName
    set: FileName
    image: SourceName
    variant: int
    scores: dict[str, float | None]
    not_computed: dict[str, str]
    failed: str | None
    words: tuple[str, ...]
    replay: str

    @property
    def key(self) -> CellKey:
        """Its own among the cells of a run."""
        return self.model, self.set, self.image, self.variant

    @property
    def picture(self) -> PictureKey:
        """What was answered to."""
        return self.set, self.image, self.variant

    def lack(self, metric: str) -> str:
        """Why it has no number of a metric; empty where that was not said."""
        return self.failed or self.not_computed.get(metric, "")
