from __future__ import annotations

import pytest
import torch

from realsr.losses.errors import LossError
from realsr.losses.features import feature_matching


def test_mean_of_the_layers_means() -> None:
    fake = [torch.tensor([[1.0, 3.0]]), torch.tensor([[[[5.0]]]])]
    real = [torch.tensor([[0.0, 1.0]]), torch.tensor([[[[1.0]]]])]
    assert float(feature_matching(fake, real)) == pytest.approx((1.5 + 4) / 2)
    assert float(feature_matching(fake, real, "l2")) == pytest.approx((2.5 + 16) / 2)


def test_the_real_side_has_no_gradient() -> None:
    fake, real = (torch.full((1, 2), v, requires_grad=True) for v in (2.0, 1.0))
    feature_matching([fake], [real]).backward()
    assert real.grad is None
    assert fake.grad is not None
    assert fake.grad.tolist() == [[0.5, 0.5]]


def test_layers_must_agree() -> None:
    with pytest.raises(LossError, match="0 and 1 layers"):
        feature_matching([], [torch.zeros(1)])
