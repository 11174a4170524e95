"""Maps of classes as files: `DIR/ID.png` for the photograph ID, the class of each pixel as its grey value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from degrade.geometry import Size
from realsr.images.errors import SourceError
from realsr.images.raster import GREY, Bytes
from realsr.images.reading import MAX_PIXELS, OpenStill, opened_still


@dataclass(frozen=True)
class LabelFolder:
    """root: holds a grey PNG of 8 bits for every source, of values 0 .. classes - 1."""

    root: Path
    classes: int

    def path(self, source: str) -> Path:
        """Where the labels of a source lie."""
        return self.root / f"{source}.png"

    def labels(self, source: str, size: Size) -> Bytes:
        """`h w 1` of a source of this size. Raises SourceError with the path of labels that are none of it."""
        with self._opened(source) as found:
            if found.size != size:
                raise SourceError(
                    "size", f"it is {_words(found.size)}; its picture is {_words(size)}"
                )
            return self._checked(found)

    def labels_of_either(self, source: str, lr: Size, scale: int) -> Bytes:
        """`scale*h scale*w 1`: labels of the result's size as they are, of the LR's each one repeated."""
        large = Size(scale * lr.height, scale * lr.width)
        with self._opened(source) as found:
            if found.size not in (lr, large):
                raise SourceError(
                    "size",
                    f"it is {_words(found.size)}; expected {_words(large)} as the result, or {_words(lr)}",
                )
            repeat = scale if found.size == lr else 1
            return self._checked(found).repeat(repeat, axis=0).repeat(repeat, axis=1)

    @contextmanager
    def _opened(self, source: str) -> Iterator[OpenStill]:
        path = self.path(source)
        if not path.exists():
            missing = SourceError("no-labels", f"there are no labels of {source} here")
            missing.path = path
            raise missing
        with opened_still(path, MAX_PIXELS) as found:
            yield found

    def _checked(self, found: OpenStill) -> Bytes:
        header = found.still.header
        if (header.colours, header.bits) != (GREY, 8):
            raise SourceError(
                "labels",
                f"it is {header.colours} of {header.bits} bits; labels are grey of 8 bits, a class's number "
                f"from 0 to {self.classes - 1} at each pixel",
            )
        labels = found.decoded().astype(np.uint8, copy=False)
        if labels.shape[2] != 1 or labels.max() >= self.classes:
            raise SourceError(
                "labels",
                f"it holds the value {labels.max()}; classes are numbered from 0 to {self.classes - 1}",
            )
        return labels


def _words(size: Size) -> str:
    return f"{size.height} x {size.width} (height x width)"
