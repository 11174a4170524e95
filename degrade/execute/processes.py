"""The CPU's back end over worker processes: pixels in shared memory, one sample a job."""

from __future__ import annotations

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

Replan = Callable[[], Plan]
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
        self, replans: Sequence[Replan], plans: Sequence[Plan], images: Sequence[torch.Tensor]
    ) -> list[torch.Tensor]:
        """`run_singles`, with what each process needs to plan its sample by itself. Raises DegradeError."""
        results: list[torch.Tensor] = []
        with self._lock:
            for start in range(0, len(plans), CHUNK):
                chunk = slice(start, start + CHUNK)
                results += self._spread(replans[chunk], plans[chunk], images[chunk])
        return results

    def _spread(
        self, replans: Sequence[Replan], plans: Sequence[Plan], images: Sequence[torch.Tensor]
    ) -> list[torch.Tensor]:
        """Runs samples on the processes, the longest first."""
        sources, targets = _regions(plans, images)
        pool, memory = self._started(targets[-1].end)
        futures: dict[int, Future[None]] = {}
        try:
            for i in sorted(range(len(plans)), key=lambda index: -work(plans[index])):
                sources[i].of(memory)[...] = images[i].detach().numpy()
                futures[i] = pool.submit(_run_one, replans[i], sources[i], targets[i])
            for i in range(len(plans)):
                futures[i].result()
        except BrokenProcessPool as error:
            self.close()
            raise DegradeError(
                f"one of {self.workers} worker processes was killed, most likely for want of memory; use "
                "fewer, or smaller batches"
            ) from error
        except BaseException:
            _settle(futures.values())
            raise
        return [torch.from_numpy(target.of(memory).copy()) for target in targets]

    def _started(self, size: int) -> tuple[ProcessPoolExecutor, mmap.mmap]:
        """The pool, with shared memory of at least so many bytes: forked anew where it has less."""
        if self._pool is None or self._memory is None or len(self._memory) < size:
            self.close()
            # Anonymous, so that it has no name to clean up, and no /dev/shm of a container to overflow.
            self._memory = mmap.mmap(-1, size)
            self._pool = self._running.enter_context(
                forked_pool(self.workers, _share, self._memory)
            )
        return self._pool, self._memory


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


def _share(memory: mmap.mmap) -> None:
    global _memory
    _memory = memory


def _run_one(replan: Replan, source: Region, target: Region) -> None:
    """In a worker: one sample, from shared memory to shared memory."""
    assert _memory is not None
    (made,) = run_singles([replan()], [torch.from_numpy(source.of(_memory))], 1)
    target.of(_memory)[...] = made.numpy()
