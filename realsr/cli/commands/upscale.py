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
from realsr.cli.reporting import reported


class AlphaEnlarger(StrEnum):
    bicubic = "bicubic"
    model = "model"


@reported
def upscale(
    sources: Sources,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the results go, as PNG files.")],
    model: Annotated[
        str,
        typer.Option(
            help="A file of weights (ours, or any that spandrel reads), TorchScript or ONNX; module:function; "
            "or an interpolation such as bicubic."
        ),
    ],
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
    alpha: Annotated[
        AlphaEnlarger, typer.Option(help="What enlarges transparency.")
    ] = AlphaEnlarger.bicubic,
    device: Device = DeviceName.auto,
    max_pixels: MaxPixels = MOST_PIXELS,
    trust_code: TrustCode = None,
    rows: RowFiles = None,
) -> int:
    """Enlarge pictures by any model; alpha, grey and 16 bits stay. Called again, goes on.

    Exit: 0 all made, 2 usage or nothing to do, 3 some sources failed and the rest were made.
    """
    from realsr.cli.actions.upscale import UpscaleRequest, run_upscale

    request = UpscaleRequest(
        model=model,
        scale=scale,
        tile=tile,
        overlap=overlap,
        alpha=alpha.value,
        device=device.value,
        max_pixels=max_pixels,
        allowed=trust_code or (),
        rows=rows or (),
    )
    return run_upscale(sources, out, request)
