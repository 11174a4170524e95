"""The shell of all pages: what values may do to one, and what a new page has to bring."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateNotFound, UndefinedError

from realsr.pages import Download, as_script, csv_bytes, data_uri, link, rendered, write_downloads
from tests.pages.alone import SVG

PAGE = """{% extends "shell.html" %}
{% from "tables.html" import table %}
{% block title %}Small{% endblock %}
{% block kicker %}A page{% endblock %}
{% block main %}<h1>{{ title }}</h1>{{ table(["name", "dB"], rows, words=1) }}{% endblock %}
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package with one template, as a new page would bring."""
    folder = tmp_path / "new_page"
    (folder / "templates").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "templates" / "small.html").write_text(PAGE)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "new_page"
    sys.modules.pop("new_page", None)


def test_a_template_is_all_that_a_new_page_brings(package: str) -> None:
    page = rendered(package, "small.html", title="Ratings", rows=[["a", "1.0"]])
    assert "<title>Small</title>" in page
    assert '<button id="theme"' in page
    assert '<td class="n">1.0</td>' in page
    assert "http" not in page.replace(SVG, "")
    assert page.startswith("<!doctype html>")


def test_values_stay_text(package: str) -> None:
    page = rendered(package, "small.html", title="<script>alert(1)</script>", rows=[["<b>", "&"]])
    assert "<script>alert" not in page
    assert "<td>&lt;b&gt;</td>" in page


def test_a_value_that_is_not_given_is_an_error(package: str) -> None:
    with pytest.raises(UndefinedError, match="title"):
        rendered(package, "small.html", rows=[])
    with pytest.raises(TemplateNotFound, match="absent"):
        rendered(package, "absent.html")


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=8))
def test_a_script_holds_what_it_was_given_and_ends_no_element(payload: object) -> None:
    text = as_script("DATA", {"x": payload, "end": "</script><!--"}).decode()
    assert "</" not in text
    assert json.loads(text.removeprefix("window.DATA = ").removesuffix(";\n"))["x"] == payload


def test_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        as_script("DATA", math.nan)


def test_addresses() -> None:
    assert link("run #1/a b?.png") == "run%20%231/a%20b%3F.png"
    assert data_uri(b"\x89PNG") == "data:image/png;base64,iVBORw=="


def test_downloads_are_tables_and_one_json(tmp_path: Path) -> None:
    table = Download(("name", "value"), [("a,b", 1.5), ("c", None)], "all of it")
    found = write_downloads(tmp_path, {"t": table}, whole=({"x": 1}, "the rest"))
    assert ("downloads/t.csv", "all of it") in found
    assert (tmp_path / "downloads" / "t.csv").read_text() == 'name,value\n"a,b",1.5\nc,\n'
    assert json.loads((tmp_path / "downloads" / "whole.json").read_text()) == {"x": 1}
    assert all((tmp_path / path).is_file() for path, _ in found)


def test_csv_is_utf_8() -> None:
    assert csv_bytes(("σ",), [("×",)]) == "σ\n×\n".encode()
