"""What the networks of `realsr demo mismatch` make of one photograph, on their own degradation and on another.

python -m tools.docs.study_picture STUDY docs/images/study.webp
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

import degrade
from realsr.inference import load

PHOTOGRAPH, TOP, LEFT = "chelsea.png", 40, 88
"""A public photograph of the study's test, and where on it the part begins that is shown, in HR pixels."""
SIDE, GAP, CAPTION = 176, 6, 30
PIPELINES = ("bicubic", "gaussian8")
"""What two of the networks were trained on: columns; and what the photograph is degraded by: rows."""
SEED, SCALE, QUALITY = 1, 4, 90
Panel = tuple[str, Tensor]


def sheet(study: Path) -> Image.Image:
    """A row a degradation: LR, bicubic enlargement, the network of each pipeline, HR."""
    rows = [list(_row(study, name)) for name in PIPELINES]
    page = Image.new(
        "RGB",
        (len(rows[0]) * (SIDE + GAP) - GAP, len(rows) * (SIDE + CAPTION + GAP) - GAP),
        "white",
    )
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(11)
    for number, row in enumerate(rows):
        top = number * (SIDE + CAPTION + GAP)
        for column, (words, image) in enumerate(row):
            page.paste(_picture(image), (column * (SIDE + GAP), top))
            pen.multiline_text(
                (column * (SIDE + GAP), top + SIDE + 1), words, fill="black", font=font, spacing=1
            )
    return page


def _row(study: Path, pipeline: str) -> Iterator[Panel]:
    hr = _photograph(study / "photographs" / "testing" / PHOTOGRAPH)
    loaded = degrade.load_pipeline(pipeline, SCALE)
    lr = degrade.apply(degrade.draw(loaded, degrade.keys(SEED, ["chelsea"])), hr)
    yield f"LR by {pipeline}", _shown(lr.repeat_interleave(SCALE, 2).repeat_interleave(SCALE, 3))
    models = {"bicubic enlargement": "bicubic"} | {
        f"trained on {name}": str(study / name / "model.safetensors") for name in PIPELINES
    }
    for words, model in models.items():
        part = _shown(load(model, scale=SCALE)(lr).clamp(0, 1))
        matched = ", matched" if words == f"trained on {pipeline}" else ""
        yield f"{words}\n{_decibels(part, _shown(hr)):.2f} dB{matched}", part
    yield "HR", _shown(hr)


def _photograph(path: Path) -> Tensor:
    """b c h w in [0, 1], cut to sides that the scale divides."""
    pixels = np.array(Image.open(path).convert("RGB"))
    height, width = (side // SCALE * SCALE for side in pixels.shape[:2])
    return torch.from_numpy(pixels[:height, :width]).permute(2, 0, 1).float()[None] / 255


def _shown(image: Tensor) -> Tensor:
    return image[0, :, TOP : TOP + SIDE, LEFT : LEFT + SIDE]


def _decibels(first: Tensor, second: Tensor) -> float:
    """PSNR over the part that is shown, over R, G and B."""
    return -10 * math.log10(float((first - second).square().mean()))


def _picture(image: Tensor) -> Image.Image:
    levels = (image * 255 + 0.5).floor().to(torch.uint8)
    return Image.fromarray(levels.permute(1, 2, 0).contiguous().numpy())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", type=Path)
    parser.add_argument("out", type=Path)
    asked = parser.parse_args()
    sheet(asked.study).save(asked.out, quality=QUALITY)


if __name__ == "__main__":
    main()
