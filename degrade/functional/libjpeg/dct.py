"""libjpeg's accurate integer DCT ("islow") of 8x8 blocks, and its inverse.

The algorithm of Loeffler, Ligtenberg and Moschytz (ICASSP 1989) with constants of 13 bits rounds only at the
end of each pass. A pass is therefore one matrix of whole numbers and a rounded shift, whatever its butterflies,
and the inverse's matrix is the transposed one. In float64 both are exact: no sum reaches 2**53, and a scaling
by a power of two loses nothing.

Coefficients that were rounded to steps are at most twice their size, so the passes also stay within the 16 bits
that libjpeg-turbo's vector code has between them: nothing wraps there either.
"""

from __future__ import annotations

import torch
from torch import Tensor

BLOCK = 8

# What each frequency makes of the first four of eight samples; the others mirror them, with the opposite sign
# where the frequency is odd. sqrt(2) cos(k pi / 16) in units of 2**-13; the last digits are what sums of the
# algorithm's rounded constants come to.
_HALVES = (
    (8192, 8192, 8192, 8192),
    (11363, 9633, 6437, 2260),
    (10703, 4433, -4433, -10703),
    (9633, -2259, -11362, -6436),
    (8192, -8192, -8192, 8192),
    (6437, -11362, 2261, 9633),
    (4433, -10704, 10704, -4433),
    (2260, -6436, 9633, -11363),
)
MATRIX = tuple(
    (*half, *(value * (-1) ** frequency for value in reversed(half)))
    for frequency, half in enumerate(_HALVES)
)
"""Rows are frequencies, columns samples."""

_KEPT_BITS = 2
"""Fraction bits between the passes."""


def forward(blocks: Tensor) -> Tensor:
    """Coefficients times 8 of samples less 128; float64 whole numbers (8, 8, n): row, column, block."""
    matrix = _matrix(blocks)
    return _down(_across(blocks, matrix, 13 - _KEPT_BITS), matrix, 13 + _KEPT_BITS)


def inverse(blocks: Tensor) -> Tensor:
    """Samples less 128, not limited, of dequantised coefficients; float64 whole numbers (8, 8, n)."""
    matrix = _matrix(blocks).T
    return _across(_down(blocks, matrix, 13 - _KEPT_BITS), matrix, 13 + _KEPT_BITS + 3)


def _matrix(like: Tensor) -> Tensor:
    return torch.tensor(MATRIX, dtype=torch.float64).to(like.device, non_blocking=True)


def _across(blocks: Tensor, matrix: Tensor, shift: int) -> Tensor:
    scaled = (matrix * 0.5**shift).expand(BLOCK, BLOCK, BLOCK)
    return torch.bmm(scaled, blocks).add_(0.5).floor_()


def _down(blocks: Tensor, matrix: Tensor, shift: int) -> Tensor:
    product = torch.mm(matrix * 0.5**shift, blocks.reshape(BLOCK, -1))
    return product.add_(0.5).floor_().view_as(blocks)
