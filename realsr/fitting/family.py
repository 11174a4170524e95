"""The family of pipelines that a fit chooses from: one list of stages whose shares and ranges it adjusts.

blur, a resize to the target's size or to another one, noise, at times a JPEG; then the resize to the target,
sharpening or ringing, and the last JPEG or WebP. A share of 0 leaves a stage out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from degrade import Trace
from degrade.trace import Step
from realsr.fitting.marginals import LEAST, Marginal, Marginals, Range, Shares

FILTERS = ("bicubic", "bilinear", "area", "lanczos3")
NOISES = ("none", "colour", "grey", "shot", "grey_shot")
PIECES = 6
KERNEL_SIDE = 21
SUBSAMPLINGS = ("4:2:0", "4:2:2", "4:4:4")
MEASURED = ("jpeg", "quality", "subsampling")
"""Of the last compression: taken from what the pictures tell of it, not fitted."""
SHOT_COUNT = 256
Tree = dict[str, Any]


def beginning(scale: int) -> Marginals:
    """Where a fit begins: anything that is usual, blur in HR pixels for the scale."""
    most = min(2.5, float(scale))
    routes = ("direct", "smaller", "larger") if scale > 1 else ("direct", "smaller")
    return {
        "kernel": _even("none", "isotropic", "anisotropic"),
        "blur_sigma": Range.between(0.2 * scale, 1.2 * scale, PIECES, log=True),
        "anisotropic_sigma": Range.between(0.15 * scale, 1.3 * scale, PIECES, log=True),
        "route": Shares(routes, np.array([0.5, 0.3, 0.2][: len(routes)])).with_weights(
            np.array([0.5, 0.3, 0.2][: len(routes)])
        ),
        "smaller": Range.between(0.3, 0.95, PIECES, log=True),
        "larger": Range.between(1.05, max(most, 1.1), 4, log=True),
        "filter": _even(*FILTERS),
        "antialias": Shares(("true", "false"), np.array([0.7, 0.3])),
        "last_filter": _even(*FILTERS),
        "noise": Shares(NOISES, np.array([0.25, 0.25, 0.2, 0.2, 0.1])),
        "noise_sigma": Range.between(1.0, 40.0, PIECES + 1, log=True),
        "shot_scale": Range.between(0.1, 3.5, PIECES, log=True),
        "saved_between": Shares(("yes", "no"), np.array([0.3, 0.7])),
        "quality_between": Range.between(25, 96, 5),
        "finish": Shares(("none", "sharpened", "ringing"), np.array([0.5, 0.3, 0.2])),
        "sharpening": Range.between(0.1, 1.6, 4),
        "sharpening_sigma": Range.between(0.4, 1.6, 3),
        "ringing_cutoff": Range.between(1.0, 3.14, 3),
        "webp": Shares(("yes", "no"), np.array([0.3, 0.7])),
        "webp_quality": Range.between(25, 96, 5),
        "jpeg": _even("yes", "no"),
        "quality": Range.between(30, 100, 7),
        "subsampling": Shares(SUBSAMPLINGS, np.array([0.8, 0.05, 0.15])),
    }


def _even(*names: str) -> Shares:
    return Shares(names, np.full(len(names), 1 / len(names)))


def tree(found: Marginals, name: str, scale: int) -> Tree:
    """The pipeline of these marginals, as its YAML file has it."""
    parts = (_kernel(found), _first_resize(found), _noise(found), _between(found))
    last = (_last_resize(found), _finish(found), _last_codec(found))
    stages = [stage for part in (*parts, *last) for stage in part]
    return {"name": name, "version": 1, "scale": scale, "lr": [*stages, {"op": "quantise"}]}


Stages = list[Tree]


def _options(found: Marginals, name: str) -> dict[str, float]:
    one = found[name]
    assert isinstance(one, Shares)
    return one.kept()


def _range(found: Marginals, name: str) -> Any:
    one = found[name]
    assert isinstance(one, Range)
    return one.written()


def _branches(label: str, shares: dict[str, float], stages: dict[str, Stages]) -> Stages:
    """A choice, a `maybe` or the stages alone, as few words as say it."""
    used = {name: share for name, share in shares.items() if stages[name]}
    total = sum(shares.values())
    if not used:
        return []
    if len(used) == 1:
        ((name, share),) = used.items()
        chance = round(share / total, 3)
        return (
            stages[name]
            if chance >= 1
            else [{"maybe": chance, "label": label, "stages": stages[name]}]
        )
    choice = [{"weight": share, "stages": stages[name]} for name, share in shares.items()]
    return [{"label": label, "choice": choice}]


def _kernel(found: Marginals) -> Stages:
    def blur(label: str, sigma: str, other: Any, angle: Any) -> Tree:
        sides = {"sigma_x": _range(found, sigma), "sigma_y": other, "angle": angle}
        return {"op": "gaussian_blur", "label": label, "size": KERNEL_SIDE, **sides}

    any_way = {"uniform": ["-pi", "pi"]}
    stages = {
        "none": [],
        "isotropic": [blur("isotropic", "blur_sigma", {"given": "sigma_x"}, 0)],
        "anisotropic": [
            blur("anisotropic", "anisotropic_sigma", _range(found, "anisotropic_sigma"), any_way)
        ],
    }
    return _branches("kernel", _options(found, "kernel"), stages)


def _first_resize(found: Marginals) -> Stages:
    routes = _options(found, "route")
    forms = {"direct": 1, "smaller": _range(found, "smaller"), "larger": _range(found, "larger")}
    mixture = [{"weight": share, "of": forms[name]} for name, share in routes.items()]
    factor = mixture[0]["of"] if len(mixture) == 1 else {"mixture": _flat(mixture)}
    return [_resize("resize", factor, found, "filter", _antialias(found))]


def _flat(mixture: list[Tree]) -> list[Tree]:
    """Mixtures in a mixture as one, their weights multiplied."""
    out: list[Tree] = []
    for part in mixture:
        inner = part["of"]
        if not isinstance(inner, dict) or "mixture" not in inner:
            out.append(part)
            continue
        total = sum(each["weight"] for each in inner["mixture"])
        out += [
            {"weight": round(part["weight"] * each["weight"] / total, 4), "of": each["of"]}
            for each in inner["mixture"]
        ]
    return out


def _antialias(found: Marginals) -> Any:
    shares = _options(found, "antialias")
    known = {"true": True, "false": False}
    if len(shares) == 1:
        return known[next(iter(shares))]
    return {"choice": {known[name]: share for name, share in shares.items()}}


def _resize(label: str, factor: Any, found: Marginals, name: str, antialias: Any) -> Tree:
    shares = _options(found, name)
    filters = next(iter(shares)) if len(shares) == 1 else {"choice": shares}
    how = {"filter": filters, "antialias": antialias}
    enlarging = {
        "given": "filter",
        "cases": [{"equals": "area", "value": "bilinear"}, {"value": "same"}],
    }
    return {
        "op": "resize",
        "label": label,
        "factor": factor,
        "of": "target",
        **how,
        "enlarging": enlarging,
    }


def _noise(found: Marginals) -> Stages:
    def gaussian(grey: bool) -> Stages:
        label = "grey_noise" if grey else "colour_noise"
        sigma = _range(found, "noise_sigma")
        return [
            {"op": "gaussian_noise", "label": label, "sigma_255": sigma, "grey": grey},
        ]

    def shot(grey: bool) -> Stages:
        label, scale = ("grey_shot_noise" if grey else "shot_noise"), _range(found, "shot_scale")
        rest = {"count": SHOT_COUNT, "grey": grey}
        return [{"op": "poisson_noise", "label": label, "scale": scale, **rest}]

    stages: dict[str, Stages] = {
        "none": [],
        "colour": gaussian(False),
        "grey": gaussian(True),
        "shot": shot(False),
        "grey_shot": shot(True),
    }
    made = _branches("noise", _options(found, "noise"), stages)
    clamp = {"op": "clamp", "label": "clamp_resized"}
    return [clamp, *made, {"op": "clamp", "label": "clamp_noise"}] if made else [clamp]


def _between(found: Marginals) -> Stages:
    jpeg = {
        "op": "jpeg",
        "label": "jpeg_between",
        "quality": _wholes(found, "quality_between"),
        "subsampling": "4:2:0",
    }
    return _branches("saved_between", _options(found, "saved_between"), {"yes": [jpeg], "no": []})


def _wholes(found: Marginals, name: str) -> Any:
    one = found[name]
    assert isinstance(one, Range)
    return Range(np.rint(one.edges), one.weights, whole=True).written()


def _last_resize(found: Marginals) -> Stages:
    if set(_options(found, "route")) == {"direct"}:
        return []
    resize = _resize("resize_to_target", 1, found, "last_filter", True)
    return [resize, {"op": "clamp", "label": "clamp_target"}]


def _finish(found: Marginals) -> Stages:
    sigma, weight = _range(found, "sharpening_sigma"), _range(found, "sharpening")
    sharpened = {"op": "oversharpen", "label": "sharpened", "sigma": sigma, "weight": weight}
    cutoff = _range(found, "ringing_cutoff")
    ringing = {"op": "sinc_blur", "label": "ringing", "size": KERNEL_SIDE, "cutoff": cutoff}
    stages: dict[str, Stages] = {"none": [], "sharpened": [sharpened], "ringing": [ringing]}
    made = _branches("finish", _options(found, "finish"), stages)
    return [*made, {"op": "clamp", "label": "clamp_finish"}] if made else []


def _last_codec(found: Marginals) -> Stages:
    """JPEG as often as it was measured; of the others, WebP as often as it fits."""
    shares = _options(found, "subsampling")
    chroma = next(iter(shares)) if len(shares) == 1 else {"choice": shares}
    quality = {"quality": _wholes(found, "quality"), "subsampling": chroma}
    webp = {"op": "webp", "label": "last_webp", "quality": _wholes(found, "webp_quality")}
    stages: dict[str, Stages] = {
        "jpeg": [{"op": "jpeg", "label": "last_jpeg", **quality}],
        "webp": [webp],
        "none": [],
    }
    return _branches("last_saved", _codecs(found), stages)


def _codecs(found: Marginals) -> dict[str, float]:
    jpeg, webp = (_options(found, name).get("yes", 0.0) for name in ("jpeg", "webp"))
    every = {"jpeg": jpeg, "webp": (1 - jpeg) * webp, "none": (1 - jpeg) * (1 - webp)}
    return {name: round(share, 3) for name, share in every.items() if share >= LEAST}


Draw = tuple[str, object]
"""A marginal's name and the value that was drawn of it."""


