"""Tables of rows: what a configuration may name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol, Self, TypeVar

from degrade.errors import DegradeError
from degrade.reader.near import meant_or_known


class Row(Protocol):
    """Anything with a name."""

    @property
    def name(self) -> str: ...


R = TypeVar("R", bound=Row)


class Table(Mapping[str, R]):
    """Rows by their names: read-only, in the order given, one row a name.

    kind: what a row is, in a word. error: what `row` raises for a name that is not there, and the table itself
    for two rows of one name: neither takes the other's place. listed: where a person sees all of them.
    """

    def __init__(
        self, kind: str, rows: Iterable[R], error: type[DegradeError], listed: str = ""
    ) -> None:
        self.kind, self.error, self.listed = kind, error, listed
        self._rows: dict[str, R] = {}
        for row in rows:
            if row.name in self._rows:
                raise error(f"two rows for the {kind} {row.name!r}; give one of them another name")
            self._rows[row.name] = row

    def __getitem__(self, name: str) -> R:
        return self._rows[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, name: str) -> R:
        """The row of a name. Raises the table's error, with the name that may have been meant."""
        if name not in self._rows:
            raise self.error(self.miss(name))
        return self._rows[name]

    def miss(self, name: str) -> str:
        """What there is to say about a name that is not there."""
        return f"no {self.kind} {name!r}{meant_or_known(name, self, self.listed)}"

    def with_rows(self, extra: Iterable[R]) -> Self:
        """The table with a caller's own rows behind its own; itself where there are none."""
        more = tuple(extra)
        rows = (*self.values(), *more)
        return type(self)(self.kind, rows, self.error, self.listed) if more else self
