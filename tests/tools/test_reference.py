"""The reference of operators stands as the rows have it."""

from __future__ import annotations

from pathlib import Path

from degrade.operators.table import OPERATORS
from tools.docs.reference import page

PAGE = Path(__file__).parents[2] / "docs" / "operators.md"


def test_the_page_is_written_from_the_rows() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "run `python -m tools.docs.reference > docs/operators.md`"
    )


def test_every_operator_and_field_is_explained() -> None:
    text = page()
    for name, row in OPERATORS.items():
        assert f"## {name}\n" in text
        assert row.words.summary.endswith("."), name
        assert row.words.source, name
        assert f"`` {row.words.formula} ``" in text, name
