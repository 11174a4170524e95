"""`realsr pipelines`."""

from __future__ import annotations

import json

import typer

import degrade
from degrade.differences import differences
from degrade.errors import PipelineError
from degrade.pipeline import named_source
from realsr.cli.reporting import DIFFERS, OK, say
from realsr.pairs.soundness import check_ends, requested_pipeline


def run_list() -> int:
    """Names and summaries of the pipelines that come with the package."""
    names = degrade.pipeline_names()
    width = max(map(len, names), default=0)
    for name in names:
        pipeline = degrade.load_pipeline(name)
        typer.echo(f"{name:<{width}}  {pipeline.kind:<9}  {' '.join(pipeline.summary.split())}")
    return OK


def run_show(name: str, scale: int | None, resolved: bool) -> int:
    """A named pipeline's file with its comments, or any pipeline with its defaults written out."""
    if resolved or scale is not None or name not in degrade.pipeline_names():
        typer.echo(requested_pipeline(name, scale).to_yaml(), nl=False)
    else:
        typer.echo(named_source(name), nl=False)
    return OK


def run_check(file: str) -> int:
    """Whether a file is a pipeline whose draws end at their target; if not, where and why not."""
    try:
        pipeline = degrade.load_pipeline(file)
        check_ends(pipeline)
    except PipelineError as error:
        say(_located(file, str(error)))
        return DIFFERS
    typer.echo(
        f"{file}: sound; {pipeline.name} version {pipeline.version}, digest {pipeline.digest}"
    )
    return OK


def run_diff(first: str, second: str, scale: int | None) -> int:
    """What differs between two pipelines, a line each."""
    lines = differences(requested_pipeline(first, scale), requested_pipeline(second, scale))
    for line in lines:
        typer.echo(line)
    if not lines:
        typer.echo(f"{first} and {second} draw the same")
    return DIFFERS if lines else OK


def _located(file: str, sentence: str) -> str:
    return sentence if file in sentence else f"{file}: {sentence}"


def run_schema() -> int:
    """The JSON schema of pipeline files, for editors."""
    typer.echo(json.dumps(degrade.pipeline_schema(), indent=2, ensure_ascii=False))
    return OK
