"""AESOP: a pixel loss between what an autoencoder makes of SR and of HR.

A pixel loss has its least value at the mean of all HR that fit an LR, so it pulls against a GAN. An
autoencoder that was trained by a pixel loss and has a bottleneck of the LR's size brings every one of those HR
to about that mean; the distance between its outputs leaves alone which of them the SR is.
"""

from __future__ import annotations

import torch
from torch import Tensor

from realsr.backbones.settings import Settings
from realsr.losses.base import Batch, Evaluate, Loss, given
from realsr.losses.pixel import Criterion, distance


class AutoencodedArguments(Settings):
    criterion: Criterion = "l1"


def _autoencoded(a: AutoencodedArguments) -> Evaluate:
    def evaluate(batch: Batch) -> Tensor:
        through = given(batch.autoencode)
        with torch.no_grad():
            hr = through(batch.hr)
        return distance(through(batch.sr), hr, a.criterion)

    return evaluate


AESOP = Loss(
    "aesop",
    AutoencodedArguments,
    _autoencoded,
    "Pixel loss between what an autoencoder makes of SR and of HR.",
    "Lee, Hyun, Jun, Heo, CVPR 2025",
    needs=lambda _: ("autoencode",),
    luma=False,
)
