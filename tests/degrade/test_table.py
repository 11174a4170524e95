"""Tables: read-only, one row a name, a caller's rows behind the table's own."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.errors import DegradeError, TraceError
from degrade.table import Table


class Named(NamedTuple):
    name: str


NAMES = st.lists(st.text("abc", min_size=1, max_size=3), unique=True, max_size=8)


@given(ours=NAMES, own=NAMES)
def test_own_rows_stand_behind_or_are_refused(ours: list[str], own: list[str]) -> None:
    table = Table("thing", map(Named, ours), DegradeError)
    if set(ours) & set(own):
        with pytest.raises(DegradeError, match="two rows for the thing"):
            table.with_rows(map(Named, own))
    else:
        assert list(table.with_rows(map(Named, own))) == ours + own
    assert list(table) == ours


def test_a_miss_is_the_tables_error_with_the_near_match() -> None:
    table = Table("operator", [Named("blur"), Named("noise")], TraceError)
    with pytest.raises(TraceError, match="no operator 'blurr'; did you mean 'blur'"):
        table.row("blurr")
    with pytest.raises(TraceError, match="known are blur, noise"):
        table.row("x")
    assert table.get("x") is None


def test_nothing_is_written() -> None:
    table: Any = Table("thing", [Named("a")], DegradeError)
    with pytest.raises(TypeError):
        table["a"] = Named("a")
    assert table.with_rows(()) is table
