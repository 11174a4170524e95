"""From files to what estimators look at: values as stored, upright, with the tables of a JPEG."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np

from realsr.estimation.seen import JpegTables, Samples, Seen
from realsr.images.errors import SourceError
from realsr.images.pillow_stills import JpegFacts
from realsr.images.raster import SIDEWAYS, Header, Pixels
from realsr.images.reading import MAX_PIXELS, check_values, opened_still

_MIRRORED_ROWS, _MIRRORED_COLUMNS = (3, 4, 7, 8), (2, 3, 6, 7)
"""EXIF orientations after which the stored rows, or columns, run backwards."""


def read_seen(path: Path, max_pixels: int = MAX_PIXELS) -> Seen:
    """The picture at `path`: grey or RGB of 8 or 16 bits, its values as stored (no profile is applied).

    Raises SourceError with its path: what is no picture, is animated, is transparent or holds other values.
    """
    with opened_still(path, max_pixels) as found:
        header = found.still.header
        try:
            check_values(header)
            pixels = _opaque(found.decoded())
        except SourceError as error:
            error.path = path
            raise
        return Seen(pixels, _tables(getattr(found.still, "jpeg", None), header))


def _opaque(pixels: Pixels) -> Samples:
    """Without alpha. Raises SourceError where it is not full: what lies under it is not known."""
    if pixels.shape[2] in (1, 3):
        return pixels
    if bool((pixels[..., -1] < np.iinfo(pixels.dtype).max).any()):
        raise SourceError("transparent", "it has transparent pixels; lay it on a ground first")
    return cast("Samples", np.ascontiguousarray(pixels[..., :-1]))


def _tables(facts: JpegFacts | None, header: Header) -> JpegTables | None:
    """The tables as the upright pixels have them."""
    if facts is None:
        return None
    sideways = header.orientation in SIDEWAYS
    steps = tuple(np.array(one, np.int64).reshape(8, 8) for one in facts.steps)
    if sideways:
        steps = tuple(one.T.copy() for one in steps)
    sampling = tuple(one[::-1] if sideways else one for one in facts.sampling)
    return JpegTables(steps, sampling, _grid(header))


def _grid(header: Header) -> tuple[int, int]:
    height, width = header.upright
    rows = height % 8 if header.orientation in _MIRRORED_ROWS else 0
    columns = width % 8 if header.orientation in _MIRRORED_COLUMNS else 0
    return rows, columns
