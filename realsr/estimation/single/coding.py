"""What is known of a picture's last compression when its features are taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from realsr.estimation.codec.blocks import Grid
from realsr.estimation.codec.tables import Steps


@dataclass(frozen=True, slots=True)
class BlockCoding:
    """grid: where its blocks begin. steps: (64,) of luma, 0 where there was no compression or none is known."""

    grid: Grid
    steps: Steps

    @property
    def known(self) -> bool:
        return bool(self.steps.any())


UNCODED = BlockCoding((0, 0), np.zeros(64, np.int64))
