"""`realsr demo`."""

from __future__ import annotations

from pathlib import Path

import typer

from realsr.cli.reporting import OK
from realsr.two_modes.demonstration import demonstrate
from realsr.two_modes.training import WAYS


def run_two_modes(out: Path, seed: int, steps: int) -> int:
    """The command's body; its exit code."""
    measures = demonstrate(out, seed, steps)
    for name, each in measures.items():
        typer.echo(
            f"{WAYS[name].title:15} at the mean {each.at_mean:4.0%}, at HR 1 {each.at_first:4.0%}, "
            f"at HR 2 {each.at_second:4.0%}, LR-consistency {each.lr_consistency:.1f} dB"
        )
    typer.echo(f"page in {out / 'index.html'}")
    return OK
