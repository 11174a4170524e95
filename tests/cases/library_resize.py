from __future__ import annotations

from tests.cases.case import Case

CASES = (
    Case(
        "pil_resize",
        tuple(
            {"factor": factor, "filter": name}
            for factor, name in zip(
                (0.3, 0.5, 0.71, 1.4, 0.4, 2.0),
                ("nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"),
                strict=True,
            )
        ),
        tolerance=0.0,
        differentiable=False,
    ),
    Case(
        "cv2_resize",
        (
            {"factor": 0.3, "filter": "nearest"},
            {"factor": 0.5, "filter": "linear", "rounding": "floor"},
            {"factor": 0.71, "filter": "cubic"},
            {"factor": 1.4, "filter": "lanczos4", "eight_bit": False},
            {"factor": 0.4, "filter": "area"},
        ),
        tolerance=0.0,
        differentiable=False,
    ),
    Case(
        "torch_resize",
        (
            {"factor": 0.3, "filter": "nearest"},
            {"factor": 0.6, "filter": "nearest-exact", "rounding": "floor"},
            {"factor": 0.71, "filter": "bilinear", "antialias": True},
            {"factor": 1.4, "filter": "bicubic"},
            {"factor": 0.4, "filter": "bicubic", "antialias": True},
            {"factor": 0.4, "filter": "area"},
        ),
        tolerance=0.0,
    ),
)
