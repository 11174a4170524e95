"""Whole batches through a pipeline's tree: samples parted where a choice, a maybe, a shuffle or a repeat does.

Every stage gets its samples and its place among the steps of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from degrade.columns import Floats, Integers
from degrade.pipeline.drawn import (
    Body,
    ConstantStage,
    DrawnChoice,
    DrawnMaybe,
    DrawnNode,
    DrawnRepeat,
    DrawnShuffle,
    DrawnStage,
)
from degrade.pipeline.orders import orders_at

AnyStage = ConstantStage | DrawnStage


class Found(NamedTuple):
    """The samples that run a stage, and the step's place in each: int64 (n,) each."""

    stage: AnyStage
    samples: Integers
    places: Integers


class Spread:
    """Parts samples by their draws. chances: of each column that parts them, float64 (samples,)."""

    def __init__(self, chances: Mapping[int, Floats], count: int) -> None:
        self.chances = chances
        self.at = np.zeros(count, np.int64)
        self.found: list[Found] = []

    def body(self, body: Body, samples: Integers) -> None:
        if len(samples):
            for node in body:
                self.node(node, samples)

    def node(self, node: DrawnNode, samples: Integers) -> None:
        match node:
            case ConstantStage() | DrawnStage():
                self.found.append(Found(node, samples, self.at[samples]))
                self.at[samples] += 1
            case DrawnChoice():
                self.choice(node, samples)
            case DrawnMaybe():
                chances = self.chances[node.column][samples]
                self.body(node.body, samples[chances < node.probability])
            case DrawnShuffle():
                self.shuffle(node, samples)
            case DrawnRepeat():
                self.repeat(node, samples)

    def choice(self, node: DrawnChoice, samples: Integers) -> None:
        which = np.searchsorted(node.ends, self.chances[node.column][samples], side="right")
        ordered = samples[np.argsort(which, kind="stable")]
        ends = np.bincount(which, minlength=len(node.branches)).cumsum().tolist()
        for body, (start, end) in zip(node.branches, pairwise([0, *ends]), strict=True):
            self.body(body, ordered[start:end])

    def repeat(self, node: DrawnRepeat, samples: Integers) -> None:
        chances = self.chances[node.column][samples].tolist()
        times = np.array([int(node.times(chance, {})) for chance in chances])
        for number, body in enumerate(node.rounds):
            self.body(body, samples[times > number])

    def shuffle(self, node: DrawnShuffle, samples: Integers) -> None:
        """Each item as if it came first; then all are moved to behind those that come before them."""
        start, bounds = self.at, [len(self.found)]
        lengths = np.empty((len(node.items), len(samples)), np.int64)
        for item, body in enumerate(node.items):
            self.at = np.zeros_like(start)
            self.body(body, samples)
            lengths[item] = self.at[samples]
            bounds.append(len(self.found))
        begins = _begins(node, self.chances[node.column][samples], lengths)
        for item, (first, end) in enumerate(pairwise(bounds)):
            offset = np.zeros_like(start)
            offset[samples] = start[samples] + begins[item]
            for found in self.found[first:end]:
                found.places[:] += offset[found.samples]
        self.at = start
        self.at[samples] += lengths.sum(axis=0)


def _begins(node: DrawnShuffle, chances: Floats, lengths: Integers) -> Integers:
    """How many steps come before each item, int64 (items, samples)."""
    count = len(node.items)
    order, sample = orders_at(chances, count, node.constraints).T, np.arange(len(chances))
    own = lengths[order, sample]
    begins = np.empty_like(lengths)
    begins[order, sample] = own.cumsum(axis=0) - own
    return begins


def stages_of(body: Body) -> Iterator[AnyStage]:
    """All stages under a body."""
    for node in body:
        if isinstance(node, ConstantStage | DrawnStage):
            yield node
        else:
            for inner in bodies_of(node):
                yield from stages_of(inner)


def bodies_of(node: DrawnNode) -> Sequence[Body]:
    match node:
        case DrawnChoice(branches=bodies) | DrawnShuffle(items=bodies) | DrawnRepeat(rounds=bodies):
            return bodies
        case DrawnMaybe(body=body):
            return (body,)
    return ()


def parting_columns(body: Body) -> Iterator[int]:
    """The columns of the draws that part samples."""
    for node in body:
        if isinstance(node, DrawnChoice | DrawnMaybe | DrawnShuffle | DrawnRepeat):
            yield node.column
            for inner in bodies_of(node):
                yield from parting_columns(inner)
