"""`realsr compare-sets`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from realsr.cli.progress import Progress
from realsr.cli.reporting import OK, PARTLY, say
from realsr.cli.terminal import tell
from realsr.files.errors import RequestError
from realsr.measuring.compared_words import compared_lines
from realsr.measuring.comparing import compared, refuse_few
from realsr.measuring.items import Item, pictures
from realsr.measuring.records import Record
from realsr.measuring.sampling import Sampled, common_side, sample
from realsr.measuring.streaming import each

UNTOLD = ("auc", "floor", "features")


def run_compare_sets(first: Path, second: Path, *, as_json: bool, workers: int | None) -> int:
    """The command's body; its exit code."""
    names = {"first": str(first), "second": str(second)}
    try:
        samples, record = _compared(first, second, workers)
    except RequestError as error:
        if as_json:
            _tell({**names, "refused": dict.fromkeys(UNTOLD, str(error))})
        raise
    if as_json:
        _tell({**names, **record, "refused": {}})
    else:
        for line in compared_lines(record, **names):
            tell(line)
    return PARTLY if any(one.fault for one in samples) else OK


def _tell(record: Record) -> None:
    tell(json.dumps(record, allow_nan=False))


def _compared(first: Path, second: Path, workers: int | None) -> tuple[list[Sampled], Record]:
    """Every picture, and the record. Raises RequestError."""
    sets = [pictures([root]) for root in (first, second)]
    refuse_few(*([Sampled(item, None) for item in items] for items in sets))
    side = common_side(sets)
    samples = _sampled([*sets[0], *sets[1]], side, workers)
    return samples, compared(samples[: len(sets[0])], samples[len(sets[0]) :], side)


def _sampled(items: Sequence[Item], side: int, workers: int | None) -> list[Sampled]:
    found, progress = [], Progress("picture")
    progress.begin(len(items), len(items))
    try:
        for one in each(items, partial(sample, side=side), workers):
            progress.made()
            found.append(one)
            if one.fault is not None:
                say(f"{one.item.path}: {one.fault}")
    finally:
        progress.close()
    return found
