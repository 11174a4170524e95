"""BasicSR's networks, where it is installed: what our weights and outputs are compared with."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest


def basicsr(module: str) -> Any:
    """A module of `basicsr.archs`; the test is skipped where BasicSR is absent."""
    if importlib.util.find_spec("basicsr") is None:
        pytest.skip("BasicSR 1.4.2 is not installed")
    from benchmarks import basicsr_import

    return basicsr_import.load(f"basicsr.archs.{module}")
