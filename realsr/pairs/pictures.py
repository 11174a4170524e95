"""The two pictures of a pair."""

from __future__ import annotations

from dataclasses import dataclass

from realsr.images.errors import SourceError, located
from realsr.images.pixels import pixel_digest
from realsr.images.raster import Bytes
from realsr.images.stored import read_stored
from realsr.pairs.manifest import PairLine
from realsr.pairs.store.protocol import PairStore


@dataclass(frozen=True, slots=True)
class Images:
    """The 8-bit images of a pair, `h w c` uint8."""

    hr: Bytes
    lr: Bytes


def check_pixels(store: PairStore, pair: PairLine, images: Images) -> None:
    """Raises SourceError with its path where a picture's pixels are not those of the manifest."""
    digests = pair.digests
    for stored, pixels, digest in (
        (store.hr(pair.key), images.hr, digests.hr_pixels),
        (store.lr(pair.key), images.lr, digests.lr_pixels),
    ):
        if pixel_digest(pixels) != digest:
            changed = SourceError(
                "changed",
                f"its pixels are not those of the manifest; `realsr verify {store.root}` names all such",
            )
            raise located(changed, stored.path)


def read_pair(store: PairStore, pair: PairLine) -> Images:
    """Both as they are stored. Raises SourceError where one is gone, damaged or of another size."""
    return Images(
        hr=read_stored(store.hr(pair.key), pair.hr_size),
        lr=read_stored(store.lr(pair.key), pair.lr_size),
    )
