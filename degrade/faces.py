"""The faces of packages: names that a caller may use, each loaded when it is first asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from types import ModuleType


class _Face(ModuleType):
    """A package whose modules do not take the place of its names: importing one binds it to the package."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (isinstance(value, ModuleType) and name in self.__dict__.get("__all__", ())):
            super().__setattr__(name, value)


def lazy(
    package: str, names: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], Iterable[str]]]:
    """`__getattr__` and `__dir__` of a package whose `names` lie in the modules that are told.

    So a face costs nothing to import, and a module of the package may be imported without all the others. A
    name of the face is what the face says, even where a module is called the same.
    """
    sys.modules[package].__class__ = _Face

    def found(name: str) -> object:
        if name not in names:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(names[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return found, lambda: sorted(names)
