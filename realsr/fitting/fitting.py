"""From photographs and HR to a fitted pipeline and what is known of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from realsr.estimation.table import PICTURE_ROWS, quantities
from realsr.files.errors import RequestError
from realsr.fitting.family import beginning
from realsr.fitting.looking import ENOUGH, SeenLr, seen_lr
from realsr.fitting.marginals import Marginals
from realsr.fitting.measured import with_compression
from realsr.fitting.rounds import FittedMarginals, Setting, fitted, recipe_of
from realsr.fitting.simulating import Made, picked, simulated, size_of
from realsr.fitting.trial import FEWEST, LrRows, floor, rows_made, rows_of, trial
from realsr.measuring.items import Item
from realsr.measuring.sampling import source_of
from realsr.measuring.streaming import each
from realsr.measuring.summary import SetSummary

SIDES = (128, 96, 64, 48)
"""Pixels of a place's side, the largest that there are enough pictures for."""
MOST = 0.8
"""Share of the pictures that must be as large as the places."""
MOST_PICTURES = 150
"""Of a larger set so many are drawn."""
TRIED = (72, 150)
"""LR by which a match is judged: as many as places of the pictures, within this."""
Told = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class FitInquiry:
    """What is to be fitted to what. other: HR of other content for the floor."""

    pictures: Sequence[Item]
    hr: Sequence[Item]
    other: Sequence[Item]
    scale: int
    seed: int
    workers: int | None


@dataclass(frozen=True, slots=True, eq=False)
class FitOutcome:
    """marginals: of the pipeline. record: what `--json` prints of it. failed: pictures that could not be looked
    at, with why."""

    marginals: Marginals
    record: dict[str, Any]
    failed: dict[str, str]


def fit(asked: FitInquiry, told: Told) -> FitOutcome:
    """Measures, fits and tries the result. Raises RequestError where there is too little."""
    hr, side = _usable(asked)
    seen = _looked(asked, side, lambda share: told("photographs", 0.35 * share))
    sound = [one for one in seen if one.fault is None]
    _refuse_few(sound, side)
    outcome = fit_seen(asked, hr, side, sound, lambda what, share: told(what, 0.35 + 0.65 * share))
    failed = {str(one.item.path): one.fault for one in seen if one.fault is not None}
    return FitOutcome(outcome.marginals, outcome.record, failed)


def fit_seen(
    asked: FitInquiry, hr: Sequence[Item], side: int, seen: Sequence[SeenLr], told: Told
) -> FitOutcome:
    """The same of pictures that were looked at. hr: those that are large enough."""
    pictures = rows_of([(one.item, one.values) for one in seen])
    setting = _setting(asked, hr, side, seen)
    start = with_compression(beginning(asked.scale), [one.found for one in seen])
    found = fitted(setting, start, lambda what, share: told(what, 0.8 * share))
    record = _tried(asked, setting, found, pictures, lambda share: told("trial", 0.8 + 0.2 * share))
    told("done", 1.0)
    return FitOutcome(found.marginals, {**_measured(seen, asked, side), **record}, {})


def _usable(asked: FitInquiry) -> tuple[list[Item], int]:
    """HR that can be cut, and the side of the places of LR."""
    low = [_least(item) for item in picked(asked.pictures, MOST_PICTURES, asked.seed)]
    high = {item: _least(item) // asked.scale for item in asked.hr}
    for side in SIDES:
        kept = [item for item, least in high.items() if least >= side]
        if np.mean([least >= side for least in low]) >= MOST and len(_sources(kept)) >= FEWEST:
            return kept, side
    fit_low = sum(least >= SIDES[-1] for least in low)
    fit_high = sum(least >= SIDES[-1] for least in high.values())
    raise RequestError(
        f"{fit_low} of {len(low)} photographs are {SIDES[-1]} px a side and more, and {fit_high} of "
        f"{len(high)} HR are {asked.scale * SIDES[-1]} px and more, which LR of that size need at scale "
        f"{asked.scale}; a fit needs {MOST:.0%} of the photographs and {FEWEST} HR: leave out small ones, or "
        "add larger ones"
    )


def _least(item: Item) -> int:
    size = size_of(item)
    return 0 if size is None else min(size)


def _sources(items: Sequence[Item]) -> set[str]:
    return {source_of(item) for item in items}


def _looked(asked: FitInquiry, side: int, done: Callable[[float], None]) -> list[SeenLr]:
    chosen = picked(asked.pictures, MOST_PICTURES, asked.seed)
    out: list[SeenLr] = []
    for one in each(
        chosen, partial(seen_lr, side=side, several=len(chosen) < ENOUGH), asked.workers
    ):
        out.append(one)
        done(len(out) / len(chosen))
    return out


def _refuse_few(sound: Sequence[SeenLr], side: int) -> None:
    count = len(_sources([one.item for one in sound]))
    if count < FEWEST:
        raise RequestError(
            f"{count} different photographs of {side} px a side and more can be looked at; {FEWEST} are needed "
            "at least, and some dozens for a fit that is worth much"
        )


def _setting(asked: FitInquiry, hr: Sequence[Item], side: int, sound: Sequence[SeenLr]) -> Setting:
    places = np.concatenate([one.values for one in sound])
    grey = Counter(one.grey for one in sound).most_common(1)[0][0]
    return Setting(places, hr, asked.scale, side, asked.seed, grey, asked.workers)


def _tried(
    asked: FitInquiry,
    setting: Setting,
    found: FittedMarginals,
    pictures: LrRows,
    done: Callable[[float], None],
) -> dict[str, Any]:
    count = int(np.clip(len(pictures.values), *TRIED))

    def made_of(items: Sequence[Item], seed: int) -> list[Made]:
        recipe = recipe_of(setting, found.marginals, asked.seed + seed)
        return list(simulated(items, recipe, count, asked.workers))

    lr = rows_made(made_of(setting.hr, 1000))
    done(0.3)
    other = rows_made(made_of(asked.other, 2000)) if asked.other else None
    done(0.5)
    if other is not None and len(set(other.sources)) < FEWEST:
        raise RequestError(
            f"--other-hr has {len(set(other.sources))} photographs of {asked.scale * setting.side} px a side "
            f"and more; {FEWEST} are needed"
        )
    match = trial(pictures, lr)
    beside = floor(lr, other, asked.seed)
    above = match["auc"]["value"] - beside["value"]
    distance = {"of_anything_usual": found.before, "of_the_fitted": found.after}
    return {
        "auc": match["auc"],
        "floor": beside,
        "above_floor": above,
        "distance": distance,
        "features": match["features"],
    }


def _measured(sound: Sequence[SeenLr], asked: FitInquiry, side: int) -> dict[str, Any]:
    summary = SetSummary(quantities(PICTURE_ROWS))
    for one in sound:
        summary.add(one.found.told())
    places = sum(len(one.values) for one in sound)
    counts = {
        "pictures": len(sound),
        "of": len(asked.pictures),
        "places": places,
        "hr": len(asked.hr),
    }
    return {"scale": asked.scale, "side": side, "seed": asked.seed, **counts, **summary.told()}
