"""Where the crop lies that a key draws: in a photograph, and in a stored pair."""

from __future__ import annotations

from collections.abc import Sequence

import degrade
from degrade import Key
from degrade.geometry import Size
from realsr.images.crops import Box, Cut
from realsr.images.raster import Bytes
from realsr.pairs.pictures import Images

_PLACE = (("crop", "y"), ("crop", "x"))


def drawn_boxes(cut: Cut, draw_keys: Sequence[Key], size: Size) -> list[Box]:
    """The box of each key in a source of this size: at a drawn place, or the whole picture."""
    if cut.side is None:
        return [cut.whole(size)] * len(draw_keys)
    places = degrade.draw_uniforms(draw_keys, _PLACE)
    return [cut.at(size, float(y), float(x)) for y, x in places]


def crop_of_photograph(pixels: Bytes, cut: Cut, key: Key) -> Bytes:
    """The key's crop of `h w c`, which `make-pairs` cuts too. Raises SourceError for one that is smaller."""
    size = Size(*pixels.shape[:2])
    cut.check(size)
    (box,) = drawn_boxes(cut, [key], size)
    return box.of(pixels)


def crop_of_pair(images: Images, cut: Cut, key: Key) -> Images:
    """The key's crop of a pair, its corner on the LR's grid.

    cut: in HR pixels, its side a multiple of the scale. Raises SourceError for a pair that is smaller.
    """
    coarse = Cut(1, None if cut.side is None else cut.side // cut.scale)
    size = Size(*images.lr.shape[:2])
    coarse.check(size)
    (box,) = drawn_boxes(coarse, [key], size)
    return Images(hr=box.enlarged(cut.scale).of(images.hr), lr=box.of(images.lr))
