"""The one place from which words reach a terminal, foreign ones among them, made harmless."""

from __future__ import annotations

import sys
from typing import TextIO

from realsr.plain import escaped, plain


def tell(text: str = "") -> None:
    """A line on stdout."""
    _write(sys.stdout, plain(text))


def document(text: str) -> None:
    """Text of many lines on stdout, such as a pipeline's YAML, without an end of its own."""
    _write(sys.stdout, escaped(text), "")


def hint(text: str) -> None:
    """A line on stderr."""
    _write(sys.stderr, plain(text))


def watched() -> bool:
    """Whether a person sees what is said on stderr, which may be closed or absent."""
    return sys.stderr is not None and not sys.stderr.closed and sys.stderr.isatty()


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
