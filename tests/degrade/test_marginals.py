"""`realesrgan` against the published values, field by field, on 20,000 traces.

Probabilities within four standard errors, ranges exact, continuous fields by Kolmogorov-Smirnov within each
branch with the atoms taken out, whole numbers by chi-square. The expected numbers are those of the released
option files and of the constants in the published code (Wang et al., Real-ESRGAN, 2021).
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

import degrade
from degrade.trace import Step, Trace
from tests.degrade.marginals import assert_even, assert_share, assert_uniform

COUNT = 20_000
ROUNDS = (1, 2)
KINDS = {
    "isotropic": 0.45,
    "anisotropic": 0.25,
    "generalised_isotropic": 0.12,
    "generalised_anisotropic": 0.03,
    "plateau_isotropic": 0.12,
    "plateau_anisotropic": 0.03,
}
SIGMA = {1: (0.2, 3.0), 2: (0.2, 1.5)}


@cache
def drawn() -> list[Trace]:
    keys = degrade.keys(0, (f"photo{i}" for i in range(COUNT)))
    return degrade.draw(degrade.load_pipeline("realesrgan", scale=4), keys)


@cache
def steps(label: str) -> list[Step]:
    """The steps of a label over all traces; absent where the trace does not have it."""
    return [step for trace in drawn() for step in trace.lr if step.label == label]


def values(label: str, field: str) -> list[float]:
    return [step.values[field] for step in steps(label)]  # type: ignore[misc]


@pytest.mark.parametrize(("number", "probability"), [(1, 1.0), (2, 0.8)])
def test_blur_probability(number: int, probability: float) -> None:
    blurred = sum(
        any(step.label.endswith(f".{number}") and "blur" in step.op for step in trace.lr)
        for trace in drawn()
    )
    assert_share(blurred, COUNT, probability)


@pytest.mark.parametrize("number", ROUNDS)
def test_kernel_kinds(number: int) -> None:
    total = sum(len(steps(f"{kind}.{number}")) for kind in (*KINDS, "sinc"))
    assert_share(len(steps(f"sinc.{number}")), total, 0.1)
    for kind, probability in KINDS.items():
        assert_share(len(steps(f"{kind}.{number}")), total, 0.9 * probability)


@pytest.mark.parametrize("number", ROUNDS)
@pytest.mark.parametrize("kind", [*KINDS, "sinc"])
def test_kernel_sizes_are_odd_from_7_to_21(kind: str, number: int) -> None:
    assert_even(values(f"{kind}.{number}", "size"), range(7, 22, 2))


@pytest.mark.parametrize("number", ROUNDS)
@pytest.mark.parametrize("kind", KINDS)
def test_sigmas_and_rotation(kind: str, number: int) -> None:
    label = f"{kind}.{number}"
    assert_uniform(values(label, "sigma_x"), *SIGMA[number])
    if "anisotropic" in kind:
        assert_uniform(values(label, "sigma_y"), *SIGMA[number])
        assert_uniform(values(label, "angle"), -math.pi, math.pi)
        both = np.corrcoef(values(label, "sigma_x"), values(label, "sigma_y"))[0, 1]
        assert abs(both) < 4 / math.sqrt(len(steps(label)))
    else:
        assert values(label, "sigma_y") == values(label, "sigma_x")
        assert set(values(label, "angle")) == {0}


@pytest.mark.parametrize("number", ROUNDS)
@pytest.mark.parametrize("kind", ["generalised_isotropic", "generalised_anisotropic"])
def test_generalised_beta_is_a_coin_flip_between_two_uniforms(kind: str, number: int) -> None:
    beta = np.array(values(f"{kind}.{number}", "beta"))
    assert_share(int(np.count_nonzero(beta < 1)), len(beta), 0.5)
    assert_uniform(beta[beta < 1], 0.5, 1)
    assert_uniform(beta[beta >= 1], 1, 4)


@pytest.mark.parametrize("number", ROUNDS)
@pytest.mark.parametrize("kind", ["plateau_isotropic", "plateau_anisotropic"])
def test_plateau_beta_is_exactly_one_half_the_time(kind: str, number: int) -> None:
    beta = np.array(values(f"{kind}.{number}", "beta"))
    assert_share(int(np.count_nonzero(beta == 1)), len(beta), 0.5)
    assert_uniform(beta[beta != 1], 1, 2)


@pytest.mark.parametrize("number", ROUNDS)
def test_sinc_cutoff_by_size(number: int) -> None:
    size = np.array(values(f"sinc.{number}", "size"))
    cutoff = np.array(values(f"sinc.{number}", "cutoff"))
    assert_uniform(cutoff[size < 13], math.pi / 3, math.pi)
    assert_uniform(cutoff[size >= 13], math.pi / 5, math.pi)


@pytest.mark.parametrize(
    ("number", "up", "down", "low", "high"), [(1, 0.2, 0.7, 0.15, 1.5), (2, 0.3, 0.4, 0.3, 1.2)]
)
def test_resize_directions_and_factors(
    number: int, up: float, down: float, low: float, high: float
) -> None:
    factor = np.array(values(f"resize.{number}", "factor"))
    assert len(factor) == COUNT
    assert_share(int(np.count_nonzero(factor > 1)), COUNT, up)
    assert_share(int(np.count_nonzero(factor < 1)), COUNT, down)
    assert_share(int(np.count_nonzero(factor == 1)), COUNT, 1 - up - down)
    assert_uniform(factor[factor > 1], 1, high)
    assert_uniform(factor[factor < 1], low, 1)


@pytest.mark.parametrize("label", ["resize.1", "resize.2", "resize_to_target"])
def test_resize_modes_are_even_and_never_antialiased(label: str) -> None:
    assert_even(values(label, "filter"), ["adaptive_area", "bilinear", "bicubic_075"])
    assert set(values(label, "antialias")) == {False}


def test_resize_references_and_coordinates() -> None:
    assert set(values("resize.1", "of")) == {"input"}
    assert set(values("resize.2", "of")) == {"target"}
    assert set(values("resize.1", "coordinates")) == {"factor"}
    assert set(values("resize.1", "rounding")) == {"floor"}


@pytest.mark.parametrize(("number", "sigma", "scale"), [(1, 30, 3.0), (2, 25, 2.5)])
def test_noise(number: int, sigma: float, scale: float) -> None:
    gaussian, poisson = f"gaussian_noise.{number}", f"poisson_noise.{number}"
    assert len(steps(gaussian)) + len(steps(poisson)) == COUNT
    assert_share(len(steps(gaussian)), COUNT, 0.5)
    assert_uniform(values(gaussian, "sigma_255"), 1, sigma)
    assert_uniform(values(poisson, "scale"), 0.05, scale)
    assert set(values(poisson, "count")) == {"distinct"}
    for label in (gaussian, poisson):
        assert_share(sum(values(label, "grey")), len(steps(label)), 0.4)  # type: ignore[arg-type]
    keys = [key for label in (gaussian, poisson) for key in values(label, "key")]
    assert len(set(keys)) == COUNT


@pytest.mark.parametrize("label", ["jpeg_between.1", "last_jpeg"])
def test_jpeg_always_with_qualities_30_to_95(label: str) -> None:
    assert len(steps(label)) == COUNT
    assert_even(values(label, "quality"), range(30, 96))
    assert set(values(label, "subsampling")) == {"4:2:0"}


def test_the_tail_is_a_coin_flip() -> None:
    order = [[step.label for step in trace.lr] for trace in drawn()]
    last = sum(labels.index("last_jpeg") > labels.index("resize_to_target") for labels in order)
    assert_share(last, COUNT, 0.5)


def test_the_last_sinc() -> None:
    assert_share(len(steps("last_sinc")), COUNT, 0.8)
    assert_even(values("last_sinc", "size"), range(7, 22, 2))
    assert_uniform(values("last_sinc", "cutoff"), math.pi / 3, math.pi)


def test_order_of_the_rounds() -> None:
    for trace in drawn()[:500]:
        labels = [step.label for step in trace.lr]
        first, second = labels.index("resize.1"), labels.index("resize.2")
        assert first < labels.index("clamp_noise.1") < labels.index("jpeg_between.1") < second
        assert labels[-2:] == ["clamp", "quantise"]


def test_the_hr_is_sharpened_as_published() -> None:
    for trace in drawn()[:10]:
        assert trace.hr[0].op == "usm"
        assert dict(trace.hr[0].values) == {
            "weight": 0.5,
            "radius": 50,
            "sigma": 0,
            "threshold_255": 10,
        }
