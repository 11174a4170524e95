"""Log-cosh: squared near zero, absolute far from it, smooth everywhere."""

from __future__ import annotations

import math

from pydantic import Field
from torch import Tensor
from torch.nn.functional import softplus

from realsr.backbones.settings import Settings
from realsr.losses.base import Batch, Evaluate, Loss


class LogCoshArguments(Settings):
    sharpness: float = Field(default=10.0, gt=0, description="differences are multiplied by it")


def _log_cosh(arguments: LogCoshArguments) -> Evaluate:
    def evaluate(batch: Batch) -> Tensor:
        x = arguments.sharpness * (batch.sr - batch.hr)
        return (x + softplus(-2 * x) - math.log(2)).mean()

    return evaluate


LOG_COSH = Loss(
    "log_cosh",
    LogCoshArguments,
    _log_cosh,
    "Mean of log(cosh(sharpness (SR - HR))).",
    "textbook; written by softplus, which does not overflow",
)
