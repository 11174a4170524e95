"""`realsr upscale`: its options."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from realsr.cli.commands.options import (
    MOST_PIXELS,
    Device,
    DeviceName,
    MaxPixels,
    ModelScale,
    RowFiles,
    Sources,
    TrustCode,
)
from realsr.cli.reporting import going_on


class AlphaEnlarger(StrEnum):
    bicubic = "bicubic"
    model = "model"


class ConsistentBy(StrEnum):
    projection = "projection"
    back_projection = "back_projection"


class SavedAs(StrEnum):
    png = "png"
    jpeg = "jpeg"
    webp = "webp"
    avif = "avif"


@going_on
def upscale(
    sources: Sources,
    model: Annotated[
        str,
        typer.Option(
            help="A file of weights (ours, or any that spandrel reads), TorchScript or ONNX; module:function; "
            "or an interpolation such as bicubic."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the results go; or give --suffix.")
    ] = None,
    suffix: Annotated[
        str | None,
        typer.Option(help="Results go beside their sources, as NAME and this: _x4, for example."),
    ] = None,
    scale: ModelScale = None,
    tile: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Side of the tiles in LR pixels, 0 for none.",
            show_default="512 where that gives the whole picture's result",
        ),
    ] = None,
    overlap: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="LR pixels around a tile.",
            show_default="as far as the model looks",
        ),
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="K",
            help="So many results of each picture, NAME-1, NAME-2, ..., by a model that takes noise.",
        ),
    ] = None,
    maps: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="For a model that is told classes: DIR/ID.png, their numbers as grey.",
        ),
    ] = None,
    consistent: Annotated[
        str | None,
        typer.Option(
            metavar="PIPELINE",
            help="Make results consistent: degraded by this pipeline's blurs and resizes, they are the LR. Of "
            "clean LR alone.",
        ),
    ] = None,
    consistent_by: Annotated[
        ConsistentBy,
        typer.Option(help="To the nearest such image, or by adding the enlarged error."),
    ] = ConsistentBy.projection,
    consistent_steps: Annotated[int, typer.Option(min=1, help="Of --consistent, at most.")] = 20,
    alpha: Annotated[
        AlphaEnlarger, typer.Option(help="What enlarges transparency.")
    ] = AlphaEnlarger.bicubic,
    save_as: Annotated[SavedAs, typer.Option(help="The format of the results.")] = SavedAs.png,
    quality: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=100,
            help="Of jpeg, webp (100 is lossless) and avif.",
            show_default="95, 90 and 80",
        ),
    ] = None,
    device: Device = DeviceName.auto,
    max_pixels: MaxPixels = MOST_PIXELS,
    trust_code: TrustCode = None,
    rows: RowFiles = None,
) -> int:
    """Enlarge pictures by any model; alpha, grey, 16 bits, colour profile and EXIF stay. Called again, goes on.

    Exit: 0 all made, 2 usage or nothing to do, 3 some sources failed and the rest were made.
    """
    from realsr.cli.actions.upscale import UpscaleRequest, run_upscale

    request = UpscaleRequest(
        out=out,
        suffix=suffix,
        model=model,
        scale=scale,
        tile=tile,
        overlap=overlap,
        alpha=alpha.value,
        save_as=save_as.value,
        quality=quality,
        device=device.value,
        max_pixels=max_pixels,
        allowed=trust_code or (),
        rows=rows or (),
        samples=samples,
        maps=maps,
        consistent=consistent,
        consistent_by=consistent_by.value,
        consistent_steps=consistent_steps,
    )
    return run_upscale(sources, request)
