"""Sets that no pipeline made: real pairs, and photographs without truth."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from realsr.images.reading import Alpha, Reading
from realsr.images.sources import Source, discover
from realsr.robustness.cases.fitting import Member
from realsr.robustness.cases.freezing import Freezing, frozen_set
from realsr.robustness.cases.sets import TestSet
from realsr.robustness.errors import StudyError
from realsr.robustness.study.study import PairsEntry, PhotographsEntry

_LOW = re.compile(r"(?:[_-]?(?:lr|lq|low|l)(?:x?\d+)?|[_-]?x\d+)$", re.IGNORECASE)
_HIGH = re.compile(r"[_-]?(?:hr|gt|high|h)$", re.IGNORECASE)


def real_pairs(
    entry: PairsEntry,
    scale: int,
    root: Path,
    limit: int | None,
    alpha: Alpha = "refuse",
    *,
    accept_changed: bool = False,
) -> TestSet:
    """Real pairs, frozen in `root`. Pairs on one grid are brought to the scale: L by `matlab_bicubic`.

    alpha: what transparent pixels become. accept_changed: freezes files that changed anew. Raises StudyError
    where no LR has an HR, and for changed files. A pair that cannot be read or fitted is a failure of the set.
    """
    both, lone = partners(entry)
    how = Freezing(scale, Reading(alpha), accept_changed)
    test = frozen_set(entry.name, "pairs", both[:limit], root, how)
    alone = tuple(f"{name}: it has no partner" for name in lone)
    return replace(test, failures=(*test.failures, *alone))


def partners(entry: PairsEntry) -> tuple[list[Member], list[str]]:
    """The pairs by name, and the names without a partner. Raises StudyError where no LR has an HR."""
    lows, highs = _named(entry)
    both = sorted(lows.keys() & highs.keys())
    if not both:
        raise StudyError(
            f"no picture of {entry.lr} has a partner in {entry.hr}; expected equal names, or names that differ "
            "by L and H (001L, 001H), LR and HR, x4"
        )
    return [Member(name, lows[name], highs[name]) for name in both], sorted(
        lows.keys() ^ highs.keys()
    )


def photographs(
    entry: PhotographsEntry,
    scale: int,
    root: Path,
    limit: int | None,
    alpha: Alpha = "refuse",
    *,
    accept_changed: bool = False,
) -> TestSet:
    """Photographs without truth, frozen in `root`. alpha, accept_changed: as of `real_pairs`.

    Raises StudyError where there is none, and for changed ones.
    """
    found = members(entry, leave_out=root)[:limit]
    how = Freezing(scale, Reading(alpha), accept_changed)
    return frozen_set(entry.name, "real", found, root, how)


def members(entry: PhotographsEntry, leave_out: Path | None = None) -> list[Member]:
    """The photographs by name. Raises StudyError where there is none."""
    found = discover([entry.dir], leave_out=leave_out).sources
    if not found:
        raise StudyError(f"no images in {entry.dir}; give a directory of photographs")
    return [Member(source.stem, source.path, None) for source in found]


def _named(entry: PairsEntry) -> tuple[dict[str, Path], dict[str, Path]]:
    """LR and HR by the names of their pairs: their own where any of them agree, else without their marks."""
    low, high = (discover([path]).sources for path in (entry.lr, entry.hr))
    same = Path(os.path.realpath(entry.lr)) == Path(os.path.realpath(entry.hr))
    if not same and {each.stem for each in low} & {each.stem for each in high}:
        return {each.stem: each.path for each in low}, {each.stem: each.path for each in high}
    return _unmarked(low, _LOW, same), _unmarked(high, _HIGH, same)


def _unmarked(sources: Sequence[Source], mark: re.Pattern[str], marked: bool) -> dict[str, Path]:
    """Pictures by their names without the mark; with `marked` only those that bear it."""
    found: dict[str, Path] = {}
    for source in sources:
        if marked and not mark.search(source.stem):
            continue
        name = mark.sub("", source.stem)
        if found.setdefault(name, source.path) is not source.path:
            raise StudyError(f"{found[name]} and {source.path} would both be {name!r}; rename one")
    return found
