"""`realsr upscale`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from realsr.cli.progress import Progress
from realsr.cli.reporting import OK, PARTLY, say
from realsr.cli.trusted import trusted
from realsr.files.errors import advising
from realsr.inference.files import Upscaled, UpscaleJob, upscale_files
from realsr.inference.loading import load
from realsr.inference.pictures import AlphaBy
from realsr.inference.upscaler import Tiling
from realsr.pairs.job import resolve_device
from realsr.rows import read_rows

AUTOMATIC = 512
"""Side of the tiles where nobody says otherwise, for models whose tiles give the whole picture's result."""

SHOWN_FAILURES = 20


@dataclass(frozen=True, kw_only=True)
class UpscaleRequest:
    """The options as they were typed. tile: None for automatic ones, 0 for none."""

    model: str
    scale: int | None
    tile: int | None
    overlap: int | None
    alpha: AlphaBy
    device: str
    max_pixels: int
    allowed: Sequence[str] = ()
    rows: Sequence[Path] = ()

    @property
    def tiling(self) -> Tiling | None:
        """Tiles; None for the whole picture."""
        if self.tile == 0:
            return None
        return Tiling(self.tile or AUTOMATIC, self.overlap, or_whole=self.tile is None)


@advising("what was enlarged so far is kept: run the same command again to make the rest")
def run_upscale(sources: Sequence[Path], out: Path, request: UpscaleRequest) -> int:
    """The command's body; its exit code."""
    tiling, own = request.tiling, read_rows(request.rows)
    upscaler = load(
        request.model,
        scale=request.scale,
        device=resolve_device(request.device),
        trust=trusted(request.allowed, [request.model]),
        rows=own,
    )
    job = UpscaleJob(upscaler, request.model, tiling, request.alpha, request.max_pixels, own.files)
    progress = Progress("picture")
    try:
        outcome = upscale_files(sources, out, job, progress)
    finally:
        progress.close()
    _tell(outcome, out)
    return PARTLY if outcome.failures else OK


def _tell(outcome: Upscaled, out: Path) -> None:
    for failure in outcome.failures[:SHOWN_FAILURES]:
        say(f"{failure.source} ({failure.file}): {failure.reason}")
    unseen = len(outcome.failures) - SHOWN_FAILURES
    if unseen > 0:
        say(f"and {unseen} more, all in {out / 'failures.jsonl'}")
    parts = [f"{_counted(outcome.made, 'picture')} enlarged"]
    if outcome.kept:
        parts.append(f"{outcome.kept} kept from before")
    if outcome.failures:
        parts.append(f"{len(outcome.failures)} failed (see {out / 'failures.jsonl'})")
    if outcome.ignored:
        parts.append(f"{_counted(outcome.ignored, 'other file')} passed over")
    typer.echo(f"{', '.join(parts)}; in {out}")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
