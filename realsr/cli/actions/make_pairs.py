"""`realsr make-pairs`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from realsr.cli.advice import MAKE_PAIRS, advised
from realsr.cli.glance import Glance, GlancingProgress
from realsr.cli.reporting import OK, PARTLY, say
from realsr.cli.terminal import tell
from realsr.cli.trusted import own_rows
from realsr.files.errors import RequestError, advising
from realsr.files.faults import named
from realsr.images.crops import Cut
from realsr.images.reading import Alpha, Reading
from realsr.images.sources import discover
from realsr.pairs.job import PairsJob, resolve_device
from realsr.pairs.make import GO_ON, Outcome, make_pairs
from realsr.pairs.soundness import requested_pipeline

SHOWN_FAILURES = 20


@dataclass(frozen=True)
class Request:
    """The options as they were typed."""

    pipeline: str
    scale: int | None
    crop: str
    tiles: int | None
    variants: int
    seed: int
    device: str
    alpha: Alpha
    max_pixels: int
    rows: Sequence[Path] = ()
    allowed: Sequence[str] = ()

    def job(self) -> PairsJob:
        """What is to be made. Raises RequestError, RowsError and PipelineError."""
        own = own_rows(self.rows, self.allowed)
        pipeline = requested_pipeline(self.pipeline, self.scale, own.operators)
        return PairsJob(
            pipeline=pipeline,
            cut=Cut(pipeline.scale, parse_crop(self.crop), self.tiles),
            seed=self.seed,
            variants=self.variants,
            reading=Reading(self.alpha, self.max_pixels),
            device=resolve_device(self.device),
            rows=own,
        )


@advising(GO_ON)
def run_make_pairs(
    sources: Sequence[Path],
    out: Path,
    request: Request,
    *,
    workers: int | None,
    limit: int | None,
    form: str | None,
    accept_changed: bool,
    check_hr: bool = False,
) -> int:
    """The command's body; its exit code."""
    job = request.job()
    glance = Glance(lambda: _paths(sources, out, limit)) if check_hr else None
    progress = GlancingProgress(glance)
    try:
        outcome = make_pairs(
            sources,
            out,
            job,
            observer=progress,
            workers=workers,
            limit=limit,
            form=form,
            accept_changed=accept_changed,
        )
    finally:
        progress.close()
    _tell(outcome, out)
    return PARTLY if outcome.failures else OK


def _paths(sources: Sequence[Path], out: Path, limit: int | None) -> list[Path]:
    """The photographs that pairs are made of."""
    return [source.path for source in discover(sources, out).sources[:limit]]


def parse_crop(text: str) -> int | None:
    """A crop's side, or None for `full`. Raises RequestError."""
    if text == "full":
        return None
    try:
        return int(text)
    except ValueError as error:
        raise RequestError(f"--crop {text} is neither a number of pixels nor `full`") from error


def _tell(outcome: Outcome, out: Path) -> None:
    for failure in outcome.failures[:SHOWN_FAILURES]:
        say(
            f"{failure.source} ({failure.file}): {advised(failure.kind, failure.reason, MAKE_PAIRS)}"
        )
    unseen = len(outcome.failures) - SHOWN_FAILURES
    if unseen > 0:
        say(f"and {unseen} more, all in {out / 'failures.jsonl'}")
    if outcome.changed:
        say(f"changed, and their pairs made again: {named(outcome.changed)}")
    tell(_summary(outcome, out))
    if outcome.made:
        tell(f"time of the workers: {outcome.spent}")


def _summary(outcome: Outcome, out: Path) -> str:
    if outcome.made or outcome.failures:
        parts = [f"{_counted(outcome.made, 'pair')} made"]
        if outcome.kept:
            parts.append(f"{outcome.kept} kept from before")
    else:
        parts = [f"nothing left to do: {_counted(outcome.kept, 'pair')} there already"]
    if outcome.failures:
        failed = _counted(len(outcome.failures), "source")
        parts.append(f"{failed} failed (see {out / 'failures.jsonl'})")
    if outcome.ignored:
        parts.append(f"{_counted(outcome.ignored, 'other file')} passed over")
    return f"{', '.join(parts)}; pairs in {out}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
