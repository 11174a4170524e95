"""`realsr robustness`: the commands and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realsr.cli.commands.options import AlphaPolicy, PipelineName, Seed
from realsr.cli.reporting import reported

robustness = typer.Typer(
    help="What happens to models when the true degradation is not the one they were trained for.",
    no_args_is_help=True,
    rich_markup_mode=None,
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
Scale = Annotated[
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
Device = Annotated[str, typer.Option(help="auto, cpu or cuda: where the models run.")]
Workers = Annotated[
    int | None,
    typer.Option(min=1, help="Threads for pictures and metrics.", show_default="one a core"),
]


@robustness.command("run")
@reported
def run(
    out: RunOut,
    study: Annotated[
        Path | None, typer.Option(metavar="STUDY.yaml", help="A study; options add to it.")
    ] = None,
    model: Models = None,
    hr: Photographs = None,
    pipelines: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,C", help="Named pipelines, .yaml files, or folders of pairs as they are."
        ),
    ] = None,
    cases: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Representative cases, as `representative` writes them."),
    ] = None,
    pairs: Annotated[
        tuple[Path, Path] | None,
        typer.Option(metavar="LRDIR HRDIR", help="Real pairs, by equal names or by L and H."),
    ] = None,
    real: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Photographs without truth.")
    ] = None,
    metrics: Metrics = None,
    weights: WeightFiles = None,
    scale: Scale = None,
    crop: Crop = None,
    limit: Limit = None,
    seed: StudySeed = None,
    alpha: Alpha = None,
    device: Device = "auto",
    workers: Workers = None,
) -> int:
    """Every model on every test set, and their page; called again, only what is new.

    Exit: 0 all done, 2 usage, 3 some pictures or models failed and the rest was done.
    """
    from realsr.cli.actions.robustness_runs import Options, run_run

    options = Options(
        study,
        model,
        hr,
        pipelines,
        cases,
        pairs,
        real,
        metrics,
        scale,
        crop,
        limit,
        seed,
        weights,
        None if alpha is None else alpha.value,
    )
    return run_run(options, out, device, workers)


@robustness.command("sweep")
@reported
def sweep(
    out: RunOut,
    pipeline: PipelineName,
    parameter: Annotated[
        str, typer.Option(metavar="STAGE.FIELD", help="Such as gaussian_blur.sigma_x.")
    ],
    interval: Annotated[
        str, typer.Option("--range", metavar="LO:HI", help="From mild to severe, ends included.")
    ],
    model: Models = None,
    hr: Photographs = None,
    steps: Annotated[int, typer.Option(min=2, help="Severities.")] = 9,
    trained_at: Annotated[
        float | None, typer.Option(help="The value of the training, for the charts.")
    ] = None,
    metrics: Metrics = None,
    weights: WeightFiles = None,
    scale: Scale = None,
    crop: Crop = None,
    limit: Limit = None,
    seed: StudySeed = None,
    alpha: Alpha = None,
    device: Device = "auto",
    workers: Workers = None,
) -> int:
    """One parameter from mild to severe, and where each model falls below bicubic.

    The lines go to DIR/sweeps.json, beside those of other sweeps; DIR may be the folder of a run.
    Exit: 0 all done, 2 usage, 3 some pictures have no number and the rest was done.
    """
    from realsr.cli.actions.robustness_runs import Options, run_sweep_command

    options = Options(
        None,
        model,
        hr,
        None,
        None,
        None,
        None,
        metrics,
        scale,
        crop,
        limit,
        seed,
        weights,
        None if alpha is None else alpha.value,
    )
    request = (pipeline, parameter, interval, steps, trained_at)
    return run_sweep_command(options, request, out, device, workers)


@robustness.command("merge")
@reported
def merge(
    first: Annotated[Path, typer.Argument(metavar="A", help="A folder that a run made.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the whole goes.")],
) -> int:
    """Two runs on the same pixels as one. Exit: 0 done, 2 the two contradict each other."""
    from realsr.cli.actions.robustness_tables import run_merge

    return run_merge(first, second, out)


@robustness.command("compare")
@reported
def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="A folder that a run made.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another.")],
) -> int:
    """What B says otherwise than A. Exit: 0 nothing, 1 something."""
    from realsr.cli.actions.robustness_tables import run_compare

    return run_compare(first, second)


@robustness.command("gate")
@reported
def gate(
    rules: Annotated[Path, typer.Argument(metavar="RULES", help="A YAML file of rules.")],
    run_folder: Annotated[
        Path | None,
        typer.Option("--run", metavar="DIR", help="The run.", show_default="the rules' own"),
    ] = None,
) -> int:
    """Whether a run keeps its rules. Exit: 0 pass, 1 fail, 2 usage, 3 too few numbers to tell."""
    from realsr.cli.actions.robustness_tables import run_gate

    return run_gate(rules, run_folder)


@robustness.command("replay")
@reported
def replay(
    folder: RunFolder,
    model: Annotated[str, typer.Option(help="A model of the run.")],
    test: Annotated[str, typer.Option("--set", help="A test set of the run.")],
    key: Annotated[str, typer.Option(help="A picture of the set.")],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", show_default="DIR/replayed/SET/KEY")
    ] = None,
) -> int:
    """Make one answer again, LR and SR. Exit: 0 the LR is the frozen one, 1 it differs."""
    from realsr.cli.actions.robustness_tables import run_replay_command

    return run_replay_command(folder, model, test, key, out)


@robustness.command("remake")
@reported
def remake(folder: RunFolder) -> int:
    """Make every test set again on this machine and count what differs. Exit: 0 nothing, 1 something."""
    from realsr.cli.actions.robustness_tables import run_remake

    return run_remake(folder)


@robustness.command("render")
@reported
def render(folder: RunFolder) -> int:
    """Make the page of a run: index.html in its folder, which opens from disk."""
    from realsr.cli.actions.robustness_tables import run_render_command

    return run_render_command(folder)


@robustness.command("representative")
@reported
def representative(
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="IMAGE|DIR...", help="Photographs on which draws are compared."),
    ],
    pipeline: PipelineName,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the cases are written.")],
    cases: Annotated[int, typer.Option(min=1, help="Cases to keep.")] = 100,
    pool: Annotated[int, typer.Option(min=2, help="Draws to choose from.")] = 2000,
    seed: Seed = 0,
    scale: Scale = None,
) -> int:
    """Choose draws of a pipeline that stand for all of them; each becomes a pipeline of its own."""
    from realsr.cli.actions.robustness_tables import run_representative_command

    return run_representative_command(pipeline, sources, out, cases, pool, seed, scale)
