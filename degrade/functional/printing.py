"""Ink on paper: how much light a covered surface throws back.

Coverage is the share of the paper under ink, one ink for each of red, green and blue light (cyan, magenta,
yellow); reflectance is linear light, 1 that of a perfect white.
"""

from __future__ import annotations

import torch


def gained(coverage: torch.Tensor, gain: torch.Tensor) -> torch.Tensor:
    """Coverage with dot gain: a + 4 g a (1 - a), the parabola through a gain g at a half, clipped to [0, 1].

    coverage: any shape, clipped to [0, 1] before; gain broadcasts to it. Blank and solid stay. ISO
    12647 states gain likewise, as the excess at a half.
    """
    share = coverage.clamp(0.0, 1.0)
    return (share + 4.0 * gain * share * (1.0 - share)).clamp(0.0, 1.0)


def reflectance(
    coverage: torch.Tensor, ink: torch.Tensor, paper: torch.Tensor, n: torch.Tensor
) -> torch.Tensor:
    """(a ink^(1/n) + (1 - a) paper^(1/n))^n of coverage a in [0, 1]; the others broadcast to it.

    Yule and Nielsen 1951; n = 1 is Murray and Davies 1936, n = 2 light that spreads far between the dots.
    ink, paper: reflectances of solid ink and of blank paper, above 0.
    """
    root = 1.0 / n
    mixed = coverage * ink**root + (1.0 - coverage) * paper**root
    return mixed**n
