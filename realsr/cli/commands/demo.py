"""`realsr demo`: the commands and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realsr.cli.commands.options import Seed
from realsr.cli.reporting import going_on, reported

demo = typer.Typer(
    help="Small tasks on which to see what losses and degradations do.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@demo.command("photographs")
@reported
def photographs(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where they go; made if absent.")],
) -> int:
    """Write the eight photographs that the documentation tries things on. They come with scikit-image."""
    from realsr.cli.actions.demo import run_photographs

    return run_photographs(out)


@demo.command("two-modes")
@reported
def two_modes(
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where index.html and two_modes.json are written.")
    ],
    seed: Seed = 0,
    steps: Annotated[int, typer.Option(min=1, help="Training steps of each network.")] = 400,
) -> int:
    """Train on two HR images behind one LR: MSE gives their mean, a GAN one of them, with noise both."""
    from realsr.cli.actions.demo import run_two_modes

    return run_two_modes(out, seed, steps)


@demo.command("mismatch")
@going_on
def mismatch(
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="The study's folder: new, or to go on with.")
    ],
    seed: Seed = 0,
    steps: Annotated[
        int | None,
        typer.Option(min=1, help="Of each network.", show_default="the recipe's"),
    ] = None,
) -> int:
    """Train three networks that differ in their degradation alone; DIR/study.yaml is ready to be run.

    Called again, goes on. Exit: 0 trained, 2 usage or scikit-image absent, 130 interrupted and saved.
    """
    from realsr.cli.actions.demo import run_mismatch

    return run_mismatch(out, seed, steps)
