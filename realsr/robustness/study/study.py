"""A study: which models meet which test sets, read strictly from YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, Field, ValidationError, ValidationInfo, field_validator

import degrade
from degrade.reader.records import Strict
from degrade.reader.sentences import of_document
from degrade.reader.yaml_source import Document, read_text, read_yaml
from realsr.images.reading import Alpha
from realsr.metrics.errors import MetricError
from realsr.metrics.weights import check_names
from realsr.robustness.errors import StudyError
from realsr.robustness.study.line_choice import LineChoice
from realsr.rows import NO_ROWS, Rows, rows_of

T = TypeVar("T", bound=BaseModel)

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$")]
"""Names stand in tables and name files."""

RESERVED = ("hr", "lr")
"""Names of the pictures beside those of the models."""


class ModelEntry(Strict):
    """A model; what is given here goes before what its file says of its origin, and None is unknown.

    path: whatever `realsr.inference.loading.load` takes. family: what it shares with models that differ from it
    in degradation, loss or seed alone; by default its architecture and steps.
    """

    name: Name
    path: str
    trained_on: str | None = None
    loss: str | None = None
    seed: int | None = None
    family: str | None = None

    @field_validator("name")
    @classmethod
    def _not_reserved(cls, name: str) -> str:
        if name.lower() in RESERVED:
            raise ValueError(f"{name!r} names a picture of every test; give the model another name")
        return name


class PairsEntry(Strict):
    """Real pairs: two directories of pictures, or one that holds both under names as 001L and 001H."""

    name: Name
    lr: Path
    hr: Path


class PhotographsEntry(Strict):
    """Photographs without truth."""

    name: Name
    dir: Path


class KeptPictures(Strict):
    """How many pictures are kept of a model on a set, and of a set in all."""

    worst: Annotated[int, Field(ge=0)] = 3
    typical: Annotated[int, Field(ge=0)] = 1
    most: Annotated[int, Field(ge=0)] = 24


class Study(Strict):
    """Everything that decides a run's numbers.

    hr: photographs from which the pipelines make LR. pipelines: names, .yaml files, or folders of pairs that
    are taken as they are. cases: a folder of representative cases, each a pipeline of its own. lines: what
    models are accepted by. scale: None is the models' own, or 4. crop: side of the HR in pixels, or None for
    whole pictures. alpha: what transparent pixels of photographs become; by default such a picture is a
    failure of its set. limit: only the first so many pictures of every set. metrics: columns; None is the
    usual ones. weights: files that metrics need, by what they hold; `niqe` may be `basicsr`. notes: sentences
    that readers of the numbers should know; they stand on the page.
    """

    models: tuple[ModelEntry, ...] = ()
    hr: Path | None = None
    pipelines: tuple[str, ...] = ()
    cases: Path | None = None
    pairs: tuple[PairsEntry, ...] = ()
    real: tuple[PhotographsEntry, ...] = ()
    scale: Annotated[int, Field(ge=1)] | None = None
    crop: Annotated[int, Field(ge=1)] | None = None
    alpha: Alpha = "refuse"
    seed: int = 0
    variants: Annotated[int, Field(ge=1)] = 1
    limit: Annotated[int, Field(ge=1)] | None = None
    metrics: tuple[str, ...] | None = None
    weights: dict[str, str] = Field(default_factory=dict)
    pictures: KeptPictures = KeptPictures()
    notes: tuple[str, ...] = ()
    lines: LineChoice = LineChoice()

    @field_validator("weights")
    @classmethod
    def _weights_of_metrics(cls, weights: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        try:
            check_names(weights, rows_of(info.context).metrics.values())
        except MetricError as error:
            raise ValueError(str(error)) from error
        return weights

    def checked(self) -> Study:
        """Itself. Raises StudyError where two things have one name, or there is nothing to test."""
        _refuse_doubles("model", [model.name for model in self.models])
        sets = [entry.name for entry in self.pairs] + [entry.name for entry in self.real]
        _refuse_doubles("set", sets)
        if not (self.pipelines or self.cases or self.pairs or self.real):
            raise StudyError(
                "no test set: give --pipelines or --cases with --hr, --pairs or --real"
            )
        if self.hr is None and (self.cases or not all(map(is_folder, self.pipelines))):
            raise StudyError("pipelines need photographs to degrade: give --hr DIR")
        return self


def read_study(path: Path, rows: Rows = NO_ROWS) -> Study:
    """The study in a file; its paths count from the file. Raises StudyError with file, line and place.

    rows: a person's own, which it may name.

    Whether there is anything to test is for `checked` to say: options may add it to a file of models alone.
    """
    text = read_text(path, "the study", StudyError)
    document = read_yaml(text, str(path), StudyError)
    study = validated(Study, document, rows.context)
    return _from_folder(study, path.parent)


def validated(kind: type[T], document: Document, context: object = None) -> T:
    """A document's data as a record. Raises StudyError with file, line and place of each fault."""
    try:
        return kind.model_validate(document.data, context=context)
    except ValidationError as error:
        raise StudyError(of_document(error, document, kind)) from error


def _from_folder(study: Study, folder: Path) -> Study:
    def moved(path: Path) -> Path:
        return folder / path

    known = degrade.pipeline_names()
    return study.model_copy(
        update={
            "hr": None if study.hr is None else moved(study.hr),
            "cases": None if study.cases is None else moved(study.cases),
            "models": tuple(
                model.model_copy(update={"path": _beside(folder, model.path)})
                for model in study.models
            ),
            "pipelines": tuple(
                name if name in known else _beside(folder, name) for name in study.pipelines
            ),
            "weights": {name: _beside(folder, path) for name, path in study.weights.items()},
            "pairs": tuple(
                entry.model_copy(update={"lr": moved(entry.lr), "hr": moved(entry.hr)})
                for entry in study.pairs
            ),
            "real": tuple(
                entry.model_copy(update={"dir": moved(entry.dir)}) for entry in study.real
            ),
        }
    )


def is_folder(pipeline: str) -> bool:
    """Whether it is a folder of pairs: a known name stays a pipeline, whatever lies beside (write ./NAME)."""
    return Path(pipeline).is_dir() and pipeline not in degrade.pipeline_names()


def _beside(folder: Path, text: str) -> str:
    """A file or directory that lies beside the study; any other text is a name and stays."""
    return str(folder / text) if (folder / text).exists() else text


def _refuse_doubles(kind: str, names: list[str]) -> None:
    doubles = sorted({name for name in names if names.count(name) > 1})
    if doubles:
        raise StudyError(f"two {kind}s are called {doubles[0]!r}; give each its own name")
