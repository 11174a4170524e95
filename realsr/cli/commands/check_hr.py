"""`realsr check-hr`: its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realsr.cli.reporting import reported


@reported
def check_hr(
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="DIR...", help="Pictures, or directories of pictures."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Keep the records there: a new folder, or one of an earlier call, which goes on.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON Lines: one object a picture, then the set.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="How many work at a time.", show_default="one a core"),
    ] = None,
) -> int:
    """Say which pictures are no HR: enlarged, compressed, sharpened, noisy, blurred, flat, there twice.

    Exit: 0 nothing found, 1 something found, 2 usage or nothing to do, 3 some could not be read.
    """
    from realsr.cli.actions.check_hr import run_check_hr

    return run_check_hr(sources, out=out, as_json=as_json, workers=workers)
