"""`realsr gan-lab`, `realsr samples` and `realsr interpolate`: their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realsr.cli.commands.options import (
    Device,
    DeviceName,
    ModelScale,
    PipelineName,
    RowFiles,
    Seed,
    TrustCode,
)
from realsr.cli.reporting import going_on, reported

Photographs = Annotated[
    list[Path], typer.Argument(metavar="HR...", help="HR pictures, or directories of them.")
]


@reported
def samples(
    sources: Photographs,
    model: Annotated[str, typer.Option(help="A model that takes noise, such as noise_srvgg.")],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where index.html and samples.json are written.")
    ],
    pipeline: PipelineName = "bicubic",
    count: Annotated[
        int, typer.Option("--samples", min=2, metavar="K", help="Answers to each LR.")
    ] = 10,
    crop: Annotated[
        int, typer.Option(min=0, help="Side of the middle of each picture in pixels; 0: all of it.")
    ] = 256,
    seed: Seed = 0,
    scale: ModelScale = None,
    device: Device = DeviceName.auto,
    trust_code: TrustCode = None,
    rows: RowFiles = None,
) -> int:
    """Score the samples of a model: diversity, spread, rank histogram, CRPS, mean's gain, LR-consistency.

    Exit: 0 scored, 2 usage, no pictures or a model without noise.
    """
    from realsr.cli.actions.gan import SamplesRequest, run_samples

    request = SamplesRequest(
        model=model,
        out=out,
        pipeline=pipeline,
        count=count,
        crop=crop,
        seed=seed,
        scale=scale,
        device=device.value,
        allowed=trust_code or (),
        rows=rows or (),
    )
    return run_samples(sources, request)


@going_on
def gan_lab(
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="The laboratory's folder: new, or to go on with.")
    ],
    seed: Seed = 0,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="Next to no training: the page in a minute, its numbers are no use."
        ),
    ] = False,
) -> int:
    """Train small networks and show on one page what is wrong with GANs. About ten minutes of one core.

    DIR/index.html is the page. Called again, goes on. Exit: 0 done, 2 usage, 130 interrupted and saved.
    """
    from realsr.cli.actions.gan import run_gan_lab

    return run_gan_lab(out, seed, quick)
