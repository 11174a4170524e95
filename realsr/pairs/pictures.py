"""The two pictures of a pair."""

from __future__ import annotations

from dataclasses import dataclass

from realsr.images.raster import Bytes
from realsr.images.stored import read_stored
from realsr.pairs.manifest import PairLine
from realsr.pairs.store.protocol import PairStore


@dataclass(frozen=True, slots=True)
class Images:
    """The 8-bit images of a pair, `h w c` uint8."""

    hr: Bytes
    lr: Bytes


def read_pair(store: PairStore, pair: PairLine) -> Images:
    """Both as they are stored. Raises SourceError where one is gone, damaged or of another size."""
    return Images(
        hr=read_stored(store.hr(pair.key), pair.hr_size),
        lr=read_stored(store.lr(pair.key), pair.lr_size),
    )
