"""What the commands of `realsr robustness` let a person say, as records of options."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from realsr.cli.commands.options import (
    AcceptChanged,
    AlphaPolicy,
    Device,
    DeviceName,
    PipelineName,
    RowFiles,
    TrustCode,
)

Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        metavar="NAME=MODEL",
        help="A checkpoint, an ONNX or TorchScript file, module:function or an interpolation; may be "
        "given many times. Bicubic is always there.",
    ),
]
Photographs = Annotated[
    Path | None, typer.Option("--hr", metavar="DIR", help="Photographs that pipelines degrade.")
]
RunOut = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="The run's folder: new, or to go on with.")
]
RunFolder = Annotated[Path, typer.Argument(metavar="DIR", help="A folder that a run made.")]
Metrics = Annotated[
    str | None,
    typer.Option(metavar="A,B,C", help="Columns by name, or all.", show_default="the usual ones"),
]
WeightFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--weights",
        metavar="NAME=FILE",
        help="What a metric needs, may be given many times: niqe (official parameters as .mat or .npz, or the "
        "word basicsr), the network under a learned metric (vgg16), its heads under the metric's own name "
        "(lpips_vgg). What is not named is looked for in torch's cache and in installed packages; nothing is "
        "fetched.",
        show_default=False,
    ),
]
ModelsScale = Annotated[
    int | None, typer.Option(min=1, help="HR side / LR side.", show_default="the models' own, or 4")
]
Limit = Annotated[
    int | None, typer.Option(min=1, help="Only the first so many pictures of every set.")
]
Crop = Annotated[
    str | None,
    typer.Option(
        metavar="N|full",
        help="Side of the HR crop in pixels, or whole pictures.",
        show_default="the study's, or full",
    ),
]
StudySeed = Annotated[
    int | None,
    typer.Option(help="Another seed, other draws.", show_default="the study's, or 0"),
]
Alpha = Annotated[
    AlphaPolicy | None,
    typer.Option(
        help="What transparent pixels of photographs become; opaque alpha is always dropped.",
        show_default="the study's, or refuse",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(min=1, help="Threads for pictures and metrics.", show_default="one a core"),
]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What every measurement of models says: which, on what, how, and where. None was not typed."""

    model: Models = None
    hr: Photographs = None
    metrics: Metrics = None
    weights: WeightFiles = None
    scale: ModelsScale = None
    crop: Crop = None
    limit: Limit = None
    seed: StudySeed = None
    alpha: Alpha = None
    device: Device = DeviceName.auto
    workers: Workers = None
    trust_code: TrustCode = None
    rows: RowFiles = None
    accept_changed: AcceptChanged = False


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a run says beside: a study, and test sets that add to it."""

    study: Annotated[
        Path | None, typer.Option(metavar="STUDY.yaml", help="A study; options add to it.")
    ] = None
    pipelines: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,C", help="Named pipelines, .yaml files, or folders of pairs as they are."
        ),
    ] = None
    cases: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Representative cases, as `representative` writes them."),
    ] = None
    pairs: Annotated[
        tuple[Path, Path] | None,
        typer.Option(metavar="LRDIR HRDIR", help="Real pairs, by equal names or by L and H."),
    ] = None
    real: Annotated[Path | None, typer.Option(metavar="DIR", help="Photographs without truth.")] = (
        None
    )


@dataclass(frozen=True, kw_only=True)
class Swept:
    """One parameter of one pipeline, from mild to severe."""

    pipeline: PipelineName
    parameter: Annotated[
        str, typer.Option(metavar="STAGE.FIELD", help="Such as gaussian_blur.sigma_x.")
    ]
    interval: Annotated[
        str, typer.Option("--range", metavar="LO:HI", help="From mild to severe, ends included.")
    ]
    steps: Annotated[int, typer.Option(min=2, help="Severities.")] = 9
    trained_at: Annotated[
        float | None, typer.Option(help="The value of the training, for the charts.")
    ] = None
