"""A contact sheet for each operator: one photograph, from untouched to severe.

python -m tools.docs.operator_sheets docs/images/operators [OPERATOR...]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

from degrade.errors import MissingExtraError
from degrade.execute.plan import plan_steps
from degrade.execute.singles import run_singles
from degrade.geometry import Size
from degrade.operators.base import noise_fields
from degrade.operators.ladders import Ladder
from degrade.operators.table import OPERATORS
from degrade.trace import Scalar, Step

PHOTOGRAPH = "astronaut.png"
"""A public photograph inside scikit-image's wheel."""
PANEL, GAP, CAPTION = 192, 6, 34
KEY = "0123456789abcdef"
QUALITY = 85
"""WebP quality. A panel of 96 HR pixels shows each as two by two, so that halved chroma loses nothing."""


def ladders() -> dict[str, Ladder]:
    """Those of the operators that have one, by name; an operator that runs on a user's files has none."""
    return {name: row.ladder for name, row in OPERATORS.items() if row.ladder}


def sheet(name: str) -> Image.Image:
    """The sheet of an operator that has a ladder: the photograph, then one panel a rung, words below."""
    ladder = ladders()[name]
    view = _view(ladder)
    panels = [(view, "untouched"), *(_rung(name, rung, view) for rung in ladder.rungs)]
    page = Image.new("RGB", (len(panels) * (PANEL + GAP) - GAP, PANEL + CAPTION), "white")
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(11)
    for index, (pixels, words) in enumerate(panels):
        left = index * (PANEL + GAP)
        page.paste(_panel(pixels), (left, 0))
        pen.multiline_text(
            (left, PANEL + 3), _lines(words, font), fill="black", font=font, spacing=1
        )
    return page


def _view(ladder: Ladder) -> torch.Tensor:
    with resources.as_file(resources.files("skimage") / "data" / PHOTOGRAPH) as path:
        pixels = np.array(Image.open(path).convert("RGB"))
    top, left = (max(0, centre - ladder.view // 2) for centre in ladder.centre)
    part = pixels[top : top + ladder.view, left : left + ladder.view]
    return torch.from_numpy(part).permute(2, 0, 1).float() / 255


def _rung(name: str, rung: Mapping[str, Scalar], view: torch.Tensor) -> tuple[torch.Tensor, str]:
    row = OPERATORS[name]
    values = {**rung, **dict.fromkeys(noise_fields(row.parameters), KEY)}
    size = Size(*view.shape[-2:])
    plan = plan_steps([Step(name, row.version, name, values)], size, size)
    (made,) = run_singles([plan], [view], threads=1)
    return made, row.words.phrase(row.parameters.model_validate(values))


def _panel(pixels: torch.Tensor) -> Image.Image:
    """Pixels as squares: the picture is enlarged without smoothing, as an 8-bit file would hold it."""
    levels = (pixels.clamp(0, 1) * 255 + 0.5).floor().to(torch.uint8)
    picture = Image.fromarray(levels.permute(1, 2, 0).contiguous().numpy())
    return picture.resize((PANEL, PANEL), Image.Resampling.NEAREST)


def _lines(words: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """The words broken into lines as wide as a panel."""
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) > PANEL and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines[:2])


def write(folder: Path, names: Sequence[str]) -> list[str]:
    """Writes the sheets of these operators; returns those left out because an optional package is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = []
    for name in names:
        try:
            sheet(name).save(folder / f"{name}.webp", quality=QUALITY)
        except MissingExtraError:
            missing.append(name)
    return missing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("operators", nargs="*", default=sorted(ladders()))
    request = parser.parse_args()
    missing = write(request.folder, request.operators)
    if missing:
        sys.stderr.write(f"no sheet, since an optional package is missing: {', '.join(missing)}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
