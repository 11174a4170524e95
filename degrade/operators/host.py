"""Work that leaves the device: libraries on the host, one sample each, several at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

MOST_THREADS = 16


def each_on_host(samples: int, one: Callable[[int], None]) -> None:
    """Runs one(0) .. one(samples - 1); codecs and resizers leave the interpreter to other threads."""
    workers = min(MOST_THREADS, os.cpu_count() or 1, max(1, samples))
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(one, range(samples)))
