"""One meaning for the name of a class."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.structure.modules import classes, shipped

ALLOWED: dict[str, dict[str, str]] = {
    "degrade": {},  # a name: why two classes may share it
    "realsr": {},
}


@pytest.mark.parametrize("library", sorted(ALLOWED))
def test_a_class_name_has_one_meaning_in_a_library(library: str) -> None:
    found = defaultdict(list)
    for name, path in shipped().items():
        if name.split(".")[0] == library:
            for each in classes(path):
                found[each].append(name)
    twice = {name: places for name, places in found.items() if len(places) > 1}
    assert {name: places for name, places in twice.items() if name not in ALLOWED[library]} == {}
    assert set(ALLOWED[library]) <= set(twice), "allowed, and no longer needed"
