"""Plausible pipelines drawn by a seed: other operators, orders and ranges than those that a fit adjusts."""

from __future__ import annotations

from typing import Any

import numpy as np
import yaml

Random = np.random.Generator
Stage = dict[str, Any]
LAST: Stage = {"op": "quantise"}


def hidden(seed: int, scale: int) -> str:
    """A pipeline's YAML: blur, one or two resizes, noise, at times sharpening, at times a codec."""
    random = np.random.default_rng([20261201, seed])
    stages = [*_blur(random, scale), *_resizes(random), *_noise(random), *_edges(random)]
    lr = [*stages, *_codec(random), LAST]
    tree = {"name": f"hidden_{seed}", "version": 1, "scale": scale, "lr": lr}
    return str(yaml.safe_dump(tree, sort_keys=False))


def _pick(random: Random, *options: str) -> str:
    return str(random.choice(options))


def _within(random: Random, low: float, high: float) -> list[float]:
    """A part of a range, between a tenth and two thirds of it."""
    width = random.uniform(0.1, 0.66) * (high - low)
    start = random.uniform(low, high - width)
    return [round(start, 3), round(start + width, 3)]


def _wholes(random: Random, low: int, high: int) -> list[int]:
    first, last = (round(end) for end in _within(random, low, high))
    return [first, max(last, first + 1)]


def _blur(random: Random, scale: int) -> list[Stage]:
    kind = _pick(
        random, "none", "gaussian", "gaussian", "anisotropic", "defocus", "motion", "plateau"
    )
    sigma = {"uniform": _within(random, 0.15 * scale, 0.9 * scale)}
    turn = {"uniform": ["-pi", "pi"]}
    both = {"sigma_x": sigma, "sigma_y": {"uniform": _within(random, 0.15 * scale, 0.9 * scale)}}
    stages: dict[str, list[Stage]] = {
        "none": [],
        "gaussian": [
            {
                "op": "gaussian_blur",
                "size": 21,
                "sigma_x": sigma,
                "sigma_y": {"given": "sigma_x"},
                "angle": 0,
            }
        ],
        "anisotropic": [{"op": "gaussian_blur", "size": 21, **both, "angle": turn}],
        "defocus": [
            {"op": "defocus_blur", "radius": {"uniform": _within(random, 0.3 * scale, 1.3 * scale)}}
        ],
        "motion": [
            {
                "op": "linear_motion_blur",
                "length": {"uniform": _within(random, 0.5 * scale, 3 * scale)},
                "angle": turn,
            }
        ],
        "plateau": [
            {"op": "plateau_blur", "size": 21, **both, "angle": turn, "beta": {"uniform": [1, 2]}}
        ],
    }
    return stages[kind]


def _resize(random: Random, label: str, factor: Any) -> Stage:
    kind = _pick(random, "resize", "resize", "pil_resize", "cv2_resize")
    how: Stage
    if kind == "pil_resize":
        how = {"filter": _pick(random, "bicubic", "bilinear", "lanczos", "box", "hamming")}
    elif kind == "cv2_resize":
        how = {"filter": _pick(random, "linear", "cubic", "area", "lanczos4")}
    else:
        names = _pick(random, "bicubic", "bilinear", "lanczos3", "mitchell", "hann")
        how = {"filter": names, "antialias": bool(random.random() < 0.8)}
    return {"op": kind, "label": label, "factor": factor, "of": "target", **how}


def _resizes(random: Random) -> list[Stage]:
    """To the target at once, or by way of a smaller or a larger picture, compressed there or not."""
    kind = _pick(random, "direct", "direct", "smaller", "larger")
    if kind == "direct":
        return [_resize(random, "down", 1), {"op": "clamp", "label": "clamp_down"}]
    ends = (0.5, 0.9) if kind == "smaller" else (1.2, 2.0)
    first = _resize(random, "down", {"uniform": _within(random, *ends)})
    saved = {"op": "jpeg", "label": "saved", "quality": {"integer": _wholes(random, 60, 95)}}
    kept: list[Stage] = [saved] if random.random() < 0.5 else []
    between: list[Stage] = [{"op": "clamp", "label": "clamp_first"}, *kept]
    last = _resize(random, "to_target", 1)
    return [first, *between, last, {"op": "clamp", "label": "clamp_down"}]


def _noise(random: Random) -> list[Stage]:
    kind = _pick(random, "none", "gaussian", "poisson", "shot_read", "gaussian")
    grey = bool(random.random() < 0.4)
    stages: dict[str, list[Stage]] = {
        "none": [],
        "gaussian": [
            {"op": "gaussian_noise", "sigma_255": {"uniform": _within(random, 1, 25)}, "grey": grey}
        ],
        "poisson": [
            {
                "op": "poisson_noise",
                "scale": {"uniform": _within(random, 0.1, 2)},
                "count": 256,
                "grey": grey,
            }
        ],
        "shot_read": [
            {
                "op": "shot_read_noise",
                "log_shot": {"uniform": _within(random, -8, -4.5)},
                "log_read": {"uniform": _within(random, -12, -7)},
            }
        ],
    }
    return [*stages[kind], {"op": "clamp", "label": "clamp_noise"}]


def _edges(random: Random) -> list[Stage]:
    if random.random() < 0.6:
        return []
    weight = {"uniform": _within(random, 0.2, 1.2)}
    sharp = {"op": "usm", "radius": 9, "weight": weight, "threshold_255": 0}
    return [
        {"maybe": round(random.uniform(0.3, 1), 2), "label": "edges", "stages": [sharp]},
        {"op": "clamp", "label": "clamp_edges"},
    ]


def _codec(random: Random) -> list[Stage]:
    kind = _pick(random, "none", "jpeg", "jpeg", "jpeg", "webp")
    if kind == "none":
        return []
    quality = {"integer": _wholes(random, 45, 96)}
    if kind == "webp":
        return [{"op": "webp", "quality": quality}]
    chroma = _pick(random, "4:2:0", "4:2:0", "4:4:4")
    jpeg = {"op": "jpeg", "quality": quality, "subsampling": chroma}
    chance = round(random.uniform(0.6, 1), 2)
    return (
        [jpeg] if random.random() < 0.6 else [{"maybe": chance, "label": "coded", "stages": [jpeg]}]
    )
