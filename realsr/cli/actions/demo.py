"""`realsr demo`."""

from __future__ import annotations

import shlex
from pathlib import Path

from realsr.cli.interruption import INTERRUPTED, postponed
from realsr.cli.progress import Spoken
from realsr.cli.reporting import OK
from realsr.cli.terminal import hint, tell
from realsr.cli.threads import one_thread
from realsr.demos.mismatch import train_networks
from realsr.demos.photographs import export_photographs
from realsr.files.errors import advising
from realsr.ganlab.two_modes.demonstration import demonstrate
from realsr.ganlab.two_modes.training import WAYS

AGAIN = "make room there and run the same command again"


@advising(AGAIN)
def run_photographs(out: Path) -> int:
    """The command's body; its exit code."""
    count = len(export_photographs(out))
    tell(f"{count} photographs of scikit-image in {out}")
    return OK


@advising(AGAIN)
def run_two_modes(out: Path, seed: int, steps: int) -> int:
    """The command's body; its exit code."""
    with one_thread():
        measures = demonstrate(out, seed, steps, Spoken())
    for name, each in measures.items():
        tell(
            f"{WAYS[name].title:15} at the mean {each.at_mean:4.0%}, at HR 1 {each.at_first:4.0%}, "
            f"at HR 2 {each.at_second:4.0%}, LR-consistency {each.lr_consistency:.1f} dB"
        )
    tell(f"page in {out / 'index.html'}")
    return OK


@advising("what was trained so far is kept: run the same command again to go on")
def run_mismatch(out: Path, seed: int, steps: int | None) -> int:
    """The command's body; its exit code."""
    settings = [f"seed={seed}", *([] if steps is None else [f"steps={steps}"])]
    study, ended = train_networks(out, settings, tell=hint, interrupts=postponed)
    if not ended:
        return INTERRUPTED
    command = shlex.join(["realsr", "robustness", "run", "--study", str(study), "--out", "report"])
    tell(f"three networks and their study in {study}; next: {command}")
    return OK
