from __future__ import annotations

from tests.cases.case import Case

CASES = (
    Case("clamp", ({}, {"low": 0.1, "high": 0.8}), tolerance=0.0),
    Case("quantise", ({}, {"levels": 16}), tolerance=0.0, differentiable=False),
)
