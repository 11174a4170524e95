"""Reading back the images of a folder of pairs."""

from __future__ import annotations

from pathlib import Path

from realsr.images.errors import SourceError
from realsr.images.reading import Bytes, Reading, opened


def read_stored(path: Path, size: tuple[int, int]) -> Bytes:
    """`h w c` uint8 of the height and width that the manifest tells. Raises SourceError with its path.

    The manifest bounds what is decoded, so that pairs of any size are read and a file put in another's place
    is not.
    """
    try:
        with opened(path, Reading(max_pixels=max(0, size[0]) * max(0, size[1]))) as image:
            if tuple(image.size) == size:
                return image.pixels()
            found = f"it is {image.size.height} x {image.size.width}"
    except SourceError as error:
        if error.kind != "too-large":
            raise
        found = "it is larger"
    changed = SourceError("changed", f"{found}, the manifest says {size[0]} x {size[1]}")
    changed.path = path
    raise changed
