"""What a person may have meant by a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

LISTED = 16
"""Names that a sentence lists; more of them nobody reads."""

_ALIKE = 3
"""Names that are equally near, of which so many are told."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like this one; None where none is alike."""
    return next(iter(alike(name, known)), None)


def alike(name: str, known: Iterable[str]) -> list[str]:
    """The known names that are most like this one, those that are equally near in their order. Letters' case
    counts for nothing, nor do hyphens and spaces in place of underscores."""
    names, wanted = list(known), _folded(name)
    close = set(difflib.get_close_matches(wanted, map(_folded, names), n=_ALIKE))
    scores = {each: _score(wanted, _folded(each)) for each in names if _folded(each) in close}
    return [each for each, score in scores.items() if score == max(scores.values())][:_ALIKE]


def meant(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, to follow a sentence about an unknown name; nothing where no name is alike."""
    near = alike(name, known)
    return f"; did you mean {quoted(near)}?" if near else ""


def meant_or_known(name: str, known: Iterable[str], listed: str = "") -> str:
    """As `meant`; where no name is alike, `; known are ...`, or of many how many, and where they are listed."""
    names = list(known)
    return meant(name, names) or _known(names, f" ({listed})" if listed else "")


def quoted(names: Sequence[str], last: str = "or") -> str:
    """`'a', 'b' or 'c'`."""
    *first, end = [repr(name) for name in names]
    return f"{', '.join(first)} {last} {end}" if first else end


def _known(names: Sequence[str], listed: str) -> str:
    if len(names) > LISTED:
        return f"; none of {len(names)} is alike{listed}"
    return f"; known are {', '.join(names) or 'none'}"


def _folded(name: str) -> str:
    return name.casefold().replace("-", "_").replace(" ", "_")


def _score(wanted: str, name: str) -> float:
    # As get_close_matches compares, whose ratio hangs on which of two texts is the first.
    return difflib.SequenceMatcher(None, name, wanted).ratio()
