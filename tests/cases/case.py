"""What a case is, and two keys for those that draw."""

from __future__ import annotations

from dataclasses import dataclass

from degrade.trace import Values

KEY = "0123456789abcdef"
OTHER_KEY = "fedcba9876543210"


@dataclass(frozen=True)
class Case:
    """values: several records of one operator, unlike enough to meet in one batch.

    tolerance: largest difference of the CPU's fast form from the kernel, of full scale. outliers: the share
    of pixels that may pass it (a threshold's tie). differentiable: whether a gradient reaches the image.
    needs: an optional module without which it cannot run.
    """

    op: str
    values: tuple[Values, ...]
    tolerance: float = 5e-7
    outliers: float = 0.0
    differentiable: bool = True
    needs: str = ""
