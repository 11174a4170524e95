"""`realsr upscale`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from degrade import load_pipeline
from realsr.cli.advice import UPSCALE, advised
from realsr.cli.reporting import OK, PARTLY, say, several
from realsr.cli.terminal import tell, watched
from realsr.cli.trusted import trusted
from realsr.conditions.labels import LabelFolder
from realsr.conditions.pictures import classes_of, noise_channels
from realsr.files.errors import RequestError, advising
from realsr.images.failures import Failure
from realsr.inference.after.consistency import STEPS, Consistency, ConsistencyWay, declared
from realsr.inference.alpha import AlphaBy
from realsr.inference.destinations import Beside, Within
from realsr.inference.files import Upscaled, UpscaleJob, upscale_files
from realsr.inference.loading import load
from realsr.inference.saving import SaveAs, Saving
from realsr.inference.strips import Enlarging
from realsr.inference.upscaler import Tiling, Upscaler
from realsr.pairs.job import resolve_device
from realsr.rows import read_rows

AUTOMATIC = 512
"""Side of the tiles where nobody says otherwise, for models whose tiles give the whole picture's result."""

SHOWN_FAILURES = 20


@dataclass(frozen=True, kw_only=True)
class UpscaleRequest:
    """The options as they were typed. tile: None for automatic ones, 0 for none."""

    out: Path | None
    suffix: str | None
    model: str
    scale: int | None
    tile: int | None
    overlap: int | None
    alpha: AlphaBy
    save_as: SaveAs
    quality: int | None
    device: str
    max_pixels: int
    allowed: Sequence[str] = ()
    rows: Sequence[Path] = ()
    samples: int | None = None
    maps: Path | None = None
    consistent: str | None = None
    consistent_by: ConsistencyWay = "projection"
    consistent_steps: int = STEPS

    def finished(self, upscaler: Upscaler) -> Upscaler:
        """The model with its answers made consistent, where that is asked. Raises RequestError."""
        if self.consistent is None:
            return upscaler
        trace = declared(load_pipeline(self.consistent, upscaler.scale), self.consistent)
        after = Consistency(trace, self.consistent, self.consistent_by, self.consistent_steps)
        return replace(upscaler, after=after)

    def labels(self, upscaler: Upscaler) -> LabelFolder | None:
        """The folder of maps, where the model is told them. Raises RequestError."""
        if self.samples is not None:
            noise_channels(upscaler.module, upscaler.name)
        classes = classes_of(upscaler.module, upscaler.name, given=self.maps is not None)
        return None if self.maps is None else LabelFolder(self.maps, classes)

    @property
    def tiling(self) -> Tiling | None:
        """Tiles; None for the whole picture, which is what an answer is made consistent with."""
        if self.tile == 0 or (self.consistent is not None and self.tile is None):
            return None
        if self.consistent is not None and self.overlap is None:
            raise RequestError(
                "--consistent compares the whole picture; leave --tile out, or say how far tiles overlap "
                "(--overlap 32)"
            )
        return Tiling(self.tile or AUTOMATIC, self.overlap, or_whole=self.tile is None)

    @property
    def where(self) -> Within | Beside:
        """Where results go. Raises RequestError."""
        if self.out is not None and self.suffix is None:
            return Within(self.out)
        if self.suffix is not None and self.out is None:
            return Beside(self.suffix)
        raise RequestError(
            "give --out DIR for a folder of results, or --suffix _x4 for results beside their sources"
        )


class PictureProgress:
    """A bar of pictures and parts of them, with the time left, on stderr; nothing where that is no terminal."""

    def __init__(self) -> None:
        self._bar: tqdm[NoReturn] = tqdm(
            disable=not watched(),
            smoothing=0.05,
            bar_format="{percentage:3.0f}%|{bar}| {n:.2f} of {total} pictures "
            "[{elapsed}, {remaining} left{postfix}]",
        )
        self._share = 0.0

    @property
    def done(self) -> float:
        """Pictures and parts of them."""
        return float(self._bar.n)

    def begin(self, pictures: int) -> None:
        self._bar.total = pictures
        self._bar.refresh()

    def kept(self) -> None:
        if not self._bar.disable:
            self._bar.initial += 1  # left out of the rate, which is that of pictures made now
            self._bar.update(1)

    def progressed(self, share: float) -> None:
        self._bar.update(share - self._share)
        self._share = share

    def made(self) -> None:
        self._whole()

    def failed(self, failure: Failure) -> None:
        self._whole()
        self._bar.set_postfix_str("some failed")

    def close(self) -> None:
        self._bar.close()

    def _whole(self) -> None:
        self._bar.update(1 - self._share)
        self._share = 0.0


@advising("what was enlarged so far is kept: run the same command again to make the rest")
def run_upscale(sources: Sequence[Path], request: UpscaleRequest) -> int:
    """The command's body; its exit code."""
    where, tiling, own = request.where, request.tiling, read_rows(request.rows)
    saving = Saving(request.save_as, request.quality)
    upscaler = load(
        request.model,
        scale=request.scale,
        device=resolve_device(request.device),
        trust=trusted(request.allowed, [request.model]),
        rows=own,
    )
    how = Enlarging(request.finished(upscaler), tiling, request.alpha)
    job = UpscaleJob(
        how,
        request.model,
        saving,
        request.max_pixels,
        own.files,
        request.samples,
        request.labels(upscaler),
    )
    progress = PictureProgress()
    try:
        outcome = upscale_files(sources, where, job, progress)
    finally:
        progress.close()
    _tell(outcome, where)
    return PARTLY if outcome.failures else OK


def _tell(outcome: Upscaled, where: Within | Beside) -> None:
    listed = where.folder / "failures.jsonl" if isinstance(where, Within) else None
    shown = outcome.failures[: SHOWN_FAILURES if listed else None]
    for failure in shown:
        say(f"{failure.source} ({failure.file}): {advised(failure.kind, failure.reason, UPSCALE)}")
    unseen = len(outcome.failures) - len(shown)
    if unseen > 0:
        say(f"and {unseen} more, all in {listed}")
    parts = [f"{several(outcome.made, 'picture')} enlarged"]
    if outcome.kept:
        parts.append(f"{outcome.kept} kept from before")
    if outcome.failures:
        parts.append(f"{len(outcome.failures)} failed" + (f" (see {listed})" if listed else ""))
    if outcome.reduced:
        parts.append(f"{outcome.reduced} of 16 bits written in 8")
    if outcome.ignored:
        parts.append(f"{several(outcome.ignored, 'other file')} passed over")
    place = f"in {where.folder}" if isinstance(where, Within) else "beside their sources"
    tell(f"{', '.join(parts)}; {place}")
