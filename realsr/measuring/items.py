"""What is measured: pictures, and pairs of LR and HR found by their keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from realsr.files.errors import RequestError
from realsr.images.sources import Source, discover


@dataclass(frozen=True, slots=True)
class Item:
    """One picture, or one pair. fault: why it cannot be measured, as a sentence, if that is known already."""

    key: str
    path: Path
    hr: Path | None = None
    fault: str | None = None


def pictures(roots: Sequence[Path], leave_out: Path | None = None) -> list[Item]:
    """Every picture under the roots, by key. Raises RequestError where there is none."""
    sources = discover(roots, leave_out).sources
    if not sources:
        raise RequestError("no picture in what was given; give image files, or folders of images")
    return [Item(one.id, one.path) for one in sources]


def pairs(lr: Sequence[Path], hr: Sequence[Path], leave_out: Path | None = None) -> list[Item]:
    """Every LR, with the HR of its key. Raises RequestError where no LR has one.

    A file alone on both sides is a pair whatever it is called. Else keys are file names without extension,
    below what was given; where all LR end alike, or all HR (`0801x4`, `001L`), that ending does not count.
    """
    lows, highs = (discover(roots, leave_out).sources for roots in (lr, hr))
    if not lows or not highs:
        raise RequestError(f"no picture in what --{'lr' if not lows else 'hr'} names")
    if len(lows) == len(highs) == 1 and not any(root.is_dir() for root in (*lr, *hr)):
        return [Item(lows[0].id, lows[0].path, highs[0].path)]
    ending, known = _matched(lows, highs)
    if not any(_key(one, ending) in known for one in lows):
        raise RequestError(
            f"no LR has the key of an HR (the first are {lows[0].id!r} and {highs[0].id!r}); "
            "name the files of a pair alike"
        )
    return [_paired(one, _key(one, ending), known) for one in lows]


def _paired(low: Source, key: str, known: Mapping[str, Path]) -> Item:
    high = known.get(key)
    fault = None if high else f"there is no HR of its key {key!r}; name the files of a pair alike"
    return Item(key, low.path, high, fault)


def _key(source: Source, ending: str) -> str:
    return source.id.removesuffix(ending)


def _matched(lows: Sequence[Source], highs: Sequence[Source]) -> tuple[str, dict[str, Path]]:
    """The ending of LR that does not count, and HR by key: those by which most pairs are found."""
    best: tuple[int, str, dict[str, Path]] = (-1, "", {})
    for low_end in _endings(lows):
        wanted = Counter(_key(one, low_end) for one in lows)
        for high_end in _endings(highs):
            known = {_key(one, high_end): one.path for one in highs}
            found = sum(wanted[key] == 1 for key in known if key in wanted)
            if found > best[0] and "" not in known:
                best = (found, low_end, known)
    return best[1], best[2]


def _endings(sources: Sequence[Source]) -> list[str]:
    """Nothing, and whatever all ids end with, shortest first."""
    first, *others = (one.id for one in sources)
    known = (first[len(first) - count :] for count in range(len(first) if others else 1))
    return list(takewhile(lambda end: all(other.endswith(end) for other in others), known))
