"""Which part of a source becomes an HR image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from degrade.geometry import Size
from realsr.files.errors import RequestError
from realsr.images.errors import SourceError
from realsr.images.raster import Bytes


class Box(NamedTuple):
    """A rectangle of whole pixels of the upright source."""

    y: int
    x: int
    height: int
    width: int

    def of(self, pixels: Bytes) -> Bytes:
        """What it holds of `h w c`: a view."""
        return pixels[self.y : self.y + self.height, self.x : self.x + self.width]

    def enlarged(self, scale: int) -> Box:
        """The same place on a grid that is `scale` times as fine."""
        return Box(*(scale * number for number in self))


@dataclass(frozen=True, slots=True)
class Cut:
    """How sources are cut.

    side: the crop's side in HR pixels, or None for the whole picture (cut right and bottom to a multiple of
    the scale). step: distance of tiles; None makes one crop a variant at a drawn place.
    """

    scale: int
    side: int | None
    step: int | None = None

    def __post_init__(self) -> None:
        if self.side is None and self.step is not None:
            raise RequestError(
                "--tiles needs the tiles' side: give --crop N as well, not --crop full"
            )
        if self.side is not None and (self.side < self.scale or self.side % self.scale):
            raise RequestError(
                f"--crop {self.side} is not a multiple of the scale {self.scale}; the nearest is "
                f"{max(1, round(self.side / self.scale)) * self.scale}"
            )
        if self.step is not None and self.step < 1:
            raise RequestError(
                f"--tiles {self.step} is not a distance; give a whole number from 1 on"
            )

    @property
    def crop_words(self) -> int | str:
        """The crop as the command line has it."""
        return "full" if self.side is None else self.side

    def check(self, size: Size) -> None:
        """Raise SourceError if a source of this size is too small to be cut so."""
        if self.side is None:
            if min(size) < self.scale:
                raise SourceError(
                    "too-small",
                    f"it is {size.height} x {size.width} (height x width), smaller than the scale {self.scale}",
                )
        elif min(size) < self.side:
            raise SourceError(
                "too-small",
                f"it is {size.height} x {size.width} (height x width), smaller than the crop "
                f"{self.side} x {self.side}",
            )

    def whole(self, size: Size) -> Box:
        """The whole picture, cut to a multiple of the scale."""
        height, width = (side - side % self.scale for side in size)
        return Box(0, 0, height, width)

    def at(self, size: Size, y: float, x: float) -> Box:
        """The crop at the place that two uniforms in (0, 1) draw: every whole-pixel place is equally likely."""
        side = self._side()
        return Box(_place(y, size.height - side), _place(x, size.width - side), side, side)

    def tiles(self, size: Size) -> list[Box]:
        """Tiles at 0, step, 2 step ... and one flush with the far edge where the others leave a rest."""
        side, step = self._side(), self.step or self._side()
        rows, columns = (_starts(length - side, step) for length in size)
        return [Box(y, x, side, side) for y in rows for x in columns]

    def _side(self) -> int:
        if self.side is None:
            raise RequestError("the whole picture has no place to draw and no tiles")
        return self.side


def _place(uniform: float, room: int) -> int:
    """One of the places 0 .. room."""
    return min(int(uniform * (room + 1)), room)


def _starts(room: int, step: int) -> list[int]:
    starts = list(range(0, room + 1, step))
    return starts if starts[-1] == room else [*starts, room]
