"""Folders of pictures through a model: what is made, what is kept from before, what failed."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from degrade.errors import DegradeError
from degrade.geometry import Size
from realsr.conditions.labels import LabelFolder
from realsr.conditions.pictures import Conditions, DrawnNoise, Labelled, noise_channels
from realsr.files.errors import RequestError, StorageError
from realsr.files.locks import held
from realsr.files.whole import make_directory
from realsr.images.errors import SourceError
from realsr.images.failures import Failure, write_failures
from realsr.images.own import refuse_at_sources
from realsr.images.raster import Pixels
from realsr.images.reading import MAX_PIXELS
from realsr.images.sources import Found, Source, discover
from realsr.inference.after.consistency import Consistency
from realsr.inference.destinations import Beside, Destination, Within, destinations
from realsr.inference.errors import InferenceError
from realsr.inference.pictures import read_picture
from realsr.inference.record import (
    KnownResult,
    Request,
    ResultRecord,
    digest_of,
    drop_left_over,
    replaced,
)
from realsr.inference.saving import SavedResult, Saving
from realsr.inference.strips import Enlarging, strips
from realsr.rows import RowFile, written

_ENDING = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ESTALE)
"""What makes it useless to go on with the next picture."""


class UpscaleObserver(Protocol):
    """Who is told how a run goes."""

    def begin(self, pictures: int) -> None:
        """Before any work."""

    def kept(self) -> None:
        """A picture's result is there from before."""

    def progressed(self, share: float) -> None:
        """So much of the present picture is done."""

    def made(self) -> None:
        """A picture's result is on disk."""

    def failed(self, failure: Failure) -> None:
        """A picture has no result."""


@dataclass(frozen=True)
class UpscaleJob:
    """How pictures are enlarged and written. model: as it was named, for the record. rows: the files of a
    person's own rows that the model was loaded with. samples: results of each picture, each by a z of its own;
    None for the one without. labels: maps of the pictures' classes.
    """

    how: Enlarging
    model: str
    saving: Saving = field(default_factory=Saving)
    max_pixels: int = MAX_PIXELS
    rows: tuple[RowFile, ...] = ()
    samples: int | None = None
    labels: LabelFolder | None = None

    @property
    def numbers(self) -> Sequence[int]:
        """Of the samples; 0 is the result without."""
        return (0,) if self.samples is None else range(1, self.samples + 1)

    def digest(self, source: Source, pixels: str) -> str:
        """What a result was made from: SHA-256 of the picture, and of its labels where there are some."""
        if self.labels is None:
            return pixels
        labels = digest_of(self.labels.path(source.id))
        return hashlib.sha256(f"{pixels}{labels}".encode()).hexdigest()

    def conditions(self, source: Source, number: int, pixels: Pixels) -> Conditions | None:
        """What the network is told of a picture."""
        upscaler, size = self.how.upscaler, Size(*pixels.shape[:2])
        if self.labels is not None:
            return Labelled.of(self.labels, source.id, size, upscaler.scale)
        if number:
            return DrawnNoise(source.id, number, noise_channels(upscaler.module, upscaler.name))
        return None

    def request(self) -> Request:
        """Everything that decides the pixels and the file; what is as it always was is left out."""
        path = Path(self.model)
        digest = digest_of(path) if path.is_file() else None
        tiling = self.how.tiling
        overlap = None if tiling is None else tiling.overlap
        # Exact tiles give the whole picture's result, so only an overlap that was told counts.
        tile = None if tiling is None or overlap is None else tiling.side
        found: dict[str, object] = {
            "model": path.name if digest else self.model,
            "sha256": digest,
            "scale": self.how.upscaler.scale,
            "alpha": self.how.alpha,
            "tile": tile,
            "overlap": overlap,
            **written(self.rows),
        }
        if self.samples is not None:  # how many is left open: each is a matter of its number alone
            found["samples"] = "drawn"
        if self.labels is not None:
            found["maps"] = str(self.labels.root)
        if isinstance(self.how.upscaler.after, Consistency):
            found["consistent"] = self.how.upscaler.after.as_data()
        if self.saving != Saving():
            found |= {"save_as": self.saving.save_as, "quality": self.saving.level}
        return found


@dataclass(frozen=True)
class Upscaled:
    """made, kept: numbers of pictures. ignored: other files that were passed over. reduced: pictures of 16 bits
    that were written in 8, because their format holds no more.
    """

    made: int
    kept: int
    failures: tuple[Failure, ...]
    ignored: int
    reduced: int = 0


def upscale_files(
    roots: Sequence[Path], where: Within | Beside, job: UpscaleJob, observer: UpscaleObserver
) -> Upscaled:
    """Enlarges every image under `roots`: into a folder as `<id>.png`, a source's id as in a folder of pairs,
    or beside the sources.

    A result that is there from an equal request and an unchanged source is kept. A source that fails, for
    whatever reason, is named in `failures.jsonl` and the rest is made. Raises RequestError before any work: no
    images, a result that would take a source's place, a folder of another request or in use; StorageError where
    the disk refuses.
    """
    out = where.folder if isinstance(where, Within) else None
    if out is not None:
        refuse_at_sources(out, set(roots))
    found = discover(roots, leave_out=out)
    if not found.sources:
        raise RequestError(f"no images under {', '.join(map(str, roots))}; nothing was made")
    found_destinations = destinations(found.sources, where, job.saving.format.suffix)
    _refuse_overwriting(found, found_destinations, job)
    with ExitStack() as stack:
        claimed = [(place, _claimed(place, job, stack)) for place in found_destinations]
        observer.begin(len(found.sources) * len(job.numbers))
        runs = [_Run(place, record, job, observer) for place, record in claimed]
        for run in runs:
            run.carry_out()
    return _outcome(runs, found.ignored)


