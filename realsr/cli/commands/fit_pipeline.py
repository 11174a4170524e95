"""`realsr fit-pipeline`: its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realsr.cli.commands.options import Seed, Sources
from realsr.cli.reporting import reported


@reported
def fit_pipeline(
    sources: Sources,
    hr: Annotated[
        list[Path],
        typer.Option(metavar="DIR", help="Sharp, clean photographs to make LR of. Repeatable."),
    ],
    out: Annotated[Path, typer.Option(metavar="FILE.yaml", help="The pipeline: a new file.")],
    other_hr: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="HR of other content, for the floor: else halves of the HR. Repeatable.",
        ),
    ] = None,
    scale: Annotated[int, typer.Option(min=1, max=16, help="HR side / LR side.")] = 4,
    seed: Seed = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="How many work at a time.", show_default="one a core"),
    ] = None,
) -> int:
    """Fit a pipeline to photographs: LR that it makes of the HR measure like them, and how nearly is told.

    Exit: 0 fitted, 2 usage or too few pictures, 3 fitted without some that could not be read.
    """
    from realsr.cli.actions.fit_pipeline import FitRequest, run_fit_pipeline

    request = FitRequest(
        sources=sources,
        hr=hr,
        other_hr=other_hr or (),
        out=out,
        scale=scale,
        seed=seed,
        as_json=as_json,
        workers=workers,
    )
    return run_fit_pipeline(request)
