"""The picture of all pipelines is theirs."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import degrade
from tools.docs.pipeline_sheet import CAPTION, COLUMNS, GAP, SIDE, main

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "pipelines.webp"
CLOSE = 4.0
"""Levels between the kept picture, which WebP holds with loss, and one that is drawn now."""


def test_the_picture_of_the_pipelines_is_what_they_draw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["pipeline_sheet", str(tmp_path / "new.webp")])
    main()
    with Image.open(tmp_path / "new.webp") as made, Image.open(PICTURE) as kept:
        assert made.size == kept.size
        away = np.abs(np.asarray(made, np.float64) - np.asarray(kept, np.float64))
    for number, name in enumerate(["untouched", *degrade.pipeline_names()]):
        row, column = divmod(number, COLUMNS)
        top, left = row * (SIDE + CAPTION + GAP), column * (SIDE + GAP)
        panel = away[top : top + SIDE + CAPTION, left : left + SIDE]
        assert panel.mean() < CLOSE, (
            f"{name}: run `python -m tools.docs.pipeline_sheet docs/images/pipelines.webp`"
        )
