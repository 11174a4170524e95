"""What each of the named pipelines does to one photograph, by one draw.

python -m tools.docs.pipeline_sheet docs/images/pipelines.webp
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

import degrade

PHOTOGRAPH, TOP, LEFT = "chelsea.png", 70, 110
"""A public photograph inside scikit-image's wheel, and where on it the part begins that is shown."""
SIDE, GAP, CAPTION, COLUMNS = 144, 6, 16, 7
"""SIDE: of the part in HR pixels; a panel shows it one to one, and every LR pixel as a square."""
SEED = 2
QUALITY = 90


def sheet() -> Image.Image:
    """The photograph, then a panel for each pipeline, in the order of their names."""
    panels = [("untouched", _picture(_photograph())), *_panels()]
    rows = -(-len(panels) // COLUMNS)
    page = Image.new(
        "RGB", (COLUMNS * (SIDE + GAP) - GAP, rows * (SIDE + CAPTION + GAP) - GAP), "white"
    )
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(11)
    for number, (name, picture) in enumerate(panels):
        row, column = divmod(number, COLUMNS)
        left, top = column * (SIDE + GAP), row * (SIDE + CAPTION + GAP)
        page.paste(picture, (left, top))
        pen.text((left, top + SIDE + 1), name, fill="black", font=font)
    return page


def _panels() -> Iterator[tuple[str, Image.Image]]:
    for name in degrade.pipeline_names():
        pipeline = degrade.load_pipeline(name)
        traces = degrade.draw(pipeline, degrade.keys(SEED, ["chelsea"]))
        yield name, _picture(degrade.apply(traces, _photograph()[None])[0])


def _photograph() -> torch.Tensor:
    with resources.as_file(resources.files("skimage") / "data" / PHOTOGRAPH) as path:
        pixels = np.array(Image.open(path).convert("RGB"))
    part = pixels[TOP : TOP + SIDE, LEFT : LEFT + SIDE]
    return torch.from_numpy(part).permute(2, 0, 1).float() / 255


def _picture(image: torch.Tensor) -> Image.Image:
    """As an 8-bit file would hold it, enlarged to the panel without smoothing."""
    levels = (image.clamp(0, 1) * 255 + 0.5).floor().to(torch.uint8)
    picture = Image.fromarray(levels.permute(1, 2, 0).contiguous().numpy())
    return picture.resize((SIDE, SIDE), Image.Resampling.NEAREST)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    sheet().save(parser.parse_args().out, quality=QUALITY)


if __name__ == "__main__":
    main()
