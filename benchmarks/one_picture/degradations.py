"""Noise, blur and enlargement of one picture, each with how often its interval holds the truth.

A JPEG's steps are given, as a JPEG file gives them itself; with `--from-pixels` they are found as in a PNG.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from PIL import Image

import degrade
from benchmarks.one_picture.pictures import (
    HEAD,
    Answers,
    Bytes,
    Clean,
    Random,
    arguments,
    clean,
    crop,
    jpeg,
    taken_in_turn,
)
from realsr.estimation.codec.tables import luma_tables
from realsr.estimation.estimator import Inquiry
from realsr.estimation.findings import Findings, Measurement
from realsr.estimation.seen import Seen
from realsr.estimation.single.rows import predicted
from realsr.estimation.table import of_picture
from tools.predictor.degraded import applied, last_quality, true_mtf50

FILTERS = {
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
    "bilinear": Image.Resampling.BILINEAR,
}


@dataclass(frozen=True)
class Case:
    """pixels with the truth of one name. quality: of the JPEG that they were saved with; 0 for none."""

    pixels: Bytes
    truth: float
    quality: int


def told(case: Case, from_pixels: bool) -> Findings:
    if from_pixels:
        return of_picture(Seen(case.pixels), Inquiry())
    return predicted(Seen(case.pixels), Inquiry(), stated(case.quality))


def stated(quality: int) -> Findings:
    """What a file saved at a quality tells of it."""
    if not quality:
        return Findings()
    steps: Any = luma_tables()[quality - 1].reshape(8, 8).tolist()
    values = {"jpeg_steps": steps, "jpeg_grid_y": 0, "jpeg_grid_x": 0}
    return Findings({n: Measurement(v, None, None, "", "", "") for n, v in values.items()})


Make = Callable[[Random, Bytes], Case]


def noisy(low: float, high: float, qualities: tuple[int, int] | None) -> Make:
    """Reduced by 2, with grey or colour noise, then JPEG or none."""

    def make(random: Random, pixels: Bytes) -> Case:
        side = int(random.choice([128, 192, 256]))
        clean = cv2.resize(
            crop(random, pixels, 2 * side), (side, side), interpolation=cv2.INTER_AREA
        )
        sigma = float(np.exp(random.uniform(np.log(low), np.log(high))))
        channels = 1 if random.random() < 0.4 else 3
        noise = sigma * random.standard_normal((side, side, channels))
        found = np.clip(np.rint(clean + noise), 0, 255).astype(np.uint8)
        quality = int(random.integers(*qualities)) if qualities else 0
        return Case(jpeg(found, quality) if quality else found, sigma, quality)

    return make


def blurred(name: str, scale: int) -> Make:
    """An LR of one of our pipelines; the truth is its response to points."""
    pipeline = degrade.load_pipeline(name, scale=scale)

    def make(random: Random, pixels: Bytes) -> Case:
        key = degrade.keys(seed=int(random.integers(2**31)), sources=["a"])
        trace = degrade.draw(pipeline, key)[0]
        hr = crop(random, pixels, 512)
        hr = hr[: hr.shape[0] // scale * scale, : hr.shape[1] // scale * scale]
        lr = applied(trace, (hr / 255).astype(np.float32))
        pixels = np.rint(np.clip(lr, 0, 1) * 255).astype(np.uint8)
        return Case(pixels, true_mtf50(trace), last_quality(trace))

    return make


def enlarged(side: int, quality: int, factor: float | None = None, way: str = "") -> Make:
    def make(random: Random, pixels: Bytes) -> Case:
        by = factor or float(np.exp(random.uniform(np.log(1.5), np.log(4))))
        small = crop(random, pixels, int(np.ceil(side / by)) + 4)
        size = [round(length * by) for length in small.shape[1::-1]]
        using = FILTERS[way or str(random.choice(list(FILTERS)))]
        large = crop(
            random, np.asarray(Image.fromarray(small).resize((size[0], size[1]), using)), side
        )
        return Case(jpeg(large, quality) if quality else large, by, quality)

    return make


def kept(side: int, quality: int) -> Make:
    """Never enlarged; a third of them optically blurred."""

    def make(random: Random, pixels: Bytes) -> Case:
        picture = crop(random, pixels, side)
        if random.random() < 1 / 3:
            soft = cv2.GaussianBlur(picture, (0, 0), random.uniform(0.4, 1.3))
            picture = np.asarray(soft, np.uint8)
        return Case(jpeg(picture, quality) if quality else picture, 1.0, quality)

    return make


SIZES: tuple[tuple[str, str, Make, str], ...] = (
    (
        "noise, 5 to 25, quality 75 to 95",
        "<= 12 % and 35 %",
        noisy(5, 25, (75, 96)),
        "noise_sigma_255",
    ),
    ("noise, 3 to 5, quality 75 to 95", "<= 18 %", noisy(3, 5, (75, 96)), "noise_sigma_255"),
    ("noise, 3 to 25, no JPEG", "<= 10 %", noisy(3, 25, None), "noise_sigma_255"),
    ("MTF50, gaussian8", "<= 6 %", blurred("gaussian8", 4), "mtf50"),
    ("MTF50, div2krk", "<= 6 %", blurred("div2krk", 2), "mtf50"),
    ("MTF50, second_order", "half of constant", blurred("second_order", 4), "mtf50"),
    ("MTF50, camera_phone", "half of constant", blurred("camera_phone", 4), "mtf50"),
    ("MTF50, web_reupload", "half of constant", blurred("web_reupload", 4), "mtf50"),
)
CALLS: tuple[tuple[str, str, Make], ...] = (
    ("called enlarged, never enlarged, no JPEG, 256 px", "<= 1 %", kept(256, 0)),
    ("called enlarged, never enlarged, JPEG 80, 256 px", "<= 1 %", kept(256, 80)),
    ("called enlarged, x1.5 to 4, no JPEG, 256 px", ">= 95 %", enlarged(256, 0)),
    ("called enlarged, x1.5 to 4, JPEG 80, 512 px", ">= 90 %", enlarged(512, 80)),
    ("called enlarged, x1.5 to 4, JPEG 80, 256 px", ">= 75 %", enlarged(256, 80)),
    (
        "called enlarged, x1.25 Lanczos, no JPEG, 256 px",
        "told apart",
        enlarged(256, 0, 1.25, "lanczos"),
    ),
)


def size_lines(pictures: Sequence[Clean], asked: argparse.Namespace) -> None:
    """Errors of values, and how often intervals hold the truth."""
    every = Answers()
    for name, goal, make, quantity in SIZES:
        if asked.only not in name:
            continue
        errors, held, truths = Answers(), Answers(), []
        for random, place, picture in taken_in_turn(pictures, asked.cases, asked.seed):
            case = make(random, picture.pixels)
            one: Any = told(case, asked.from_pixels).estimates.get(quantity)
            if one is None:
                continue
            errors.add(place, abs(one.value / case.truth - 1))
            for answers in (held, every):
                answers.add(place, one.low <= case.truth <= one.high)
            truths.append(case.truth)
        print(errors.line(f"{name}: median error", goal, 0.5))
        print(errors.line(f"{name}: 90th percentile", "", 0.9))
        print(held.line(f"{name}: interval holds it", "95 %"))
        print(f"| {name}: best constant guess | | {_constant(truths):.1%} | | |", flush=True)
    print(every.line("all of these: interval holds it", "95 %"), flush=True)


def _constant(truths: Sequence[float]) -> float:
    """Median error of the one guess that is best for all."""
    tried = np.quantile(truths, np.linspace(0.2, 0.8, 61))
    return float(min(np.median(np.abs(guess / np.array(truths) - 1)) for guess in tried))


def call_lines(pictures: Sequence[Clean], asked: argparse.Namespace) -> None:
    """Which pictures are called enlarged."""
    for name, goal, make in CALLS:
        if asked.only not in name:
            continue
        called = Answers()
        for random, place, picture in taken_in_turn(pictures, asked.cases, asked.seed):
            case = make(random, picture.pixels)
            called.add(place, "resized_by" in told(case, asked.from_pixels).estimates)
        print(called.line(name, goal), flush=True)


def main() -> None:
    asked = arguments("--from-pixels")
    pictures = clean(asked.folders, least=300)
    print(HEAD)
    if any(asked.only in row[0] for row in SIZES):
        size_lines(pictures, asked)
    call_lines(pictures, asked)


if __name__ == "__main__":
    main()
