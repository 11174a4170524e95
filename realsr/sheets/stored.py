"""Contact sheets: HR, LR and the drawn values in plain words under each."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

import degrade
from degrade.errors import ManifestError
from degrade.foreign import ForeignFileError, open_foreign
from realsr.files.errors import RequestError, StorageError
from realsr.files.whole import make_directory, write_whole
from realsr.images.errors import SourceError
from realsr.images.formats import open_header
from realsr.images.own import MADE_BY
from realsr.images.reading import Bytes
from realsr.pairs.manifest import PairLine, read_manifest
from realsr.pairs.pictures import read_pair
from realsr.pairs.store.claim import REPLAYED
from realsr.pairs.store.protocol import PairStore
from realsr.pairs.store.table import opened
from realsr.rows import NO_ROWS, Rows, check_files

PANEL = 256
"""Side of a picture on the sheet, in pixels."""
GAP = 12
LINE = 15
TEXT_SIZE = 12
INK, FAINT, PAPER = (24, 24, 27), (113, 113, 122), (250, 250, 250)


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One pair on the sheet. hr, lr: `h w c` uint8; words: one phrase per step."""

    title: str
    hr: Bytes
    lr: Bytes
    words: Sequence[str]


def draw_sheet(cells: Sequence[SheetCell], columns: int = 2) -> Image.Image:
    """Cells in rows, each HR beside its LR, which is enlarged without smoothing to the HR's size."""
    columns = max(1, min(columns, len(cells)))
    rows = [cells[start : start + columns] for start in range(0, len(cells), columns)]
    width = columns * (2 * PANEL + 3 * GAP) + GAP
    heights = [max(_height(cell) for cell in row) for row in rows]
    sheet = Image.new("RGB", (width, sum(heights) + GAP), PAPER)
    top = GAP
    for row, height in zip(rows, heights, strict=True):
        for column, cell in enumerate(row):
            _paint(sheet, cell, GAP + column * (2 * PANEL + 3 * GAP), top)
        top += height
    return sheet


def _height(cell: SheetCell) -> int:
    return PANEL + LINE * (len(_wrapped(cell)) + 2) + 2 * GAP


def _wrapped(cell: SheetCell) -> list[str]:
    """The words as lines that fit under both pictures."""
    font, room = _font(), 2 * PANEL + GAP
    lines: list[str] = []
    for number, phrase in enumerate(cell.words, start=1):
        word = f"{number} {phrase}"
        joined = f"{lines[-1]}   {word}" if lines else word
        if lines and font.getlength(joined) <= room:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines


def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(TEXT_SIZE)


def _paint(sheet: Image.Image, cell: SheetCell, left: int, top: int) -> None:
    pen, font = ImageDraw.Draw(sheet), _font()
    sheet.paste(_panel(cell.hr, Image.Resampling.LANCZOS), (left, top))
    sheet.paste(_panel(cell.lr, Image.Resampling.NEAREST), (left + PANEL + GAP, top))
    text = top + PANEL + 4
    for side, image, x in (("HR", cell.hr, left), ("LR", cell.lr, left + PANEL + GAP)):
        title = f"{side}  {image.shape[1]} x {image.shape[0]}"
        if side == "HR":
            title += f"  {cell.title}"
        pen.text((x, text), _cut(title, font), fill=FAINT, font=font)
    for number, line in enumerate(_wrapped(cell), start=1):
        pen.text((left, text + number * LINE), line, fill=INK, font=font)


def _cut(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """The text, shortened where it is wider than a picture."""
    while font.getlength(text) > PANEL and len(text) > 4:
        text = text[:-2] + "."
    return text


def _panel(image: Bytes, filter_: Image.Resampling) -> Image.Image:
    """The picture within a square of the panel's side, on the paper's colour."""
    picture = Image.fromarray(image[..., 0] if image.shape[2] == 1 else image).convert("RGB")
    share = PANEL / max(picture.size)
    width, height = (max(1, round(side * share)) for side in picture.size)
    panel = Image.new("RGB", (PANEL, PANEL), PAPER)
    panel.paste(picture.resize((width, height), filter_), ((PANEL - width) // 2, 0))
    return panel


def sheet_of_folder(
    root: Path, out: Path, limit: int = 12, columns: int = 2, rows: Rows = NO_ROWS
) -> int:
    """Draws the first pairs of a finished folder into a PNG; returns how many.

    rows: a person's own, those that the pairs were made with. Raises RequestError and ManifestError for a
    folder that is none, RowsError for other rows, SourceError for a picture that is gone, RequestError for an
    `out` that `check_out` refuses.
    """
    check_out(out)
    store = opened(root)
    header, pairs = read_manifest(store)
    check_files(header.rows, rows, f"the pairs in {root}")
    cells = [_cell(store, pair, rows) for pair in islice(pairs, limit)]
    save_sheet(draw_sheet(cells, columns), out)
    return len(cells)


def _cell(store: PairStore, pair: PairLine, rows: Rows) -> SheetCell:
    images = read_pair(store, pair)
    return SheetCell(pair.key, images.hr, images.lr, _words(store, pair, rows))


def _words(store: PairStore, pair: PairLine, rows: Rows) -> Sequence[str]:
    try:
        return degrade.words(degrade.trace_from_data(pair.trace), rows.operators)
    except Exception as error:  # a manifest may say anything
        raise ManifestError(
            f"{store.books.manifest}: the trace of {pair.key} cannot be read ({error})"
        ) from error


def check_out(out: Path) -> None:
    """Raises RequestError unless `out` is a PNG's name, and is free or an earlier sheet's.

    So neither the photograph that is drawn nor any other picture is ever written over.
    """
    if out.suffix.lower() != ".png":
        raise RequestError(
            f"--out {out}: a contact sheet is a PNG file; give a name ending in .png"
        )
    if out.is_dir():
        raise RequestError(f"--out {out} is a directory; give a file's name")
    for directory in Path(os.path.realpath(out)).parents:
        above = opened(directory.parent)
        if directory.name in (*above.parts, REPLAYED) and above.books.begun():
            raise RequestError(
                f"--out {out} lies among the pairs of {above.root}; give another directory"
            )
    if out.exists() and not _is_sheet(out):
        raise RequestError(f"--out {out} is there and is no contact sheet; give another name")


def _is_sheet(path: Path) -> bool:
    name, value = MADE_BY
    try:
        with open_foreign(path) as file:
            return open_header(file).info.get(name) == value
    except (ForeignFileError, SourceError, OSError):
        return False


def save_sheet(sheet: Image.Image, out: Path) -> None:
    """Writes a PNG, whole or not at all, in the place of nothing but an earlier sheet. Raises RequestError."""
    check_out(out)
    make_directory(out.parent)
    marks = PngInfo()
    marks.add_text(*MADE_BY)
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", pnginfo=marks)
    try:
        write_whole(out, buffer.getvalue())
    except StorageError as error:
        raise RequestError(f"{error}; no sheet was made") from error
