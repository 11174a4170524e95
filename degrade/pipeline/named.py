"""The pipelines that come with the package, by name: their text, and what they say of themselves."""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import NamedTuple

from degrade.errors import PipelineError
from degrade.reader.yaml_source import read_yaml
from degrade.table import Table


class NamedPipeline(NamedTuple):
    """A pipeline's file."""

    name: str
    file: Traversable

    @property
    def source(self) -> str:
        """The YAML text, comments and all."""
        return self.file.read_text(encoding="utf-8")

    def words(self) -> dict[str, str]:
        """What the file says of itself before its trees, by key, each on one line."""
        head, _, _ = self.source.partition("\nlr:")
        said = read_yaml(head.partition("\nhr:")[0], self.file.name).data
        return {str(key): " ".join(str(value).split()) for key, value in said.items()}


@cache
def named_pipelines() -> Table[NamedPipeline]:
    """All of them, by name."""
    files = sorted(resources.files("degrade.pipelines").iterdir(), key=lambda file: file.name)
    found = [file for file in files if file.name.endswith(".yaml")]
    rows = [NamedPipeline(file.name.removesuffix(".yaml"), file) for file in found]
    return Table("pipeline", rows, PipelineError, "`realsr pipelines list`")


def pipeline_names() -> list[str]:
    """The names of the pipelines that come with the package."""
    return sorted(named_pipelines())


EQUALS = {
    "pisa_sr": "seesr",
    "faithdiff": "seesr",
    "invsr": "resshift",
    "dreamclear": "realesrgan",
}
"""Published recipes whose numbers are those of a pipeline here (docs/pipelines.md)."""


def equal_to(name: str) -> str | None:
    """What there is to say of a published recipe whose numbers another pipeline has; None for others."""
    equal = EQUALS.get(name.lower().replace("-", "_").replace(" ", "_"))
    return (
        f"no pipeline {name!r}: its published numbers are those of {equal!r}; write that name"
        if equal
        else None
    )


def named_source(name: str) -> str:
    """The YAML text of a named pipeline, comments and all. Raises PipelineError."""
    table = named_pipelines()
    if name not in table:
        raise PipelineError(equal_to(name) or f"{table.miss(name)}; a file needs its .yaml ending")
    return table[name].source
