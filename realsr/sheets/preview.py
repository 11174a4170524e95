"""A contact sheet of what a pipeline does to one photograph."""

from __future__ import annotations

from pathlib import Path

import torch

import degrade
from degrade.geometry import Size
from degrade.reader.near import meant
from realsr.files.errors import RequestError
from realsr.images.crops import Box
from realsr.images.errors import SourceError
from realsr.images.formats import SUFFIXES
from realsr.images.reading import Bytes, Reading, opened
from realsr.pairs.making import degrade_pixels
from realsr.pairs.soundness import requested_pipeline
from realsr.rows import NO_ROWS, Rows
from realsr.sheets.stored import SheetCell, check_out, draw_sheet, save_sheet

SIDE = 256
"""Side of the part that is shown, in HR pixels: large enough to judge, small enough to see its pixels."""
VARIANTS = 8


def make_sheet(
    image: Path,
    pipeline: str,
    out: Path,
    *,
    scale: int | None = None,
    seed: int = 0,
    variants: int = VARIANTS,
    rows: Rows = NO_ROWS,
) -> None:
    """Degrades the middle of a photograph in `variants` ways and draws them with their values in words.

    scale: None takes the pipeline's own, or 4. rows: a person's own, which the pipeline may name.
    Raises PipelineError, RequestError (a scale that the pipeline does not have, an `out` that is something
    else than an earlier sheet) and SourceError (an image that cannot be read).
    """
    check_out(out)
    loaded = requested_pipeline(pipeline, scale, rows.operators)
    pixels = _middle(image, loaded.scale)
    keys = [degrade.Key(seed, image.stem, variant) for variant in range(variants)]
    traces = degrade.draw(loaded, keys)
    own = loaded.own_operators
    made = degrade_pixels(traces, [pixels] * variants, torch.device("cpu"), rows=own)
    cells = [
        SheetCell(f"variant {key.variant}", images.hr, images.lr, degrade.words(trace, own))
        for key, images, trace in zip(keys, made, traces, strict=True)
    ]
    save_sheet(draw_sheet(cells), out)


def _middle(image: Path, scale: int) -> Bytes:
    _check_photograph(image)
    with opened(image, Reading(alpha="white")) as source:
        size = source.size
        box = _middle_box(size, scale)
        return box.of(source.pixels())


def _check_photograph(image: Path) -> None:
    """Says what a person needs who typed something else than a picture's name."""
    if image.is_dir():
        such = "".join(f", such as {path}" for path in _pictures(image)[:1])
        raise RequestError(f"{image} is a directory; a preview is of one photograph{such}")
    if not image.exists():
        beside = [path.name for path in _pictures(image.parent)]
        raise RequestError(f"there is no photograph {image}{meant(image.name, beside)}")


def _pictures(folder: Path) -> list[Path]:
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in found if path.suffix.lower() in SUFFIXES)


def _middle_box(size: Size, scale: int) -> Box:
    height, width = (min(SIDE, side) // scale * scale for side in size)
    if not height or not width:
        raise SourceError("too-small", f"it is {size}, smaller than the scale {scale}")
    return Box((size.height - height) // 2, (size.width - width) // 2, height, width)
