from __future__ import annotations

from tests.cases.case import Case

CASES = (Case("falling_light", ({"fall": 0.0}, {"fall": 0.4}, {"fall": 1.0})),)
