"""From a YAML file and settings of the command line to a TrainingConfig, with errors that say where."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from degrade.errors import PipelineError
from degrade.pipeline.yaml_source import Document, path_text, read_yaml
from realsr.training.config import TrainingConfig
from realsr.training.errors import TrainingError

Place = tuple[int | str, ...]


def read_config(path: Path, settings: Sequence[str] = ()) -> TrainingConfig:
    """A training from a file. settings: `key=value`, key with dots, value in YAML; they win over the file.

    Raises TrainingError with file, line, place and the near match of what it does not know.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(f"cannot read {path}: {error}") from error
    return parse_config(text, str(path), settings)


def parse_config(text: str, name: str = "<text>", settings: Sequence[str] = ()) -> TrainingConfig:
    """A training from YAML text; `name` is for error messages."""
    document = _document(text, name)
    if not isinstance(document.data, dict):
        raise TrainingError(f"{name}:1: expected a mapping with the keys model, data and steps")
    places = {_apply(setting, document): setting for setting in settings}
    try:
        return TrainingConfig.model_validate(document.data)
    except ValidationError as error:
        lines = [_line(detail, document, places) for detail in error.errors(include_url=False)]
        raise TrainingError("\n".join(dict.fromkeys(lines))) from error


def config_text(config: TrainingConfig) -> str:
    """The record as a file that reads back to it, every default written out."""
    return yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def _document(text: str, name: str) -> Document:
    try:
        return read_yaml(text, name)
    except PipelineError as error:
        raise TrainingError(str(error)) from error


def _apply(setting: str, document: Document) -> Place:
    """Writes one `key=value` into the data; its place there."""
    key, equals, text = setting.partition("=")
    if not equals or not key:
        raise TrainingError(f"--set {setting}: expected key=value, say optimiser.lr=1e-3")
    place = tuple(int(part) if part.isdigit() else part for part in key.strip().split("."))
    here: Any = document.data
    *way, last = place
    for part in way:
        here = _inner(here, part, setting)
    value = _document(text, f"--set {key}").data
    if isinstance(here, dict) or _indexes(here, last):
        here[last] = value
    else:
        raise TrainingError(f"--set {setting}: {last!r} names nothing inside {here!r}")
    return place


def _inner(here: Any, part: int | str, setting: str) -> Any:
    if isinstance(here, dict):
        inner = here.setdefault(part, {})
        if inner is None:
            inner = here[part] = {}
        return inner
    if _indexes(here, part):
        return here[part]
    raise TrainingError(f"--set {setting}: {part!r} names nothing inside {here!r}")


def _indexes(data: Any, part: int | str) -> bool:
    return isinstance(data, list) and isinstance(part, int) and part < len(data)


def _line(detail: ErrorDetails, document: Document, places: Mapping[Place, str]) -> str:
    place = _in_data(detail["loc"], document.data)
    where = document.where(place)
    for written, setting in places.items():
        if place[: len(written)] == written:
            where = f"--set {setting}: {path_text(place)}"
    return f"{where}: {_said(detail)}"


def _said(detail: ErrorDetails) -> str:
    location = detail["loc"]
    match detail["type"]:
        case "extra_forbidden":
            known = _keys_at(location[:-1])
            return f"unknown key `{location[-1]}`{_near(str(location[-1]), known)}"
        case "missing":
            return f"the key `{location[-1]}` is missing"
        case "value_error" | "assertion_error":
            return detail["msg"].removeprefix("Value error, ")
        case _:
            return f"{detail['msg']} (the value is {detail['input']!r})"


def _in_data(location: Place, data: Any) -> Place:
    """The part of a location that is in the data: validation adds the names of unions' members."""
    place: list[int | str] = []
    for part in location:
        if (isinstance(data, Mapping) and part in data) or _indexes(data, part):
            place.append(part)
            data = data[part]
    return tuple(place)


def _keys_at(location: Place) -> list[str]:
    """The keys of the record at a place of the configuration."""
    record: type[BaseModel] | None = TrainingConfig
    for part in location:
        if record is not None and isinstance(part, str):
            field = record.model_fields.get(part)
            record = _record(field.annotation) if field else record
    return list(record.model_fields) if record else []


def _record(annotation: Any) -> type[BaseModel] | None:
    """The record inside an annotation: itself, an optional one, or the items of a tuple."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    found = (_record(inner) for inner in typing.get_args(annotation))
    return next((record for record in found if record is not None), None)


def _near(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f", did you mean `{close[0]}`?" if close else f"; known are {', '.join(known)}"
