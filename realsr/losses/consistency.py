"""Consistency with the LR: what the SR becomes when it is degraded as the HR was.

The degradation comes as a function, `lambda sr: degrade.apply_lr(traces, sr)`: the very traces that made the
LR, so blur, factor, filter and noise field are the true ones, not a bicubic stand-in. (The LR steps alone: the
SR stands for the target, which the HR steps have already made.) A perfect SR then has a loss of 0 even where
noise was added, because a trace's noise is a function of its key. What remains are the steps between the LR at
hand and that function: an LR stored in 8 bits is off by its rounding, and steps without a gradient (a host
codec, a rounding) refuse one unless the function asks `apply_lr` for gradient="straight_through".
"""

from __future__ import annotations

from torch import Tensor

from realsr.backbones.settings import Settings
from realsr.losses.base import Batch, Evaluate, Loss, given
from realsr.losses.errors import LossError
from realsr.losses.pixel import Criterion, distance


class ConsistencyArguments(Settings):
    criterion: Criterion = "l1"


def _consistency(a: ConsistencyArguments) -> Evaluate:
    def evaluate(batch: Batch) -> Tensor:
        again, lr = given(batch.degrade_again)(batch.sr), given(batch.lr)
        if again.shape != lr.shape:
            raise LossError(
                f"degrade_again gave {tuple(again.shape)}, lr is {tuple(lr.shape)}: expected equal shapes; "
                "hand in the degradation of this very batch"
            )
        return distance(again, lr, a.criterion)

    return evaluate


LR_CONSISTENCY = Loss(
    "lr_consistency",
    ConsistencyArguments,
    _consistency,
    "Difference between the SR degraded again and the LR.",
    "Lugmayr et al., NTIRE 2021 (LR-PSNR) with bicubic; here with the true degradation",
    needs=lambda _: ("lr", "degrade_again"),
    luma=False,
)
