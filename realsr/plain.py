"""Words of others, made harmless wherever they are shown.

A file's name and a YAML's key are chosen by whoever made them. ESC moves the cursor, CR writes over what stands
there, and bidirectional marks turn a line about: with any of them a name could forge what we say.
"""

from __future__ import annotations

import unicodedata

_KEPT = frozenset("\n\t")
_HARMFUL = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Control, format (bidirectional marks and what is not seen), unassigned, private, half, line separators."""


def plain(text: str) -> str:
    """The text with every character that is no plain one escaped as Python writes it; what follows a line's end
    is set in, so that no line but the first can look like one of ours.
    """
    if text.isascii() and text.isprintable():
        return text
    return escaped(text).rstrip("\n").replace("\n", "\n  ")


def escaped(text: str) -> str:
    """The same of text of many lines, which stay where they are."""
    return "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    if character in _KEPT or unicodedata.category(character) not in _HARMFUL:
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
