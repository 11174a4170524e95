"""The citation file: what the format asks for, and the version that it names."""

from __future__ import annotations

import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
ASKED = {"cff-version", "message", "title", "authors"}
KNOWN = ASKED | {"type", "abstract", "version", "license", "keywords"}


def test_the_citation_is_of_the_format_and_of_this_version() -> None:
    said = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(said) >= ASKED
    assert set(said) <= KNOWN
    assert said["cff-version"] == "1.2.0"
    assert said["type"] == "software"
    assert str(said["version"]) == project["version"]
    assert said["license"] == project["license"]
    assert all(set(author) & {"name", "family-names"} for author in said["authors"])
