"""`realsr convert`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from realsr.cli.progress import Progress
from realsr.cli.reporting import OK, PARTLY, say
from realsr.cli.terminal import tell
from realsr.files.faults import named
from realsr.pairs.converting import convert


def run_convert(root: Path, out: Path, form: str) -> int:
    """The command's body; its exit code."""
    with closing(Progress()) as progress:
        done = convert(root, out, form, progress.made)
    if done.lost:
        say(f"left out, since the manifest says otherwise: {named(done.lost)}")
    kept = f", {done.kept} there already" if done.kept else ""
    lost = f", {len(done.lost)} left out" if done.lost else ""
    tell(f"{done.copied} pairs copied{kept}{lost}; in {out} as {form}")
    return PARTLY if done.lost else OK
