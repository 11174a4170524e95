"""The faces of packages: names that a caller may use, each loaded when it is first asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module


def lazy(
    package: str, names: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], Iterable[str]]]:
    """`__getattr__` and `__dir__` of a package whose `names` lie in the modules that are told.

    So a face costs nothing to import, and a module of the package may be imported without all the others.
    """

    def found(name: str) -> object:
        if name not in names:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(names[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return found, lambda: sorted(names)
