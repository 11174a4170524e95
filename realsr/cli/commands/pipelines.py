"""`realsr pipelines`: the commands and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realsr.cli.commands.options import RowFiles, Scale, TrustCode
from realsr.cli.reporting import reported

pipelines = typer.Typer(
    help="The named pipelines, and checks of your own.", no_args_is_help=True, rich_markup_mode=None
)


@pipelines.command("list")
@reported
def list_pipelines() -> int:
    """List the pipelines that come with the package."""
    from realsr.cli.actions.named_pipelines import run_list

    return run_list()


@pipelines.command("show")
@reported
def show_pipeline(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A named pipeline, or a .yaml file.")],
    scale: Annotated[int | None, typer.Option(min=1, help="Resolve it for this scale.")] = None,
    resolved: Annotated[
        bool, typer.Option("--resolved", help="With every default written out.")
    ] = False,
    rows: RowFiles = None,
    trust_code: TrustCode = None,
) -> int:
    """Print a pipeline."""
    from realsr.cli.actions.named_pipelines import is_named, run_show

    if is_named(name) and scale is None and not resolved and not rows:
        return run_show(name)
    from realsr.cli.actions.pipelines import run_resolved

    return run_resolved(name, scale, rows or [], trust_code or [])


@pipelines.command("check")
@reported
def check_pipeline(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Pipeline files, or names.")
    ],
    rows: RowFiles = None,
    trust_code: TrustCode = None,
) -> int:
    """Check pipeline files and their draws. Exit: 0 sound, 1 wrong, with the place and what was expected."""
    from realsr.cli.actions.pipelines import run_check

    return run_check(files, rows or [], trust_code or [])


@pipelines.command("diff")
@reported
def diff_pipelines(
    first: Annotated[str, typer.Argument(metavar="A", help="A named pipeline, or a .yaml file.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    scale: Scale = None,
    rows: RowFiles = None,
    trust_code: TrustCode = None,
) -> int:
    """Tell in plain words what differs between two pipelines. Exit: 0 nothing, 1 something."""
    from realsr.cli.actions.pipelines import run_diff

    return run_diff(first, second, scale, rows or [], trust_code or [])


@pipelines.command("import")
@reported
def import_pipeline(
    file: Annotated[
        Path, typer.Argument(metavar="OPTION.yml", help="An option file of Real-ESRGAN.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A new pipeline file.", show_default="printed"),
    ] = None,
) -> int:
    """Turn a Real-ESRGAN option file into a pipeline. Exit: 0 done, 2 options missing or wrong."""
    from realsr.cli.actions.foreign_pipelines import run_import

    return run_import(file, out)


@pipelines.command("import-seal")
@reported
def import_seal(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="SEAL's list, degradation_center_100.txt.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where seal_000.yaml, ... are written.")],
    pictures: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="SEAL's pictures, GT and LQ/deg_NNN: estimate the betas that strings leave open.",
        ),
    ] = None,
) -> int:
    """Turn SEAL's parameter strings into pipelines. Exit: 0 done, 2 a string that cannot be read."""
    from realsr.cli.actions.foreign_pipelines import run_import_seal

    return run_import_seal(file, out, pictures)


@pipelines.command("schema")
@reported
def print_schema(rows: RowFiles = None) -> int:
    """Print the JSON schema of pipeline files, for editors."""
    from realsr.cli.actions.pipeline_schema import run_schema

    return run_schema(rows or [])
