"""SEAL's published pictures in a folder: `GT/NAME.png`, and `LQ/deg_NNN/NAME.png` for a degradation each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from realsr.files.errors import RequestError
from realsr.images.pixels import to_float
from realsr.images.reading import Reading, opened

Pairs = Mapping[str, tuple[Tensor, Tensor]]
"""HR and LR `c h w` by name."""

SCALE = 4
FEWEST = 5
"""Pictures, from which on resampling them gives an interval."""


def pictures_of(folder: Path, number: int) -> Pairs | None:
    """Of degradation `number`, from 0; None where the folder has none of it.

    Raises RequestError for a picture without its HR or of another size, SourceError for one that is damaged.
    """
    shipped = folder / "LQ" / f"deg_{number:03d}"
    if not shipped.is_dir():
        return None
    found = {}
    for path in sorted(shipped.glob("*.png")):
        hr = folder / "GT" / path.name
        if not hr.is_file():
            raise RequestError(f"{path}: expected its HR as {hr}")
        found[path.name] = (_picture(hr), _picture(path))
        large, small = (tuple(each.shape[1:]) for each in found[path.name])
        if any(side // SCALE != other for side, other in zip(large, small, strict=True)):
            raise RequestError(f"{path} is {small}; expected a quarter of {large}, that of {hr}")
    if len(found) < FEWEST:
        raise RequestError(f"{shipped} has {len(found)} pictures; expected five or more")
    return found


def _picture(path: Path) -> Tensor:
    with opened(path, Reading()) as image:
        return to_float(image.pixels(), torch.device("cpu")).contiguous()
