"""`realsr compare-sets`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from realsr.cli.progress import Progress
from realsr.cli.reporting import OK, PARTLY, say
from realsr.cli.terminal import tell
from realsr.measuring.compared_words import compared_lines
from realsr.measuring.comparing import compared, refuse_few
from realsr.measuring.items import Item, pictures
from realsr.measuring.sampling import Sampled, common_side, sample
from realsr.measuring.streaming import each


def run_compare_sets(first: Path, second: Path, *, as_json: bool, workers: int | None) -> int:
    """The command's body; its exit code."""
    sets = [pictures([root]) for root in (first, second)]
    refuse_few(*([Sampled(item, None) for item in items] for items in sets))
    side = common_side(sets)
    samples = _sampled([*sets[0], *sets[1]], side, workers)
    record = compared(samples[: len(sets[0])], samples[len(sets[0]) :], side)
    if as_json:
        tell(json.dumps({"first": str(first), "second": str(second), **record}, allow_nan=False))
    else:
        for line in compared_lines(record, str(first), str(second)):
            tell(line)
    return PARTLY if any(one.fault for one in samples) else OK


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
