"""JSON lines: one JSON value a line, in UTF-8. A line ends at "\\n" and nowhere else.

`str.splitlines` also ends lines at U+0085, U+2028 and others, which a JSON text may hold as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def json_line(value: Any, *, spaced: bool = False) -> bytes:
    """A value as its line, with its end. spaced: a blank behind commas and colons.

    Raises ValueError for NaN and infinities, which JSON has not. Half a surrogate pair, as in names of files
    that are no text, becomes JSON's own escape.
    """
    separators = None if spaced else (",", ":")
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=separators)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def read_json_lines(path: Path) -> Iterator[Any]:
    """Every line's value. Raises OSError, and ValueError at a line that is none."""
    with path.open("rb") as file:  # in bytes, a line ends at "\n" alone
        for line in file:
            yield json.loads(line)


def whole_value(line: bytes) -> Any | None:
    """A line's value; None where a kill cut it short, or where it is no JSON."""
    if not line.endswith(b"\n"):
        return None
    try:
        return json.loads(line)
    except ValueError:
        return None
