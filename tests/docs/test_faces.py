"""What the documentation's library examples may use: the faces of packages, and names that stand in them."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, fenced

FACES = {"degrade", *(f"realsr.{path.parent.name}" for path in ROOT.glob("realsr/*/__init__.py"))}


def ours(page: str) -> list[tuple[str, str | None]]:
    """Every module of ours that a page's Python imports, with the names that it takes from it."""
    found: list[tuple[str, str | None]] = []
    for block in fenced(page, "python"):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.Import):
                found += [(alias.name, None) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                found += [(node.module or "", alias.name) for alias in node.names]
    return [pair for pair in found if pair[0].partition(".")[0] in ("degrade", "realsr")]


@pytest.mark.parametrize("page", PAGES)
def test_examples_import_from_faces_alone(page: str) -> None:
    for module, name in ours(page):
        assert module in FACES, f"{page}: {module} is no face"
        if name is not None:
            assert name in importlib.import_module(module).__all__, f"{page}: {module}.{name}"


def test_examples_there_are() -> None:
    modules = {module for page in PAGES for module, _ in ours(page)}
    assert {"degrade", "realsr.pairs", "realsr.training"} <= modules


@pytest.mark.parametrize("face", ["training", "inference", "pairs", "pages"])
def test_every_name_of_a_face_is_there(face: str) -> None:
    module = importlib.import_module(f"realsr.{face}")
    for name in module.__all__:
        assert getattr(module, name) is not None
    assert Path(module.__file__ or "").name == "__init__.py"
    assert set(module.__all__) <= set(dir(module))


@pytest.mark.parametrize("face", ["training", "inference"])
def test_another_name_is_an_error(face: str) -> None:
    module = importlib.import_module(f"realsr.{face}")
    with pytest.raises(AttributeError, match="no attribute 'absent'"):
        module.absent  # noqa: B018
