"""Tables of a whole batch made at once, against those made record by record."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from degrade.functional.libjpeg.sampling import FACTORS, layout_columns, layout_of
from degrade.geometry import Frame, Size
from degrade.operators import resize
from degrade.operators.base import Group
from degrade.operators.matlab_resize import MatlabBicubicParameters, _matlab_place
from degrade.operators.packed_lines import rounded_up_sizes, scaled_sizes
from degrade.operators.packed_resize import pair_rows


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40), st.sampled_from(list(FACTORS)))))
def test_layouts_of_many_are_those_of_each(images: list[tuple[int, int, str]]) -> None:
    names = list(FACTORS)
    sides = np.array([image[:2] for image in images], np.int64).reshape(-1, 2)
    codes = np.array([names.index(image[2]) for image in images], np.int64)
    expected = [tuple(layout_of(*image))[2:] for image in images]
    assert list(map(tuple, layout_columns(sides, codes, names).tolist())) == expected


FACTOR = st.floats(0.1, 4.0)
FILTERS = st.sampled_from(
    ["area", "adaptive_area", "bicubic", "bilinear", "lanczos3", "bicubic_075", "nearest"]
)


@st.composite
def resizes(draw: st.DrawFn) -> Any:
    of, name = draw(st.sampled_from(["input", "target"])), draw(FILTERS)
    larger = draw(st.sampled_from(["same", "bicubic", "area"]))
    still = name == "adaptive_area"
    shift = 0.0 if still else draw(st.sampled_from([0.0, 0.25, -1.5]))
    return resize.ResizeParameters(
        factor=draw(FACTOR),
        of=of,
        filter=name,
        antialias=draw(st.booleans()),
        enlarging=larger,
        rounding=draw(st.sampled_from(["nearest", "floor"])),
        coordinates=draw(st.sampled_from(["size", "factor"])) if of == "input" else "size",
        shift_y=shift,
    )


@given(st.lists(resizes(), min_size=1, max_size=6), st.integers(1, 60), st.integers(1, 60))
@settings(deadline=None)
def test_sizes_and_lines_of_many_are_those_of_each(
    records: list[Any], height: int, width: int
) -> None:
    size, target = Size(height, width), Size(9, 11)
    places = [resize._place(record, Frame(size, target)) for record in records]
    own = Group(records, [size] * len(records), places, torch.device("cpu"))
    sides = np.array([size] * len(records), np.int64)
    assert scaled_sizes(own, sides, target).tolist() == [list(place.size) for place in places]
    made, expected = resize._packed_lines(own), pair_rows(*resize._lines_of(own))
    assert made.tobytes() == expected.tobytes()


@given(st.lists(st.tuples(FACTOR, st.booleans()), min_size=1, max_size=6), st.integers(1, 60))
def test_sizes_of_matlab_are_those_of_each(records: list[tuple[float, bool]], side: int) -> None:
    size, target = Size(side, 2 * side), Size(9, 11)
    own = [
        MatlabBicubicParameters(factor=factor, of="target" if named else "input")
        for factor, named in records
    ]
    places = [_matlab_place(record, Frame(size, target)) for record in own]
    samples: Group[Any] = Group(own, [size] * len(own), places, torch.device("cpu"))
    made = rounded_up_sizes(samples, np.array([size] * len(own), np.int64), target)
    assert made.tolist() == [list(place.size) for place in places]
