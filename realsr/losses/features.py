"""Feature matching: the distance of a discriminator's own activations, a perceptual loss without weights."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from realsr.backbones.settings import Settings
from realsr.losses.base import Batch, Evaluate, Loss, given
from realsr.losses.errors import LossError
from realsr.losses.pixel import Criterion, distance


def feature_matching(
    fake: Sequence[Tensor], real: Sequence[Tensor], criterion: Criterion = "l1"
) -> Tensor:
    """Mean over the layers of the mean distance; no gradient to the real images' activations."""
    if not fake or len(fake) != len(real):
        raise LossError(
            f"feature matching of {len(fake)} and {len(real)} layers: expected as many, at least one; "
            "does the discriminator give its features?"
        )
    pairs = zip(fake, real, strict=True)
    return torch.stack([distance(f, r.detach(), criterion) for f, r in pairs]).mean()


class MatchingArguments(Settings):
    criterion: Criterion = "l1"


def _matching(a: MatchingArguments) -> Evaluate:
    def evaluate(batch: Batch) -> Tensor:
        return feature_matching(given(batch.fake_features), given(batch.real_features), a.criterion)

    return evaluate


FEATURE_MATCHING = Loss(
    "feature_matching",
    MatchingArguments,
    _matching,
    "Distance of the discriminator's activations for SR and HR.",
    "pix2pixHD, Wang et al., CVPR 2018; the mean over layers, not their sum",
    needs=lambda _: ("fake_features", "real_features"),
    luma=False,
)
