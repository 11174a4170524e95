"""`realsr estimate`: its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realsr.cli.reporting import reported


@reported
def estimate(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[SRC...]", help="Pictures, or directories of pictures.", show_default=False
        ),
    ] = None,
    lr: Annotated[
        list[Path] | None,
        typer.Option(metavar="L", help="LR pictures of pairs: a file or a directory. Repeatable."),
    ] = None,
    hr: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="H", help="Their HR: a file, or a directory with the same names. Repeatable."
        ),
    ] = None,
    scale: Annotated[
        int,
        typer.Option(min=1, help="Of the pictures, for kernels; a pair's is that of its sizes."),
    ] = 4,
    slow: Annotated[bool, typer.Option("--slow", help="Measure what takes long, too.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="A page of it all, with its records: a new folder, or one of an earlier call, which goes on.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON Lines: one object a picture or pair, then the set.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="How many work at a time.", show_default="one a core"),
    ] = None,
) -> int:
    """Measure what was done to pictures: from the pictures alone, or from pairs of LR and HR.

    Exit: 0 all measured, 2 usage or nothing to do, 3 some could not be read or paired.
    """
    from realsr.cli.actions.estimate import EstimateRequest, run_estimate

    request = EstimateRequest(
        sources=sources or (),
        lr=lr or (),
        hr=hr or (),
        scale=scale,
        slow=slow,
        out=out,
        as_json=as_json,
        workers=workers,
    )
    return run_estimate(request)
