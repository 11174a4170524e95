"""`realsr pipelines list` and `show`: quick, since they only read the files."""

from __future__ import annotations

from degrade.pipeline.named import named_pipelines, named_source
from realsr.cli.reporting import OK
from realsr.cli.terminal import document, tell


def run_list() -> int:
    """Names and summaries of the pipelines that come with the package."""
    rows = named_pipelines().values()
    width = max((len(row.name) for row in rows), default=0)
    for row in rows:
        said = row.words()
        tell(f"{row.name:<{width}}  {said['kind']:<9}  {said['summary']}")
    return OK


def is_named(name: str) -> bool:
    """Whether a pipeline of this name comes with the package."""
    return name in named_pipelines()


def run_show(name: str) -> int:
    """A named pipeline's file with its comments."""
    document(named_source(name))
    return OK
