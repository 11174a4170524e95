"""Collecting patches of noise from flat places of real images.

Source: Ji et al., "Real-World Super-Resolution via Kernel Estimation and Noise Injection", CVPR workshops
2020: a patch whose variance is below a limit holds noise and little else. Their published limit is 20 on
grey levels 0..255, their side 256 pixels.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import torch

from degrade.functional.color import luma

Image = npt.NDArray[np.float32]

PUBLISHED_SIZE, PUBLISHED_MOST_VARIANCE = 256, 20.0


def collect(
    images: Iterable[Image],
    size: int = PUBLISHED_SIZE,
    most_variance: float = PUBLISHED_MOST_VARIANCE,
) -> list[Image]:
    """The quiet patches of some images, in their order, row by row, each channel's mean removed.

    images: h w c, c 1 or 3, [0, 1]; what is left over at the right and at the bottom is not used. size: side
    of the patches in pixels, which do not overlap. most_variance: limit, itself excluded, on the variance of
    BT.601 luma on 0..255. A flat patch, clipped or blank, has no noise and is left out. Returns size size c
    float32. Raises ValueError for a size or a limit that is not above 0 and for other channel counts.
    """
    if size < 1 or most_variance <= 0.0:
        raise ValueError(
            f"patches of {size} pixels and a variance below {most_variance}: expected both above 0"
        )
    found = []
    for image in images:
        for top in range(0, image.shape[0] - size + 1, size):
            for left in range(0, image.shape[1] - size + 1, size):
                patch = image[top : top + size, left : left + size].astype(np.float64)
                if patch.min() < patch.max() and _grey_variance(patch) < most_variance:
                    found.append(np.asarray(patch - patch.mean((0, 1)), np.float32))
    return found


def _grey_variance(patch: npt.NDArray[np.float64]) -> float:
    """On 0..255."""
    if patch.ndim != 3 or patch.shape[2] not in (1, 3):
        raise ValueError(f"an image patch of shape {patch.shape}: expected h w c, c 1 or 3")
    grey = luma(torch.from_numpy(patch).permute(2, 0, 1).unsqueeze(0))
    return float((255.0 * grey.numpy()).var())
