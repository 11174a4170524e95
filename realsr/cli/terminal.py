"""The one place from which words reach a terminal, foreign ones among them, made harmless.

A file's name and a YAML's key are chosen by whoever made them. ESC moves the cursor, CR writes over what stands
there, and bidirectional marks turn a line about: with any of them a name could forge what we say.
"""

from __future__ import annotations

import sys
import unicodedata
from typing import TextIO

_KEPT = frozenset("\n\t")
_HARMFUL = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Control, format (bidirectional marks and what is not seen), unassigned, private, half, line separators."""


def plain(text: str) -> str:
    """The text with every character that is no plain one escaped as Python writes it; what follows a line's end
    is set in, so that no line but the first can look like one of ours.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_escaped, text)).rstrip("\n").replace("\n", "\n  ")


def tell(text: str = "") -> None:
    """A line on stdout."""
    _write(sys.stdout, plain(text))


def document(text: str) -> None:
    """Text of many lines on stdout, such as a pipeline's YAML, without an end of its own."""
    _write(sys.stdout, "".join(map(_escaped, text)), "")


def hint(text: str) -> None:
    """A line on stderr."""
    _write(sys.stderr, plain(text))


def _escaped(character: str) -> str:
    if character in _KEPT or unicodedata.category(character) not in _HARMFUL:
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def _write(stream: TextIO | None, text: str, end: str = "\n") -> None:
    """A stream may be closed, absent, or of an encoding that lacks some letters: none of it ends the work."""
    if stream is None or stream.closed:
        return
    try:
        stream.write(text + end)
    except UnicodeEncodeError:
        encoding = stream.encoding or "ascii"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + end)
    stream.flush()
