"""One picture of a set that no pipeline made: its files, and its pixels brought to the scale."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from realsr.images.errors import SourceError
from realsr.images.reading import Bytes, Reading, opened
from realsr.metrics.interpolation import cut_to_multiple, reduced


@dataclass(frozen=True)
class Member:
    """The files of one picture."""

    key: str
    lr: Path
    hr: Path | None


@dataclass(frozen=True)
class FittedPixels:
    lr: Bytes
    hr: Bytes | None
    words: tuple[str, ...]


def fitted(member: Member, scale: int, reading: Reading) -> FittedPixels:
    """Raises SourceError where a picture cannot be read, or the two do not fit."""
    low = _read(member.lr, reading)
    if member.hr is None:
        return FittedPixels(low, None, ())
    high = _read(member.hr, reading)
    if low.shape[2] != high.shape[2]:
        raise SourceError("channels", "one of LR and HR is grey and the other is not")
    if low.shape == high.shape:
        low, high = (cut_to_multiple(image, scale) for image in (low, high))
        return FittedPixels(_bytes(reduced(low, scale)), _bytes(high), (_one_grid(scale),))
    return _fitted(low, high, scale)


def _fitted(low: Bytes, high: Bytes, scale: int) -> FittedPixels:
    """HR of scale x LR, cut at the end where it has less than a further LR pixel."""
    height, width = (scale * side for side in low.shape[:2])
    spare = (high.shape[0] - height, high.shape[1] - width)
    if min(spare) < 0 or max(spare) >= scale:
        raise SourceError(
            "size",
            f"LR is {low.shape[0]} x {low.shape[1]} and HR {high.shape[0]} x {high.shape[1]} (height x width); "
            f"expected HR of {height} x {width} (x{scale}), or both on one grid",
        )
    return FittedPixels(low, _bytes(high[:height, :width]), ())


def _one_grid(scale: int) -> str:
    return f"LR and HR came on one grid; LR was reduced by matlab_bicubic 1/{scale}"


def _read(path: Path, reading: Reading) -> Bytes:
    with opened(path, reading) as image:
        return image.pixels()


def _bytes(image: Any) -> Bytes:
    return np.ascontiguousarray(image, dtype=np.uint8)
