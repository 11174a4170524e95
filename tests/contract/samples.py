"""Images, traces and comparisons that the contracts of all operators share."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any

import pytest
import torch

from degrade.execute.plan import PlannedStep, plan_steps
from degrade.geometry import Size
from degrade.operators.table import OPERATORS
from degrade.trace import Step, Values
from tests.cases import Case

SIZES = [Size(40, 37), Size(23, 48), Size(40, 37), Size(9, 9)]


def param(case: Case) -> Any:
    absent = bool(case.needs) and importlib.util.find_spec(case.needs) is None
    skip = pytest.mark.skipif(absent, reason=f"{case.needs} is not installed")
    return pytest.param(case, marks=skip, id=case.op)


def image(size: Size, channels: int = 3, seed: int = 0) -> torch.Tensor:
    """A smooth picture with an edge, some of it at full black and white, at 8 bits."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand((1, channels, 4, 4), generator=generator) * 1.4 - 0.2
    smooth = torch.nn.functional.interpolate(coarse, tuple(size), mode="bilinear")[0]
    smooth[:, :, size.width // 2 :] *= 0.6
    return torch.round(smooth.clamp(0, 1) * 255) / 255


def planned(case: Case, values: Values, size: Size) -> tuple[PlannedStep]:
    step = Step(case.op, OPERATORS[case.op].version, case.op, values)
    return plan_steps([step], size, size)  # type: ignore[return-value]


def samples(case: Case, channels: int = 3) -> tuple[list[tuple[PlannedStep]], list[torch.Tensor]]:
    """Every record of the case, each on an image of its own size."""
    taken = OPERATORS[case.op].facts.channels
    if taken is not None and channels not in taken:
        pytest.skip(f"takes {taken} channels")
    plans, images = [], []
    for index, values in enumerate(case.values):
        size = SIZES[index % len(SIZES)]
        plans.append(planned(case, values, size))
        images.append(image(size, channels, index))
    return plans, images


def equal(first: Sequence[torch.Tensor], second: Sequence[torch.Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
