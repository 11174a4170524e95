"""Faults of a pipeline as sentences: file, line, place, value, what was expected, the near match."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from degrade.operators.table import Operators
from degrade.pipeline.nodes import STRUCTURES, Option
from degrade.pipeline.specs import FORMS, Case, Part
from degrade.pipeline.stages import stage_model
from degrade.reader.near import meant_or_known
from degrade.reader.sentences import lines, place, said
from degrade.reader.yaml_source import Document, Path

_PARTS: Mapping[str, type[BaseModel]] = {"choice": Option, "mixture": Part, "cases": Case}
"""What the items of a list are, by the list's key."""


def explain(
    error: ValidationError, document: Document, whole: type[BaseModel], operators: Operators
) -> str:
    """One line per error. whole: the record of the file. operators: what its stages could name."""
    keys = _Keys(whole, operators)
    return "\n".join(lines(error, lambda fault: _line(fault, document, keys)))


def _line(fault: ErrorDetails, document: Document, keys: _Keys) -> str:
    path = place(fault["loc"], document.data)
    context = fault.get("ctx", {})
    match fault["type"]:
        case "misfit":
            path, sentence = (*path, context["field"]), str(context["message"])
        case "misplaced":
            path, sentence = context["place"], str(context["message"])
        case "no_value":
            sentence = str(context["sentence"])
        case "union_tag_invalid":
            forms = [next(iter(form.model_fields)) for form in FORMS]
            tag = str(context["tag"])
            sentence = f"no distribution {tag!r}{meant_or_known(tag, forms)}"
        case _:
            sentence = said(fault, keys.beside(path, document.data))
    return f"{document.where(path)}: {sentence}"


class _Keys:
    """Which keys a file may hold where."""

    def __init__(self, whole: type[BaseModel], operators: Operators) -> None:
        self.whole = whole
        self.operators = operators

    def beside(self, path: Path, data: Any) -> list[str]:
        """The keys that are known beside the last one of a place."""
        listed = ""
        for part in path[:-1]:
            listed = part if isinstance(part, str) else listed
            data = data[part]
        record = self._record(listed, data) if len(path) > 1 else self.whole
        return sorted(record.model_fields) if record else []

    def _record(self, listed: str, data: Any) -> type[BaseModel] | None:
        """What a mapping inside the file is; listed: the key of the list that it stands in."""
        if not isinstance(data, Mapping):
            return None
        if str(data.get("op")) in self.operators:
            return stage_model(self.operators[str(data["op"])])
        kinds = {**{next(iter(form.model_fields)): form for form in FORMS}, **STRUCTURES}
        named = [kind for key, kind in kinds.items() if key in data]
        return named[0] if named else _PARTS.get(listed)
