"""Making a folder of pairs: found, refused or resumed, run, and closed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import torch

from degrade.execute.forked import can_fork
from realsr.files.errors import RequestError, StorageError, advising
from realsr.files.whole import write_whole, writing
from realsr.images.failures import Failure, read_failures, write_failures
from realsr.images.formats import SUFFIXES
from realsr.images.sources import Found, Source, discover
from realsr.pairs.folder import Folder, claimed
from realsr.pairs.forked import run_forked
from realsr.pairs.job import Job, refuse_other_request
from realsr.pairs.journal import Journal
from realsr.pairs.run import Observer, Run
from realsr.pairs.soundness import check_ends
from realsr.pairs.workers import run_batches, run_threads

GO_ON = "what was made so far is kept: run the same command again to go on"

Engine = Callable[[Run, Sequence[Source], int], None]

_KEY_SUFFIX = re.compile(r"(_v\d+)?(_y\d{5,}_x\d{5,})?\.png$")


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    made, kept: pairs; failures: of sources; ignored: files that are no images by name. spent: what the workers
    did with their time, in words.
    """

    made: int
    kept: int
    failures: tuple[Failure, ...]
    ignored: int
    spent: str


@advising(GO_ON)
def make_pairs(
    roots: Sequence[Path],
    out: Path,
    job: Job,
    *,
    observer: Observer,
    workers: int | None = None,
    limit: int | None = None,
    engine: Engine | None = None,
) -> Outcome:
    """Makes every pair of the images under `roots` that `out` does not hold yet.

    workers: processes on Linux's CPU, else threads; by default one a core. limit: only the first so many
    sources in id order. engine: how the sources are run; by default the job's device decides.
    Raises RequestError and PipelineError before any work, StorageError if the folder cannot be written; after
    it, or after a KeyboardInterrupt or a kill, the same call goes on.
    """
    check_ends(job.pipeline, job.cut.side)
    found = _found(roots, out)
    chosen = found.sources[:limit]
    with claimed(out) as folder:
        journal = Journal(folder)
        header = job.header(found.sources)
        refuse_other_request(out, journal.header, header)
        if journal.header is None:
            journal.begin(header)
        _prepare(folder, job, journal, found.sources)
        run = Run(job, folder, journal, observer)
        pairs = None if job.cut.step is not None else len(chosen) * job.variants
        observer.begin(len(chosen), pairs)
        _execute(run, chosen, workers or os.cpu_count() or 1, engine or _engine(job.device))
        return _closed(run, found, chosen)


def _found(roots: Sequence[Path], out: Path) -> Found:
    for root in roots:
        if root.is_dir() and out.exists() and root.samefile(out):
            raise RequestError(
                f"--out {out} is the directory of the sources; give another one, which may lie inside it"
            )
    found = discover(roots, leave_out=out)
    if not found.sources:
        raise RequestError(
            f"no images in {', '.join(map(str, roots))}: looked for {', '.join(sorted(SUFFIXES))}, found "
            f"{found.ignored} other file(s)"
        )
    return found


def _engine(device: str) -> Engine:
    if device == "cpu":
        return _run_singles
    return lambda run, sources, workers: run_batches(run, sources, workers, torch.device(device))


def _run_singles(run: Run, sources: Sequence[Source], workers: int) -> None:
    """The CPU's way: one source at a time a worker, the workers being processes where there can be any."""
    workers = min(workers, len(sources))
    start = run_forked if workers > 1 and can_fork() else run_threads
    start(run, sources, workers)


def _prepare(folder: Folder, job: Job, journal: Journal, sources: Iterable[Source]) -> None:
    for directory in (folder.root / "hr", folder.root / "lr"):
        with writing(directory):
            directory.mkdir(exist_ok=True)
    text = job.pipeline.to_yaml().encode()
    if not folder.pipeline.is_file() or folder.pipeline.read_bytes() != text:
        write_whole(folder.pipeline, text)
    if journal.interrupted:
        _drop_unlisted(folder, journal, {source.stem for source in sources})


def _drop_unlisted(folder: Folder, journal: Journal, stems: set[str]) -> None:
    """Drops files that a kill left between file and line: their source may fail this time."""
    for directory, name in list(folder.image_names()):
        ours = _KEY_SUFFIX.sub("", name) in stems or name.removesuffix(".png") in stems
        if ours and name.removesuffix(".png") not in journal:
            path = folder.root / directory / name
            with writing(path):
                path.unlink()


def _execute(run: Run, sources: Sequence[Source], workers: int, engine: Engine) -> None:
    try:
        engine(run, sources, workers)
    except StorageError:
        with suppress(StorageError):
            write_failures(run.folder.failures, run.failures.sorted())
        raise
    finally:
        run.journal.close()


def _closed(run: Run, found: Found, chosen: Sequence[Source]) -> Outcome:
    failures = run.failures.sorted()
    write_failures(run.folder.failures, _with_earlier(run.folder, failures, found, chosen))
    run.journal.finish()
    return Outcome(run.made, run.kept, tuple(failures), found.ignored, run.spent.words())


def _with_earlier(
    folder: Folder, failures: Sequence[Failure], found: Found, chosen: Sequence[Source]
) -> list[Failure]:
    """This run's failures and those of sources that --limit left untouched this time."""
    untouched = {source.id for source in found.sources[len(chosen) :]}
    earlier = [failure for failure in read_failures(folder.failures) if failure.source in untouched]
    return sorted([*failures, *earlier], key=lambda failure: failure.source)
