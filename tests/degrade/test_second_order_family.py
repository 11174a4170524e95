"""Pipelines that are Real-ESRGAN's scheme with other published numbers, against those numbers.

4000 traces of each: ranges exact and approached, continuous fields by Kolmogorov-Smirnov within each branch with
the atoms taken out, whole numbers by chi-square, shares within four standard errors. The numbers are those of the
published option files and of the constants in the published code.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
import torch

import degrade
from tests.degrade.marginals import (
    COUNT,
    array,
    assert_even,
    assert_share,
    assert_uniform,
    count,
    drawn,
    pipeline,
    values,
)

Range = tuple[float, float]
GAUSSIAN = {"isotropic": 0.65, "anisotropic": 0.35}
SIX = {
    "isotropic": 0.405,
    "anisotropic": 0.225,
    "generalised_isotropic": 0.108,
    "generalised_anisotropic": 0.027,
    "plateau_isotropic": 0.108,
    "plateau_anisotropic": 0.027,
    "sinc": 0.1,
}


@dataclass(frozen=True)
class Round:
    """Published numbers of one round. `runs`: its probability; `jpeg`: None where the tail has it."""

    sigma: Range
    resize: Range
    up: float
    down: float
    noise: Range
    poisson: Range
    jpeg: tuple[int, int] | None = None
    runs: float = 1.0
    blur: float = 1.0
    kinds: dict[str, float] = field(default_factory=lambda: SIX)
    sizes: Sequence[int] = range(7, 22, 2)
    beta: Range = (0.5, 4)
    plateau: Range = (1, 2)


@dataclass(frozen=True)
class Scheme:
    """`last_jpeg` and `last_sizes` (of the last sinc) are None for a scheme of one round."""

    rounds: tuple[Round, ...]
    sharpened: bool
    last_jpeg: tuple[int, int] | None = None
    last_sizes: Sequence[int] | None = range(7, 22, 2)


FIRST = Round((0.2, 3), (0.15, 1.5), 0.2, 0.7, (1, 30), (0.05, 3), (30, 95))
SECOND = Round((0.2, 1.5), (0.3, 1.2), 0.3, 0.4, (1, 25), (0.05, 2.5), blur=0.8)
MILD = replace(FIRST, resize=(0.3, 1.5), noise=(1, 15), poisson=(0.05, 2), jpeg=(60, 95))
MILD_2 = replace(SECOND, resize=(0.6, 1.2), noise=(1, 12), poisson=(0.05, 1), blur=0.5)
STANDARD = Round((0.2, 1.5), (0.5, 1.2), 0.3, 0.4, (1, 20), (0.05, 1.5), (50, 95))
WEAK = Round((0.2, 0.8), (0.85, 1.2), 0.1, 0.2, (1, 10), (0.05, 0.5), (90, 95))


def narrow(published: Round, sigma: Range) -> Round:
    return replace(published, sigma=sigma, beta=(0.5, 2), plateau=(1, 1.5))


def dasr(published: Round) -> Round:
    return replace(published, kinds=GAUSSIAN, sizes=range(9, 22, 2))


SCHEMES = {
    "stablesr": Scheme(
        (narrow(MILD, (0.2, 1.5)), narrow(MILD_2, (0.2, 1))),
        sharpened=True,
        last_jpeg=(60, 100),
    ),
    "s3diff": Scheme(
        (narrow(MILD, (0.2, 1.5)), narrow(MILD_2, (0.2, 1))),
        sharpened=False,
        last_jpeg=(60, 100),
    ),
    "seesr": Scheme((MILD, MILD_2), sharpened=False, last_jpeg=(60, 100)),
    "resshift": Scheme(
        (
            replace(FIRST, sizes=range(3, 21, 2)),
            replace(SECOND, sizes=range(3, 15, 2), runs=0.5),
        ),
        sharpened=False,
        last_jpeg=(30, 95),
        last_sizes=range(3, 15, 2),
    ),
    "dasr_severe": Scheme(
        (dasr(FIRST), dasr(SECOND)),
        sharpened=True,
        last_jpeg=(30, 95),
        last_sizes=range(9, 22, 2),
    ),
    "dasr_standard": Scheme((dasr(STANDARD),), sharpened=True, last_sizes=None),
    "dasr_weak": Scheme((dasr(WEAK),), sharpened=True, last_sizes=None),
}
TWO = [name for name, scheme in SCHEMES.items() if scheme.last_jpeg]
ROUNDS = [(name, number) for name, s in SCHEMES.items() for number in range(len(s.rounds))]
KINDS = [(n, i, kind) for n, i in ROUNDS for kind in SCHEMES[n].rounds[i].kinds]
SHAPED = [case for case in KINDS if case[2] != "sinc"]
WITH_BETA = [case for case in KINDS if case[2].startswith(("generalised", "plateau"))]
WITH_SINC = [case[:2] for case in KINDS if case[2] == "sinc"]
every_round = pytest.mark.parametrize(("name", "number"), ROUNDS)
KIND = ("name", "number", "kind")


def labelled(name: str, label: str, number: int) -> str:
    """A label within a round: numbered where the scheme has two."""
    return label if len(SCHEMES[name].rounds) == 1 else f"{label}.{number + 1}"


def assert_either_side(sample: np.ndarray, low: float, atom: float, high: float) -> None:
    """Uniform below the atom and uniform above it."""
    assert_uniform(sample[sample < atom], low, atom)
    assert_uniform(sample[sample > atom], atom, high)


@pytest.mark.parametrize("name", SCHEMES)
def test_it_is_a_compatible_pipeline_that_says_what_it_leaves_out(name: str) -> None:
    read = pipeline(name)
    assert read.name == name
    assert read.kind == "compat"
    assert read.source
    assert any("DiffJPEG" in point for point in read.not_copied)


@every_round
def test_probabilities_of_the_round_and_of_its_blur(name: str, number: int) -> None:
    expected = SCHEMES[name].rounds[number]
    ran = count(name, labelled(name, "resize", number))
    assert_share(ran, COUNT, expected.runs)
    blurred = sum(count(name, labelled(name, kind, number)) for kind in SIX)
    assert_share(blurred, ran, expected.blur)


@every_round
def test_no_other_kernels(name: str, number: int) -> None:
    for kind in SIX.keys() - SCHEMES[name].rounds[number].kinds.keys():
        assert count(name, labelled(name, kind, number)) == 0


@pytest.mark.parametrize(KIND, KINDS)
def test_kernel_kinds_and_sizes(name: str, number: int, kind: str) -> None:
    expected = SCHEMES[name].rounds[number]
    label = labelled(name, kind, number)
    blurred = sum(count(name, labelled(name, each, number)) for each in SIX)
    assert_share(count(name, label), blurred, expected.kinds[kind])
    assert_even(values(name, label, "size"), expected.sizes)


@pytest.mark.parametrize(KIND, SHAPED)
def test_kernel_shapes(name: str, number: int, kind: str) -> None:
    expected = SCHEMES[name].rounds[number]
    label = labelled(name, kind, number)
    assert_uniform(array(name, label, "sigma_x"), *expected.sigma)
    if "anisotropic" in kind:
        assert_uniform(array(name, label, "sigma_y"), *expected.sigma)
        assert_uniform(array(name, label, "angle"), -math.pi, math.pi)
    else:
        assert values(name, label, "sigma_y") == values(name, label, "sigma_x")
        assert set(values(name, label, "angle")) == {0}


@pytest.mark.parametrize(KIND, WITH_BETA)
def test_betas_are_coin_flips(name: str, number: int, kind: str) -> None:
    expected = SCHEMES[name].rounds[number]
    beta = array(name, labelled(name, kind, number), "beta")
    if kind.startswith("plateau"):
        assert_share(int(np.count_nonzero(beta == 1)), len(beta), 0.5)
        assert_uniform(beta[beta != 1], *expected.plateau)
    else:
        assert_share(int(np.count_nonzero(beta < 1)), len(beta), 0.5)
        assert_either_side(beta, expected.beta[0], 1, expected.beta[1])


@pytest.mark.parametrize(("name", "number"), WITH_SINC)
def test_sinc_cutoff_by_size(name: str, number: int) -> None:
    label = labelled(name, "sinc", number)
    size, cutoff = array(name, label, "size"), array(name, label, "cutoff")
    assert_uniform(cutoff[size < 13], math.pi / 3, math.pi)
    assert_uniform(cutoff[size >= 13], math.pi / 5, math.pi)


@every_round
def test_resize(name: str, number: int) -> None:
    expected = SCHEMES[name].rounds[number]
    label = labelled(name, "resize", number)
    factor = array(name, label, "factor")
    assert_share(int(np.count_nonzero(factor > 1)), len(factor), expected.up)
    assert_share(int(np.count_nonzero(factor < 1)), len(factor), expected.down)
    assert_share(int(np.count_nonzero(factor == 1)), len(factor), 1 - expected.up - expected.down)
    assert_either_side(factor, expected.resize[0], 1, expected.resize[1])
    assert set(values(name, label, "of")) == {("input", "target")[number]}
    assert set(values(name, label, "coordinates")) == {("factor", "size")[number]}
    assert set(values(name, label, "rounding")) == {"floor"}


@every_round
def test_noise(name: str, number: int) -> None:
    expected = SCHEMES[name].rounds[number]
    gaussian, poisson = (
        labelled(name, kind, number) for kind in ("gaussian_noise", "poisson_noise")
    )
    ran = count(name, labelled(name, "resize", number))
    assert count(name, gaussian) + count(name, poisson) == ran
    assert_share(count(name, gaussian), ran, 0.5)
    assert_uniform(array(name, gaussian, "sigma_255"), *expected.noise)
    assert_uniform(array(name, poisson, "scale"), *expected.poisson)
    assert set(values(name, poisson, "count")) == {"distinct"}
    for label in (gaussian, poisson):
        assert_share(int(array(name, label, "grey").sum()), count(name, label), 0.4)


@every_round
def test_jpeg_within_the_rounds(name: str, number: int) -> None:
    expected = SCHEMES[name].rounds[number]
    label = labelled(name, "jpeg_between" if name in TWO else "jpeg", number)
    if expected.jpeg is None:
        assert count(name, label) == 0
        return
    assert count(name, label) == COUNT
    low, high = expected.jpeg
    assert_even(values(name, label, "quality"), range(low, high + 1))
    assert set(values(name, label, "subsampling")) == {"4:2:0"}


@pytest.mark.parametrize("name", SCHEMES)
def test_resize_filters_are_even_and_never_antialiased(name: str) -> None:
    numbers = range(len(SCHEMES[name].rounds))
    for label in ("resize_to_target", *(labelled(name, "resize", n) for n in numbers)):
        assert_even(values(name, label, "filter"), ["adaptive_area", "bilinear", "bicubic_075"])
        assert set(values(name, label, "antialias")) == {False}


@pytest.mark.parametrize("name", TWO)
def test_the_tail_of_two_rounds(name: str) -> None:
    scheme = SCHEMES[name]
    assert scheme.last_jpeg
    assert scheme.last_sizes
    low, high = scheme.last_jpeg
    assert count(name, "last_jpeg") == COUNT
    assert_even(values(name, "last_jpeg", "quality"), range(low, high + 1))
    assert_share(count(name, "last_sinc"), COUNT, 0.8)
    assert_even(values(name, "last_sinc", "size"), scheme.last_sizes)
    assert_uniform(array(name, "last_sinc", "cutoff"), math.pi / 3, math.pi)
    order = [[step.label for step in trace.lr] for trace in drawn(name)]
    last = sum(labels.index("last_jpeg") > labels.index("resize_to_target") for labels in order)
    assert_share(last, COUNT, 0.5)


@pytest.mark.parametrize("name", [name for name in SCHEMES if name not in TWO])
def test_the_tail_of_one_round_is_a_resize(name: str) -> None:
    for trace in drawn(name):
        labels = [step.label for step in trace.lr]
        assert labels[-5:] == ["clamp_noise", "jpeg", "resize_to_target", "clamp", "quantise"]
        assert len(labels) == 8


@pytest.mark.parametrize("name", SCHEMES)
def test_sharpened_or_plain_hr(name: str) -> None:
    expected = ["usm", "quantise_hr"] if SCHEMES[name].sharpened else []
    assert all([step.label for step in trace.hr] == expected for trace in drawn(name)[:10])


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("name", SCHEMES)
def test_it_degrades_an_image_and_ends_at_its_target(name: str, scale: int) -> None:
    height, width = 72, 96
    grid = torch.linspace(0, 1, height)[:, None] * torch.linspace(0.2, 1, width)
    hr = torch.stack([grid, 1 - grid, (grid * 40).sin() / 2 + 0.5])
    traces = degrade.draw(pipeline(name, scale), degrade.keys(0, map(str, range(6))))
    made = degrade.apply(traces, [hr] * len(traces))
    for lr in made:
        assert lr.shape == (3, height // scale, width // scale)
        assert torch.equal(lr, (lr * 255).round() / 255)
        assert 0 <= lr.min() < lr.max() <= 1
    assert not torch.equal(made[0], made[1])
