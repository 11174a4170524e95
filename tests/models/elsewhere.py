"""Small networks whose code is spandrel's, as `benchmarks.training.small` has them, made for tests."""

from __future__ import annotations

import pytest
from torch import nn

from benchmarks.training.small import LEAST, SMALL
from realsr.models.table import build

__all__ = ["LEAST", "SMALL", "small"]


def small(name: str, scale: int | None = None) -> nn.Module:
    """A network of few weights. Skips the test without spandrel."""
    pytest.importorskip("spandrel", reason="the extra interop is not installed")
    return build(f"spandrel/{name}", scale=scale or LEAST[name], **SMALL[name])
