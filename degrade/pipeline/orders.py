"""The orders of a shuffle: how many keep the constraints, and which one a uniform stands for."""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np

from degrade.columns import Floats, Integers


@cache
def linear_orders(count: int, constraints: tuple[tuple[int, int], ...], done: int = 0) -> int:
    """How many orders of `count` items, those in the bit mask `done` being placed, keep the constraints."""
    if done == (1 << count) - 1:
        return 1
    return sum(
        linear_orders(count, constraints, done | 1 << item)
        for item in available(count, constraints, done)
    )


def available(count: int, constraints: tuple[tuple[int, int], ...], done: int) -> list[int]:
    """The items that may come next."""
    waiting = {second for first, second in constraints if not done >> first & 1}
    return [item for item in range(count) if not done >> item & 1 and item not in waiting]


def order_at(u: float, count: int, constraints: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    """The order at u in (0, 1) among all that keep the constraints, each equally likely."""
    return _order(int(u * linear_orders(count, constraints)), count, constraints)


MOST_LISTED = 120
"""Orders up to which all are kept as a table."""


def orders_at(u: Floats, count: int, constraints: tuple[tuple[int, int], ...]) -> Integers:
    """`order_at` of many: int64 (n, count)."""
    total = linear_orders(count, constraints)
    if total > MOST_LISTED:
        orders = [order_at(own, count, constraints) for own in u.tolist()]
        return np.array(orders, np.int64).reshape(-1, count)
    return _listed(count, constraints).take((u * total).astype(np.int64), axis=0)


@cache
def _listed(count: int, constraints: tuple[tuple[int, int], ...]) -> Integers:
    ranks = range(linear_orders(count, constraints))
    return np.array([_order(rank, count, constraints) for rank in ranks], np.int64)


@lru_cache(maxsize=8192)
def _order(rank: int, count: int, constraints: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    """The order of this rank, in which orders are counted as a dictionary lists words."""
    done, order = 0, list[int]()
    while len(order) < count:
        for item in available(count, constraints, done):
            ways = linear_orders(count, constraints, done | 1 << item)
            if rank < ways:
                break
            rank -= ways
        order.append(item)
        done |= 1 << item
    return tuple(order)
