"""Many items, one after another or by worker processes, their records in order and none held."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from degrade.execute.forked import can_fork, forked_pool
from degrade.execute.threads import single_threaded_cv2
from realsr.estimation.estimator import Inquiry
from realsr.measuring.items import Item
from realsr.measuring.records import Looked, looked
from realsr.pairs.workers import look_ahead

T = TypeVar("T")


def records(items: Sequence[Item], asked: Inquiry, workers: int | None = None) -> Iterator[Looked]:
    """Every item's record, in order, whatever the number of workers (by default one a core)."""
    return each(items, partial(looked, asked=asked), workers)


def each(
    items: Sequence[Item], function: Callable[[Item], T], workers: int | None = None
) -> Iterator[T]:
    """What the function says of every item, in order; where workers are processes it and its results travel."""
    wanted = min(workers or os.cpu_count() or 1, len(items))
    if wanted < 2 or not can_fork():
        with single_threaded_cv2():
            yield from map(function, items)
        return
    with forked_pool(wanted, unsaved=True) as pool:
        yield from look_ahead(pool, function, items, 4 * wanted)
