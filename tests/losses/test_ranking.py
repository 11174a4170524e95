from __future__ import annotations

import math

import pytest
import torch

from realsr.losses.base import Batch
from realsr.losses.ranking import margin_ranking, rank_content

from .images import image, loss


def column(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64).view(-1, 1)


def test_margin_ranking_by_hand() -> None:
    """In order by more than the margin 0; in order by 0.2: 0.3; against it by 1: 1.5; clamped 9 and 8: 0.5."""
    first, second = column(2.0, 0.2, -1.0, 9.0), column(0.0, 0.0, 0.0, 8.0)
    found = margin_ranking(first, second, column(1, 1, 1, 1))
    assert float(found) == pytest.approx((0 + 0.3 + 1.5 + 0.5) / 4)
    turned = margin_ranking(second, first, column(-1, -1, -1, -1))
    assert float(turned) == float(found)


def test_rank_content_by_hand() -> None:
    scores = column(0.0, math.log(3))
    assert float(rank_content(scores)) == pytest.approx(0.5 + 0.75)
    assert float(rank_content(scores, bias=math.log(3))) == pytest.approx(0.25 + 0.5)
    hr = image(1, 2, 3, 4, 4)
    assert float(loss("rank_content", reduction="mean")(Batch(hr, hr, scores=scores))) == (
        pytest.approx(0.625)
    )


def test_gradients() -> None:
    first, second = (column(*v).requires_grad_(True) for v in ((0.3, -1.0), (0.1, 0.4)))
    order = column(1, -1)
    assert torch.autograd.gradcheck(lambda a, b: margin_ranking(a, b, order), (first, second))
    assert torch.autograd.gradcheck(rank_content, (first,))
