from __future__ import annotations

import hashlib
from pathlib import Path

from degrade.trace import Values
from tests.cases.case import Case


def _learned(name: str, **more: float) -> Values:
    file = Path(__file__).parent.parent / "downsamplers" / f"{name}.safetensors"
    return {
        "file": str(file),
        "digest": hashlib.sha256(file.read_bytes()).hexdigest(),
        **more,
    }


LINEAR_X2 = _learned("linear_x2", scale=2, margin=2)
"""Made-up weights: layers of 3, 3 and 1 pixels."""
LINEAR_X3 = _learned("linear_x3", scale=3, margin=3)
"""Layers of 5 and 3 pixels."""

CASES = (Case("learned_downsampler", (LINEAR_X2, LINEAR_X3, {**LINEAR_X2, "shift_x": 0.25})),)
