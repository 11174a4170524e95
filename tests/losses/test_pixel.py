from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from degrade.errors import ImageError
from degrade.functional.color import studio_luma
from realsr.losses.base import Batch
from realsr.losses.errors import LossError

from .images import loss


def batch() -> Batch:
    """Differences 0, 1, -2, 3 in the first sample and 4, 0, 0, 0 in the second."""
    difference = torch.tensor([[[[0.0, 1.0], [-2.0, 3.0]]], [[[4.0, 0.0], [0.0, 0.0]]]])
    return Batch(0.5 + difference, torch.full_like(difference, 0.5))


def value(result: Tensor) -> float:
    assert result.shape == ()
    return float(result)


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("l1", {}, 10 / 8),
        ("l1", {"reduction": "sample_sum"}, 10 / 2),
        ("mse", {}, 30 / 8),
        ("mse", {"reduction": "sample_sum"}, 30 / 2),
        ("charbonnier", {"eps": 1.0}, (4 + 2**0.5 + 5**0.5 + 10**0.5 + 17**0.5) / 8),
        ("charbonnier", {}, (4e-3 + sum(math.hypot(d, 1e-3) for d in (1, 2, 3, 4))) / 8),
        ("huber", {"delta": 2.0}, (0.5 + 2.0 + 2 * (3 - 1) + 2 * (4 - 1)) / 8),
    ],
)
def test_equals_the_sum_by_hand(name: str, arguments: dict[str, object], expected: float) -> None:
    assert value(loss(name, **arguments)(batch())) == pytest.approx(expected, rel=1e-6)


def test_luma_is_studio_range() -> None:
    ends = torch.tensor([[0.0, 1.0], [0.0, 1.0], [0.0, 1.0]]).view(1, 3, 1, 2)
    assert studio_luma(ends).flatten().tolist() == pytest.approx([16 / 255, 235 / 255])
    green = torch.tensor([0.0, 1.0, 0.0]).view(1, 3, 1, 1)
    assert float(studio_luma(green)) == pytest.approx((128.553 + 16) / 255)


def test_two_channels_have_no_luma() -> None:
    with pytest.raises(ImageError, match="luma of 2 channels"):
        studio_luma(torch.zeros(1, 2, 4, 4))


def test_sizes_that_differ_are_refused() -> None:
    with pytest.raises(LossError, match="scale of the model"):
        Batch(torch.zeros(1, 3, 8, 8), torch.zeros(1, 3, 4, 4))
