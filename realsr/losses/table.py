"""All losses of a generator by name."""

from __future__ import annotations

from typing import Any

from degrade.table import Table
from realsr.losses.adversarial import ADVERSARIAL
from realsr.losses.artefacts import LDL
from realsr.losses.autoencoded import AESOP
from realsr.losses.base import Loss
from realsr.losses.classes import AUXILIARY_CLASS
from realsr.losses.consistency import LR_CONSISTENCY
from realsr.losses.errors import LossError
from realsr.losses.features import FEATURE_MATCHING
from realsr.losses.frequency import FFT, FOCAL_FREQUENCY
from realsr.losses.gradients import GRADIENT, TV
from realsr.losses.lpips import LPIPS_LOSS
from realsr.losses.perceptual import PERCEPTUAL
from realsr.losses.pixel import CHARBONNIER_LOSS, HUBER, L1, MSE
from realsr.losses.ranking import RANK_CONTENT
from realsr.losses.similarity import MS_SSIM, SSIM
from realsr.losses.texture import GRAM, PATCH_GRAM
from realsr.losses.wavelets import WAVELET

_ROWS: tuple[Loss[Any], ...] = (
    L1,
    MSE,
    CHARBONNIER_LOSS,
    HUBER,
    SSIM,
    MS_SSIM,
    TV,
    GRADIENT,
    FFT,
    FOCAL_FREQUENCY,
    WAVELET,
    LR_CONSISTENCY,
    PERCEPTUAL,
    GRAM,
    PATCH_GRAM,
    LPIPS_LOSS,
    ADVERSARIAL,
    FEATURE_MATCHING,
    LDL,
    AESOP,
    RANK_CONTENT,
    AUXILIARY_CLASS,
)

LOSSES: Table[Loss[Any]] = Table("loss", _ROWS, LossError)
