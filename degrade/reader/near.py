"""What a person may have meant by a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like this one; None where none is alike."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return close[0] if close else None


def meant(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, to follow a sentence about an unknown name; nothing where no name is alike."""
    near = nearest(name, known)
    return f"; did you mean {near!r}?" if near else ""


def meant_or_known(name: str, known: Iterable[str]) -> str:
    """As `meant`; where no name is alike, `; known are ...`."""
    names = list(known)
    return meant(name, names) or f"; known are {', '.join(names) or 'none'}"
