from __future__ import annotations

from tests.cases.case import Case

CASES = (Case("usm", ({},), outliers=1e-3),)
