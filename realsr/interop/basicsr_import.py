"""Importing BasicSR 1.4.2, which no longer imports by itself.

`basicsr.data.degradations` wants `torchvision.transforms.functional_tensor`, which torchvision 0.17 removed: an
alias with the one function it asks for stands in, only while BasicSR is imported and only where the module is
really absent.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType

from degrade.errors import DegradeError

ALIAS = "torchvision.transforms.functional_tensor"


class MissingBasicSRError(DegradeError):
    """BasicSR is needed and cannot be imported."""


@cache
def load(name: str) -> ModuleType:
    """Import a module of BasicSR, e.g. `basicsr.data.degradations`. Raises MissingBasicSRError."""
    try:
        with _aliased():
            return importlib.import_module(name)
    except ImportError as error:
        # What BasicSR declares would bring a second OpenCV, and building it alone would fetch torch again.
        raise MissingBasicSRError(
            f"{name} cannot be imported ({error}); BasicSR 1.4.2 is needed: pip install addict future && "
            "pip install --no-deps --no-build-isolation basicsr==1.4.2"
        ) from error


@contextmanager
def _aliased() -> Iterator[None]:
    if not _is_absent():
        yield
        return
    functional = importlib.import_module("torchvision.transforms.functional")
    alias = ModuleType(ALIAS)
    alias.rgb_to_grayscale = functional.rgb_to_grayscale  # type: ignore[attr-defined]
    sys.modules[ALIAS] = alias
    try:
        yield
    finally:
        del sys.modules[ALIAS]


def _is_absent() -> bool:
    try:
        importlib.import_module(ALIAS)
    except ImportError:
        return True
    return False
