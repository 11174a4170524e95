"""Pipelines: named, versioned trees of stages, read strictly from YAML."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from degrade.errors import PipelineError
from degrade.pipeline.errors import explain
from degrade.pipeline.nodes import AnyNode
from degrade.pipeline.program import Program, compile_nodes
from degrade.reader.records import Strict
from degrade.reader.yaml_source import Document, read_text, read_yaml

DEFAULT_SCALE = 4
Scale = Annotated[int, Field(ge=1, le=32)]


class Pipeline(Strict):
    """A frozen tree of stages with a name, a version and a digest; it has no behaviour.

    hr: stages that make the HR itself. lr: stages that make the LR from that HR. scale: HR side / LR side.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    version: Annotated[int, Field(ge=1)] = 1
    kind: Literal["ours", "compat", "classical", "own"] = "own"
    summary: str = ""
    source: str = ""
    not_copied: list[str] = Field(default_factory=list)
    scales: list[Scale] | None = None
    scale: Scale = DEFAULT_SCALE
    hr: list[AnyNode] = Field(default_factory=list)
    lr: Annotated[list[AnyNode], Field(min_length=1)]

    @model_validator(mode="after")
    def _scale_known(self) -> Pipeline:
        if self.scales is not None and self.scale not in self.scales:
            raise ValueError(
                f"scale {self.scale} is not one of this pipeline's: {', '.join(map(str, self.scales))}"
            )
        return self

    @model_validator(mode="after")
    def _hr_is_eight_bit(self) -> Pipeline:
        """A pair is replayed from its HR file, so the LR must be made from what that file holds."""
        last = self.hr[-1] if self.hr else None
        if last is not None and getattr(last, "op", None) != "quantise":
            raise ValueError("the HR steps must end with `{op: quantise, label: quantise_hr}`")
        return self

    @model_validator(mode="after")
    def _structure_holds(self) -> Pipeline:
        try:
            _ = self.program
        except PipelineError as error:
            raise ValueError(str(error)) from error
        return self

    @cached_property
    def program(self) -> Program:
        """The trees flattened for drawing."""
        return compile_nodes(self.hr, self.lr)

    def content(self) -> dict[str, Any]:
        """The resolved tree as plain data, with every default written out."""
        stated = self.model_dump(exclude_unset=True)
        data = stated | {"version": self.version, "scale": self.scale}
        return {name: _plain(data[name]) for name in type(self).model_fields if name in data}

    @cached_property
    def digest(self) -> str:
        """SHA-256 over what decides the draws: the trees and the scale, not the words about them."""
        content = self.content()
        decisive = [_ordered(content.get(name, [])) for name in ("scale", "hr", "lr")]
        return hashlib.sha256(json.dumps(decisive).encode()).hexdigest()

    def __reduce__(self) -> tuple[Any, ...]:
        # Stage models are made at run time and cannot be pickled by name; the text can.
        return parse_pipeline, (self.to_yaml(), self.name)

    def to_yaml(self) -> str:
        """The resolved pipeline as a file that reads back to the same digest."""
        return yaml.dump(
            self.content(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100
        )


class _Dumper(yaml.SafeDumper):
    """Writes equal values out each time, without anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _plain(value: Any) -> Any:
    """Lists in place of tuples: what YAML's safe subset knows."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _ordered(value: Any) -> Any:
    """Pairs in place of mappings: a choice's order decides its draws, and keys keep their types."""
    if isinstance(value, Mapping):
        return [[key, _ordered(inner)] for key, inner in value.items()]
    return [_ordered(inner) for inner in value] if isinstance(value, list) else value


def parse_pipeline(text: str, name: str = "<text>", scale: int | None = None) -> Pipeline:
    """A pipeline from YAML text.

    name: the file's name for error messages. scale: HR side / LR side; None keeps the file's own.
    Raises PipelineError with file, line, place, value and what was expected.
    """
    document = read_yaml(text, name)
    if not isinstance(document.data, dict):
        raise PipelineError(f"{name}:1: expected a mapping with the keys name and lr")
    data: dict[str, Any] = document.data
    if scale is not None:
        data = {**data, "scale": scale}
    return _validated(data, document)


def _validated(data: Mapping[str, Any], document: Document) -> Pipeline:
    try:
        return Pipeline.model_validate(data)
    except ValidationError as error:
        raise PipelineError(explain(error, document)) from error


def load_pipeline(name_or_path: str | Path, scale: int | None = None) -> Pipeline:
    """A pipeline by its name (`second_order`) or from a file (`my.yaml`).

    scale: HR side / LR side; None takes the file's own, or 4.
    Raises PipelineError if there is none of that name, the file cannot be read or is wrong.
    """
    path = Path(name_or_path)
    if path.suffix in (".yaml", ".yml") or path.parent != Path():
        return parse_pipeline(read_text(path, "the pipeline file"), str(path), scale)
    return parse_pipeline(named_source(str(name_or_path)), f"{name_or_path}.yaml", scale)


def _files() -> Iterator[tuple[str, str]]:
    for entry in resources.files("degrade.pipelines").iterdir():
        if entry.name.endswith(".yaml"):
            yield entry.name.removesuffix(".yaml"), entry.read_text(encoding="utf-8")


def pipeline_names() -> list[str]:
    """The names of the pipelines that come with the package."""
    return sorted(name for name, _ in _files())


def named_source(name: str) -> str:
    """The YAML text of a named pipeline, comments and all."""
    found = dict(_files())
    if name not in found:
        raise PipelineError(
            f"no pipeline {name!r}; known are {', '.join(sorted(found))}; a file needs its .yaml ending"
        )
    return found[name]


def pipeline_schema() -> dict[str, Any]:
    """The JSON schema of a pipeline file, for editors."""
    return Pipeline.model_json_schema()
