"""What the parser of the command line says of words that it cannot place, made harmless."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from typer.core import TyperGroup

from realsr.plain import plain


class PlainUsageGroup(TyperGroup):
    """The commands. A word that was typed may be a file's name that a shell put in the place of `*`."""

    def make_context(self, *given: Any, **options: Any) -> Any:
        with _harmless():
            return super().make_context(*given, **options)

    def invoke(self, ctx: Any) -> Any:
        with _harmless():
            return super().invoke(ctx)


@contextmanager
def _harmless() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        # The parser's own error, by what it is shown with: its class has another home in each version of typer.
        if hasattr(error, "format_message"):
            error.message = plain(error.message)  # type: ignore[attr-defined]
        raise
