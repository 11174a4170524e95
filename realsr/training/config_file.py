"""From a YAML file and settings of the command line to a TrainingConfig, with errors that say where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from degrade.reader.sentences import keys_at, lines, place, said
from degrade.reader.yaml_source import Document, Path, path_text, read_text, read_yaml
from degrade.trust import NOTHING, Trust
from realsr.rows import NO_ROWS, RowFile, Rows
from realsr.training.config import Origin, TrainingConfig
from realsr.training.errors import TrainingError

R = TypeVar("R", bound=BaseModel)


def read_config(
    path: FilePath,
    settings: Sequence[str] = (),
    rows: Rows = NO_ROWS,
    trust: Trust | Iterable[str] = NOTHING,
) -> TrainingConfig:
    """A training from a file. settings: `key=value`, key with dots, value in YAML; they win over the file.
    rows: a caller's own, which it may name. trust: what code of files its pipelines may run, beside what the
    rows allow.

    Raises TrainingError with file, line, place and the near match of what it does not know.
    """
    text = read_text(path, "the training", TrainingError)
    return parse_config(text, str(path), settings, rows, trust)


def parse_config(
    text: str,
    name: str = "<text>",
    settings: Sequence[str] = (),
    rows: Rows = NO_ROWS,
    trust: Trust | Iterable[str] = NOTHING,
) -> TrainingConfig:
    """A training from YAML text; `name` is for error messages."""
    document = read_yaml(text, name, TrainingError)
    if not isinstance(document.data, dict):
        raise TrainingError(f"{name}:1: expected a mapping with the keys model, data and steps")
    found, origin = parsed(TrainingConfig, document, settings, rows.trusting(trust).context)
    return found.read_from(origin)


def read_document(path: FilePath) -> Document:
    """A configuration's file as it is written. Raises TrainingError."""
    return read_yaml(read_text(path, "the training", TrainingError), str(path), TrainingError)


def parsed(
    record: type[R], document: Document, settings: Sequence[str], context: Any = None
) -> tuple[R, Origin]:
    """A record from what is written and the settings, and where its places are. Raises TrainingError."""
    places = {_apply(setting, document): setting for setting in settings}
    try:
        found = record.model_validate(document.data, context=context)
        return found, Origin(lambda at: _where(at, document, places))
    except ValidationError as error:
        faults = lines(error, lambda fault: _line(fault, record, document, places))
        raise TrainingError("\n".join(faults)) from error


def made_with(path: FilePath) -> tuple[RowFile, ...]:
    """The files of rows that a stored training was made with."""
    stored = read_document(path)
    return tuple(RowFile.model_validate(file) for file in stored.data.get("rows", ()))


def config_text(config: TrainingConfig) -> str:
    """The record as a file that reads back to it, every default written out."""
    data = config.model_dump(mode="json", exclude=set() if config.rows else {"rows"})
    # As in 0.1.0, where nothing is told of what it does not know.
    for record, key in [
        (data["model"], "file"),
        (data["data"], "maps"),
        *((each, key) for each in data["validation"]["sets"] for key in ("held_out", "maps")),
    ]:
        if record[key] is None:
            del record[key]
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


def _apply(setting: str, document: Document) -> Path:
    """Writes one `key=value` into the data; its place there."""
    key, equals, text = setting.partition("=")
    if not equals or not key:
        raise TrainingError(f"--set {setting}: expected key=value, say optimiser.lr=1e-3")
    at = tuple(
        int(part) if re.fullmatch("[0-9]{1,9}", part) else part for part in key.strip().split(".")
    )
    here: Any = document.data
    *way, last = at
    for part in way:
        here = _inner(here, part, setting)
    value = read_yaml(text, f"--set {key}", TrainingError).data
    if isinstance(here, dict) or _indexes(here, last):
        here[last] = value
    else:
        raise TrainingError(f"--set {setting}: {last!r} names nothing inside {here!r}")
    return at


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


def _where(at: Path, document: Document, places: Mapping[Path, str]) -> str:
    """File, line and place, or the setting of the command line that wrote it."""
    for written, setting in reversed(list(places.items())):
        made = at not in document.lines and written[: len(at)] == at
        if at and (made or at[: len(written)] == written):
            return f"--set {setting}: {path_text(at)}"
    return document.where(at)


def _line(
    fault: ErrorDetails, record: type[BaseModel], document: Document, places: Mapping[Path, str]
) -> str:
    where = _where(place(fault["loc"], document.data), document, places)
    return f"{where}: {said(fault, keys_at(record, fault['loc'][:-1]))}"
