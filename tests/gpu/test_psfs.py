"""Point spread functions made by the device, against those of the definitions cut to their supports."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch

from degrade.geometry import Placement, Size
from degrade.operators import blur
from degrade.operators.base import Group
from degrade.operators.packed import Batch, PackedPart
from degrade.operators.psf_blur import Supports, _prepare, supports
from tests.gpu import ragged
from tests.gpu.ragged import DEVICE

pytestmark = ragged.marks


def group(records: Sequence[Any]) -> Group[Any]:
    size, count = Size(8, 8), len(records)
    return Group(records, [size] * count, [Placement(size)] * count, torch.device("cpu"))


def shapes(record: type[Any], **more: Sequence[float]) -> list[Any]:
    """One pixel; round and turned; so narrow that only the centre is left; wider than its square."""
    sigmas = ((0.7, 0.7), (2.5, 0.3), (0.05, 0.05), (60.0, 1.1), (1.3, 1.4), (0.06, 3.0))
    sizes, angles = (1, 7, 9, 21, 5, 23), (0.0, 0.7, math.pi, -2.9, math.pi / 2, -0.2)
    numbers = zip(*more.values(), strict=True) if more else [()] * len(sizes)
    return [
        record(size=size, sigma_x=x, sigma_y=y, angle=angle, **dict(zip(more, own, strict=True)))
        for size, (x, y), angle, own in zip(sizes, sigmas, angles, numbers, strict=True)
    ]


BETAS = (1.0, 0.5, 2.0, 0.13, 16.0, 1.0)
CUTOFFS = ((1, 1.0), (7, math.pi), (9, 0.01), (21, math.pi / 3), (31, 2.9))
KINDS = {
    "gaussian": (
        shapes(blur.GaussianBlurParameters),
        blur._gaussian_numbers,
        blur._gaussian_psfs,
    ),
    "generalised": (
        shapes(blur.GeneralisedGaussianBlurParameters, beta=BETAS),
        blur._generalised_numbers,
        blur._generalised_psfs,
    ),
    "plateau": (
        shapes(blur.PlateauBlurParameters, beta=BETAS),
        blur._plateau_numbers,
        blur._plateau_psfs,
    ),
    "sinc": (
        [blur.SincBlurParameters(size=size, cutoff=cutoff) for size, cutoff in CUTOFFS],
        blur._sinc_numbers,
        blur._sinc_psfs,
    ),
}


def made(parts: Sequence[PackedPart], count: int) -> list[Supports]:
    """The kernel of each sample by the device, its taps and its reach."""
    from degrade.functional.gpu.psfs import make_psfs

    tables = _prepare(Batch(parts, np.array([0, count]), 3)).tables
    numbers, starts, given = (
        torch.from_numpy(np.ascontiguousarray(array)).to(DEVICE)
        for array in (tables.each["numbers"], tables.each["starts"], tables.shared["given"])
    )
    length = int(((2 * numbers[:, 1] + 1) ** 2).sum())
    kernels, reaches = (one.cpu().numpy() for one in make_psfs(numbers, starts, given, length))
    return [
        Supports(kernels[start : start + (2 * reach + 1) ** 2], np.array([reach]))
        for start, reach in zip(starts.tolist(), reaches.tolist(), strict=True)
    ]


def check(own: Supports, expected: Supports, exact: bool = True) -> None:
    assert own.reaches.tolist() == expected.reaches.tolist()
    assert own.taps.dtype == expected.taps.dtype == np.float32
    # An exponential that tips a rounding to the grid moves a tap by a last bit; see `gpu.psfs`.
    assert np.abs(own.taps - expected.taps).max() <= (0.0 if exact else 6e-8)


@pytest.mark.parametrize("kind", KINDS)
def test_kernels_of_the_device_are_those_of_the_definition(kind: str) -> None:
    records, numbers, psfs = KINDS[kind]
    own = group(records)
    kernels = made([PackedPart(np.arange(len(records)), own, numbers(own))], len(records))
    for record, kernel in zip(records, kernels, strict=True):
        expected = supports(psfs(group([record])).numpy())
        check(kernel, expected, exact=ragged.INTERPRETED)
        assert abs(kernel.taps.astype(np.float64).sum() - 1.0) < 1e-6


def test_every_sample_finds_its_own_kernel_whoever_made_it() -> None:
    """Kernels that the device makes and kernels that came whole from two operators, in launch order."""
    sinc = group([blur.SincBlurParameters(size=size, cutoff=1.0) for size in (7, 9)])
    gaussian = group([blur.GaussianBlurParameters(size=5, sigma_x=0.9, sigma_y=0.4)])
    whole = supports(blur._sinc_psfs(sinc).numpy()[::-1].copy())
    other = supports(blur._gaussian_psfs(gaussian).numpy())
    parts = [
        PackedPart(np.array([1, 4]), sinc, whole),
        PackedPart(np.array([2]), gaussian, blur._gaussian_numbers(gaussian)),
        PackedPart(np.array([5]), gaussian, other),
        PackedPart(np.array([0, 3]), sinc, blur._sinc_numbers(sinc)),
    ]
    small, large = (supports(blur._sinc_psfs(group([record])).numpy()) for record in sinc.records)
    expected = (small, large, other, large, small, other)
    for kernel, wanted in zip(made(parts, 6), expected, strict=True):
        check(kernel, wanted, exact=ragged.INTERPRETED)
