"""Contact sheets of folders: what they read, what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import degrade
from degrade.errors import ManifestError
from realsr.files.errors import RequestError
from realsr.images.crops import Cut
from realsr.images.errors import SourceError
from realsr.images.reading import Reading
from realsr.pairs.job import PairsJob
from realsr.pairs.make import make_pairs
from realsr.sheets.preview import make_sheet
from realsr.sheets.stored import SheetCell, draw_sheet, save_sheet, sheet_of_folder


class Quiet:
    """An observer that looks away."""

    def begin(self, sources: int, pairs: int | None) -> None: ...
    def kept(self, pairs: int) -> None: ...
    def opened(self, pairs: int) -> None: ...
    def made(self) -> None: ...
    def failed(self, failure: object) -> None: ...


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    pixels = np.random.default_rng(0).integers(0, 255, (64, 72, 3), np.uint8)
    path = tmp_path / "in" / "x.png"
    path.parent.mkdir()
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def folder(photograph: Path, tmp_path: Path) -> Path:
    pipeline = degrade.load_pipeline("second_order")
    job = PairsJob(pipeline=pipeline, cut=Cut(pipeline.scale, None), variants=2)
    make_pairs([photograph], tmp_path / "pairs", job, observer=Quiet(), workers=1)
    return tmp_path / "pairs"


def edit(folder: Path, **fields: object) -> None:
    """Changes the first pair's line."""
    path = folder / "manifest.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[1].update(fields)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_a_sheet_of_a_folder(folder: Path, tmp_path: Path) -> None:
    assert sheet_of_folder(folder, tmp_path / "deep" / "sheet.png") == 2
    assert sheet_of_folder(folder, tmp_path / "deep" / "sheet.png", limit=1) == 1
    with Image.open(tmp_path / "deep" / "sheet.png") as sheet:
        assert sheet.size == (2 * 256 + 4 * 12, sheet.size[1])
        assert sheet.info["Software"] == "realsr contact sheet"


def test_pairs_beyond_the_default_bound_are_drawn(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Reading.__init__

    def small(self: Reading, alpha: str = "refuse", max_pixels: int = 100) -> None:
        real(self, alpha, max_pixels)  # type: ignore[arg-type]

    monkeypatch.setattr(Reading, "__init__", small)
    assert sheet_of_folder(folder, tmp_path / "sheet.png") == 2


def test_a_picture_of_another_size_is_named(folder: Path, tmp_path: Path) -> None:
    edit(folder, lr_size=[3, 4])
    with pytest.raises(SourceError, match=r"x_v0\.png: it is larger, the manifest says 3 x 4"):
        sheet_of_folder(folder, tmp_path / "sheet.png")


@pytest.mark.parametrize("trace", [{}, {"scale": 4, "hr": [], "lr": [{"op": [], "values": 3}]}])
def test_a_trace_that_is_none_is_named(folder: Path, tmp_path: Path, trace: object) -> None:
    edit(folder, trace=trace)
    with pytest.raises(ManifestError, match="the trace of x_v0 cannot be read"):
        sheet_of_folder(folder, tmp_path / "sheet.png")


def test_a_photograph_is_never_the_output(photograph: Path, tmp_path: Path) -> None:
    before = photograph.read_bytes()
    (tmp_path / "link.png").symlink_to(photograph)
    for out in (photograph, tmp_path / "in" / ".." / "in" / "x.png", tmp_path / "link.png"):
        with pytest.raises(RequestError, match="is no contact sheet"):
            make_sheet(photograph, "bicubic", out, variants=1)
    assert photograph.read_bytes() == before


def test_a_disk_that_refuses_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    grey = np.zeros((8, 8, 1), np.uint8)
    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(RequestError, match=r"No space left on device; no sheet was made"):
        save_sheet(draw_sheet([SheetCell("x", grey, grey, ["nothing"])]), tmp_path / "sheet.png")
    assert list(tmp_path.iterdir()) == []
