"""The site has every page, and asks nobody else for anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.docs.pages import ROOT, text_of

SITE: dict[str, Any] = yaml.safe_load(text_of("mkdocs.yml"))


def pages(part: Any) -> Iterator[str]:
    """The files that a part of the navigation leads to."""
    if isinstance(part, str):
        yield part
    else:
        for inner in part.values() if isinstance(part, dict) else part:
            yield from pages(inner)


def test_every_page_stands_once_in_the_navigation() -> None:
    docs = ROOT / "docs"
    listed = list(pages(SITE["nav"]))
    there = {str(path.relative_to(docs)) for path in docs.rglob("*.md")}
    assert set(listed) ^ there == set(), "the navigation of mkdocs.yml names each page of docs"
    assert len(listed) == len(there)


def test_it_is_strict_and_takes_no_font_and_no_inventory_from_elsewhere() -> None:
    assert SITE["strict"] is True
    assert SITE["theme"]["font"] is False
    assert [
        name for part in SITE["plugins"] for name in ([part] if isinstance(part, str) else part)
    ] == [
        "search",
        "mkdocstrings",
    ]
    assert "://" not in text_of("mkdocs.yml")


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs" / "api").glob("*.md")), ids=lambda path: path.stem
)
def test_a_page_of_the_reference_is_of_a_package_that_lists_its_face(path: Any) -> None:
    (module,) = (
        line.split()[1] for line in path.read_text().splitlines() if line.startswith(":::")
    )
    source = ROOT / module.replace(".", "/") / "__init__.py"
    assert "__all__" in source.read_text()
