"""A pipeline from Real-ESRGAN's options: the tree of the named pipeline `realesrgan` with other numbers.

Labels are those of `realesrgan`, so that equal numbers have equal draws. Where a choice's weights differ
between the rounds, which no choice can say, each round has its own choice; labels of the second's end in
`_second`.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from degrade.pipeline import Pipeline, load_pipeline, parse_pipeline
from realsr.interop.realesrgan_options import Options

KERNEL_SIZES = {"integer": [7, 21, 2]}
"""What the published code draws; it reads blur_kernel_size and does not use it."""
FILTERS = {"choice": ["adaptive_area", "bilinear", "bicubic_075"]}
_OPERATORS = {
    "": ("gaussian_blur", ""),
    "generalized_": ("generalised_gaussian_blur", "betag_range"),
    "plateau_": ("plateau_blur", "betap_range"),
}
_PREFIXES = {"": "", "generalized_": "generalised_", "plateau_": "plateau_"}

Node = dict[str, Any]


def pipeline_text(options: Options, name: str) -> str:
    """The pipeline that the options describe as a YAML file, with a header comment.

    name: the option file's, for the comment.
    """
    return _header(options, name) + options_pipeline(options).to_yaml()


def options_pipeline(options: Options) -> Pipeline:
    """The pipeline that the options describe."""
    return parse_pipeline(yaml.safe_dump(pipeline_data(options), sort_keys=False), "imported")


def pipeline_data(options: Options) -> Node:
    """The pipeline as plain data, before defaults are written out."""
    sharpen = [{"op": "usm"}]
    hr = [*sharpen, {"op": "quantise", "label": "quantise_hr"}]
    lr = [_round(options), _tail(options), {"op": "clamp"}, {"op": "quantise"}]
    data: Node = {
        "name": _identifier(options.name),
        "kind": "compat",
        "summary": "Imported from a Real-ESRGAN option file.",
        "source": f"the option file of the training run {options.name or '(without name)'}",
        "not_copied": list(load_pipeline("realesrgan").not_copied),
        "scale": int(options.values["scale"]),
    }
    trees = {"lr": [*sharpen, *lr] if options.sharpened == "lr" else lr}
    return data | ({"hr": hr} if options.sharpened == "hr" else {}) | trees


def _identifier(name: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return plain if re.match("[a-z]", plain) else f"imported_{plain}".rstrip("_")


def _header(options: Options, name: str) -> str:
    sharpened = {
        "hr": "the HR is sharpened and saved so, and the LR is made from it",
        "lr": "the LR is made from the sharpened HR; the HR itself is saved plain",
        "nothing": "neither the HR nor what the LR is made from is sharpened",
    }
    lines = [
        f"Imported from {' '.join(name.split())} by `realsr pipelines import`.",
        f"Sharpening: {sharpened[options.sharpened]}.",
        "Kernel sizes are odd, 7 to 21, as in the published code, which does not use blur_kernel_size.",
        f"Training options left out: {options.training}.",
        *(f"Unknown, and left out: {' '.join(place.split())}" for place in options.unknown),
    ]
    return "".join(f"# {line}\n" for line in lines)


def _round(options: Options) -> Node:
    stages = [*_blurs(options), _resize(options), *_noises(options), *_between(options)]
    return {"repeat": 2, "label": "round", "stages": stages}


def _per_round(first: Any, second: Any) -> Any:
    return first if first == second else {"per_repeat": [first, second]}


def _uniform(low: float, high: float) -> Any:
    return low if low == high else {"uniform": [low, high]}


def _uniforms(options: Options, key: str) -> Any:
    return _per_round(*(_uniform(*bounds) for bounds in options.both(key)))


def _mixture(parts: list[tuple[float, Any]]) -> Node:
    """Parts of weight 0 are left out: what they could reach would be checked."""
    return {"mixture": [{"weight": weight, "of": of} for weight, of in parts if weight]}


Branches = list[tuple[float, Node]]


def _choice(label: str, branches: Branches, suffix: str) -> Node:
    possible = [(weight, stage) for weight, stage in branches if weight]
    options = [
        {"weight": weight, "stages": [{**stage, "label": stage["label"] + suffix}]}
        for weight, stage in possible
    ]
    return {"label": label + suffix, "choice": options}


def _choices(
    label: str, outer: str, first: Branches, second: Branches, chances: tuple[float, float]
) -> list[Node]:
    """One choice for both rounds, or one for each where they differ, run with the rounds' chances."""
    if first == second:
        both = _choice(label, first, "")
        return [both] if label == outer else [_maybe(outer, chances, both)]
    outer = outer if outer != label else f"{label}_round"
    return [
        _maybe(outer, (chances[0], 0), _choice(label, first, "")),
        _maybe(f"{outer}_second", (0, chances[1]), _choice(label, second, "_second")),
    ]


def _maybe(label: str, chances: tuple[float, float], stage: Node) -> Node:
    return {"maybe": {"per_repeat": list(chances)}, "label": label, "stages": [stage]}


def _blurs(options: Options) -> list[Node]:
    chances = (1, options.values["second_blur_prob"])
    first, second = (_kernels(options, suffix) for suffix in ("", "2"))
    return [node for node in _choices("kernel", "blurred", first, second, chances) if _runs(node)]


