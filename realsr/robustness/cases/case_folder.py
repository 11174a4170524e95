"""A folder of representative cases, as `realsr robustness representative` writes it, for a run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from realsr.robustness.errors import StudyError
from realsr.robustness.results.record import StandsFor

INDEX = "cases.json"
VERSION = 1


def representative_cases(folder: Path) -> list[tuple[Path, StandsFor]]:
    """Every case's pipeline and what it stands for, the largest cluster first.

    Raises StudyError where the folder is no such thing or a pipeline is not there.
    """
    path = folder / INDEX
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["version"] != VERSION:
            raise StudyError(f"{path} is of version {record['version']}; expected {VERSION}")
        found = list(_cases(folder, record))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StudyError(
            f"{folder} holds no representative cases ({type(error).__name__}: {error}); "
            "`realsr robustness representative` writes them"
        ) from error
    for pipeline, _ in found:
        if not pipeline.is_file():
            raise StudyError(
                f"{path} names {pipeline.name}, which is not there; choose the cases again"
            )
    return found


def _cases(folder: Path, record: dict[str, Any]) -> Iterator[tuple[Path, StandsFor]]:
    for case in record["cases"]:
        yield (
            folder / f"{case['name']}.yaml",
            StandsFor(case["size"], record["pool"], record["pipeline"], tuple(case["words"])),
        )
