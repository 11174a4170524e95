"""A run's folder as the page meets it, made up in seconds: real photographs, our degradations, feigned models.

A feigned model knows the truth: under its own degradation it wins back half of what bicubic lost, under another
a tenth, and sharpens what the blur has left. Everything measured on its answers is measured in earnest.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import skimage.data
import torch

import degrade
from realsr.images.pixels import to_bytes
from realsr.images.png import encode_png
from realsr.metrics import ACADEMIC, Score, score
from realsr.metrics.interpolation import enlarged
from realsr.statistics.breakdown import breakdown

PIPELINES = ("bicubic", "gaussian8", "second_order", "camera_phone")
LOSSES = ("content", "perceptual", "gan")
METRICS = {"psnr_y": "higher", "ssim_y": "higher", "gmsd": "lower", "energy_high": "nearer to 1"}
SCALE = 4
NOT_COMPUTED = {"lpips_alex": "not computed: weights missing"}

Picture = np.ndarray


def photographs(count: int, side: int) -> dict[str, Picture]:
    """Cuts of scikit-image's own photographs, uint8 h w 3."""
    sources = {name: getattr(skimage.data, name)() for name in ("astronaut", "coffee", "chelsea")}
    found = {}
    for number in range(count):
        name = list(sources)[number % len(sources)]
        image = sources[name]
        place = number // len(sources)
        top = 37 * place % (image.shape[0] - side)
        left = 61 * place % (image.shape[1] - side)
        found[f"{name} {place:02d}"] = np.ascontiguousarray(
            image[top : top + side, left : left + side]
        )
    return found


def write_study(
    out: Path,
    images: int = 20,
    losses: Sequence[str] = LOSSES,
    pipelines: Sequence[str] = PIPELINES,
    side: int = 96,
) -> Path:
    """Everything that a finished run leaves, and a sweep; models trained on all pipelines but the last."""
    out.mkdir(parents=True, exist_ok=True)
    models = [("bicubic", None, None)]
    models += [
        (f"{loss}-{trained}", trained, loss) for loss in losses for trained in pipelines[:-1]
    ]
    pictures = photographs(images, side)
    cells = [cell for name in pipelines for cell in _cells(out, name, pictures, models)]
    record = _record(models, pipelines, list(pictures))
    (out / "record.json").write_text(json.dumps(record))
    (out / "cells.jsonl").write_text("".join(json.dumps(cell) + "\n" for cell in cells))
    swept = [name for name, _, _ in models[:4]]
    (out / "sweeps.json").write_text(json.dumps([_sweep(name, images) for name in swept]))
    return out


def _cells(
    out: Path, pipeline: str, pictures: dict[str, Picture], models: Sequence[tuple[Any, ...]]
) -> Iterator[dict[str, Any]]:
    traces = degrade.draw(
        degrade.load_pipeline(pipeline, SCALE),
        degrade.keys(seed=7, sources=list(pictures), variant=0),
    )
    for (image, hr), trace in zip(pictures.items(), traces, strict=True):
        tensor = torch.from_numpy(hr).permute(2, 0, 1)[None].float() / 255
        hr = to_bytes(degrade.apply_hr([trace], tensor, threads=1)[0])
        lr = to_bytes(degrade.apply([trace], tensor, threads=1)[0])
        plain = enlarged(lr, SCALE)
        folder = out / "images" / pipeline / image
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "hr.png").write_bytes(encode_png(hr))
        (folder / "lr.png").write_bytes(encode_png(lr))
        for name, trained, loss in models:
            sr = _answer(hr, plain, loss, trained == pipeline)
            (folder / f"{name}.png").write_bytes(encode_png(sr))
            yield {
                "model": name,
                "set": pipeline,
                "image": image,
                "variant": 0,
                "scores": _scores(sr, hr) | dict.fromkeys(NOT_COMPUTED),
                "not_computed": NOT_COMPUTED,
                "failed": None,
                "words": degrade.words(trace),
                "replay": f"realsr robustness replay . --model {name} --set {pipeline} --key '{image}'",
            }


def _answer(hr: Picture, plain: Picture, loss: str | None, matched: bool) -> Picture:
    if loss is None:
        return plain
    truth, base = hr.astype(np.float64), plain.astype(np.float64)
    sharper = base + (0.3 if matched else 0.8) * (base - cv2.GaussianBlur(base, (0, 0), 2.0))
    sr = sharper + (0.5 if matched else 0.1) * (truth - base)
    if loss == "gan":
        noise = np.random.default_rng(int(hr.sum())).normal(0, 5.0, hr.shape[:2])
        sr += (noise - cv2.GaussianBlur(noise, (0, 0), 1.5))[:, :, None]
    return np.rint(sr.clip(0, 255)).astype(np.uint8)


