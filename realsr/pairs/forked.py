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
from realsr.pairs.events import Event, failed
from realsr.pairs.run import Run
from realsr.pairs.workers import in_order, make_source, stopping

Told = tuple[list[Event], StorageError | None]
"""What a worker has to tell of one source, and what kept it from writing."""


def run_forked(run: Run, sources: Sequence[Source], workers: int) -> None:
    """Each source from reading to files in one process. Raises StorageError, DegradeError if a worker dies.

    A source's pairs count as made when its last one is: a kill costs those of the sources in hand.
    """
    faults: list[BaseException] = []
    with forked_pool(workers, _adopt, run) as pool, stopping(run.stopped):

        def submit(source: Source) -> Future[Told]:
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


def _take(run: Run, source: Source, faults: list[BaseException], future: Future[Told]) -> None:
    """Carries out what a worker tells; called as soon as it does, also while a stopped run winds down."""
    if future.cancelled() or future.exception() is not None:
        return
    news, fault = future.result()
    try:
        for event in news:
            run.tell(event)
        if fault is not None:
            raise fault
    except BaseException as error:  # nobody above this call would see it
        run.stopped.set()
        faults.append(error)
        if isinstance(error, StorageError):
            run.tell(failed(source, error))


_run: Run | None = None


def _adopt(run: Run) -> None:
    global _run
    _run = run


def _make(source: Source) -> Told:
    """In a worker: one source, its events put down for the process that keeps the tally."""
    assert _run is not None
    news: list[Event] = []
    run, fault = _run.elsewhere(news), None
    try:
        make_source(run, source)
    except StorageError as error:
        fault = error
    run.tell_time()
    return news, fault
