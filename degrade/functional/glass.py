"""Frosted glass: every pixel is read a few random pixels beside its own place.

Hendrycks and Dietterich, "Benchmarking neural network robustness to common corruptions and perturbations"
(ICLR 2019), swap pixels with random neighbours one after the other, so that each result depends on the order
of all before. Here the displacement is a field, a function of key and place, and the image is read through it:
pixels are repeated and left out where a swap would exchange them, in the same local disorder. Two more
differences keep the image in place: steps reach as far to either side (theirs reach one pixel further up and
left than down and right), and neighbours in a row, taken by twos, look in opposite directions.
"""

from __future__ import annotations

import torch

WORD_HALF = 16
HALF_MASK = 2**WORD_HALF - 1


def pair_index(widths: torch.Tensor, height: int, width: int, count: int) -> torch.Tensor:
    """Which word moves each pixel: int64 (b, 1, height, width), one for two neighbours in a row.

    widths: int64 (b,), the samples' own. count: words of the longest field; beyond a sample's own area the
    index is without meaning but below count.
    """
    row = torch.arange(height, device=widths.device).view(-1, 1)
    pair = torch.arange(width, device=widths.device) // 2
    pairs = torch.div(widths + 1, 2, rounding_mode="floor").view(-1, 1, 1, 1)
    return (row * pairs + pair).clamp(max=count - 1)


def steps(words: torch.Tensor, reach: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Steps down and to the right, whole pixels, each of -reach..reach as likely (to 1 in 65536).

    words: int64 in [0, 2**32), (b, 1, h, w), one a pair. reach: int64 (b,). A pair's right pixel gets the
    opposite of its left one's step.
    """
    far = reach.view(-1, 1, 1, 1)
    odd = torch.arange(words.shape[3], device=words.device) % 2
    down = ((words >> WORD_HALF) * (2 * far + 1) >> WORD_HALF) - far
    right = ((words & HALF_MASK) * (2 * far + 1) >> WORD_HALF) - far
    return down * (1 - 2 * odd), right * (1 - 2 * odd)


def _within(step: torch.Tensor, axis: int, lengths: torch.Tensor) -> torch.Tensor:
    """Places read along one axis (2 or 3): a step is never longer than the way to the nearer border."""
    view = [1, 1, 1, 1]
    view[axis] = -1
    place = torch.arange(step.shape[axis], device=step.device).view(view)
    room = torch.minimum(place, lengths.view(-1, 1, 1, 1) - 1 - place).clamp(min=0)
    last = lengths.view(-1, 1, 1, 1) - 1
    return torch.minimum(place + torch.maximum(torch.minimum(step, room), -room), last)


def read_displaced(
    images: torch.Tensor,
    down: torch.Tensor,
    right: torch.Tensor,
    heights: torch.Tensor,
    widths: torch.Tensor,
) -> torch.Tensor:
    """out(y, x) = in(y + down, x + right), b c H W, all channels alike, nothing beyond the border read.

    down, right: int64 (b, 1, H, W). heights, widths: int64 (b,), the samples' own sizes.
    """
    rows, columns = _within(down, 2, heights), _within(right, 3, widths)
    index = (rows * images.shape[3] + columns).expand(images.shape).flatten(2)
    return images.flatten(2).gather(2, index).view(images.shape)
