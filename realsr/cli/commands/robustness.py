"""`realsr robustness`: the commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realsr.cli.commands.options import PipelineName, RowFiles, Scale, Seed, TrustCode
from realsr.cli.commands.robustness_options import (
    Asked,
    Measured,
    RunFolder,
    RunOut,
    Swept,
)
from realsr.cli.groups import grouped
from realsr.cli.reporting import going_on, reported

robustness = typer.Typer(
    help="What happens to models when the true degradation is not the one they were trained for.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@robustness.command("run")
@going_on
@grouped
def run(out: RunOut, asked: Asked, measured: Measured) -> int:
    """Every model on every test set, and their page; called again, only what is new.

    Exit: 0 all done, 2 usage, 3 some pictures or models failed and the rest was done.
    """
    from realsr.cli.actions.robustness.runs import run_run

    return run_run(asked, measured, out)


@robustness.command("sweep")
@going_on
@grouped
def sweep(out: RunOut, swept: Swept, measured: Measured) -> int:
    """One parameter from mild to severe, and where each model falls below bicubic.

    The lines go to DIR/sweeps.json, beside those of other sweeps; DIR may be the folder of a run.
    Exit: 0 all done, 2 usage, 3 some pictures have no number and the rest was done.
    """
    from realsr.cli.actions.robustness.runs import run_sweep_command

    return run_sweep_command(swept, measured, out)


@robustness.command("merge")
@reported
def merge(
    first: Annotated[Path, typer.Argument(metavar="A", help="A folder that a run made.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the whole goes.")],
) -> int:
    """Two runs on the same pixels as one. Exit: 0 done, 2 the two contradict each other."""
    from realsr.cli.actions.robustness.tables import run_merge

    return run_merge(first, second, out)


@robustness.command("compare")
@reported
def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="A folder that a run made.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another.")],
) -> int:
    """What B says otherwise than A. Exit: 0 nothing, 1 something."""
    from realsr.cli.actions.robustness.tables import run_compare

    return run_compare(first, second)


@robustness.command("gate")
@reported
def gate(
    rules: Annotated[Path, typer.Argument(metavar="RULES", help="A YAML file of rules.")],
    run_folder: Annotated[
        Path | None,
        typer.Option("--run", metavar="DIR", help="The run.", show_default="the rules' own"),
    ] = None,
) -> int:
    """Whether a run keeps its rules. Exit: 0 pass, 1 fail, 2 usage, 3 too few numbers to tell."""
    from realsr.cli.actions.robustness.tables import run_gate

    return run_gate(rules, run_folder)


@robustness.command("replay")
@reported
def replay(
    folder: RunFolder,
    model: Annotated[str, typer.Option(help="A model of the run.")],
    test: Annotated[str, typer.Option("--set", help="A test set of the run.")],
    key: Annotated[str, typer.Option(help="A picture of the set.")],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", show_default="DIR/replayed/SET/KEY")
    ] = None,
    trust_code: TrustCode = None,
    rows: RowFiles = None,
) -> int:
    """Make one answer again, LR and SR. Exit: 0 the LR is the frozen one, 1 it differs."""
    from realsr.cli.actions.robustness.tables import run_replay_command

    return run_replay_command(
        folder,
        model=model,
        test=test,
        key=key,
        out=out,
        allowed=trust_code or (),
        rows=rows or (),
    )


@robustness.command("remake")
@reported
def remake(folder: RunFolder, rows: RowFiles = None, trust_code: TrustCode = None) -> int:
    """Make every test set again on this machine and count what differs. Exit: 0 nothing, 1 something."""
    from realsr.cli.actions.robustness.tables import run_remake

    return run_remake(folder, rows or (), trust_code or ())


@robustness.command("render")
@reported
def render(folder: RunFolder) -> int:
    """Make the page of a run: index.html in its folder, which opens from disk."""
    from realsr.cli.actions.robustness.tables import run_render_command

    return run_render_command(folder)


@robustness.command("representative")
@reported
def representative(
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="IMAGE|DIR...", help="Photographs on which draws are compared."),
    ],
    pipeline: PipelineName,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the cases are written.")],
    cases: Annotated[int, typer.Option(min=1, help="Cases to keep.")] = 100,
    pool: Annotated[int, typer.Option(min=2, help="Draws to choose from.")] = 2000,
    seed: Seed = 0,
    scale: Scale = None,
    rows: RowFiles = None,
    trust_code: TrustCode = None,
) -> int:
    """Choose draws of a pipeline that stand for all of them; each becomes a pipeline of its own."""
    from realsr.cli.actions.robustness.tables import run_representative_command

    return run_representative_command(
        sources,
        out,
        pipeline=pipeline,
        cases=cases,
        pool=pool,
        seed=seed,
        scale=scale,
        rows=rows or (),
        allowed=trust_code or (),
    )
