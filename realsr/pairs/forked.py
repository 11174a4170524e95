"""Running sources through worker processes: each makes pairs whole, this one keeps the books."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from functools import partial

from degrade.errors import DegradeError
from degrade.execute.forked import forked_pool
from realsr.files.errors import StorageError
from realsr.images.sources import Source
from realsr.pairs.run import News, Run
from realsr.pairs.spent import Spent
from realsr.pairs.workers import in_order, make_source, stopping

Made = tuple[list[News], StorageError | None]
"""What a worker has to tell of one source, and what kept it from writing."""


def run_forked(run: Run, sources: Sequence[Source], workers: int) -> None:
    """Each source from reading to files in one process. Raises StorageError, DegradeError if a worker dies.

    A source's pairs count as made when its last one is: a kill costs those of the sources in hand.
    """
    faults: list[BaseException] = []
    with forked_pool(workers, _adopt, run) as pool, stopping(run):

        def submit(source: Source) -> Future[Made]:
            future = pool.submit(_make, source)
            future.add_done_callback(partial(_take, run, source, faults))
            return future

        try:
            for _ in in_order(submit, sources, 4 * workers):
                if faults:
                    break
        except BrokenProcessPool as error:
            raise DegradeError(
                "a worker process was killed, most likely for want of memory; what was made so far is kept: "
                "run the same command again to go on, with fewer --workers"
            ) from error
    if faults:
        raise faults[0]


def _take(run: Run, source: Source, faults: list[BaseException], future: Future[Made]) -> None:
    """Carries out what a worker tells; called as soon as it does, also while a stopped run winds down."""
    if future.cancelled() or future.exception() is not None:
        return
    news, fault = future.result()
    try:
        run.carry_out(news)
        if fault is not None:
            raise fault
    except BaseException as error:  # nobody above this call would see it
        run.stopped.set()
        faults.append(error)
        if isinstance(error, StorageError):
            run.note_failed(source, error)


_run: Run | None = None


def _adopt(run: Run) -> None:
    global _run
    _run = run


def _make(source: Source) -> Made:
    """In a worker: one source, on the worker's own copy of the run."""
    run, fault = _run, None
    assert run is not None
    news: list[News] = []
    run.spent, run.outbox = Spent(), news
    try:
        make_source(run, source)
    except StorageError as error:
        fault = error
    run.note_spent(run.spent.seconds)
    return news, fault
