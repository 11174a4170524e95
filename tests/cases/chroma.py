from __future__ import annotations

from tests.cases.case import Case

CASES = (
    Case(
        "chroma_subsampling",
        (
            {"layout": "4:2:0"},
            {"layout": "4:1:0", "matrix": "bt709", "down": "bilinear", "up": "nearest"},
            {"layout": "4:4:4", "matrix": "bt2020"},
            {"layout": "4:1:1", "down": "bilinear"},
            {"layout": "4:2:2", "up": "nearest"},
            {"layout": "4:4:0", "matrix": "bt709"},
        ),
    ),
)
