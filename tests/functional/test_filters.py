"""Resampling filters: their published formulas, their laws, and Pillow's own weights."""

from __future__ import annotations

import numpy as np
import PIL.Image
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from degrade.functional.filters import FILTERS
from degrade.functional.resample import Line, taps
from degrade.geometry import covering_axis
from tests.functional.dense import dense, line, tilted

CPU = torch.device("cpu")
INTERPOLATE = (
    "area",
    "bilinear",
    "bicubic",
    "bicubic_075",
    "lagrange",
    "hermite",
    "hann",
    "hamming",
)
INTERPOLATE += ("blackman", "kaiser", "lanczos2", "lanczos3", "lanczos4")
BLUR = ("mitchell", "bspline", "gaussian", "magic_kernel_sharp_2013", "magic_kernel_sharp_2021")
PLACED = sorted(set(FILTERS) - {"nearest", "adaptive_area", "bicubic_075"})
PILLOW = [
    ("bilinear", "BILINEAR"),
    ("bicubic", "BICUBIC"),
    ("lanczos3", "LANCZOS"),
    ("magic_kernel_sharp_2013", "MKS2013"),
    ("magic_kernel_sharp_2021", "MKS2021"),
]


def weights(name: str, distance: np.ndarray) -> np.ndarray:
    one = torch.ones((), dtype=torch.float64)
    return FILTERS[name].weight(torch.from_numpy(np.asarray(distance, np.float64)), one).numpy()


def piecewise(x: np.ndarray, *pieces: tuple[float, object]) -> np.ndarray:
    x, out, done = np.abs(x), np.zeros_like(x), np.zeros(x.shape, bool)
    for end, piece in pieces:
        here = ~done & (x <= end)
        out[here] = piece(x[here])  # type: ignore[operator]
        done |= here
    return out


@pytest.mark.parametrize(("name", "mode"), PILLOW)
@pytest.mark.parametrize(("size", "out"), [(200, 131), (200, 50), (97, 131), (64, 192)])
def test_weights_are_pillows_with_their_centre_put_right(
    name: str, mode: str, size: int, out: int
) -> None:
    if not hasattr(PIL.Image.Resampling, mode):
        pytest.skip(f"this Pillow has no {mode}")
    identity = PIL.Image.fromarray(np.eye(size, dtype=np.float32))
    theirs = np.asarray(identity.resize((size, out), PIL.Image.Resampling[mode]), np.float64)
    used = line(name, True, size, out)
    position = used.scale * np.arange(out) + used.shift
    # Enlarging, Pillow leaves out what lies beyond the border and ours repeats it.
    inside = slice(12, -12)
    expected = tilted(theirs, position) if size > out or FILTERS[name].ripples else theirs
    assert (
        np.abs(dense(used).numpy() - expected)[inside].max() < 1e-5
    )  # float32 weights, times up to 200 pixels


def test_magic_kernel_sharp_is_costellas_pieces() -> None:
    x = np.linspace(-6, 6, 2401)
    expected = piecewise(
        x,
        (0.5, lambda u: 17 / 16 - 7 / 4 * u**2),
        (1.5, lambda u: u**2 - 11 / 4 * u + 7 / 4),
        (2.5, lambda u: -((u - 5 / 2) ** 2) / 8),
    )
    assert np.abs(weights("magic_kernel_sharp_2013", x) - expected).max() < 1e-14
    expected = piecewise(
        x,
        (0.5, lambda u: 577 / 576 - 239 / 144 * u**2),
        (1.5, lambda u: (140 * u**2 - 379 * u + 239) / 144),
        (2.5, lambda u: -(24 * u**2 - 113 * u + 130) / 144),
        (3.5, lambda u: (4 * u**2 - 27 * u + 45) / 144),
        (4.5, lambda u: -((2 * u - 9) ** 2) / 1152),
    )
    assert np.abs(weights("magic_kernel_sharp_2021", x) - expected).max() < 1e-14


def test_cubics_by_their_values() -> None:
    halves = [0.0, 0.5, 1.0, 1.5, 2.0]
    known = {
        "mitchell": [8 / 9, 77 / 144, 1 / 18, -5 / 144, 0],
        "bspline": [2 / 3, 23 / 48, 1 / 6, 1 / 48, 0],
        "hermite": [1, 0.5, 0, 0, 0],
        "catmull_rom": [1, 9 / 16, 0, -1 / 16, 0],
        "lagrange": [1, 9 / 16, 0, -1 / 16, 0],
    }
    for name, values in known.items():
        np.testing.assert_allclose(weights(name, halves), values, atol=1e-15)


