"""`realsr`: the commands and their options. What they do is imported when they run, so that help is quick."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from realsr.cli.reporting import reported
from realsr.cli.robustness import robustness

app = typer.Typer(
    help="Make, replay and measure the degradations of real-world super-resolution.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
pipelines = typer.Typer(
    help="The named pipelines, and checks of your own.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(pipelines, name="pipelines")
demo = typer.Typer(
    help="Small tasks on which to see what losses and degradations do.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(demo, name="demo")
models = typer.Typer(
    help="Networks, and what can be done to trained ones.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(models, name="models")
app.add_typer(robustness, name="robustness")


class DeviceName(StrEnum):
    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


class AlphaPolicy(StrEnum):
    refuse = "refuse"
    drop = "drop"
    white = "white"
    black = "black"


class AlphaEnlarger(StrEnum):
    bicubic = "bicubic"
    model = "model"


class FolderFormat(StrEnum):
    folder = "folder"


FolderOfPairs = Annotated[
    Path, typer.Argument(metavar="DIR", help="A folder that make-pairs made.")
]
Workers = Annotated[
    int | None, typer.Option(min=1, help="How many work at a time.", show_default="one a core")
]
Device = Annotated[DeviceName, typer.Option(help="auto: cuda where there is one, else cpu.")]
PipelineName = Annotated[str, typer.Option(help="A named pipeline, or a .yaml file.")]
Scale = Annotated[
    int | None,
    typer.Option(min=1, help="HR side / LR side.", show_default="the pipeline's own, or 4"),
]
ModelScale = Annotated[
    int | None,
    typer.Option(min=1, help="For a model with several.", show_default="the model's own"),
]
ModelFile = Annotated[Path, typer.Argument(help="A model file of ours.")]
Seed = Annotated[int, typer.Option(help="Another seed, other draws.")]


@app.command("make-pairs")
@reported
def make_pairs(
    sources: Annotated[
        list[Path], typer.Argument(metavar="SRC...", help="Images, or directories of images.")
    ],
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
        FolderFormat, typer.Option("--format", help="How pairs are stored.")
    ] = FolderFormat.folder,
    alpha: Annotated[
        AlphaPolicy,
        typer.Option(help="What transparent pixels become; opaque alpha is always dropped."),
    ] = AlphaPolicy.refuse,
    max_pixels: Annotated[
        int, typer.Option(min=1, help="Larger sources are refused before they are decoded.")
    ] = 2**28,
) -> int:
    """Make LR/HR pairs from images; called again, go on.

    Exit: 0 all made, 2 usage or nothing to do, 3 some sources failed and the rest were made.
    """
    from realsr.cli.make_pairs import Request, run_make_pairs

    request = Request(
        pipeline, scale, crop, tiles, variants, seed, device.value, alpha.value, max_pixels
    )
    return run_make_pairs(sources, out, request, workers, limit)


@app.command()
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
) -> int:
    """Make every LR again from its HR and its trace alone. Exit: 0 all equal, 1 any difference."""
    from realsr.cli.checks import run_replay

    return run_replay(folder, check, out, device.value, workers)


@app.command()
@reported
def verify(folder: FolderOfPairs, workers: Workers = None) -> int:
    """Compare files with the manifest's digests. Exit: 0 all as made, 1 missing, changed or surplus."""
    from realsr.cli.checks import run_verify

    return run_verify(folder, workers)


@app.command()
@reported
def upscale(
    sources: Annotated[
        list[Path], typer.Argument(metavar="SRC...", help="Images, or directories of images.")
    ],
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
    max_pixels: Annotated[
        int, typer.Option(min=1, help="Larger sources are refused before they are decoded.")
    ] = 2**28,
) -> int:
    """Enlarge pictures by any model; alpha, grey and 16 bits stay. Called again, goes on.

    Exit: 0 all made, 2 usage or nothing to do, 3 some sources failed and the rest were made.
    """
    from realsr.cli.upscale import Request, run_upscale

    request = Request(model, scale, tile, overlap, alpha.value, device.value, max_pixels)
    return run_upscale(sources, out, request)


@app.command()
@reported
def preview(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="A photograph.")],
    out: Annotated[Path, typer.Option(help="The contact sheet, a PNG file.")],
    pipeline: PipelineName = "second_order",
    scale: Scale = None,
    seed: Seed = 0,
    variants: Annotated[int, typer.Option(min=1, help="How many to show.")] = 8,
) -> int:
    """Draw a contact sheet of what a pipeline does to a photograph."""
    from realsr.preview import make_sheet

    make_sheet(image, pipeline, out, scale=scale, seed=seed, variants=variants)
    typer.echo(str(out))
    return 0


@app.command()
@reported
def sheet(
    folder: FolderOfPairs,
    out: Annotated[Path, typer.Option(help="The contact sheet, a PNG file.")],
    limit: Annotated[int, typer.Option(min=1, help="Only the first so many pairs.")] = 12,
) -> int:
    """Draw a contact sheet of a folder of pairs, with the drawn values in plain words."""
    from realsr.sheet import sheet_of_folder

    count = sheet_of_folder(folder, out, limit)
    typer.echo(f"{count} pairs drawn; sheet in {out}")
    return 0


