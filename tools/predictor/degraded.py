"""Pictures made by our pipelines, with their true noise and blur."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch

import degrade
from degrade.functional.mtf import NYQUIST, mtf50
from tools.predictor.sources import Bytes, Picture, Random, sharp

OURS = Path(__file__).parent / "predictor.yaml"
LINEAR = {
    *(
        "gaussian_blur",
        "generalised_gaussian_blur",
        "plateau_blur",
        "sinc_blur",
        "defocus_blur",
        "airy_blur",
    ),
    *(
        "noisy_kernel_blur",
        "motion_blur",
        "resize",
        "nearest_strided",
        "matlab_bicubic",
        "zernike_blur",
    ),
}
"""Operators whose response to a point is what the others' pictures are blurred by."""
NAMED = (("second_order", 4), ("web_reupload", 4), ("div2krk", 2), ("gaussian8", 4))
CELL = 28
"""LR pixels between two points of the probe: more than any kernel reaches."""


@dataclass(frozen=True)
class Made:
    """mtf50: cycles per LR pixel. sigma: of its noise on 0..255, nan where not known. source: see `sharp`."""

    pixels: Bytes
    mtf50: float
    sigma: float
    grey: bool
    quality: int
    source: int


@cache
def _pipeline(name: str, scale: int) -> degrade.Pipeline:
    return degrade.load_pipeline(name, scale=scale)


def made(random: Random, number: int) -> Made:
    """One picture, by a pipeline drawn anew."""
    name, scale = str(OURS), int(random.integers(2, 5))
    if random.random() < 0.4:
        name, scale = NAMED[int(random.integers(len(NAMED)))]
    pipeline = _pipeline(name, scale)
    key = degrade.keys(seed=int(random.integers(2**31)), sources=[str(number)])
    trace = degrade.draw(pipeline, key)[0]
    side = int(random.choice([72, 96, 128, 160, 192] if scale > 2 else [96, 128, 192, 256]))
    hr, source = sharp(random, side * scale, side * scale)
    lr = applied(trace, hr)
    return _described(trace, np.rint(lr * 255).astype(np.uint8), source)


def applied(trace: degrade.Trace, picture: Picture) -> Picture:
    """A picture h w c on 0..1 through a trace."""
    tensor = torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))[None]
    lr = degrade.apply([trace], tensor, threads=1)
    return np.asarray(lr[0].permute(1, 2, 0), np.float32)


def _described(trace: degrade.Trace, pixels: Bytes, source: int) -> Made:
    noises = [step for step in trace.lr if "noise" in step.op and step.op != "noisy_kernel_blur"]
    plain = [
        step for step in noises if step.op == "gaussian_noise" and step.label == "gaussian_noise"
    ]
    known = len(noises) == len(plain) <= 1
    sigma = float(plain[0].values["sigma_255"]) if plain else 0.0
    grey = bool(plain and plain[0].values["grey"])
    noise = sigma if known else float("nan")
    return Made(pixels, true_mtf50(trace), noise, grey, last_quality(trace), source)


def last_quality(trace: degrade.Trace) -> int:
    """Of the JPEG that a trace ends with; 0 where it ends with none."""
    last = [step for step in trace.lr[-2:] if step.op == "jpeg"]
    return int(last[-1].values["quality"]) if last else 0


def true_mtf50(trace: degrade.Trace) -> float:
    """Of the trace's linear steps, by their response to points at every place within an LR pixel."""
    scale = trace.scale
    probe = np.zeros((CELL * scale * scale, CELL * scale * scale, 1), np.float32)
    at = np.arange(scale) * (CELL * scale + 1) + CELL * scale // 2
    probe[at[:, None], at[None]] = 1.0
    only = replace(trace, hr=(), lr=tuple(step for step in trace.lr if step.op in LINEAR))
    seen = applied(only, probe)[..., 0].reshape(scale, CELL, scale, CELL)
    # The point of cell (i, j) stands i, j HR pixels further on: seen from it, the samples interleave.
    kernel = seen[::-1, :, ::-1].transpose(1, 0, 3, 2).reshape(CELL * scale, CELL * scale)
    odd = np.pad(kernel, ((0, 1 - CELL * scale % 2), (0, 1 - CELL * scale % 2))).astype(np.float64)
    return min(scale * mtf50(odd), NYQUIST)