def _runs(node: Node) -> bool:
    return any(node["maybe"]["per_repeat"])


def _kernels(options: Options, suffix: str) -> Branches:
    """The kernels of one round with their weights; the sinc is tested first and replaces the list."""
    sinc = options.values[f"sinc_prob{suffix}"]
    names, weights = (options.values[f"{key}{suffix}"] for key in ("kernel_list", "kernel_prob"))
    shares: dict[str, float] = {}
    for name, weight in zip(names, weights, strict=True):
        shares[name] = shares.get(name, 0) + weight / sum(weights) * (1 - sinc)
    kernels = [(_tidy(share), _kernel(options, name)) for name, share in shares.items()]
    return [*kernels, (sinc, _sinc())]


def _tidy(share: float) -> float:
    """Without the last bits of a product, so that 0.45 of 0.9 is 0.405."""
    return round(share, 12)


def _kernel(options: Options, name: str) -> Node:
    family, isotropic = name.removesuffix("aniso"), not name.endswith("aniso")
    family = family.removesuffix("iso")
    operator, beta = _OPERATORS[family]
    sigma = _uniforms(options, "blur_sigma")
    stage: Node = {
        "op": operator,
        "label": _PREFIXES[family] + ("isotropic" if isotropic else "anisotropic"),
        "size": KERNEL_SIZES,
        "sigma_x": sigma,
        "sigma_y": {"given": "sigma_x"} if isotropic else sigma,
        "angle": 0 if isotropic else {"uniform": ["-pi", "pi"]},
    }
    return stage | ({"beta": _betas(options, beta)} if beta else {})


def _betas(options: Options, key: str) -> Any:
    """Half the time below 1 and half above, as the published code flips a coin."""
    return _per_round(
        *(
            _mixture([(1, _uniform(low, 1)), (1, _uniform(1, high))])
            for low, high in options.both(key)
        )
    )


def _sinc() -> Node:
    cases = [
        {"up_to": 11, "value": {"uniform": ["pi/3", "pi"]}},
        {"value": {"uniform": ["pi/5", "pi"]}},
    ]
    cutoff = {"given": "size", "cases": cases}
    return {"op": "sinc_blur", "label": "sinc", "size": KERNEL_SIZES, "cutoff": cutoff}


def _resize(options: Options) -> Node:
    weights, ranges = options.both("resize_prob"), options.both("resize_range")
    factors = [
        _mixture([(up, _uniform(1, high)), (down, _uniform(low, 1)), (keep, 1)])
        for (up, down, keep), (low, high) in zip(weights, ranges, strict=True)
    ]
    return {
        "op": "resize",
        "factor": _per_round(*factors),
        "of": {"per_repeat": ["input", "target"]},
        "filter": FILTERS,
        "antialias": False,
        "rounding": "floor",
        "coordinates": {"per_repeat": ["factor", "size"]},
    }


def _noises(options: Options) -> list[Node]:
    grey = _per_round(*(_flag(chance) for chance in options.both("gray_noise_prob")))
    gaussian = {"sigma_255": _uniforms(options, "noise_range"), "grey": grey}
    poisson = {
        "scale": _uniforms(options, "poisson_scale_range"),
        "count": "distinct",
        "grey": grey,
    }
    first, second = (
        [
            (chance, {"op": "gaussian_noise", "label": "gaussian_noise"} | gaussian),
            (_tidy(1 - chance), {"op": "poisson_noise", "label": "poisson_noise"} | poisson),
        ]
        for chance in options.both("gaussian_noise_prob")
    )
    return _choices("noise", "noise", first, second, (1, 1))


def _flag(chance: float) -> Any:
    return (
        bool(chance) if chance in (0, 1) else {"choice": {True: chance, False: _tidy(1 - chance)}}
    )


def _between(options: Options) -> list[Node]:
    jpeg = _jpeg("jpeg_between", options.values["jpeg_range"])
    return [{"op": "clamp", "label": "clamp_noise"}, _maybe("saved_between", (1, 0), jpeg)]


def _jpeg(label: str, bounds: list[float]) -> Node:
    low, high = map(int, bounds)
    quality = low if low == high else {"integer": [low, high]}
    return {"op": "jpeg", "label": label, "quality": quality, "subsampling": "4:2:0"}


def _tail(options: Options) -> Node:
    """The resize to the target with the last sinc, and the last JPEG, in either order."""
    resize = {
        "op": "resize",
        "label": "resize_to_target",
        "factor": 1,
        "of": "target",
        "filter": FILTERS,
        "antialias": False,
    }
    sinc = {"op": "sinc_blur", "label": "last_sinc", "size": KERNEL_SIZES}
    ringing = {
        "maybe": options.values["final_sinc_prob"],
        "label": "ringing",
        "stages": [sinc | {"cutoff": {"uniform": ["pi/3", "pi"]}}],
    }
    finish = {"label": "finish", "group": [resize, ringing]}
    last = _jpeg("last_jpeg", options.values["jpeg_range2"])
    return {"label": "tail", "shuffle": [finish, last]}
