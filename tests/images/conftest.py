"""Photographs and runs, as the tests of pairs have them."""

from __future__ import annotations

from tests.pairs.conftest import make, photograph, photographs, tree

__all__ = ["make", "photograph", "photographs", "tree"]
