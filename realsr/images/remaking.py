"""An LR made again from its HR and its trace, and in what pictures that should be equal differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

import degrade
from degrade import Trace
from degrade.operators.row import Operator
from realsr.images.pixels import to_bytes, to_float
from realsr.images.reading import Bytes


def remade(
    trace: Trace, hr: Bytes, device: torch.device, rows: Iterable[Operator[Any]] = ()
) -> Bytes:
    """The LR `h w c` uint8 of an HR as it is stored, `scale*h scale*w c` uint8, under a trace.

    rows: a caller's own operators, where the trace names them.
    """
    [lr] = degrade.apply_lr([trace], [to_float(hr, device)], threads=1, rows=rows)
    return to_bytes(lr)


@dataclass(frozen=True)
class Difference:
    """Over many couples of pictures. values: numbers 0..255 compared. most: the largest difference in levels.
    faults: why pictures could not be compared.
    """

    pictures: int = 0
    changed: int = 0
    values: int = 0
    differing: int = 0
    most: int = 0
    faults: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = (
            f"{self.differing} of {self.values} values differ, in {self.changed} of {self.pictures} pictures, "
            f"by at most {self.most} levels"
        )
        more = (
            f"; {len(self.faults)} not compared, the first: {self.faults[0]}" if self.faults else ""
        )
        return told + more

    @property
    def equal(self) -> bool:
        """Whether all could be compared and no value differs."""
        return not (self.differing or self.faults)


def difference(couples: Iterable[tuple[Bytes, Bytes] | str]) -> Difference:
    """Summed over couples of pictures of one shape; a sentence stands for one that could not be had."""
    pictures = changed = values = differing = most = 0
    faults: list[str] = []
    for couple in couples:
        if isinstance(couple, str):
            faults.append(couple)
            continue
        gap = np.abs(couple[0].astype(np.int16) - couple[1].astype(np.int16))
        wrong = int(np.count_nonzero(gap))
        pictures, values = pictures + 1, values + gap.size
        changed, differing = changed + bool(wrong), differing + wrong
        most = max(most, int(gap.max()))
    return Difference(pictures, changed, values, differing, most, tuple(faults))
