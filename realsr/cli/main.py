"""`realsr`, assembled. Commands are listed by `--help` in the order in which they are added here."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer

from realsr.cli.commands.check_hr import check_hr
from realsr.cli.commands.collect import collect_kernels, collect_noise
from realsr.cli.commands.compare_sets import compare_sets
from realsr.cli.commands.demo import demo
from realsr.cli.commands.doctor import doctor
from realsr.cli.commands.estimate import estimate
from realsr.cli.commands.fit_pipeline import fit_pipeline
from realsr.cli.commands.gan import gan_lab, samples
from realsr.cli.commands.models import models
from realsr.cli.commands.pairs import convert, make_pairs, preview, replay, sheet, verify
from realsr.cli.commands.pipelines import pipelines
from realsr.cli.commands.rate import rate
from realsr.cli.commands.robustness import robustness
from realsr.cli.commands.train import train
from realsr.cli.commands.upscale import upscale
from realsr.cli.interruption import INTERRUPTED, Interruption, leaving, stoppable
from realsr.cli.usage import PlainUsageGroup

app = typer.Typer(
    cls=PlainUsageGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"realsr {version('realsr-toolkit')}")
        raise typer.Exit


@app.callback()
def realsr(
    told: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_version, help="Print the version."),
    ] = False,
) -> None:
    """Make, replay and measure the degradations of real-world super-resolution."""


app.command("make-pairs")(make_pairs)
app.command("replay")(replay)
app.command("verify")(verify)
app.command("convert")(convert)
app.command("upscale")(upscale)
app.command("preview")(preview)
app.command("sheet")(sheet)
app.command("train")(train)
app.command("estimate")(estimate)
app.command("check-hr")(check_hr)
app.command("compare-sets")(compare_sets)
app.command("fit-pipeline")(fit_pipeline)
app.command("collect-noise")(collect_noise)
app.command("collect-kernels")(collect_kernels)
app.command("doctor")(doctor)
app.command("samples")(samples)
app.command("gan-lab")(gan_lab)
app.add_typer(pipelines, name="pipelines")
app.add_typer(demo, name="demo")
app.add_typer(models, name="models")
app.add_typer(robustness, name="robustness")
app.add_typer(rate, name="rate")


def main(arguments: Sequence[str] | None = None) -> int:
    """A command as the command line runs it; its exit code. arguments: None is those of the process."""
    try:
        with stoppable() as interruption:
            return _run(arguments, interruption)
    except KeyboardInterrupt:  # before a command began, or after it had ended
        return INTERRUPTED


def _run(arguments: Sequence[str] | None, interruption: Interruption) -> int:
    """What was told to stop was interrupted, whatever became of it on its way out."""
    code = 0
    try:
        app(arguments)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception:
        if not interruption.asked:
            raise
    return INTERRUPTED if interruption.asked else code


if __name__ == "__main__":
    ended = main()
    leaving(ended)
    sys.exit(ended)
