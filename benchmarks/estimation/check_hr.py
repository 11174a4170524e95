"""How often each fault of HR is found where it was made, and where it was not.

    python -m benchmarks.estimation.check_hr HR_DIR [--pictures 12] [--side 256]

Every picture is cut to its middle and looked at as it is, then with one fault made at a time. A line a making:
of how many pictures each fault was told. What is told of pictures as they are may be true of them.
"""

from __future__ import annotations

import argparse
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from realsr.estimation.hr.verdict import verdict
from realsr.estimation.seen import Seen
from realsr.images.sources import discover

Change = Callable[[Image.Image], Image.Image]


def noisy(sigma: float) -> Change:
    def change(picture: Image.Image) -> Image.Image:
        values = np.asarray(picture, float)
        values = values + np.random.default_rng(0).normal(0, sigma, values.shape)
        return Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))

    return change


def compressed(quality: int) -> Change:
    def change(picture: Image.Image) -> Image.Image:
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=quality)
        return Image.open(file).convert("RGB")

    return change


def enlarged(factor: float) -> Change:
    def change(picture: Image.Image) -> Image.Image:
        size = tuple(round(factor * side) for side in picture.size)
        return picture.resize((size[0], size[1]), Image.Resampling.BICUBIC)

    return change


CHANGES: dict[str, Change] = {
    "as they are": lambda one: one,
    "enlarged x1.5": enlarged(1.5),
    "enlarged x2": enlarged(2.0),
    "JPEG 90 saved as PNG": compressed(90),
    "JPEG 80 saved as PNG": compressed(80),
    "unsharp mask 1 px, 100 %": lambda one: one.filter(ImageFilter.UnsharpMask(1, 100, 0)),
    "unsharp mask 2 px, 150 %": lambda one: one.filter(ImageFilter.UnsharpMask(2, 150, 0)),
    "noise 4": noisy(4.0),
    "noise 6": noisy(6.0),
    "blur 0.8": lambda one: one.filter(ImageFilter.GaussianBlur(0.8)),
    "blur 1.2": lambda one: one.filter(ImageFilter.GaussianBlur(1.2)),
}


def middle(picture: Image.Image, side: int) -> Image.Image:
    across, down = (max(0, length - side) // 2 for length in picture.size)
    return picture.crop(
        (across, down, across + min(side, picture.width), down + min(side, picture.height))
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("hr", type=Path)
    parser.add_argument("--pictures", type=int, default=12)
    parser.add_argument("--side", type=int, default=256)
    asked = parser.parse_args()
    paths = [one.path for one in discover([asked.hr]).sources[: asked.pictures]]
    pictures = [middle(Image.open(path).convert("RGB"), asked.side) for path in paths]
    for name, change in CHANGES.items():
        told: Counter[str] = Counter()
        for picture in pictures:
            found = verdict(Seen(np.asarray(change(picture))))
            told.update(row.name for row in found.faults())
        words = ", ".join(f"{fault} {count}" for fault, count in told.most_common())
        print(f"{name:26} of {len(pictures)}: {words or 'nothing'}")


if __name__ == "__main__":
    main()
