"""Batches of every size for the GPU's back end, and what its results are held against."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence

import pytest
import torch

from degrade.execute.packed import run_program
from degrade.execute.plan import Plan
from degrade.execute.program import program_of
from degrade.execute.singles import reference_step
from degrade.geometry import Size
from degrade.operators.table import OPERATORS
from degrade.trace import Values
from tests.cases import CASES, Case
from tests.contract.samples import image, planned

INTERPRETED = os.environ.get("TRITON_INTERPRET") == "1"
DEVICE = torch.device("cpu" if INTERPRETED else "cuda")

SIZES = (Size(15, 13), Size(1, 1), Size(9, 21), Size(1, 3), Size(16, 17))
FEW = (Size(5, 4), Size(1, 1), Size(3, 12))
TINY = (Size(2, 1), Size(3, 3), Size(1, 1))
LONG = {"correlation", "unsharp mask"}
"""Forms on whose taps the interpreter takes a second a sample: small ones and few records for them."""
SLOW = {*LONG, "sensor", "print and scan", "displacement", "bilateral", "analogue video"}
"""Forms of small samples."""

marks = [
    pytest.mark.gpu,
    pytest.mark.skipif(
        importlib.util.find_spec("triton") is None, reason="triton is not installed"
    ),
    pytest.mark.skipif(
        not INTERPRETED and not torch.cuda.is_available(),
        reason="no CUDA device; test_interpreter.py runs these on the CPU",
    ),
]

PACKED = [case for case in CASES if OPERATORS[case.op].forms.packed is not None]


def _taps(values: Values) -> float:
    """What tells a record of few taps from one of many, where it says so."""
    return float(values.get("radius", values.get("size", 0)))


def batch(
    case: Case, channels: int, sizes: Sequence[Size] = SIZES, count: int | None = None
) -> tuple[list[Plan], list[torch.Tensor]]:
    """The case's records on images of their own sizes, as often as wanted; by the interpreter not all of a blur's."""
    values = list(case.values)
    packed = OPERATORS[case.op].forms.packed
    if INTERPRETED and packed is not None and packed.form.name in LONG:
        both = case.op == "gaussian_blur"  # One record a border.
        values = [values[0], values[-1]] if both else [min(values, key=_taps)]
    if INTERPRETED and packed is not None and packed.form.name in SLOW and sizes is not TINY:
        sizes = FEW
    plans, images = [], []
    for number in range(count or max(len(values), len(sizes))):
        size = sizes[number % len(sizes)]
        plans.append(planned(case, values[number % len(values)], size))
        images.append(image(size, channels, number).to(DEVICE))
    return plans, images


def run(plans: Sequence[Plan], images: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """By the GPU's back end."""
    sizes = [Size(*one.shape[1:]) for one in images]
    return list(run_program(program_of(plans, sizes, images[0].shape[0]), images))


def defined(plans: Sequence[Plan], images: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """By the definitions, sample by sample, on the same device."""
    results = []
    for plan, one in zip(plans, images, strict=True):
        pixels = one.unsqueeze(0)
        for step in plan:
            pixels = reference_step(step, pixels)
        results.append(pixels[0])
    return results


def largest_difference(first: Sequence[torch.Tensor], second: Sequence[torch.Tensor]) -> float:
    differences = []
    for one, other in zip(first, second, strict=True):
        assert one.shape == other.shape
        assert one.dtype == other.dtype == torch.float32
        differences.append(float((one - other).abs().max()))
    return max(differences)
