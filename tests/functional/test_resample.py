"""Resampling: torch's own results, laws, and the fast form against the definition."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from degrade.functional.filters import FILTERS, FilterName
from degrade.functional.resample import (
    Line,
    resample,
    resample_image,
    tables,
    taps,
)
from degrade.geometry import factor_axis
from tests.functional.dense import CPU, dense, line, tilted

REPRODUCE_RAMPS = ("bilinear", "bicubic")
TORCH = [
    ("bilinear", False, "bilinear"),
    ("bicubic_075", False, "bicubic"),
    ("bilinear", True, "bilinear"),
    ("bicubic", True, "bicubic"),
    ("adaptive_area", False, "area"),
    ("nearest", False, "nearest-exact"),
]
SIZES = [
    ((40, 50), (27, 33)),
    ((40, 50), (10, 9)),
    ((7, 9), (31, 20)),
    ((5, 6), (1, 1)),
    ((1, 1), (3, 4)),
    ((64, 48), (7, 100)),
    ((30, 30), (20, 30)),
]

sides = st.integers(1, 40)
filters = st.sampled_from(sorted(FILTERS))


@st.composite
def lines(draw: st.DrawFn) -> tuple[Line, Line]:
    name, antialias = draw(filters), draw(st.booleans())
    return tuple(line(name, antialias, draw(sides), draw(sides)) for _ in range(2))  # type: ignore[return-value]


def noise(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def image_of(tensor: torch.Tensor) -> np.ndarray:
    return np.ascontiguousarray(tensor[0].permute(1, 2, 0).numpy())


def interpolate(images: torch.Tensor, mode: str, antialias: bool, **size: object) -> torch.Tensor:
    options = {} if mode in ("area", "nearest-exact") else {"antialias": antialias}
    return torch.nn.functional.interpolate(images, mode=mode, **size, **options)  # type: ignore[arg-type]


def test_every_named_filter_has_a_row() -> None:
    assert set(FILTERS) == set(get_args(FilterName))


@pytest.mark.parametrize(("name", "antialias", "mode"), [case for case in TORCH if not case[1]])
@pytest.mark.parametrize(("size", "out"), SIZES)
@pytest.mark.parametrize(("dtype", "bound"), [(torch.float64, 1e-9), (torch.float32, 1e-4)])
def test_equals_torch_by_size(
    name: str,
    antialias: bool,
    mode: str,
    size: tuple[int, int],
    out: tuple[int, int],
    dtype: torch.dtype,
    bound: float,
) -> None:
    images = noise(1, 2, *size, dtype=dtype)
    row, column = (line(name, antialias, *pair) for pair in zip(size, out, strict=True))
    expected = interpolate(images, mode, antialias, size=out)
    torch.testing.assert_close(
        resample(images, [row], [column]), expected, atol=bound, rtol=0, check_dtype=True
    )


@pytest.mark.parametrize(("name", "mode"), [(name, mode) for name, aa, mode in TORCH if aa])
@pytest.mark.parametrize(("size", "out"), [(400, 271), (301, 300), (200, 50), (53, 8), (97, 131)])
def test_antialias_is_torchs_with_its_centre_put_right(
    name: str, mode: str, size: int, out: int
) -> None:
    used = line(name, True, size, out)
    identity = torch.eye(size, dtype=torch.float64).view(1, 1, size, size)
    torchs = interpolate(identity, mode, True, size=(out, size))[0, 0].numpy()
    position = used.scale * np.arange(out) + used.shift
    expected = tilted(torchs, position) if size > out else torchs
    assert np.abs(dense(used).numpy() - expected).max() < 1e-9


@pytest.mark.parametrize(("name", "antialias", "mode"), [case for case in TORCH[:4] if not case[1]])
@pytest.mark.parametrize("factor", [0.1534, 0.33, 0.5, 0.77, 1.3, 1.9])
def test_equals_torch_by_factor(name: str, antialias: bool, mode: str, factor: float) -> None:
    images = noise(1, 2, 41, 53, dtype=torch.float64)
    expected = interpolate(images, mode, antialias, scale_factor=factor)
    axis = factor_axis(factor)
    row, column = (
        Line(name, antialias, size, out, axis.scale, axis.shift)
        for size, out in zip(images.shape[2:], expected.shape[2:], strict=True)
    )
    torch.testing.assert_close(resample(images, [row], [column]), expected, atol=1e-9, rtol=0)


@given(pair=lines(), value=st.floats(0, 1, width=32))
def test_constants_stay(pair: tuple[Line, Line], value: float) -> None:
    image = np.full((pair[0].size_in, pair[1].size_in, 3), value, np.float32)
    result = resample_image(image, *tables(pair))
    assert result.shape == (pair[0].size_out, pair[1].size_out, 3)
    assert np.abs(result - np.float32(value)).max() <= 5e-7


@given(pair=lines(), channels=st.integers(1, 5))
def test_fast_form_and_definition(pair: tuple[Line, Line], channels: int) -> None:
    images = noise(1, channels, pair[0].size_in, pair[1].size_in)
    exact = image_of(resample(images.double(), [pair[0]], [pair[1]]))
    single = resample_image(image_of(images), *tables(pair))
    assert single.dtype == np.float32
    assert single.flags.c_contiguous
    assert np.abs(single - exact).max() <= 5e-7
    assert np.abs(image_of(resample(images, [pair[0]], [pair[1]])) - exact).max() <= 5e-7


@pytest.mark.parametrize("name", ["nearest", "area", "bilinear", "bicubic"])
@pytest.mark.parametrize("antialias", [False, True])
def test_a_step_to_the_same_size_gives_the_image_back(name: str, antialias: bool) -> None:
    images = noise(1, 3, 20, 31)
    image = image_of(images)
    row, column = line(name, antialias, 20, 20), line(name, antialias, 31, 31)
    assert resample_image(image, *tables([row, column])) is image
    np.testing.assert_array_equal(image_of(resample(images, [row], [column])), image)
    moved = row._replace(shift=1.0, repeats=True)
    down = resample_image(image, *tables([moved, column]))
    np.testing.assert_allclose(down[:-1], image[1:], atol=1e-7, rtol=0)


@given(size=st.integers(20, 300), factor=st.floats(0.15, 4.0), antialias=st.booleans())
@pytest.mark.parametrize("name", REPRODUCE_RAMPS)
def test_ramps_are_reproduced(name: str, size: int, factor: float, antialias: bool) -> None:
    out = max(1, round(size * factor))
    used = line(name, antialias and out >= size, size, out)
    ramp = torch.arange(size, dtype=torch.float64).view(1, 1, -1, 1)
    result = resample(ramp, [used], [line(name, False, 1, 1)])[0, 0, :, 0]
    position = used.scale * torch.arange(out, dtype=torch.float64) + used.shift
    inside = (position >= 1.0) & (position <= size - 2.0)
    assert torch.where(inside, result - position, 0.0).abs().max() < 1e-8


@given(pairs=st.lists(lines(), min_size=2, max_size=5), data=st.integers(0, 2**31))
@settings(max_examples=40)
def test_a_batch_gives_the_bits_of_its_samples(pairs: list[tuple[Line, Line]], data: int) -> None:
    height = max(row.size_in for row, _ in pairs) + 3
    width = max(column.size_in for _, column in pairs) + 2
    canvas = noise(len(pairs), 2, height, width, seed=data) - 0.5
    batch = resample(canvas, [row for row, _ in pairs], [column for _, column in pairs])
    for index, (row, column) in enumerate(pairs):
        own = canvas[index : index + 1, :, : row.size_in, : column.size_in]
        alone = resample(own, [row], [column])
        inside = batch[index : index + 1, :, : row.size_out, : column.size_out]
        assert torch.equal(inside.view(torch.int32), alone.view(torch.int32))
    assert torch.isfinite(batch).all()


@given(pairs=st.lists(lines(), min_size=1, max_size=4))
def test_taps_are_inside_and_sum_to_one(pairs: list[tuple[Line, Line]]) -> None:
    own = [row for row, _ in pairs]
    length = max(one.size_out for one in own) + 2
    index, weight = taps(own, length, CPU)
    for one, places, parts in zip(own, index, weight, strict=True):
        assert 0 <= int(places.min()) <= int(places.max()) < one.size_in
        torch.testing.assert_close(
            parts[: one.size_out].sum(-1), torch.ones(one.size_out, dtype=torch.float64)
        )
        assert not parts[one.size_out :].any()


@pytest.mark.parametrize(
    ("name", "antialias", "ripple"),
    [
        ("bilinear", False, 1e-9),
        ("bicubic", False, 1e-9),
        ("bicubic", True, 1e-9),
        ("bilinear", True, 1e-9),
        ("area", False, 1e-9),
        ("bicubic_075", False, 0.05),
        ("adaptive_area", False, 0.5),
    ],
)
@pytest.mark.parametrize(("size", "out"), [(400, 271), (301, 300), (200, 100), (131, 97)])
def test_first_moments_follow_the_map(
    name: str, antialias: bool, ripple: float, size: int, out: int
) -> None:
    """At every interior pixel; the two compatible filters ripple about the map by a part of a pixel."""
    used = line(name, antialias, size, out)
    index, weight = taps([used], out, CPU)
    measured = (index * weight).sum(-1)[0]
    away = measured - used.scale * torch.arange(out, dtype=torch.float64) - used.shift
    interior = away[out // 8 : out - out // 8]
    assert abs(float(interior.mean())) < 1e-9
    assert float(interior.abs().max()) <= ripple


def test_area_is_exact_coverage() -> None:
    expected = torch.tensor([[2, 2, 0, 0], [0, 0, 2, 2]], dtype=torch.float64) / 4
    torch.testing.assert_close(dense(line("area", False, 4, 2)), expected, atol=1e-12, rtol=0)
    coverage = np.array([[2, 2, 1, 0, 0], [0, 0, 1, 2, 2]]) / 5
    expected = torch.from_numpy(tilted(coverage, np.array([0.75, 3.25])))
    torch.testing.assert_close(dense(line("area", False, 5, 2)), expected, atol=1e-12, rtol=0)


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_gradient(name: str) -> None:
    images = noise(2, 1, 7, 6, dtype=torch.float64).requires_grad_()
    rows = [line(name, True, 7, 4), line("bicubic", False, 5, 9)]
    columns = [line(name, True, 6, 3), line("bicubic", False, 6, 8)]
    assert torch.autograd.gradcheck(lambda x: resample(x, rows, columns), (images,))


def test_runs_without_values() -> None:
    rows = [line(name, True, 40, 15 - place % 6) for place, name in enumerate(FILTERS)]
    images = torch.empty(len(rows), 3, 40, 40, device="meta")
    result = resample(images, rows, rows)
    assert result.shape == (len(rows), 3, 15, 15)
    assert result.dtype == torch.float32


@given(pairs=st.lists(lines(), min_size=1, max_size=6))
def test_tables_do_not_depend_on_their_company(pairs: list[tuple[Line, Line]]) -> None:
    many = [used for pair in pairs for used in pair]
    for used, together in zip(many, tables(many), strict=True):
        (alone,) = tables([used])
        assert torch.equal(together.index, alone.index)
        assert together.weight.numpy().tobytes() == alone.weight.numpy().tobytes()


def test_threads_change_no_bit() -> None:
    image = image_of(noise(1, 3, 300, 280))
    pair = line("bicubic", True, 300, 171), line("bicubic", True, 280, 400)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        alone = resample_image(image, *tables(pair))
        torch.set_num_threads(4)
        together = resample_image(image, *tables(pair))
    finally:
        torch.set_num_threads(before)
    assert alone.tobytes() == together.tobytes()
