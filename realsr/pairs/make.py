"""Making a folder of pairs: found, refused or resumed, run, and closed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from degrade.execute.forked import can_fork
from realsr.files.errors import RequestError, StorageError, advising
from realsr.images.failures import Failure, read_failures, write_failures
from realsr.images.formats import SUFFIXES
from realsr.images.sources import Found, Source, discover
from realsr.pairs.changed import forget_changed
from realsr.pairs.forked import run_forked
from realsr.pairs.job import PairsJob, refuse_other_request
from realsr.pairs.journal import Journal
from realsr.pairs.run import Run
from realsr.pairs.soundness import check_ends
from realsr.pairs.store.claim import claimed
from realsr.pairs.store.protocol import PairStore
from realsr.pairs.tally import Observer, Tally
from realsr.pairs.workers import run_batches, run_threads

GO_ON = "what was made so far is kept: run the same command again to go on"

Engine = Callable[[Run, Sequence[Source], int], None]

_KEY_SUFFIX = re.compile(r"(_v\d+)?(_y\d{5,}_x\d{5,})?\.png$")


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    made, kept: pairs; failures: of sources; ignored: files that are no images by name. spent: what the workers
    did with their time, in words. changed: photographs whose earlier pairs were made again.
    """

    made: int
    kept: int
    failures: tuple[Failure, ...]
    ignored: int
    spent: str
    changed: tuple[str, ...] = ()


@advising(GO_ON)
def make_pairs(
    roots: Sequence[Path],
    out: Path,
    job: PairsJob,
    *,
    observer: Observer,
    workers: int | None = None,
    limit: int | None = None,
    engine: Engine | None = None,
    form: str | None = None,
    accept_changed: bool = False,
) -> Outcome:
    """Makes every pair of the images under `roots` that `out` does not hold yet.

    workers: processes on Linux's CPU, else threads; by default one a core. limit: only the first so many
    sources in id order. engine: how the sources are run; by default the job's device decides. form: how pairs
    are stored, a name of `FORMS`; None takes what is there, or files. accept_changed: makes the pairs of
    photographs that changed since an earlier call again; without it they are named and refused.
    Raises RequestError and PipelineError before any work, StorageError if the folder cannot be written; after
    it, or after a KeyboardInterrupt or a kill, the same call goes on.
    """
    check_ends(job.pipeline, job.cut.side)
    found = _found(roots, out)
    chosen = found.sources[:limit]
    with claimed(out, form) as store, closing(Journal(store.books)) as journal:
        header = job.header(found.sources)
        refuse_other_request(out, journal.header, header)
        if journal.header is None:
            journal.begin(header)
        threads = workers or os.cpu_count() or 1
        changed = forget_changed(journal, chosen, out, threads, accept=accept_changed)
        _prepare(store, job, journal, found.sources)
        tally = Tally(journal, observer)
        pairs = None if job.cut.step is not None else len(chosen) * job.variants
        observer.begin(len(chosen), pairs)
        run = Run.kept_by(tally, job, store)
        start = engine or _engine(job.device)
        _execute(tally, store, lambda: start(run, chosen, threads))
        return replace(_closed(tally, store, found, chosen), changed=changed)


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


def _prepare(store: PairStore, job: PairsJob, journal: Journal, sources: Iterable[Source]) -> None:
    store.ready()
    store.books.write_pipeline(job.pipeline.to_yaml().encode())
    _drop_unlisted(store, journal, {source.stem for source in sources})


def _drop_unlisted(store: PairStore, journal: Journal, stems: set[str]) -> None:
    """Drops pictures that a kill left without their line: their source may fail this time."""
    for name in list(store.names()):
        file = name.rpartition("/")[2]
        key = file.removesuffix(".png")
        if key not in journal and (key in stems or _KEY_SUFFIX.sub("", file) in stems):
            store.drop(name)


def _execute(tally: Tally, store: PairStore, work: Callable[[], None]) -> None:
    try:
        work()
    except StorageError:
        with suppress(StorageError):
            write_failures(store.books.failures, tally.failures.sorted())
        raise


def _closed(tally: Tally, store: PairStore, found: Found, chosen: Sequence[Source]) -> Outcome:
    failures, journal = tally.failures.sorted(), tally.journal
    path = store.books.failures
    write_failures(path, _with_earlier(path, failures, found, chosen))
    if journal.grown:
        store.finish(journal.listed())
        journal.finish()
    return Outcome(tally.made, tally.kept, tuple(failures), found.ignored, tally.spent.words())


def _with_earlier(
    path: Path, failures: Sequence[Failure], found: Found, chosen: Sequence[Source]
) -> list[Failure]:
    """This run's failures and those of sources that --limit left untouched this time."""
    untouched = {source.id for source in found.sources[len(chosen) :]}
    earlier = [failure for failure in read_failures(path) if failure.source in untouched]
    return sorted([*failures, *earlier], key=lambda failure: failure.source)
