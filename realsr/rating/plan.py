"""What one rater is shown, in which order: drawn from a seed and the rater's name, written down before it
begins."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Literal

from pydantic import ConfigDict

from degrade.reader.records import Strict

Kind = Literal["acr", "pairs"]
"""acr: one picture at a time, absolute category rating from 1 to 5. pairs: the better of two."""

ONE_IN = 10
"""Of so many trials one comes a second time, hidden, unless told otherwise."""
APART = 4
"""A repeat comes at the earliest after a quarter (1 / APART) of all trials."""


class Trial(Strict):
    """models: one, or two as they lie from left to right. repeats: the number of the trial that it is again."""

    model_config = ConfigDict(strict=True)

    picture: str
    models: tuple[str, ...]
    repeats: int | None = None


def plan(
    kind: Kind,
    pictures: Mapping[str, Sequence[str]],
    rater: str,
    seed: int,
    most: int,
    repeats: int | None = None,
) -> tuple[Trial, ...]:
    """A rater's trials. pictures: the models of each. most: trials without repeats; where that is less than
    all, models (or pairs of them) and pictures come about equally often. repeats: trials that come again, a
    pair with its sides changed; None is every tenth. The same arguments give the same trials, another rater
    others."""
    draw = random.Random(f"{kind} {seed} {rater}")
    trials = _chosen(list(_all(kind, pictures, draw)), most, draw)
    again = len(trials) // ONE_IN if repeats is None else min(repeats, len(trials))
    return _with_repeats(trials, again, draw)


def _all(kind: Kind, pictures: Mapping[str, Sequence[str]], draw: random.Random) -> Iterator[Trial]:
    for picture, models in pictures.items():
        for group in combinations(models, 1 if kind == "acr" else 2):
            yield Trial(picture=picture, models=tuple(draw.sample(group, len(group))))


def _chosen(trials: list[Trial], most: int, draw: random.Random) -> list[Trial]:
    """At most so many, spread evenly over models and pictures, in no order."""
    draw.shuffle(trials)
    seen: Counter[object] = Counter()
    ranked: list[tuple[int, int, int, Trial]] = []
    for trial in trials:
        group = frozenset(trial.models)
        ranked.append((seen[group], seen[trial.picture], len(ranked), trial))
        seen[group] += 1
        seen[trial.picture] += 1
    chosen = [trial for *_, trial in sorted(ranked, key=lambda one: one[:3])[:most]]
    draw.shuffle(chosen)
    return chosen


def _with_repeats(trials: list[Trial], count: int, draw: random.Random) -> tuple[Trial, ...]:
    """Repeats of the first trials, at random places far enough behind them."""
    total, gap = len(trials) + count, -(-(len(trials) + count) // APART)
    last = max(1, min(len(trials), total - gap))
    order: list[Trial | int] = list(trials)
    for number in sorted(draw.sample(range(last), min(count, last))):
        first = next(place for place, one in enumerate(order) if one is trials[number])
        order.insert(draw.randint(min(first + gap, len(order)), len(order)), number)
    return tuple(_numbered(order, trials))


def _numbered(order: Sequence[Trial | int], trials: Sequence[Trial]) -> Iterator[Trial]:
    """Repeats with the number that the first showing has in the whole order."""
    places = {id(one): place for place, one in enumerate(order)}
    for one in order:
        if isinstance(one, Trial):
            yield one
        else:
            first = trials[one]
            yield Trial(picture=first.picture, models=first.models[::-1], repeats=places[id(first)])
