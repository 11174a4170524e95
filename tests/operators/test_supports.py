"""Tables of a whole batch made at once, against those made record by record."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from degrade.functional.libjpeg.sampling import FACTORS, layout_columns, layout_of
from degrade.functional.psf_supports import Cut, supports_of
from degrade.geometry import Frame, Placement, Size
from degrade.operators import blur, resize
from degrade.operators.base import Group
from degrade.operators.matlab_resize import MatlabBicubicParameters, _matlab_place
from degrade.operators.packed import Batch, PackedPart
from degrade.operators.packed_lines import rounded_up_sizes, scaled_sizes
from degrade.operators.packed_resize import pair_rows
from degrade.operators.psf_blur import _prepare, supports

SIZES = st.sampled_from([1, 3, 7, 13, 21, 31])
SIGMAS = st.floats(0.05, 100.0)
ANGLES = st.sampled_from([0.0, math.pi, -math.pi / 2, math.pi / 4]) | st.floats(-math.pi, math.pi)
BETAS = st.sampled_from([0.5, 1.0, 2.0]) | st.floats(0.1, 16.0)


def group(records: Sequence[Any]) -> Group[Any]:
    size = Size(8, 8)
    count = len(records)
    return Group(records, [size] * count, [Placement(size)] * count, torch.device("cpu"))


def shapes(record: type[Any], **more: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Records with one sigma or two."""
    pair = st.tuples(SIGMAS, SIGMAS) | SIGMAS.map(lambda sigma: (sigma, sigma))

    def made(size: int, sigmas: tuple[float, float], **others: float) -> Any:
        return record(size=size, sigma_x=sigmas[0], sigma_y=sigmas[1], **others)

    return st.lists(st.builds(made, SIZES, pair, angle=ANGLES, **more), min_size=1, max_size=6)


KINDS: dict[str, tuple[st.SearchStrategy[list[Any]], Callable[..., Cut], Callable[..., Any]]] = {
    "gaussian": (
        shapes(blur.GaussianBlurParameters),
        blur._gaussian_cut,
        blur._gaussian_psfs,
    ),
    "generalised": (
        shapes(blur.GeneralisedGaussianBlurParameters, beta=BETAS),
        blur._generalised_cut,
        blur._generalised_psfs,
    ),
    "plateau": (
        shapes(blur.PlateauBlurParameters, beta=BETAS),
        blur._plateau_cut,
        blur._plateau_psfs,
    ),
    "sinc": (
        st.lists(
            st.builds(
                lambda size, cutoff: blur.SincBlurParameters(size=size, cutoff=cutoff),
                SIZES,
                st.sampled_from([math.pi, math.pi / 3]) | st.floats(0.01, math.pi),
            ),
            min_size=1,
            max_size=6,
        ),
        blur._sinc_cut,
        blur._sinc_psfs,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
@settings(deadline=None, max_examples=60)
def test_kernels_by_their_symmetry_have_the_bits_of_whole_ones(
    kind: str, data: st.DataObject
) -> None:
    records, cut, psfs = KINDS[kind]
    own = group(data.draw(records))
    made, expected = supports_of([cut(own)]), supports(psfs(own).numpy())
    assert made.reaches.tolist() == expected.reaches.tolist()
    assert made.taps.dtype == expected.taps.dtype
    assert made.taps.tobytes() == expected.taps.tobytes()


def test_kernels_of_several_kinds_are_cut_together() -> None:
    """As each kind alone."""
    round_, turned = (
        blur.PlateauBlurParameters(size=9, sigma_x=2, sigma_y=y, angle=angle, beta=1.5)
        for y, angle in ((2, 0), (1, 0.4))
    )
    groups = [
        group([blur.SincBlurParameters(size=size, cutoff=1.0) for size in (7, 21)]),
        group([round_, turned, round_]),
        group([blur.GaussianBlurParameters(size=13, sigma_x=0.3, sigma_y=0.2)]),
    ]
    makers = blur._sinc_cut, blur._plateau_cut, blur._gaussian_cut
    cuts = [cut(own) for cut, own in zip(makers, groups, strict=True)]
    made, alone = supports_of(cuts), [supports_of([cut]) for cut in cuts]
    assert made.taps.tobytes() == b"".join(own.taps.tobytes() for own in alone)
    assert made.reaches.tolist() == [reach for own in alone for reach in own.reaches.tolist()]


def test_every_sample_finds_its_own_kernel_whoever_made_it() -> None:
    """Kernels that are cut together and kernels that came whole, in launch order."""
    sinc = group([blur.SincBlurParameters(size=size, cutoff=1.0) for size in (7, 9)])
    gaussian = group([blur.GaussianBlurParameters(size=5, sigma_x=0.9, sigma_y=0.4)])
    whole = supports(blur._sinc_psfs(sinc).numpy()[::-1].copy())
    parts = [
        PackedPart(np.array([1, 4]), sinc, whole),
        PackedPart(np.array([2]), gaussian, blur._gaussian_cut(gaussian)),
        PackedPart(np.array([0, 3]), sinc, blur._sinc_cut(sinc)),
    ]
    tables = _prepare(Batch(parts, np.array([0, 5]), 3)).tables
    small, large = (supports(blur._sinc_psfs(group([record])).numpy()) for record in sinc.records)
    middle = supports(blur._gaussian_psfs(gaussian).numpy())
    for sample, expected in enumerate((small, large, middle, large, small)):
        start, reach = (int(tables.each[name][sample]) for name in ("starts", "reaches"))
        assert reach == expected.reaches[0]
        taps = tables.shared["kernels"][start : start + (2 * reach + 1) ** 2]
        assert taps.tobytes() == expected.taps.tobytes()


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