def draws(trace: Trace) -> Iterator[Draw]:
    """What a trace of this family drew, marginal by marginal; of stages that it has not, nothing."""
    steps = {step.label: step for step in trace.lr}
    yield from _kernel_draws(steps)
    yield from _resize_draws(steps)
    yield from _noise_draws(steps)
    between = steps.get("jpeg_between")
    yield "saved_between", "yes" if between else "no"
    if between:
        yield "quality_between", between.values["quality"]
    yield from _finish_draws(steps)
    if "last_jpeg" not in steps:
        yield "webp", "yes" if "last_webp" in steps else "no"
    if "last_webp" in steps:
        yield "webp_quality", steps["last_webp"].values["quality"]


Steps = dict[str, Step]


def _kernel_draws(steps: Steps) -> Iterator[Draw]:
    for label, sigmas in (("isotropic", ("sigma_x",)), ("anisotropic", ("sigma_x", "sigma_y"))):
        if label in steps:
            yield "kernel", label
            name = "blur_sigma" if label == "isotropic" else "anisotropic_sigma"
            yield from ((name, steps[label].values[sigma]) for sigma in sigmas)
            return
    yield "kernel", "none"


def _resize_draws(steps: Steps) -> Iterator[Draw]:
    first = steps["resize"].values
    factor = float(first["factor"])
    route = "direct" if factor == 1 else "smaller" if factor < 1 else "larger"
    yield "route", route
    yield "filter", first["filter"]
    yield "antialias", str(first["antialias"]).lower()
    if route != "direct":
        yield route, factor
        yield "last_filter", steps["resize_to_target"].values["filter"]


def _noise_draws(steps: Steps) -> Iterator[Draw]:
    gaussian = {"colour": "colour_noise", "grey": "grey_noise"}
    shot = {"shot": "shot_noise", "grey_shot": "grey_shot_noise"}
    for name, label in (gaussian | shot).items():
        if label in steps:
            yield "noise", name
            values = steps[label].values
            yield (
                ("shot_scale", values["scale"])
                if name in shot
                else ("noise_sigma", values["sigma_255"])
            )
            return
    yield "noise", "none"


def _finish_draws(steps: Steps) -> Iterator[Draw]:
    if "sharpened" in steps:
        values = steps["sharpened"].values
        yield "finish", "sharpened"
        yield "sharpening", values["weight"]
        yield "sharpening_sigma", values["sigma"]
    elif "ringing" in steps:
        yield "finish", "ringing"
        yield "ringing_cutoff", steps["ringing"].values["cutoff"]
    else:
        yield "finish", "none"


def fitted_names(found: Marginals) -> list[str]:
    """The marginals that a fit moves."""
    return [name for name in found if name not in MEASURED]


def bin_of(one: Marginal, value: object) -> int:
    return one.bin_of(value) if isinstance(one, Shares) else one.bin_of(float(str(value)))
