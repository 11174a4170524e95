"""Pairs from a camera, of one size: whether HR made worse by the kernel measured comes nearer to LR.

    python -m benchmarks.estimation.camera_pairs FOLDER     (001L.png and 001H.png, ...)

The kernel is the mean of those of the other pairs. Beside it: HR itself, and HR reduced and enlarged by
bicubic.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from scipy.signal import fftconvolve

from realsr.estimation.estimator import Inquiry
from realsr.estimation.findings import Findings
from realsr.estimation.pair.rows import measure
from realsr.estimation.seen import Plane, SeenPair
from realsr.measuring.reading import read_seen

Floats = npt.NDArray[np.float64]
BORDER = 16


def distance(one: Plane, other: Plane) -> float:
    """Root mean square, in levels, contrast and level of `one` fitted, border left out."""
    inside = (slice(BORDER, -BORDER), slice(BORDER, -BORDER))
    x, y = one[inside].ravel(), other[inside].ravel()
    slope, level = np.polyfit(x, y, 1)
    return float(np.sqrt(np.mean((y - slope * x - level) ** 2)))


def there_and_back(plane: Plane, scale: int) -> Plane:
    """Reduced by MATLAB's rule for bicubic with antialias, enlarged by bicubic."""
    import torch
    from torch.nn.functional import interpolate

    tensor = torch.from_numpy(plane)[None, None]
    height, width = plane.shape
    small = interpolate(tensor, (height // scale, width // scale), mode="bicubic", antialias=True)
    return np.asarray(
        cv2.resize(small[0, 0].numpy(), (width, height), interpolation=cv2.INTER_CUBIC)
    )


def degraded(plane: Plane, kernel: Floats, shift: Floats) -> Plane:
    """Correlation with a kernel about its middle, and the shift, both by the spectrum."""
    blurred = fftconvolve(plane, kernel[::-1, ::-1], mode="same")
    turns = [
        np.exp(2j * np.pi * np.fft.fftfreq(side) * step)
        for side, step in zip(plane.shape, shift, strict=True)
    ]
    return np.asarray(np.fft.ifft2(np.fft.fft2(blurred) * turns[0][:, None] * turns[1]).real)


def padded_mean(kernels: list[Floats]) -> Floats:
    side = max(len(one) for one in kernels)
    padded = [np.pad(one, (side - len(one)) // 2) for one in kernels]
    return np.asarray(np.mean(padded, axis=0), np.float64)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--json", type=Path)
    asked = options.parse_args()
    lows = sorted(asked.folder.glob("*L.*"))
    pairs = [
        SeenPair(read_seen(path), read_seen(path.with_name(path.name.replace("L.", "H."))), 1)
        for path in lows
    ]
    found = [measure(pair, Inquiry(), Findings()).estimates for pair in pairs]
    kernels = [np.array(one["kernel"].value) for one in found]
    figures = {}
    for place, path in enumerate(lows):
        low, high = pairs[place].lr.luma(), pairs[place].hr.luma()
        kernel = padded_mean([one for other, one in enumerate(kernels) if other != place])
        shift = np.mean(
            [
                [float(one[name].value) for name in ("shift_y", "shift_x")]  # type: ignore[arg-type]
                for other, one in enumerate(found)
                if other != place
            ],
            axis=0,
        )
        figures[path.stem] = {
            "kernel of the others": distance(degraded(high, kernel, shift), low),
            "HR itself": distance(high, low),
            **{f"bicubic x{s} and back": distance(there_and_back(high, s), low) for s in (2, 3, 4)},
            "blur_sigma": [
                getattr(found[place].get("blur_sigma"), end, None)
                for end in ("value", "low", "high")
            ],
            "kernel side": len(kernels[place]),
        }
    print(json.dumps(figures, indent=1))
    if asked.json is not None:
        asked.json.write_text(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
