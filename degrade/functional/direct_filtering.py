"""Correlation of one image by a kernel of few taps: in pieces that OpenCV adds up tap by tap.

OpenCV's `filter2D` skips taps of 0, yet from 130 places on, zeros counted, it takes a DFT of the whole kernel.
A thin kernel, such as the path of a motion, has few taps in many places. So it is cut into boxes below that
limit.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.float32]

MOST_PLACES = 129
"""Places of a kernel that OpenCV takes tap by tap in float32."""

MOST_TAPS = 32
"""Taps of a piece. Equal taps on a flat image round one way each time: n of them cost up to n 7.5e-9."""

PIECE_COST = 40
"""What a piece costs beside its taps, in taps: two passes over the image."""

DFT_COST = 320
"""What OpenCV's DFT costs, in taps, measured from 13x13 to 21x21."""


class Piece(NamedTuple):
    """A part of a kernel: rows top..bottom - 1, columns left..right - 1."""

    top: int
    bottom: int
    left: int
    right: int

    def joined(self, other: Piece) -> Piece:
        """The least box that holds both."""
        return Piece(
            min(self.top, other.top),
            max(self.bottom, other.bottom),
            min(self.left, other.left),
            max(self.right, other.right),
        )

    def part(self, weights: Pixels) -> Pixels:
        return weights[self.top : self.bottom, self.left : self.right]


def pieces(weights: Pixels) -> list[Piece]:
    """Bands of rows, from the top down, that hold all taps but zeros, each within both limits.

    weights: (k, l). A single row is never cut, even where it is beyond them.
    """
    boxes: list[Piece] = []
    for row in np.flatnonzero(weights.any(axis=1)).tolist():
        columns = np.flatnonzero(weights[row])
        line = Piece(row, row + 1, int(columns[0]), int(columns[-1]) + 1)
        if boxes and _fits(boxes[-1].joined(line).part(weights)):
            boxes[-1] = boxes[-1].joined(line)
        else:
            boxes.append(line)
    return boxes


def _fits(part: Pixels) -> bool:
    return part.size <= MOST_PLACES and int(np.count_nonzero(part)) <= MOST_TAPS


def quicker_pieces(weights: Pixels) -> list[Piece]:
    """The pieces of a kernel where they are quicker than its DFT and exact enough; else none."""
    room = DFT_COST - int(np.count_nonzero(weights))
    if room < PIECE_COST:
        return []
    boxes = pieces(weights)
    fit = all(_fits(box.part(weights)) for box in boxes)
    return boxes if fit and PIECE_COST * len(boxes) <= room else []


def correlate_pieces(image: Pixels, weights: Pixels, boxes: list[Piece], border: int) -> Pixels:
    """The image h w c correlated with the pieces of a kernel (k, k), k odd. border: OpenCV's number.

    The image is centred about 0 and the mean added last, which halves the rounding errors: within 2.5e-7 of
    full scale of the exact sum for positive kernels of sum 1.
    """
    height, width, channels = image.shape
    radius = weights.shape[0] // 2
    padded: Any = cv2.copyMakeBorder(image, radius, radius, radius, radius, border)
    source: Pixels = padded.reshape(height + 2 * radius, width + 2 * radius, channels)
    source -= np.float32(0.5)
    total, *others = [_part(source, weights, box, height, width) for box in boxes]
    for part in others:
        total += part
    mean = np.float32(0.5 * weights.sum(dtype=np.float64))
    return np.add(total, mean, order="C")


def _part(source: Pixels, weights: Pixels, box: Piece, height: int, width: int) -> Pixels:
    """One piece's share, a view of height x width: each output's window begins at the output itself."""
    rows = slice(box.top, box.bottom - 1 + height)
    columns = slice(box.left, box.right - 1 + width)
    window = source[rows, columns]
    # Windows that run over the end are those of outputs that are cut off.
    out = cv2.filter2D(
        window, -1, box.part(weights), anchor=(0, 0), borderType=cv2.BORDER_REPLICATE
    )
    return np.asarray(out, np.float32).reshape(window.shape)[:height, :width]
