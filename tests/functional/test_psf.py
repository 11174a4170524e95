"""Point spread functions against their formulas, published kernels and laws."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from scipy import io, special

from degrade.functional import psf

Floats = npt.NDArray[np.float64]


def vector(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def gaussian(size: int, sigma_x: float, sigma_y: float, angle: float = 0.0) -> Floats:
    parameters = vector(sigma_x), vector(sigma_y), vector(angle)
    return psf.gaussian_psf(torch.tensor([size]), *parameters, canvas=size)[0].numpy()


def quadratic_form(size: int, sigma_x: float, sigma_y: float, angle: float) -> Floats:
    """By the inverse covariance, as BasicSR writes it, not by projection."""
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    inverse = np.linalg.inv(turn @ np.diag([sigma_x**2, sigma_y**2]) @ turn.T)
    axis = np.arange(-(size // 2), size // 2 + 1.0)
    x, y = np.meshgrid(axis, axis)
    grid = np.stack([x, y], axis=-1)
    return np.sum(np.dot(grid, inverse) * grid, axis=2)


def all_kinds(sizes: torch.Tensor, canvas: int, first: int = 0) -> dict[str, torch.Tensor]:
    """Every kind for a batch whose parameters depend on the place in the batch only."""
    place = torch.arange(first, first + len(sizes), dtype=torch.float64)
    sigmas, angle = (0.4 + 0.3 * place, 3.0 - 0.2 * place), 0.7 * place - 2.0
    beta = 0.5 + 0.4 * place
    return {
        "gaussian": psf.gaussian_psf(sizes, *sigmas, angle, canvas),
        "generalised": psf.generalised_gaussian_psf(sizes, *sigmas, angle, beta, canvas),
        "plateau": psf.plateau_psf(sizes, *sigmas, angle, beta, canvas),
        "sinc": psf.sinc_psf(sizes, 0.3 + 0.35 * place, canvas),
    }


SIZES = torch.tensor([7, 21, 1, 13, 9, 3, 15, 21])


@pytest.mark.parametrize(
    ("size", "sigma_x", "sigma_y", "angle"),
    [(21, 2.0, 0.7, 0.5), (7, 0.2, 3.0, -2.9), (9, 1.5, 1.5, 1.0), (101, 30.0, 8.0, 2.0)],
)
def test_formulas_of_the_gaussian_family(
    size: int, sigma_x: float, sigma_y: float, angle: float
) -> None:
    q = quadratic_form(size, sigma_x, sigma_y, angle)
    common = torch.tensor([size]), vector(sigma_x), vector(sigma_y), vector(angle)
    expected = np.exp(-0.5 * q)
    np.testing.assert_allclose(
        psf.gaussian_psf(*common, canvas=size)[0], expected / expected.sum(), atol=1e-11
    )
    for beta in (0.5, 1.7, 4.0):
        expected = np.exp(-0.5 * q**beta)
        got = psf.generalised_gaussian_psf(*common, vector(beta), canvas=size)[0]
        np.testing.assert_allclose(got, expected / expected.sum(), atol=1e-11)
        expected = 1.0 / (1.0 + q**beta)
        got = psf.plateau_psf(*common, vector(beta), canvas=size)[0]
        np.testing.assert_allclose(got, expected / expected.sum(), atol=1e-11)


@pytest.mark.parametrize(("size", "cutoff"), [(7, 1.1), (21, math.pi), (13, 0.63), (21, 1e-3)])
def test_formula_of_the_sinc(size: int, cutoff: float) -> None:
    axis = np.arange(-(size // 2), size // 2 + 1.0)
    radius = np.hypot(*np.meshgrid(axis, axis))
    with np.errstate(invalid="ignore"):
        expected = cutoff * special.j1(cutoff * radius) / (2 * math.pi * radius)
    expected[size // 2, size // 2] = cutoff**2 / (4 * math.pi)
    got = psf.sinc_psf(torch.tensor([size]), vector(cutoff), canvas=size)[0]
    np.testing.assert_allclose(got, expected / expected.sum(), atol=1e-11)


def test_the_bessel_function_is_exact() -> None:
    x = np.linspace(1e-9, 230.0, 40001)
    got = psf.jinc(torch.from_numpy(x)).numpy() * x / 2.0
    np.testing.assert_allclose(got, special.j1(x), atol=2e-14, rtol=0)
    assert psf.jinc(torch.zeros(1).double()).item() == pytest.approx(1.0, abs=1e-15)


def test_sums_are_one_and_first_moments_zero() -> None:
    offsets = torch.arange(21, dtype=torch.float64) - 10
    for kernels in all_kinds(SIZES, 21).values():
        torch.testing.assert_close(kernels.sum((1, 2)), torch.ones(8).double(), atol=1e-14, rtol=0)
        assert torch.all((kernels.sum(1) * offsets).sum(1).abs() < 1e-12)
        assert torch.all((kernels.sum(2) * offsets).sum(1).abs() < 1e-12)


def test_zero_outside_the_own_size() -> None:
    for kernels in all_kinds(SIZES, 21).values():
        for kernel, size in zip(kernels, SIZES.tolist(), strict=True):
            rim = (21 - size) // 2
            inside = kernel[rim : 21 - rim, rim : 21 - rim]
            assert kernel.count_nonzero() == inside.count_nonzero()
            assert inside[size // 2, size // 2] > 0


def test_same_bits_alone_in_a_batch_and_in_a_larger_canvas() -> None:
    together, wide = all_kinds(SIZES, 21), all_kinds(SIZES, 35)
    for kind, kernels in together.items():
        assert torch.equal(wide[kind][:, 7:-7, 7:-7], kernels)
    for index in range(len(SIZES)):
        size = int(SIZES[index])
        inside = slice((21 - size) // 2, (21 + size) // 2)
        for kind, alone in all_kinds(SIZES[index : index + 1], size, first=index).items():
            assert torch.equal(alone[0], together[kind][index, inside, inside])


def test_quarter_turn_swaps_the_axes() -> None:
    np.testing.assert_allclose(
        gaussian(15, 3.0, 0.8, math.pi / 2), gaussian(15, 0.8, 3.0), atol=1e-11
    )
    np.testing.assert_array_equal(gaussian(15, 3.0, 0.8).T, gaussian(15, 0.8, 3.0))


def test_the_angle_turns_from_x_towards_y() -> None:
    kernel = gaussian(15, 3.0, 0.5, math.pi / 4)
    assert kernel[7 + 3, 7 + 3] > 100 * kernel[7 + 3, 7 - 3]


def test_beta_one_is_the_gaussian() -> None:
    shape = torch.tensor([11]), vector(1.7), vector(0.9), vector(0.4)
    assert torch.equal(
        psf.generalised_gaussian_psf(*shape, vector(1.0), canvas=11),
        psf.gaussian_psf(*shape, canvas=11),
    )


def test_taps_are_the_factors_of_an_axis_aligned_gaussian() -> None:
    taps = psf.gaussian_taps(torch.tensor([9, 9]), vector(1.3, 2.4), canvas=9).numpy()
    np.testing.assert_allclose(np.outer(taps[1], taps[0]), gaussian(9, 1.3, 2.4), atol=1e-11)


@pytest.mark.parametrize("tiny", [1e-300, 5e-324, 1e-9])
def test_tiny_sigmas_and_cutoffs_stay_finite(tiny: float) -> None:
    pulse = torch.zeros(1, 5, 5).double()
    pulse[0, 2, 2] = 1.0
    size = torch.tensor([5])
    shape = size, vector(tiny), vector(tiny), vector(0.3)
    assert torch.equal(psf.gaussian_psf(*shape, canvas=5), pulse)
    assert torch.equal(psf.generalised_gaussian_psf(*shape, vector(16.0), canvas=5), pulse)
    assert torch.isfinite(psf.plateau_psf(*shape, vector(0.01), canvas=5)).all()
    assert torch.isfinite(psf.sinc_psf(size, vector(max(tiny, 1e-300)), canvas=5)).all()


@pytest.mark.parametrize("canvas", [0, 8, 163])
def test_a_canvas_without_centre_is_refused(canvas: int) -> None:
    with pytest.raises(ValueError, match="odd size"):
        psf.sinc_psf(torch.tensor([7]), vector(1.0), canvas=canvas)


@pytest.mark.parametrize(
    ("kind", "size", "sigma", "beta", "effective"),
    [
        ("generalised", 21, 2.0, 0.5, 4.55),
        ("generalised", 21, 2.0, 2.0, 1.26),
        ("generalised", 21, 2.0, 4.0, 1.10),
        ("plateau", 21, 2.0, 1.0, 4.20),
        ("generalised", 7, 3.0, 1.0, 1.84),
        ("generalised", 61, 2.0, 1.0, 2.00),
    ],
)
def test_nominal_sigma_is_not_the_strength(
    kind: str, size: int, sigma: float, beta: float, effective: float
) -> None:
    make = psf.plateau_psf if kind == "plateau" else psf.generalised_gaussian_psf
    kernel = make(
        torch.tensor([size]), vector(sigma), vector(sigma), vector(0.0), vector(beta), canvas=size
    )
    assert psf.effective_sigma(kernel).item() == pytest.approx(effective, abs=0.006)


def test_axis_sigmas_of_a_turned_gaussian() -> None:
    """The covariance's diagonal: sigma_x^2 cos^2 + sigma_y^2 sin^2 along x."""
    kernel = torch.from_numpy(gaussian(61, 4.0, 2.0, 0.6))[None]
    along_x, along_y = psf.axis_sigmas(kernel)
    c, s = math.cos(0.6) ** 2, math.sin(0.6) ** 2
    assert along_x.item() == pytest.approx(math.sqrt(16 * c + 4 * s), abs=1e-6)
    assert along_y.item() == pytest.approx(math.sqrt(16 * s + 4 * c), abs=1e-6)
    assert psf.effective_sigma(kernel).item() == pytest.approx(math.sqrt(10.0), abs=1e-6)


