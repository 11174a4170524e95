from __future__ import annotations

from tests.cases.case import Case

CASES = (Case("zoom_blur", ({"most": 1.0}, {"most": 1.1, "exposures": 2}, {"most": 1.3})),)
