"""A folder of representative cases: `cases.json` beside a pipeline for every case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from degrade.foreign import ForeignFileError, read_foreign
from degrade.reader.sentences import of_data
from realsr.files.json_lines import MOST_BYTES, parsed_object
from realsr.files.whole import write_whole
from realsr.robustness.errors import StudyError
from realsr.robustness.results.record import FileName, StandsFor, Written

INDEX = "cases.json"
VERSION = 1


class MeasuredOn(Written):
    """A picture that draws were measured on, with the SHA-256 of the pixels that were."""

    name: str
    pixels: str


class ChosenCase(Written):
    """size: draws of the pool that it stands for. variant: its own number in the pool. words: what it does."""

    name: FileName
    size: int
    variant: int
    words: tuple[str, ...]
    trace: dict[str, Any]

    @property
    def file(self) -> str:
        """Name of its pipeline's."""
        return f"{self.name}.yaml"


class CaseIndex(Written):
    """What the cases were chosen from, and the cases, the largest cluster's first; in the file's order."""

    version: int = VERSION
    pipeline: str
    digest: str
    scale: int
    seed: int
    pool: int
    features: tuple[str, ...]
    explained: float
    images: tuple[MeasuredOn, ...]
    cases: tuple[ChosenCase, ...]


def write_index(folder: Path, index: CaseIndex) -> None:
    """Where it is, all is there: it comes last. Raises StorageError."""
    text = json.dumps(index.to_data(), ensure_ascii=False, indent=1)
    write_whole(folder / INDEX, text.encode() + b"\n")


def representative_cases(folder: Path) -> list[tuple[Path, StandsFor]]:
    """Every case's pipeline and what it stands for, the largest cluster first.

    Raises StudyError where the folder is no such thing or a pipeline is not there.
    """
    index = _read_index(folder)
    for case in index.cases:
        if not (folder / case.file).is_file():
            raise StudyError(
                f"{folder / INDEX} names {case.file}, which is not there; choose the cases again"
            )
    return [
        (folder / case.file, StandsFor(case.size, index.pool, index.pipeline, case.words))
        for case in index.cases
    ]


def _read_index(folder: Path) -> CaseIndex:
    path = folder / INDEX
    try:
        text = read_foreign(path, most=MOST_BYTES)
        version = parsed_object(text).get("version")
        if version == VERSION:
            return CaseIndex.model_validate_json(text)
    except ValidationError as error:
        raise StudyError(_none(folder, "; ".join(of_data(error, CaseIndex)))) from error
    except (ForeignFileError, ValueError) as error:
        raise StudyError(_none(folder, str(error))) from error
    raise StudyError(f"{path} is of version {version}; expected {VERSION}")


def _none(folder: Path, why: str) -> str:
    return f"{folder} holds no representative cases ({why}); `realsr robustness representative` writes them"
