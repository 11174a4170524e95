"""The CPU's back end over worker processes: pixels in shared memory, a few samples a job."""

from __future__ import annotations

import heapq
import mmap
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from math import prod
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
import torch

from degrade.errors import DegradeError
from degrade.execute.forked import forked_pool
from degrade.execute.plan import Plan
from degrade.execute.singles import CHUNK, run_singles, work
from degrade.operators.base import Image
from degrade.operators.table import OPERATORS, Operators

JOBS = 3
"""Jobs a worker and share of a call: in few jobs samples share the making of tables, many spread evenly."""

Replan = Callable[[Operators], Plan]
"""Makes a sample's plan anew in a worker: a trace is a tenth of its plan to send."""


class Region(NamedTuple):
    """Where in the shared memory an image c h w of float32 lies. start: in bytes."""

    start: int
    shape: tuple[int, int, int]

    @property
    def end(self) -> int:
        return self.start + 4 * prod(self.shape)

    def of(self, memory: mmap.mmap) -> Image:
        flat = np.frombuffer(memory, np.float32, prod(self.shape), self.start)
        return flat.reshape(self.shape)


class Job(NamedTuple):
    """One sample for a worker: how to plan it, where its image lies and where the result goes."""

    replan: Replan
    source: Region
    target: Region


class Processes:
    """Worker processes for `degrade.apply` and its kin on the CPU, kept from call to call.

        with degrade.Processes(4) as processes:
            lr = degrade.apply(traces, hr, processes=processes)

    The values are those of a call without, to the bit. workers: processes, by default one a core. They
    start at the first call, forked from this process (Linux only), and hold memory for the largest 32 samples
    of a call so far. In the workers of a data loader they are not wanted: those are processes already.
    Safe to share between threads, whose calls take turns.
    """

    def __init__(self, workers: int | None = None) -> None:
        if workers is not None and workers < 1:
            raise DegradeError(f"{workers} worker processes: expected a number from 1 on")
        self.workers = workers or os.cpu_count() or 1
        self._lock = threading.Lock()
        self._running = ExitStack()
        self._memory: mmap.mmap | None = None
        self._operators: Operators = OPERATORS
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return Processes, (self.workers,)  # a copy, such as a module's, starts its own

    def close(self) -> None:
        """Ends the processes and frees their memory; the next call starts them again."""
        self._running.close()
        self._memory = self._pool = None

    def run(
        self,
        replans: Sequence[Replan],
        plans: Sequence[Plan],
        images: Sequence[torch.Tensor],
        operators: Operators = OPERATORS,
    ) -> list[torch.Tensor]:
        """`run_singles`, with what each process needs to plan its sample by itself. Raises DegradeError."""
        results: list[torch.Tensor] = []
        with self._lock:
            self._know(operators)
            for start in range(0, len(plans), CHUNK):
                chunk = slice(start, start + CHUNK)
                results += self._spread(replans[chunk], plans[chunk], images[chunk])
        return results

    def _spread(
        self, replans: Sequence[Replan], plans: Sequence[Plan], images: Sequence[torch.Tensor]
    ) -> list[torch.Tensor]:
        """Runs samples on the processes, the longest jobs first."""
        sources, targets = _regions(plans, images)
        pool, memory = self._started(targets[-1].end)
        futures: list[Future[None]] = []
        try:
            for share in _shares(plans, JOBS * self.workers):
                for i in share:
                    sources[i].of(memory)[...] = images[i].detach().numpy()
                jobs = [Job(replans[i], sources[i], targets[i]) for i in share]
                futures.append(pool.submit(_run, jobs))
            for future in futures:
                future.result()
        except BrokenProcessPool as error:
            self.close()
            raise DegradeError(
                f"one of {self.workers} worker processes was killed, most likely for want of memory; use "
                "fewer, or smaller batches"
            ) from error
        except BaseException:
            _settle(futures)
            raise
        return [torch.from_numpy(target.of(memory).copy()) for target in targets]

    def _know(self, operators: Operators) -> None:
        """Workers inherit the operators at their start, so they start anew for others."""
        if (*operators.values(), operators.trust) != (
            *self._operators.values(),
            self._operators.trust,
        ):
            self.close()
        self._operators = operators

    def _started(self, size: int) -> tuple[ProcessPoolExecutor, mmap.mmap]:
        """The pool, with shared memory of at least so many bytes: forked anew where it has less."""
        if self._pool is None or self._memory is None or len(self._memory) < size:
            self.close()
            # Anonymous, so that it has no name to clean up, and no /dev/shm of a container to overflow.
            self._memory = mmap.mmap(-1, size)
            self._pool = self._running.enter_context(
                forked_pool(self.workers, _share, self._memory, self._operators)
            )
        return self._pool, self._memory


def _shares(plans: Sequence[Plan], count: int) -> list[list[int]]:
    """The samples in at most `count` shares of about equal work, the largest share first."""
    shares: list[list[int]] = [[] for _ in range(min(count, len(plans)))]
    heap = [(0, number) for number in range(len(shares))]
    for index in sorted(range(len(plans)), key=lambda index: -work(plans[index])):
        done, number = heapq.heappop(heap)
        shares[number].append(index)
        heapq.heappush(heap, (done + work(plans[index]), number))
    return [shares[number] for _, number in sorted(heap, reverse=True)]


def _regions(
    plans: Sequence[Plan], images: Sequence[torch.Tensor]
) -> tuple[list[Region], list[Region]]:
    """Where each image and each result lies, one behind the other."""
    sources: list[Region] = []
    targets: list[Region] = []
    end = 0
    for plan, image in zip(plans, images, strict=True):
        channels, height, width = image.shape
        sources.append(Region(end, (channels, height, width)))
        size = plan[-1].placement.size if plan else (height, width)
        targets.append(Region(sources[-1].end, (channels, *size)))
        end = targets[-1].end
    return sources, targets


def _settle(futures: Iterable[Future[None]]) -> None:
    """Waits until no worker writes any more: the next call uses the same memory."""
    wait([future for future in futures if not future.cancel()])


_memory: mmap.mmap | None = None
_operators: Operators = OPERATORS


def _share(memory: mmap.mmap, operators: Operators) -> None:
    global _memory, _operators
    _memory, _operators = memory, operators


def _run(jobs: Sequence[Job]) -> None:
    """In a worker: some samples, from shared memory to shared memory."""
    assert _memory is not None
    plans = [job.replan(_operators) for job in jobs]
    images = [torch.from_numpy(job.source.of(_memory)) for job in jobs]
    for job, made in zip(jobs, run_singles(plans, images, 1), strict=True):
        job.target.of(_memory)[...] = made.numpy()