@dataclass
class _Run:
    place: Destination
    record: ResultRecord
    job: UpscaleJob
    observer: UpscaleObserver
    made: int = 0
    kept: int = 0
    reduced: int = 0
    failures: list[Failure] = field(default_factory=list)

    def carry_out(self) -> None:
        try:
            for source in self.place.sources:
                for number in self.job.numbers:
                    self._one(source, number)
        finally:
            write_failures(self.place.record / "failures.jsonl", self.failures)

    def _one(self, source: Source, number: int) -> None:
        try:
            if self._is_kept(source, number):
                self.kept += 1
                self.observer.kept()
                return
            self._make(source, number)
        except Exception as error:
            if isinstance(error, StorageError) and _ends(error):
                raise
            failure = _failure(source, error)
            self.failures.append(failure)
            self.observer.failed(failure)
        else:
            self.made += 1
            self.observer.made()

    def _is_kept(self, source: Source, number: int) -> bool:
        target, key = self.place.target(source, number), self.place.key(source, number)
        if not target.is_file():
            return False
        try:
            digest = self.job.digest(source, digest_of(source.path))
        except OSError:
            return False  # reading it will say why
        if not self.record.keeps(key, digest, target):
            return False
        self.record.note(key, self._as_made(target, digest))
        return True

    def _make(self, source: Source, number: int) -> None:
        if source.fault is not None:
            raise SourceError("name", source.fault)
        saving, how = self.job.saving, self.job.how
        picture = read_picture(source.path, self.job.max_pixels)
        pixels, scale = picture.pixels, how.upscaler.scale
        size = (scale * pixels.shape[0], scale * pixels.shape[1])
        saving.check(size, pixels, picture.kept)
        how = replace(how, conditions=self.job.conditions(source, number, pixels))
        rows = strips(pixels, how, self.observer.progressed)
        target = self.place.target(source, number)
        with replaced(target) as file:
            for part in saving.parts(SavedResult(size, rows, picture.kept, saving.level)):
                file.write(part)
        key = self.place.key(source, number)
        digest = self.job.digest(source, picture.digest)
        self.record.note(key, self._as_made(target, digest))
        self.reduced += pixels.dtype == np.uint16 and not saving.format.deep

    def _as_made(self, target: Path, digest: str) -> KnownResult:
        return KnownResult(digest, self.place.name(target), target.stat().st_size)


def _outcome(runs: Sequence[_Run], ignored: int) -> Upscaled:
    return Upscaled(
        made=sum(run.made for run in runs),
        kept=sum(run.kept for run in runs),
        failures=tuple(failure for run in runs for failure in run.failures),
        ignored=ignored,
        reduced=sum(run.reduced for run in runs),
    )


def _failure(source: Source, error: Exception) -> Failure:
    name = source.path.name
    match error:
        case SourceError():
            return Failure(source.id, name, error.kind, error.reason)
        case InferenceError():
            return Failure(source.id, name, "model", str(error))
        case StorageError():
            return Failure(source.id, name, "storage", str(error))
        case MemoryError():
            reason = "there is not enough memory to enlarge it; smaller tiles need less (--tile)"
            return Failure(source.id, name, "memory", reason)
        case DegradeError():
            return Failure(source.id, name, "model", str(error))
        case _:
            reason = f"enlarging it failed with {type(error).__name__}: {error}"
            return Failure(source.id, name, "failed", reason)


def _ends(error: StorageError) -> bool:
    cause = error.__cause__
    return isinstance(cause, OSError) and cause.errno in _ENDING


def _targets(place: Destination, job: UpscaleJob) -> list[tuple[Source, Path]]:
    """Every source with each of its results."""
    return [(each, place.target(each, number)) for each in place.sources for number in job.numbers]


def _refuse_overwriting(
    found: Found, found_destinations: Sequence[Destination], job: UpscaleJob
) -> None:
    """A result never takes a source's place, whatever links lead there."""
    taken = {source.path.absolute() for source in found.sources}
    taken |= {Path(os.path.realpath(source.path)) for source in found.sources}
    for place in found_destinations:
        for source, path in _targets(place, job):
            if taken & {path.absolute(), Path(os.path.realpath(path))}:
                raise RequestError(
                    f"the result of {source.path} would take the place of {path}; give another --out"
                )


def _claimed(place: Destination, job: UpscaleJob, stack: ExitStack) -> ResultRecord:
    """Refuses results of another request and strangers in the way; holds the folder and records the request."""
    folder = place.record
    if folder.exists() and not folder.is_dir():
        raise RequestError(f"{folder} is a file; --out names a directory")
    record = ResultRecord(folder)
    if record.is_new:
        for _, path in _targets(place, job):
            if path.exists():
                raise RequestError(
                    f"{path} is there, and no record tells what made it; give another {place.option}"
                )
    make_directory(folder)
    busy = f"another process enlarges pictures in {place.shown}; wait for it or give another {place.option}"
    stack.enter_context(held(folder, busy))
    record.claim(job.request())
    for directory in {place.target(source).parent for source in place.sources}:
        drop_left_over(directory)
    return record
