"""The rounds of a fit: a pool of LR by the present shares is matched; the next is drawn from what matched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import yaml

from realsr.fitting.family import bin_of, draws, fitted_names, tree
from realsr.fitting.marginals import Floats, Marginals, Range, tempered
from realsr.fitting.matching import Drawn, EnergyMatch, columns, matched
from realsr.fitting.projection import projection
from realsr.fitting.simulating import LrRecipe, Made, simulated
from realsr.measuring.items import Item

POOLS = (720, 480, 480, 480)
"""LR of each round."""
LOOK_BACK = (0.1, 0.05, 0.03)
"""Share of where the fit began in the draws of each round but the first. Every marginal has it for itself, so
that of a tenth nearly all LR have something in them that was ruled out."""
Told = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, eq=False)
class FittedMarginals:
    """marginals: of the pipeline. before, after: energy distances of the last round's pool, see `Match`."""

    marginals: Marginals
    before: float
    after: float


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What all rounds share. places: features (k, m) of the pictures. hr: what LR are made of."""

    places: Floats
    hr: Sequence[Item]
    scale: int
    side: int
    seed: int
    grey: bool
    workers: int | None


def fitted(setting: Setting, start: Marginals, told: Told) -> FittedMarginals:
    """Told how far it is by `told(what, share)`."""
    now, match = start, None
    for number, count in enumerate(POOLS):
        drawn_from = now if number == 0 else _widened(now, start, LOOK_BACK[number - 1])
        pool = _pool(setting, drawn_from, count, number, told)
        match = _matched(setting.places, pool, drawn_from)
        now = _with_shares(drawn_from, match.shares)
    assert match is not None
    return FittedMarginals(now, match.before, match.after)


def _widened(now: Marginals, start: Marginals, share: float) -> Marginals:
    """Finer bins where much is, and a little of everything."""
    out = dict(now)
    for name in fitted_names(now):
        one = now[name]
        finer = one.rebinned(len(one.weights)) if isinstance(one, Range) else one
        out[name] = tempered(finer, start[name], share)
    return out


def _pool(
    setting: Setting, marginals: Marginals, count: int, number: int, told: Told
) -> list[Made]:
    recipe = recipe_of(setting, marginals, setting.seed + number)
    out: list[Made] = []
    for each in simulated(setting.hr, recipe, count, setting.workers):
        out.append(each)
        share = min(1.0, sum(len(one.values) for one in out) / count)
        told("candidates", (number + share) / len(POOLS))
    return [one for one in out if one.fault is None]


def recipe_of(setting: Setting, marginals: Marginals, seed: int) -> LrRecipe:
    """How these marginals make LR."""
    text = yaml.safe_dump(tree(marginals, "candidate", setting.scale), sort_keys=False)
    return LrRecipe(text, setting.scale, setting.side, seed, setting.grey)


def _matched(places: Floats, pool: Sequence[Made], marginals: Marginals) -> EnergyMatch:
    rows = np.concatenate([one.values for one in pool])
    drawn = _drawn([trace for one in pool for trace in one.traces], marginals)
    project = projection(rows, drawn.counts)
    return matched(project(places), project(rows), drawn)


def _drawn(traces: Sequence[object], marginals: Marginals) -> Drawn:
    names = fitted_names(marginals)
    widths = [len(marginals[name].weights) for name in names]
    starts = dict(zip(names, np.cumsum([0, *widths[:-1]]), strict=True))
    bins = [
        [int(starts[name]) + bin_of(marginals[name], value) for name, value in draws(trace)]  # type: ignore[arg-type]
        for trace in traces
    ]
    owner = np.repeat(np.arange(len(names)), widths)
    shares = np.concatenate([marginals[name].weights for name in names])
    return Drawn(columns(bins, sum(widths)), owner, shares)


def _with_shares(marginals: Marginals, shares: Floats) -> Marginals:
    out, place = dict(marginals), 0
    for name in fitted_names(marginals):
        one = marginals[name]
        out[name] = one.with_weights(shares[place : place + len(one.weights)])
        place += len(one.weights)
    return out
