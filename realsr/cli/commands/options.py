"""Arguments and options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class DeviceName(StrEnum):
    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


class AlphaPolicy(StrEnum):
    refuse = "refuse"
    drop = "drop"
    white = "white"
    black = "black"


Sources = Annotated[
    list[Path], typer.Argument(metavar="SRC...", help="Images, or directories of images.")
]
PipelineName = Annotated[str, typer.Option(help="A named pipeline, or a .yaml file.")]
Scale = Annotated[
    int | None,
    typer.Option(min=1, help="HR side / LR side.", show_default="the pipeline's own, or 4"),
]
ModelScale = Annotated[
    int | None,
    typer.Option(min=1, help="For a model with several.", show_default="the model's own"),
]
Seed = Annotated[int, typer.Option(help="Another seed, other draws.")]
Device = Annotated[DeviceName, typer.Option(help="auto: cuda where there is one, else cpu.")]
TrustCode = Annotated[
    list[str] | None,
    typer.Option(
        "--trust-code",
        metavar="DIGEST|MODULE",
        help="Code in a file that may run: TorchScript by its SHA-256, a module by its name. Repeatable.",
    ),
]
MaxPixels = Annotated[
    int, typer.Option(min=1, help="Larger sources are refused before they are decoded.")
]
RowFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--rows",
        metavar="FILE.py",
        help="Your own operators, metrics, losses and networks: a Python file with a list ROWS, which is run. "
        "May be given many times.",
        show_default=False,
    ),
]
AcceptChanged = Annotated[
    bool,
    typer.Option(
        "--accept-changed",
        help="Go on with data that changed since the work began; the record notes it. Else they are refused.",
    ),
]
CheckHr = Annotated[
    bool,
    typer.Option(
        "--check-hr/--no-check-hr",
        help="Look at some of the HR meanwhile, and say which are enlarged, compressed, ... Changes no result.",
    ),
]
MOST_PIXELS = 2**28
"""MaxPixels where nothing is said."""
