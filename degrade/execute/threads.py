"""One thread per operation, many operations at once, and the caller's settings left as they were.

Samples are independent, so the CPU's cores are used across samples; a library that splits one small
operation over all cores besides would be 10-100 times slower.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import cv2
import torch

_lock = threading.Lock()
_users = 0
_cv2_threads = 0


@contextmanager
def single_threaded_cv2() -> Iterator[None]:
    """OpenCV without its own threads while anybody is inside; the count is put back by the last to leave.

    OpenCV has one count for the whole process, so calls that overlap share one saved value.
    """
    global _users, _cv2_threads
    with _lock:
        if _users == 0:
            _cv2_threads = cv2.getNumThreads()
            cv2.setNumThreads(1)
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                cv2.setNumThreads(_cv2_threads)


_starting = threading.Lock()
_this_thread = threading.local()


def become_worker() -> None:
    """Makes this thread one that computes on the spot, on itself alone."""
    # A thread takes up the noted count when it first asks for one, even after it has set its own.
    torch.get_num_threads()
    torch.set_num_threads(1)
    _this_thread.is_worker = True


def _join(all_there: threading.Barrier) -> None:
    become_worker()
    all_there.wait()


def _start(pool: ThreadPoolExecutor, workers: int) -> None:
    """Starts all of a pool's threads with one torch thread each.

    torch keeps the count per thread, but also notes the last one set, for threads that are new to it. So the
    note, which the pool's first thread shows, is put back by a thread of its own, while no other pool starts;
    the caller's count is not touched.
    """
    with _starting:
        noted = pool.submit(torch.get_num_threads).result()
        all_there = threading.Barrier(workers)
        for future in [pool.submit(_join, all_there) for _ in range(workers)]:
            future.result()
        if noted != 1:
            restorer = threading.Thread(target=torch.set_num_threads, args=(noted,))
            restorer.start()
            restorer.join()


def in_worker() -> bool:
    """Whether this thread belongs to a `worker_pool`, so that work can be done on the spot."""
    return getattr(_this_thread, "is_worker", False)


@contextmanager
def worker_pool(workers: int) -> Iterator[ThreadPoolExecutor]:
    """A pool whose threads run torch and OpenCV single-threaded; the caller's counts are unchanged.

    Where the caller is stopped, what runs ends, and what waits for a thread is not begun.
    """
    with single_threaded_cv2(), ThreadPoolExecutor(workers, "degrade") as pool:
        _start(pool, workers)
        try:
            yield pool
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