def test_runs_on_the_meta_device() -> None:
    value = torch.ones(3, dtype=torch.float64, device="meta")
    sizes = torch.ones(3, dtype=torch.int64, device="meta")
    made = [
        psf.gaussian_psf(sizes, value, value, value, 9),
        psf.generalised_gaussian_psf(sizes, value, value, value, value, 9),
        psf.plateau_psf(sizes, value, value, value, value, 9),
        psf.sinc_psf(sizes, value, 9),
    ]
    assert all(kernel.shape == (3, 9, 9) and kernel.is_meta for kernel in made)
    assert psf.gaussian_taps(sizes, value, 9).shape == (3, 9)
    assert psf.effective_sigma(made[0]).shape == (3,)


@pytest.mark.data
def test_published_dpsr_gaussians(shared_data: Path) -> None:
    """Eight isotropic ones of known sigma, and the turned ones by their own covariance."""
    folder = shared_data / "golden" / "kernels" / "dpsr"
    for index, sigma in enumerate((0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0), start=1):
        expected = io.loadmat(folder / f"g_{index:02d}.mat")["kernel"]
        np.testing.assert_allclose(gaussian(len(expected), sigma, sigma), expected, atol=1e-11)
    turned = {
        9: (math.sqrt(1.4), math.sqrt(2.0), -3 * math.pi / 8),
        10: (1.0, 2.0, math.pi / 4),
        11: (1.0, math.sqrt(2.0), math.pi / 3),
        12: (math.sqrt(0.5), math.sqrt(2.0), 0.0),
        13: (math.sqrt(0.3), math.sqrt(4.4), 5 * math.pi / 6),
        14: (math.sqrt(1.2), math.sqrt(3.0), 3 * math.pi / 4),
        15: (1.0, math.sqrt(3.0), math.pi / 2),
        16: (math.sqrt(2.5), 2.0, math.pi / 3),
    }
    for index, (sigma_x, sigma_y, angle) in turned.items():
        expected = io.loadmat(folder / f"g_{index:02d}.mat")["kernel"]
        got = gaussian(len(expected), sigma_x, sigma_y, angle)
        np.testing.assert_allclose(got, expected, atol=1e-11, err_msg=f"g_{index:02d}")


@pytest.mark.data
def test_published_kair_gaussians(shared_data: Path) -> None:
    """Stored in single precision: 0.7, 1.2, 1.6 and 2.0 isotropic, then three of known axes."""
    file = shared_data / "golden" / "kernels" / "kair" / "kernels_12.mat"
    published = [np.asarray(kernel) for kernel in io.loadmat(file)["kernels"].ravel()[:7]]
    for expected, sigma in zip(published, (0.7, 1.2, 1.6, 2.0), strict=False):
        np.testing.assert_allclose(gaussian(25, sigma, sigma), expected, atol=1.5e-8)
    np.testing.assert_allclose(
        gaussian(25, math.sqrt(7.0), math.sqrt(2.0)), published[4], atol=1.5e-8
    )
    np.testing.assert_allclose(
        gaussian(25, math.sqrt(1.5), math.sqrt(8.0), 3 * math.pi / 4), published[6], atol=1.5e-8
    )
