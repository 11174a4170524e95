"""`realsr compare-sets`: its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realsr.cli.reporting import reported


@reported
def compare_sets(
    first: Annotated[Path, typer.Argument(metavar="A", help="A directory of pictures.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another one.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="How many work at a time.", show_default="one a core"),
    ] = None,
) -> int:
    """Say whether a classifier can tell two folders of pictures apart, and by what.

    Exit: 0 compared, 2 usage or too few pictures, 3 compared without some that could not be read.
    """
    from realsr.cli.actions.compare_sets import run_compare_sets

    return run_compare_sets(first, second, as_json=as_json, workers=workers)