def test_lagrange_reproduces_cubics() -> None:
    used = line("lagrange", False, 40, 97)
    position = used.scale * np.arange(97) + used.shift
    inside = (position > 1) & (position < 38)
    cube = dense(used).numpy() @ np.arange(40.0) ** 3
    assert np.abs(cube - position**3)[inside].max() < 1e-6


@pytest.mark.parametrize(
    ("name", "window"),
    [
        ("hann", lambda n: np.hanning(n)),
        ("hamming", lambda n: np.hamming(n)),
        ("blackman", lambda n: np.blackman(n)),
        ("kaiser", lambda n: np.kaiser(n, 6.5) * np.i0(6.5)),
    ],
)
def test_windows_are_numpys(name: str, window: object) -> None:
    x = np.linspace(-4, 4, 801)
    expected = np.sinc(x) * window(801)  # type: ignore[operator]
    assert np.abs(weights(name, x) - expected)[1:-1].max() < 1e-12


@pytest.mark.parametrize("lobes", [2, 3, 4])
def test_lanczos(lobes: int) -> None:
    x = np.linspace(-5, 5, 1001)
    expected = np.where(np.abs(x) < lobes, np.sinc(x) * np.sinc(x / lobes), 0)
    assert np.abs(weights(f"lanczos{lobes}", x) - expected).max() < 1e-14


@pytest.mark.parametrize(("alias", "name"), [("box", "area"), ("catmull_rom", "bicubic")])
def test_a_second_name_is_the_same_filter(alias: str, name: str) -> None:
    for size, out in ((40, 17), (17, 40)):
        assert torch.equal(dense(line(alias, True, size, out)), dense(line(name, True, size, out)))


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_nothing_lies_beyond_the_support(name: str) -> None:
    entry = FILTERS[name]
    if entry.averages == "asked":
        beyond = entry.radius + np.linspace(1e-9, 3, 50)
        assert not weights(name, beyond).any()
        assert not weights(name, -beyond).any()


@pytest.mark.parametrize("name", INTERPOLATE)
@given(size=st.integers(12, 40), shift=st.integers(-5, 5))
def test_interpolants_hit_the_samples(name: str, size: int, shift: int) -> None:
    """At whole positions the weights are one pixel's alone, balanced or not."""
    index, weight = taps([Line(name, True, size, size, 1.0, shift, True)], size, CPU)
    matrix = torch.zeros(size, size, dtype=torch.float64)
    matrix.scatter_add_(1, index[0], weight[0])
    wanted = (torch.arange(size) + shift).clamp(0, size - 1)
    expected = torch.eye(size, dtype=torch.float64)[wanted]
    assert (matrix - expected).abs().max() < 1e-12


@pytest.mark.parametrize("name", BLUR)
def test_approximants_blur_at_whole_positions(name: str) -> None:
    centre = dense(line(name, False, 21, 21))[10]
    assert float((centre - torch.eye(21, dtype=torch.float64)[10]).abs().max()) > 1e-3


@pytest.mark.parametrize("name", PLACED)
@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize(
    ("size", "out"), [(400, 271), (301, 300), (200, 100), (97, 131), (100, 370), (100, 200)]
)
@pytest.mark.parametrize("shift", [0.0, 0.37, -1.3])
def test_centre_of_mass_is_where_the_map_says(
    name: str, antialias: bool, size: int, out: int, shift: float
) -> None:
    axis = covering_axis(size, out)
    used = Line(name, antialias, size, out, axis.scale, axis.shift + shift)
    index, weight = taps([used], out, CPU)
    measured = (index * weight).sum(-1)[0]
    position = used.scale * torch.arange(out, dtype=torch.float64) + used.shift
    interior = slice(out // 5, out - out // 5)
    assert (measured - position)[interior].abs().max() < 1e-9


@pytest.mark.parametrize(("name", "a"), [("bicubic", -0.5), ("bicubic_075", -0.75)])
def test_keys_cubic_has_its_parameter(name: str, a: float) -> None:
    """Between 1 and 2 it is a (x^3 - 5 x^2 + 8 x - 4), a / 8 at 1.5."""
    found = FILTERS[name].weight(torch.tensor([1.5, 3.0]), torch.tensor([1.0, 2.0]))
    assert found.tolist() == pytest.approx([a / 8, a / 8])
