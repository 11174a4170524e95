"""`realsr train`: its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realsr.cli.commands.options import AcceptChanged, CheckHr, RowFiles, TrustCode
from realsr.cli.reporting import going_on


@going_on
def train(
    config: Annotated[
        str, typer.Argument(metavar="CONFIG", help="What to train: a recipe, or a .yaml file.")
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Wins over the file: optimiser.lr=1e-3."),
    ] = None,
    grid: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=A,B,C", help="Train all: data.pipeline=bicubic,bd_x3. Several multiply."
        ),
    ] = None,
    seeds: Annotated[int | None, typer.Option(min=1, help="Train each with so many seeds.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="New, or to go on with.", show_default="runs/NAME-OF-CONFIG"
        ),
    ] = None,
    rows: RowFiles = None,
    trust_code: TrustCode = None,
    accept_changed: AcceptChanged = False,
    resume_with: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="Go on with another value from here on, which the folder keeps: optimiser.lr=1e-5.",
        ),
    ] = None,
    check_hr: CheckHr = True,
) -> int:
    """Train a network, or a grid of them; called again, go on.

    Exit: 0 trained, 2 usage, data or numbers at fault, 130 interrupted and saved.
    """
    from realsr.cli.actions.train import run_train

    return run_train(
        config,
        settings=settings or [],
        axes=grid or [],
        seeds=seeds,
        out=out,
        rows=rows or [],
        allowed=trust_code or [],
        accept_changed=accept_changed,
        resume_with=resume_with or [],
        check_hr=check_hr,
    )
