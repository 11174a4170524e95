"""Many items, one after another or by worker processes, their results in order and none held."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from degrade.execute.forked import can_fork, forked_pool
from degrade.execute.threads import single_threaded_cv2
from realsr.measuring.items import Item
from realsr.measuring.kept import KeptResults, digests
from realsr.pairs.workers import look_ahead

T = TypeVar("T")


def each(
    items: Sequence[Item], function: Callable[[Item], T], workers: int | None = None
) -> Iterator[T]:
    """What the function says of every item, in order; where workers are processes it and its results travel.

    workers: one a core, unless given.
    """
    wanted = min(workers or os.cpu_count() or 1, len(items))
    if wanted < 2 or not can_fork():
        with single_threaded_cv2():
            yield from map(function, items)
        return
    with forked_pool(wanted, unsaved=True) as pool:
        yield from look_ahead(pool, function, items, 4 * wanted)


def going_on(
    items: Sequence[Item],
    function: Callable[[Item], T],
    kept: KeptResults[T] | None,
    workers: int | None = None,
) -> Iterator[T]:
    """As `each`; what is kept of an item is not made again, and what is made is kept before it is told."""
    if kept is None:
        yield from each(items, function, workers)
        return
    known = [kept.holds(item) for item in items]
    wanted = [item for item, held in zip(items, known, strict=True) if not held]
    made = each(wanted, partial(_printed, function=function), workers)
    for item, held in zip(items, known, strict=True):
        if held:
            yield kept.of(item)
        else:
            found, result = next(made)
            kept.add(item, found, result)
            yield result


def _printed(item: Item, function: Callable[[Item], T]) -> tuple[list[str] | None, T]:
    """With the digests of the files that it is of, taken before they are measured."""
    return digests(item), function(item)
