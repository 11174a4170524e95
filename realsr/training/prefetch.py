"""Batches made ahead of the steps by a thread in the background, and how long the steps waited for them."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import torch

from realsr.training.batches import TrainingBatch

AHEAD = 3
"""Batches ready at most."""

_PATIENCE = 0.1
"""Seconds after which the thread looks whether it is to end."""


@dataclass(frozen=True)
class _Ready:
    batch: TrainingBatch
    event: torch.cuda.Event | None


class Prefetch:
    """Hands out `make(step)` for step = first, first + 1, ...; an exception of `make` is raised by `next`.

    On a GPU batches are made on a stream of their own, beside the steps. waited: seconds that `next` stood
    still. Close it, or use it as a context manager.
    """

    def __init__(
        self, make: Callable[[int], TrainingBatch], first: int, end: int, device: torch.device
    ) -> None:
        self.make, self.device = make, device
        self.waited = 0.0
        self.ready: queue.Queue[_Ready | BaseException] = queue.Queue(AHEAD)
        self.ended = threading.Event()
        self.thread = threading.Thread(
            target=self._run, args=(first, end), name="batches", daemon=True
        )
        self.thread.start()

    def __enter__(self) -> Prefetch:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def next(self) -> TrainingBatch:
        """The next batch, on the device."""
        start = time.perf_counter()
        item = self.ready.get()
        self.waited += time.perf_counter() - start
        if isinstance(item, BaseException):
            raise item
        if item.event is not None:
            stream = torch.cuda.current_stream(self.device)
            stream.wait_event(item.event)
            for tensor in (item.batch.hr, item.batch.lr):
                tensor.record_stream(stream)
        return item.batch

    def close(self) -> None:
        """Ends the thread; what it had made is dropped."""
        self.ended.set()
        with suppress(queue.Empty):
            while True:
                self.ready.get_nowait()
        self.thread.join()

    def _run(self, first: int, end: int) -> None:
        stream = _stream(self.device)
        try:
            with torch.cuda.stream(stream):
                for step in range(first, end):
                    self._put(_Ready(self.make(step), stream.record_event() if stream else None))
                    if self.ended.is_set():
                        return
        except BaseException as error:  # raised again where the batch was wanted
            self._put(error)

    def _put(self, item: _Ready | BaseException) -> None:
        while not self.ended.is_set():
            with suppress(queue.Full):
                self.ready.put(item, timeout=_PATIENCE)
                return


def _stream(device: torch.device) -> torch.cuda.Stream | None:
    if device.type != "cuda":
        return None
    stream: torch.cuda.Stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
    return stream
