from __future__ import annotations

from tests.cases.case import Case

CASES = (
    Case(
        "resize",
        (
            {"factor": 0.37, "filter": "area", "antialias": True},
            {"factor": 0.5, "filter": "bilinear", "antialias": False},
            {"factor": 0.71, "filter": "bicubic", "antialias": True},
            {"factor": 1.4, "filter": "bicubic", "antialias": False},
            {"factor": 1.2, "filter": "area", "antialias": True, "enlarging": "bilinear"},
            {"factor": 1.0, "filter": "bicubic", "antialias": True},
            {"factor": 0.6, "filter": "nearest", "antialias": False},
            {
                "factor": 0.43,
                "filter": "bicubic_075",
                "antialias": False,
                "rounding": "floor",
                "coordinates": "factor",
            },
            {"factor": 0.3, "filter": "adaptive_area", "antialias": False, "rounding": "floor"},
            {"factor": 0.45, "filter": "lanczos3", "shift_y": 0.3, "shift_x": -1.7},
            {"factor": 1.7, "filter": "kaiser", "light": "linear"},
            {"factor": 0.4, "filter": "magic_kernel_sharp_2021", "light": "linear", "shift_x": 0.5},
            {
                "factor": 1.6,
                "filter": "area",
                "shift_y": 0.4,
                "antialias": False,
                "enlarging": "hermite",
            },
        ),
    ),
)
