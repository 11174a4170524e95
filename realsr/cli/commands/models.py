"""`realsr models`: the commands and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realsr.cli.commands.options import ModelScale, RowFiles, TrustCode
from realsr.cli.reporting import OK, reported

models = typer.Typer(
    help="Networks, and what can be done to trained ones.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

ModelFile = Annotated[Path, typer.Argument(help="A model file of ours.")]


@models.command("list")
@reported
def list_models(rows: RowFiles = None) -> int:
    """List the architectures: what they see, parameters at each scale, source."""
    from realsr.cli.actions.architectures import run_list

    return run_list(rows or ())


@models.command("show")
@reported
def show_model(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="An architecture, or anything `upscale` takes.")
    ],
    scale: ModelScale = None,
    trust_code: TrustCode = None,
    rows: RowFiles = None,
) -> int:
    """Print an architecture's arguments, or what is known of a trained model."""
    from realsr.cli.actions.architectures import shown

    if shown(name, rows or ()):
        return OK
    from realsr.cli.actions.models import run_show

    return run_show(name, scale, trust_code or (), rows or ())


@models.command("interpolate")
@reported
def interpolate_models(
    first: ModelFile,
    second: ModelFile,
    out: Annotated[Path, typer.Option(metavar="FILE", help="A new .safetensors file.")],
    alpha: Annotated[float, typer.Option(help="0 is the first, 1 the second.")] = 0.5,
    scale: ModelScale = None,
    rows: RowFiles = None,
) -> int:
    """Mix the weights of two networks, one of which was trained on from the other."""
    from realsr.cli.actions.models import run_interpolate

    return run_interpolate(first, second, alpha=alpha, out=out, scale=scale, rows=rows or ())


@models.command("probe")
@reported
def probe_model(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a training.")],
    steps: Annotated[int, typer.Option(min=1, help="Of the fresh discriminator.")] = 300,
    seed: Annotated[int, typer.Option(help="Other first weights of it.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    rows: RowFiles = None,
) -> int:
    """Train a fresh discriminator against a network: how far above chance is it on held-out photographs?"""
    from realsr.cli.actions.trained.probe import run_probe

    return run_probe(run, steps=steps, seed=seed, as_json=as_json, rows=rows or ())


@models.command("post-mortem")
@reported
def post_mortem(
    record: Annotated[
        Path, typer.Argument(metavar="FILE", help="post_mortem/step_*.json of a training.")
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write HR, LR and SR of its pairs there.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    rows: RowFiles = None,
) -> int:
    """Repeat a training's step that was no finite number or exploded: its pairs, traces and terms.

    Exit: 0 it is the step that was, 1 pairs or terms differ, 2 usage.
    """
    from realsr.cli.actions.trained.post_mortem import run_post_mortem

    return run_post_mortem(record, out=out, as_json=as_json, rows=rows or ())


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
    pth: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Weights alone, as BasicSR saves them."),
    ] = None,
    scale: ModelScale = None,
    rows: RowFiles = None,
) -> int:
    """Write a network in other forms; an ONNX graph is checked against torch on another size."""
    from realsr.cli.actions.models import run_export

    return run_export(
        model, onnx=onnx, safetensors=safetensors, pth=pth, scale=scale, rows=rows or ()
    )
