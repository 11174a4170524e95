"""Every loss on images has the gradient that finite differences give, in float64."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from realsr.backbones.networks import Backbone
from realsr.losses.base import Batch, Evaluate
from realsr.losses.table import LOSSES

from .backbones import vgg  # noqa: F401
from .images import image, loss

SMOOTH = {
    "charbonnier": {"eps": 0.1},
    "huber": {"delta": 0.2},
    "ssim": {"window": 5},
    "ms_ssim": {"window": 3, "weights": [0.4, 0.6]},
    "lr_consistency": {"criterion": "l2"},
    "ldl": {"window": 3},
}
"""Arguments of losses on images whose own are not smooth, or too wide for a small picture."""

BY_BACKBONE = {
    "perceptual": {"layers": {"conv1_2": 1.0, "pool1": 1.0}, "criterion": "l2", "mean_one": True},
    "gram": {"layers": {"relu1_2": 1.0}},
    "patch_gram": {"layers": {"relu1_2": 1.0}, "patch": 4},
}
ELSEWHERE = {
    "aesop",
    "auxiliary_class",
    "focal_frequency",  # its weight is a constant to the gradient, so the two differ by design
    "lpips",
    "adversarial",
    "feature_matching",
    "rank_content",
}


def check(evaluate: Evaluate) -> bool:
    sr, hr, ema = (image(seed, 1, 2, 8, 8) for seed in (1, 2, 3))
    pool = torch.nn.AvgPool2d(2)

    def value(images: Tensor) -> Tensor:
        return evaluate(Batch(images, hr, lr=pool(hr), degrade_again=pool, ema=ema))

    return torch.autograd.gradcheck(value, (sr.requires_grad_(True),))


@pytest.mark.parametrize("name", [n for n in LOSSES if n not in {*BY_BACKBONE, *ELSEWHERE}])
def test_image_losses(name: str) -> None:
    assert check(loss(name, **SMOOTH.get(name, {})))


@pytest.mark.parametrize("name", list(BY_BACKBONE))
def test_feature_losses(name: str, vgg: Backbone) -> None:  # noqa: F811
    evaluate = loss(name, backbone=vgg, **BY_BACKBONE[name])
    sr, hr = image(1, 1, 3, 8, 8).requires_grad_(True), image(2, 1, 3, 8, 8)
    assert torch.autograd.gradcheck(lambda x: evaluate(Batch(x, hr)), (sr,), fast_mode=True)


def test_no_loss_is_left_out_but_those_that_are_named() -> None:
    assert set(SMOOTH) | set(BY_BACKBONE) | ELSEWHERE <= set(LOSSES)