@app.command()
@reported
def train(
    config: Annotated[
        str, typer.Argument(metavar="CONFIG", help="What to train: a recipe, or a .yaml file.")
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Wins over the file: optimiser.lr=1e-3."),
    ] = None,
    grid: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=A,B,C", help="Train all: data.pipeline=bicubic,bd_x3. Several multiply."
        ),
    ] = None,
    seeds: Annotated[int | None, typer.Option(min=1, help="Train each with so many seeds.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="New, or to go on with.", show_default="runs/NAME-OF-CONFIG"
        ),
    ] = None,
) -> int:
    """Train a network, or a grid of them; called again, go on.

    Exit: 0 trained, 2 usage, data or numbers at fault, 130 interrupted and saved.
    """
    from realsr.cli.train import run_train

    return run_train(config, settings or [], grid or [], seeds, out)


@app.command()
@reported
def doctor() -> int:
    """Report versions, devices, codecs, threads and known traps of this installation."""
    from realsr.doctor import report

    return report()


@pipelines.command("list")
@reported
def list_pipelines() -> int:
    """List the pipelines that come with the package."""
    from realsr.cli.pipelines import run_list

    return run_list()


@pipelines.command("show")
@reported
def show_pipeline(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A named pipeline, or a .yaml file.")],
    scale: Annotated[int | None, typer.Option(min=1, help="Resolve it for this scale.")] = None,
    resolved: Annotated[
        bool, typer.Option("--resolved", help="With every default written out.")
    ] = False,
) -> int:
    """Print a pipeline."""
    from realsr.cli.pipelines import run_show

    return run_show(name, scale, resolved)


@pipelines.command("check")
@reported
def check_pipeline(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A pipeline file.")],
) -> int:
    """Check a pipeline file and its draws. Exit: 0 sound, 1 wrong, with the place and what was expected."""
    from realsr.cli.pipelines import run_check

    return run_check(file)


@pipelines.command("diff")
@reported
def diff_pipelines(
    first: Annotated[str, typer.Argument(metavar="A", help="A named pipeline, or a .yaml file.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    scale: Scale = None,
) -> int:
    """Tell in plain words what differs between two pipelines. Exit: 0 nothing, 1 something."""
    from realsr.cli.pipelines import run_diff

    return run_diff(first, second, scale)


@pipelines.command("import")
@reported
def import_pipeline(
    file: Annotated[
        Path, typer.Argument(metavar="OPTION.yml", help="An option file of Real-ESRGAN.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A new pipeline file.", show_default="printed"),
    ] = None,
) -> int:
    """Turn a Real-ESRGAN option file into a pipeline. Exit: 0 done, 2 options missing or wrong."""
    from realsr.cli.pipelines import run_import

    return run_import(file, out)


@pipelines.command("import-seal")
@reported
def import_seal(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="SEAL's list, degradation_center_100.txt.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where seal_000.yaml, ... are written.")],
) -> int:
    """Turn SEAL's parameter strings into pipelines. Exit: 0 done, 2 a string that cannot be read."""
    from realsr.cli.pipelines import run_import_seal

    return run_import_seal(file, out)


@pipelines.command("schema")
@reported
def print_schema() -> int:
    """Print the JSON schema of pipeline files, for editors."""
    from realsr.cli.pipelines import run_schema

    return run_schema()


@demo.command("two-modes")
@reported
def two_modes(
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where index.html and two_modes.json are written.")
    ],
    seed: Seed = 0,
    steps: Annotated[int, typer.Option(min=1, help="Training steps of each network.")] = 400,
) -> int:
    """Train on two HR images behind one LR: MSE gives their mean, a GAN one of them, with noise both."""
    from realsr.cli.demo import run_two_modes

    return run_two_modes(out, seed, steps)


@demo.command("mismatch")
@reported
def mismatch(
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="The study's folder: new, or to go on with.")
    ],
    seed: Seed = 0,
    steps: Annotated[
        int | None,
        typer.Option(min=1, help="Of each network.", show_default="the recipe's"),
    ] = None,
) -> int:
    """Train three networks that differ in their degradation alone; DIR/study.yaml is ready to be run.

    Called again, goes on. Exit: 0 trained, 2 usage or scikit-image absent, 130 interrupted and saved.
    """
    from realsr.cli.demo import run_mismatch

    return run_mismatch(out, seed, steps)


@models.command("list")
@reported
def list_models() -> int:
    """List the architectures: what they see, parameters at each scale, source."""
    from realsr.cli.models import run_list

    return run_list()


@models.command("show")
@reported
def show_model(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="An architecture, or anything `upscale` takes.")
    ],
    scale: ModelScale = None,
) -> int:
    """Print an architecture's arguments, or what is known of a trained model."""
    from realsr.cli.models import run_show

    return run_show(name, scale)


@models.command("interpolate")
@reported
def interpolate_models(
    first: ModelFile,
    second: ModelFile,
    out: Annotated[Path, typer.Option(metavar="FILE", help="A new .safetensors file.")],
    alpha: Annotated[float, typer.Option(help="0 is the first, 1 the second.")] = 0.5,
    scale: ModelScale = None,
) -> int:
    """Mix the weights of two networks, one of which was trained on from the other."""
    from realsr.cli.models import run_interpolate

    return run_interpolate(first, second, alpha, out, scale)


@models.command("export")
@reported
def export_model(
    model: ModelFile,
    onnx: Annotated[
        Path | None, typer.Option(metavar="FILE", help="An ONNX graph of any size.")
    ] = None,
    safetensors: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Weights with a card.")
    ] = None,
    scale: ModelScale = None,
) -> int:
    """Write a network in other forms; an ONNX graph is checked against torch on another size."""
    from realsr.cli.models import run_export

    return run_export(model, onnx, safetensors, scale)


def main(arguments: Sequence[str] | None = None) -> int:
    """The console script's entry; its exit code. arguments: by default those of the process."""
    try:
        app(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
