from __future__ import annotations

from tests.cases.case import Case

FLAT_TABLE = " ".join(["12"] * 64)
STEEP_TABLE = " ".join(str(1 + 4 * row + 3 * column) for row in range(8) for column in range(8))

CASES = (
    Case(
        "double_jpeg",
        (
            {"first_quality": 30, "second_quality": 80, "offset_y": 3, "offset_x": 5},
            {
                "first_quality": 90,
                "second_quality": 20,
                "first_subsampling": "4:4:4",
                "second_subsampling": "4:2:2",
            },
            {"first_quality": 50, "second_quality": 50, "offset_x": 7},
        ),
        tolerance=0.0,
        differentiable=False,
    ),
    Case(
        "jpeg_tables",
        (
            {"luma": FLAT_TABLE, "chroma": STEEP_TABLE},
            {"luma": STEEP_TABLE, "chroma": FLAT_TABLE, "subsampling": "4:4:4"},
            {"luma": STEEP_TABLE, "chroma": STEEP_TABLE, "subsampling": "4:2:2"},
        ),
        tolerance=0.0,
        differentiable=False,
    ),
    Case(
        "basicsr_diffjpeg",
        ({"quality": 30.5}, {"quality": 95.0}, {"quality": 1.0}, {"quality": 100.0}),
        tolerance=0.0,
        differentiable=False,
    ),
)
