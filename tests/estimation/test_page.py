"""docs/estimate.md names what the table of estimators tells."""

from __future__ import annotations

from pathlib import Path

from realsr.estimation.table import PICTURE_ROWS, quantities

PAGE = Path(__file__).parents[2] / "docs/estimate.md"


def test_every_name_of_a_picture_stands_in_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in quantities(PICTURE_ROWS) if f"`{name}`" not in text] == []
