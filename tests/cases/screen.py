from __future__ import annotations

from tests.cases.case import Case

CASES = (
    Case(
        "halftone",
        (
            {"cell": 4.0, "strength": 0.8},
            {"cell": 7.3, "shape": "diamond", "black": True, "phase_x": 0.3, "strength": 0.5},
            {"cell": 3.1, "shape": "square", "softness": 1.0, "strength": 0.2},
            {"cell": 9.0, "shape": "line", "strength": 0.0},
        ),
    ),
    Case(
        "screentone",
        ({"cell": 5.0}, {"cell": 3.0, "tones": 9, "shape": "line", "angle": 1.0, "strength": 0.6}),
        differentiable=False,
    ),
    Case(
        "scan_lines",
        (
            {"period": 2.0, "darkness": 0.0},
            {"period": 2.0, "darkness": 1.0},
            {"period": 3.7, "darkness": 0.4, "phase": 0.3},
        ),
    ),
    Case(
        "moire",
        (
            {"pitch": 1.1, "angle": 0.05, "contrast": 0.4},
            {"pitch": 2.03, "angle": -0.2, "contrast": 0.0, "row_contrast": 0.9, "phase_y": 1.0},
            {"pitch": 0.97, "angle": 0.02, "contrast": 0.2, "row_contrast": 0.2, "phase_x": 2.0},
        ),
    ),
)
