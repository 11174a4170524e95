"""From the options of `realsr robustness run` and `sweep` to a study."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from realsr.cli.actions.make_pairs import parse_crop
from realsr.cli.commands.robustness_options import Asked, Measured
from realsr.metrics.weights import weight_names
from realsr.robustness.errors import StudyError
from realsr.robustness.study.study import (
    ModelEntry,
    PairsEntry,
    PhotographsEntry,
    Study,
    read_study,
)
from realsr.rows import NO_ROWS, Rows


def study_of(asked: Asked, measured: Measured, rows: Rows = NO_ROWS) -> Study:
    """The study file's, with what was typed added or in its place. Raises StudyError."""
    base = Study() if asked.study is None else read_study(asked.study, rows)
    typed: dict[str, Any] = {
        "models": (*base.models, *map(_model_entry, measured.model or ())),
        "pipelines": (*base.pipelines, *_listed(asked.pipelines)),
        "pairs": (*base.pairs, *_pairs(asked.pairs)),
        "real": (*base.real, *_real(asked.real)),
        "hr": measured.hr,
        "cases": asked.cases,
        "metrics": tuple(_listed(measured.metrics)) or None,
        "weights": base.weights
        | dict(_weight_entry(text, rows) for text in measured.weights or ()),
        "scale": measured.scale,
        "limit": measured.limit,
        "seed": measured.seed,
        "alpha": None if measured.alpha is None else measured.alpha.value,
    }
    given = {name: value for name, value in typed.items() if value is not None}
    return base.model_copy(update=given | _side(measured.crop))


def _side(crop: str | None) -> dict[str, int | None]:
    """The crop's, if one was typed: None is then whole pictures, in place of the study's side."""
    return {} if crop is None else {"crop": _crop(crop)}


def _pairs(folders: tuple[Path, Path] | None) -> list[PairsEntry]:
    if folders is None:
        return []
    low, high = folders
    return [PairsEntry(name=f"pairs_{_safe(low)}", lr=low, hr=high)]


def _real(folder: Path | None) -> list[PhotographsEntry]:
    return [] if folder is None else [PhotographsEntry(name=f"real_{_safe(folder)}", dir=folder)]


def _model_entry(text: str) -> ModelEntry:
    name, sign, path = text.partition("=")
    if not sign:
        name, path = Path(text).stem.replace(":", "_"), text
    try:
        return ModelEntry(name=name, path=path)
    except ValueError as error:
        raise StudyError(
            f"--model {text}: expected NAME=MODEL, NAME of letters, digits, dots, - and _, and not hr or lr"
        ) from error


def _crop(text: str) -> int | None:
    side = parse_crop(text)
    if side is not None and side < 1:
        raise StudyError(f"--crop {text}: expected a side of 1 pixel or more, or `full`")
    return side


def _weight_entry(text: str, rows: Rows) -> tuple[str, str]:
    name, sign, path = text.partition("=")
    known = weight_names(rows.metrics.values())
    if name in known and sign and path:
        return name, path
    raise StudyError(f"--weights {text}: expected NAME=FILE, NAME one of {', '.join(known)}")


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _safe(path: Path) -> str:
    name = Path(os.path.realpath(path)).name
    return (
        "".join(letter if letter.isalnum() or letter in "_.-" else "_" for letter in name) or "set"
    )
