"""JSON lines: one JSON value a line, in UTF-8. A line ends at "\\n" and nowhere else.

`str.splitlines` also ends lines at U+0085, U+2028 and others, which a JSON text may hold as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from degrade.foreign import open_foreign, read_foreign

MOST_BYTES = 2**26
"""Of a JSON file that is read whole."""


def json_line(value: Any, *, spaced: bool = False) -> bytes:
    """A value as its line, with its end. spaced: a blank behind commas and colons.

    Raises ValueError for NaN and infinities, which JSON has not. Half a surrogate pair, as in names of files
    that are no text, becomes JSON's own escape.
    """
    separators = None if spaced else (",", ":")
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=separators)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def parsed(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError for any other text, also one nested too deeply."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def parsed_object(text: str | bytes) -> dict[str, Any]:
    """The entries of a JSON object. Raises ValueError for any other text."""
    value = parsed(text)
    if not isinstance(value, dict):
        raise ValueError("it holds no JSON object")
    return value


def read_json(path: Path, most: int = MOST_BYTES) -> Any:
    """The value of a file of at most `most` bytes. Raises ForeignFileError, and ValueError for other text."""
    return parsed(read_foreign(path, most=most))


def read_json_lines(path: Path) -> Iterator[Any]:
    """Every line's value. Raises ForeignFileError, OSError, and ValueError at a line that is none."""
    with open_foreign(path) as file:  # in bytes, a line ends at "\n" alone
        for line in file:
            yield parsed(line)


def whole_value(line: bytes) -> Any | None:
    """A line's value; None where a kill cut it short, or where it is no JSON."""
    if not line.endswith(b"\n"):
        return None
    try:
        return parsed(line)
    except ValueError:
        return None
