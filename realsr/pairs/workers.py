"""Running sources through threads: bounded look-ahead, failures kept apart, stops that lose nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import TypeVar

import torch

from degrade.execute import Engine
from degrade.execute.threads import worker_pool
from realsr.files.errors import StorageError
from realsr.images.errors import SourceError
from realsr.images.sources import Source
from realsr.pairs.events import PairMade, PairsKept, failed
from realsr.pairs.making import degrade_samples, keep
from realsr.pairs.pictures import Images
from realsr.pairs.run import Run, Stop
from realsr.pairs.samples import Sample, keys_without_opening, load

BATCH = 32
BATCH_PIXELS = 2**25
"""A batch on a GPU ends at this many samples or HR pixels (0.4 GB as float32 RGB), whichever comes first."""

CPU = torch.device("cpu")
R = TypeVar("R")
T = TypeVar("T")


def run_threads(run: Run, sources: Iterable[Source], workers: int) -> None:
    """Each source from reading to files on one thread. Raises StorageError."""
    with worker_pool(workers) as pool, stopping(run.stopped):
        for _ in look_ahead(pool, lambda source: make_source(run, source), sources, 4 * workers):
            pass


def run_batches(
    run: Run, sources: Iterable[Source], workers: int, device: torch.device, engine: Engine = "auto"
) -> None:
    """Threads read and write, batches run on the device: the GPU's way. Raises StorageError."""
    with worker_pool(workers) as pool, stopping(run.stopped):
        loaded = look_ahead(pool, lambda source: _load(run, source), sources, workers + 2)
        made = (
            pair
            for batch in batches(sample for samples in loaded for sample in samples)
            for pair in _degrade_batch(run, batch, device, engine)
        )
        for _ in look_ahead(pool, lambda pair: _store(run, *pair), made, 2 * BATCH):
            pass


@contextmanager
def stopping(stopped: Stop) -> Iterator[None]:
    """Tells those who work on a run to end with their present pair when anything stops the run."""
    try:
        yield
    except BaseException:
        stopped.set()
        raise


def look_ahead(
    pool: Executor, function: Callable[[T], R], items: Iterable[T], ahead: int
) -> Iterator[R]:
    """`map` over a pool in order, with at most `ahead` items in flight, and none started after a failure."""
    return in_order(lambda item: pool.submit(function, item), items, ahead)


def in_order(submit: Callable[[T], Future[R]], items: Iterable[T], ahead: int) -> Iterator[R]:
    """The results of what `submit` starts, in order, with at most `ahead` in flight. See `look_ahead`."""
    window: deque[Future[R]] = deque()
    try:
        for item in items:
            window.append(submit(item))
            if len(window) >= ahead:
                yield window.popleft().result()
        while window:
            yield window.popleft().result()
    finally:
        for future in window:
            future.cancel()


def batches(samples: Iterable[Sample]) -> Iterator[list[Sample]]:
    """Samples in batches of one channel count, bounded in number and in pixels."""
    waiting: dict[int, list[Sample]] = {}
    for sample in samples:
        channels = sample.pixels.shape[2]
        batch = waiting.setdefault(channels, [])
        if batch and _pixels(batch) + _pixels([sample]) > BATCH_PIXELS:
            yield waiting.pop(channels)
            batch = waiting.setdefault(channels, [])
        batch.append(sample)
        if len(batch) == BATCH:
            yield waiting.pop(channels)
    yield from waiting.values()


def _pixels(samples: Sequence[Sample]) -> int:
    return sum(sample.pixels.shape[0] * sample.pixels.shape[1] for sample in samples)


def _load(run: Run, source: Source) -> list[Sample]:
    """The samples of a source that are still to be made; none if it fails or all are there."""
    if run.stopped.is_set():
        return []
    if source.fault is not None:
        run.tell(failed(source, SourceError("name", source.fault)))
        return []
    keys = keys_without_opening(run.job, source)
    if keys is not None and all(run.is_kept(key) for key in keys):
        run.tell(PairsKept(len(keys)))
        return []
    try:
        with run.spent.on("decode"):
            return load(run.job, source, run.wanted)
    except MemoryError:
        memory = SourceError("too-large", "there is not enough memory to decode it")
        run.tell(failed(source, memory))
    except Exception as error:  # a reader's own bug costs its source, not the run
        run.tell(failed(source, error))
    return []


def make_source(run: Run, source: Source) -> None:
    """All pairs of a source that are not there yet, on this thread. Raises StorageError."""
    for sample in _load(run, source):
        if run.stopped.is_set():
            return
        for pair in _degrade_batch(run, [sample], CPU, "auto"):
            _store(run, *pair)


def _degrade_batch(
    run: Run, batch: Sequence[Sample], device: torch.device, engine: Engine
) -> list[tuple[Sample, Images]]:
    """A batch's images; where it fails, sample by sample, so that only the guilty ones are missing."""
    try:
        with run.spent.on("degrade"):
            made = degrade_samples(batch, device, engine, run.job.rows.operators)
            return list(zip(batch, made, strict=True))
    except Exception as error:
        if len(batch) == 1:
            run.tell(failed(batch[0].source, error, batch[0].unit.position))
            return []
    return [pair for sample in batch for pair in _degrade_batch(run, [sample], device, engine)]


def _store(run: Run, sample: Sample, images: Images) -> None:
    if run.stopped.is_set():
        return
    try:
        line = keep(sample, images, run.store, run.spent, run.job.rows.operators)
        run.tell(PairMade(sample.unit.key, line))
    except StorageError as error:
        run.stopped.set()
        run.tell(failed(sample.source, error, sample.unit.position))
        raise
