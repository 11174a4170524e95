"""The panel of what GANs are blamed for: its numbers are those of the cells, and it is there where it is asked for."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import fmean, stdev

import pytest

from realsr.cli.main import main
from realsr.ganlab.lab.pictures import made_picture
from realsr.images.png import encode_png
from realsr.robustness.page.gan_panel import gan_panel
from realsr.robustness.page.report import report_of
from realsr.robustness.results.columns import GAN_COLUMNS, columns


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("gan")
    (root / "hr").mkdir()
    for number in range(8):
        (root / "hr" / f"p{number}.png").write_bytes(encode_png(made_picture(5, number, 128)))
    return root


def run(folder: Path, out: str, *options: str) -> Path:
    command = ["robustness", "run", "--hr", str(folder / "hr"), "--pipelines", "bicubic"]
    command += ["--model", "lanczos=lanczos", "--scale", "4", "--out", str(folder / out), *options]
    assert main(command) == 0
    return folder / out


def test_gan_is_a_name_for_columns() -> None:
    found = [column.name for column in columns(["psnr_y", "gan", "ldl"], 4)]
    assert found == ["psnr_y", *GAN_COLUMNS]


def test_the_panel_is_of_the_cells(folder: Path) -> None:
    out = run(folder, "asked", "--metrics", "psnr_y,gan")
    panel = gan_panel(report_of(out))
    assert panel is not None
    assert len(panel.head) == 2 + len(GAN_COLUMNS)
    cells = [json.loads(line) for line in (out / "cells.jsonl").read_text().splitlines()]
    for row in panel.rows:
        values = [cell["scores"]["ldl"] for cell in cells if cell["model"] == row[0]]
        assert len(values) == 8
        half = 2.364624 * stdev(values) / 8**0.5  # Student's t of seven degrees of freedom
        mean = fmean(values)
        expected = f"{mean:.3g} ({mean - half:.3g} to {mean + half:.3g})"
        assert row[panel.head.index("ldl")] == expected
    page = (out / "index.html").read_text()
    assert 'id="gan"' in page
    assert '<a href="#gan">' in page


def test_a_run_without_them_has_no_panel(folder: Path) -> None:
    out = run(folder, "usual", "--metrics", "psnr_y,lr_consistency_true")
    assert gan_panel(report_of(out)) is None
    assert 'id="gan"' not in (out / "index.html").read_text()


def test_too_few_pictures_have_no_interval(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "hr").mkdir()
    for name in ("p0.png", "p1.png"):
        (tmp_path / "hr" / name).write_bytes((folder / "hr" / name).read_bytes())
    panel = gan_panel(report_of(run(tmp_path, "few", "--metrics", "psnr_y,ldl")))
    assert panel is not None
    assert panel.head == ["model", "loss", "ldl"]
    assert all(row[2].endswith(" (too few)") for row in panel.rows)
