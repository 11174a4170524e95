"""The commands that make pairs, check them and show them, with their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realsr.cli.commands.options import (
    MOST_PIXELS,
    AcceptChanged,
    AlphaPolicy,
    CheckHr,
    Device,
    DeviceName,
    MaxPixels,
    PipelineName,
    RowFiles,
    Scale,
    Seed,
    Sources,
    TrustCode,
)
from realsr.cli.reporting import going_on, reported
from realsr.cli.terminal import tell

FolderOfPairs = Annotated[
    Path, typer.Argument(metavar="DIR", help="A folder that make-pairs made.")
]
Workers = Annotated[
    int | None, typer.Option(min=1, help="How many work at a time.", show_default="one a core")
]


@going_on
def make_pairs(
    sources: Sources,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where the pairs go: new, or to go on with.")
    ],
    pipeline: PipelineName = "second_order",
    scale: Scale = None,
    crop: Annotated[
        str,
        typer.Option(metavar="N|full", help="Side of the HR crop in pixels, or the whole picture."),
    ] = "400",
    tiles: Annotated[
        int | None,
        typer.Option(
            metavar="STEP", min=1, help="Every tile of the crop's side, STEP pixels apart."
        ),
    ] = None,
    variants: Annotated[int, typer.Option(min=1, help="Pairs from each source or tile.")] = 1,
    seed: Seed = 0,
    device: Device = DeviceName.auto,
    workers: Workers = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="Only the first so many sources, in the order of their ids."),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help="How pairs are stored: folder, imagefolder, tar, lmdb, parquet.",
            show_default="folder, or what DIR has",
        ),
    ] = None,
    alpha: Annotated[
        AlphaPolicy,
        typer.Option(help="What transparent pixels become; opaque alpha is always dropped."),
    ] = AlphaPolicy.refuse,
    max_pixels: MaxPixels = MOST_PIXELS,
    rows: RowFiles = None,
    trust_code: TrustCode = None,
    accept_changed: AcceptChanged = False,
    check_hr: CheckHr = True,
) -> int:
    """Make LR/HR pairs from images; called again, go on.

    Exit: 0 all made, 2 usage or nothing to do, 3 some sources failed and the rest were made.
    """
    from realsr.cli.actions.make_pairs import Request, run_make_pairs

    request = Request(
        pipeline=pipeline,
        scale=scale,
        crop=crop,
        tiles=tiles,
        variants=variants,
        seed=seed,
        device=device.value,
        alpha=alpha.value,
        max_pixels=max_pixels,
        rows=rows or (),
        allowed=trust_code or (),
    )
    return run_make_pairs(
        sources,
        out,
        request,
        workers=workers,
        limit=limit,
        form=form,
        accept_changed=accept_changed,
        check_hr=check_hr,
    )


@reported
def replay(
    folder: FolderOfPairs,
    check: Annotated[
        bool, typer.Option("--check", help="Compare pixel digests, write nothing.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Where the LR images go: an empty directory, or an earlier replay's.",
            show_default="DIR/lr-replayed",
        ),
    ] = None,
    device: Annotated[
        DeviceName, typer.Option(help="auto: as the pairs were made.")
    ] = DeviceName.auto,
    workers: Workers = None,
    rows: RowFiles = None,
    trust_code: TrustCode = None,
) -> int:
    """Make every LR again from its HR and its trace alone. Exit: 0 all equal, 1 any difference."""
    from realsr.cli.actions.checks import run_replay

    return run_replay(
        folder,
        check=check,
        out=out,
        device=device.value,
        workers=workers,
        rows=rows or (),
        allowed=trust_code or (),
    )


@reported
def verify(folder: FolderOfPairs, workers: Workers = None) -> int:
    """Compare files with the manifest's digests. Exit: 0 all as made, 1 missing, changed or surplus."""
    from realsr.cli.actions.checks import run_verify

    return run_verify(folder, workers)


@going_on
def convert(
    folder: FolderOfPairs,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where they go: new, or to go on with.")],
    form: Annotated[
        str,
        typer.Option("--format", metavar="NAME", help="folder, imagefolder, tar, lmdb or parquet."),
    ],
) -> int:
    """Copy pairs into another form, each picture against its digest; called again, go on.

    Exit: 0 all copied, 2 usage, 3 some pictures are not as the manifest says, and the rest were copied.
    """
    from realsr.cli.actions.convert import run_convert

    return run_convert(folder, out, form)


@reported
def preview(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="A photograph.")],
    out: Annotated[Path, typer.Option(help="The contact sheet, a PNG file.")],
    pipeline: PipelineName = "second_order",
    scale: Scale = None,
    seed: Seed = 0,
    variants: Annotated[int, typer.Option(min=1, help="How many to show.")] = 8,
    rows: RowFiles = None,
    trust_code: TrustCode = None,
) -> int:
    """Draw a contact sheet of what a pipeline does to a photograph."""
    from realsr.cli.trusted import own_rows
    from realsr.sheets.preview import make_sheet

    own = own_rows(rows or (), trust_code or ())
    make_sheet(image, pipeline, out, scale=scale, seed=seed, variants=variants, rows=own)
    tell(str(out))
    return 0


@reported
def sheet(
    folder: FolderOfPairs,
    out: Annotated[Path, typer.Option(help="The contact sheet, a PNG file.")],
    limit: Annotated[int, typer.Option(min=1, help="Only the first so many pairs.")] = 12,
    rows: RowFiles = None,
) -> int:
    """Draw a contact sheet of a folder of pairs, with the drawn values in plain words."""
    from realsr.cli.trusted import own_rows
    from realsr.sheets.stored import sheet_of_folder

    count = sheet_of_folder(folder, out, limit, rows=own_rows(rows or ()))
    tell(f"{count} pairs drawn; sheet in {out}")
    return 0
