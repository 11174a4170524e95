"""The order of the house: nothing goes round in a circle, and rooms, files and functions keep their sizes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import median

from tests.structure.modules import ROOT, functions, imports, modules, shipped

LISTS = {
    "degrade/functional",
    "degrade/operators",
    "realsr/losses",
    "realsr/metrics",
    "realsr/models",
    "realsr/training",
}
"""Folders that are lists: one file more is one thing more of the same kind."""

ROOM = 20
LINES = 400
FUNCTION = 15
EMPTY_NAMES = {"common", "helper", "helpers", "misc", "util", "utils"}


def circle(graph: Mapping[str, Set[str]]) -> list[str]:
    """One circle of a graph, first and last the same; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) in (
        ["a", "b", "c", "a"],
        ["b", "c", "a", "b"],
        ["c", "a", "b", "c"],
    )
    assert circle({"a": {"b", "c"}, "b": {"c"}}) == []


def test_imports_are_read() -> None:
    assert "degrade.trace" in imports("degrade.draw")
    assert "realsr.cli.start" in imports("realsr.__main__")


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert circle({name: imports(name) for name in modules()}) == []


def test_folders_hold_twenty_modules_at_most() -> None:
    folders = Counter(path.parent for path in modules().values() if path.name != "__init__.py")
    sizes = {path.relative_to(ROOT).as_posix(): size for path, size in folders.items()}
    assert {name: size for name, size in sizes.items() if size > ROOM and name not in LISTS} == {}
    assert set(sizes) >= LISTS


def test_files_have_four_hundred_lines_at_most() -> None:
    sizes = {name: lines(path) for name, path in modules().items()}
    assert {name: size for name, size in sizes.items() if size > LINES} == {}


def test_functions_are_short() -> None:
    sizes = [
        (node.end_lineno or 0) - node.lineno + 1
        for path in shipped().values()
        for node in functions(path)
    ]
    assert len(sizes) > 1000
    assert median(sizes) <= 6
    assert sum(size <= FUNCTION for size in sizes) >= 0.9 * len(sizes)


def test_names_say_what_is_in_a_module() -> None:
    words = {name: set(name.replace("_", ".").split(".")) for name in modules()}
    assert {name for name, parts in words.items() if parts & EMPTY_NAMES} == set()


def test_what_tests_share_is_in_no_test() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith(("from tests.", "import tests.")) and ".test_" in line.split()[1]
    ]
    assert found == []
