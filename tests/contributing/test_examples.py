"""Each worked example, added to a copy of the project, is found everywhere it should be, and costs few places."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contributing.example import ROOT, Example

MOST = {
    "operator": 3,
    "operator_family": 4,
    "metric": 2,
    "learned_metric": 2,
    "loss": 2,
    "architecture": 3,
    "store": 2,
    "page": 2,
}
"""Places to touch at most; generated pages and the changelog are not counted."""

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_example_is_counted() -> None:
    folders = {path.parent.name for path in Path(__file__).parent.glob("*/found.py")}
    assert folders == set(MOST)


@pytest.mark.parametrize("name", MOST)
def test_it_touches_no_more_places(name: str) -> None:
    assert len(Example(name).places) <= MOST[name]


@pytest.mark.parametrize("name", MOST)
def test_it_is_found_everywhere(name: str, tmp_path: Path) -> None:
    example = Example(name)
    example.copied_to(tmp_path)
    example.search(tmp_path)


@pytest.mark.parametrize("name", MOST)
def test_the_page_shows_it_as_it_is(name: str) -> None:
    example = Example(name)
    for place in example.places:
        assert f"`{place}`" in PAGE, place
    for text in example.added.values():
        assert text.strip() in PAGE
    for insertion in (each for entries in example.inserted.values() for each in entries):
        assert insertion.add.strip() in PAGE