def _scores(sr: Picture, hr: Picture) -> dict[str, float]:
    found = {
        "psnr_y": score("psnr", sr, hr, convention=ACADEMIC, scale=SCALE),
        "ssim_y": score("ssim", sr, hr, convention=ACADEMIC, scale=SCALE),
        "gmsd": score("gmsd", sr, hr),
        "energy_high": score("energy_high", sr, hr),
    }
    return {name: value.value for name, value in found.items() if isinstance(value, Score)}


def _record(
    models: Sequence[tuple[Any, ...]], pipelines: Sequence[str], images: Sequence[str]
) -> dict[str, Any]:
    return {
        "version": 1,
        "models": [
            {
                "name": name,
                "path": f"{name}.safetensors",
                "digest": f"{number:064x}",
                "trained_on": trained,
                "loss": loss,
                "seed": 0 if loss else None,
                "scale": SCALE,
            }
            for number, (name, trained, loss) in enumerate(models)
        ],
        "sets": [
            {
                "name": name,
                "kind": "pipeline",
                "pipeline": name,
                "digest": "9" * 64,
                "scale": SCALE,
                "folder": f"sets/{name}",
                "notes": [],
                "failures": [],
                "images": [
                    {"image": image, "variant": 0, "key": image, "lr": _file(name, image)}
                    for image in images
                ],
            }
            for name in pipelines
        ],
        "metrics": [
            {
                "name": name,
                "version": 1,
                "convention": "Y (BT.601), crop 4 px, 8 bit",
                "better": better,
            }
            for name, better in (METRICS | {"lpips_alex": "lower"}).items()
        ],
        "versions": degrade.versions(),
        "started": "2026-01-01T00:00:00+00:00",
        "finished": "2026-01-01T00:01:00+00:00",
        "timing": {"inference_s": 41.2, "metrics_s": 3.4, "other_s": 2.0},
    }


def _file(test: str, image: str) -> dict[str, Any]:
    return {"file": f"sets/{test}/lr/{image}.png", "size": [24, 24], "digest": "8" * 64}


def _sweep(model: str, images: int) -> dict[str, Any]:
    values = [0.2 + 0.3 * step for step in range(14)]
    shift = float(sum(map(ord, model)) % 7)
    base = np.array([29.5 - 1.1 * value for value in values])
    gain = np.array([1.0 - 0.15 * shift - 0.1 * value**2 for value in values])
    bent = gain[:, None] + 0.4 * np.random.default_rng(3).normal(size=(len(values), images))
    scores = [float(value) for value in base + (0 if model == "bicubic" else gain)]
    return {
        "model": model,
        "pipeline": "gaussian8",
        "parameter": "blur.sigma",
        "values": values,
        "scores": {"psnr_y": scores},
        "intervals": {"psnr_y": [[value - 0.3, value + 0.3] for value in scores]},
        "interval": {"psnr_y": f"t over images, {images} images"},
        "breakdown": {} if model == "bicubic" else {"psnr_y": breakdown(values, bent).to_data()},
    }


def with_cases(out: Path, count: int) -> Path:
    """The study with `count` representative cases besides: its sets again, a little worse from case to case. The
    first has pictures.
    """
    record = json.loads((out / "record.json").read_text())
    cells = [json.loads(line) for line in (out / "cells.jsonl").read_text().splitlines()]
    tests = list(record["sets"])
    for number in range(count):
        test = tests[number % len(tests)]
        name = f"case_{number:03d}"
        stands = {"size": 1 + 3 * number, "pool": 1000, "of": "space", "words": [f"blur {number}"]}
        record["sets"].append({**test, "name": name, "pipeline": name, "case": stands})
        cells += [
            {**cell, "set": name, "scores": _worse(cell["scores"], number)}
            for cell in cells
            if cell["set"] == test["name"]
        ]
    shutil.copytree(out / "images" / tests[0]["name"], out / "images" / "case_000")
    (out / "record.json").write_text(json.dumps(record))
    (out / "cells.jsonl").write_text("".join(json.dumps(cell) + "\n" for cell in cells))
    return out


def _worse(scores: dict[str, Any], by: int) -> dict[str, Any]:
    return {
        name: None if value is None else value * (1 - 0.01 * by) for name, value in scores.items()
    }


if __name__ == "__main__":
    write_study(Path(sys.argv[1]))
