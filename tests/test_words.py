"""One meaning for a word: a class of these rooms is called as no other class of the toolkit is."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("cli", "demos", "ganlab", "inference", "pages", "training")


def test_no_class_name_is_taken_twice() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for top in ("degrade", "realsr"):
        for path in sorted((ROOT / top).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places[node.name].append(path.relative_to(ROOT).as_posix())
    ours = tuple(f"realsr/{room}/" for room in ROOMS)
    twice = {name: found for name, found in places.items() if len(found) > 1}
    assert {
        name: found for name, found in twice.items() if any(p.startswith(ours) for p in found)
    } == {}
