"""SEAL's second-order form: two rounds of blur, resize, noise and JPEG, as Real-ESRGAN has them.

Kept from the published code: floored sizes with unrounded coordinates in both rounds, adaptive average pooling
as `area`, bicubic with a = -0.75, DiffJPEG at its real quality. A stated beta b is an end of the range that the
beta is drawn from, the other being 1: the code hands b on as both ends of Real-ESRGAN's coin flip.
"""

from __future__ import annotations

import math
from typing import Any

from realsr.interop.seal_strings import Words

KERNELS = (
    ("gaussian_blur", False),
    ("gaussian_blur", True),
    ("generalised_gaussian_blur", False),
    ("generalised_gaussian_blur", True),
    ("plateau_blur", False),
    ("plateau_blur", True),
)
"""By SEAL's number: the operator, and whether the kernel is anisotropic."""
FILTERS = {"area": "adaptive_area", "bilinear": "bilinear", "bicubic": "bicubic_075"}

Node = dict[str, Any]


def second_order(words: Words) -> list[Node]:
    """The stages of a string that begins with `FisrtOrder`."""
    words.expect("FisrtOrder")
    stages = _round(words, 1)
    words.expect("JPEG")
    runs, quality = words.flag(), words.number(1, 100)
    stages += _jpeg("between", quality) if runs else []
    words.expect("SecondOrder")
    stages += _round(words, 2)
    return [*stages, *_finish(words), {"op": "clamp"}, {"op": "quantise"}]


def _round(words: Words, number: int) -> list[Node]:
    return [*_blur(words, number), *_resize(words, number), *_noise(words, number)]


def _blur(words: Words, number: int) -> list[Node]:
    words.expect("Blur")
    runs, sinc = words.flag(), words.flag()
    size, kind = words.odd(7, 21), words.whole(0, len(KERNELS) - 1)
    shape = _shape(words, kind)
    cutoff = words.number(0, math.pi)
    stage = {"op": "sinc_blur", "cutoff": cutoff} if sinc else shape
    return [{**stage, "size": size, "label": f"blur_{number}"}] if runs else []


def _shape(words: Words, kind: int) -> Node:
    """sigma_1 sigma_2 beta (generalised) beta (plateau) angle: what the kernel takes of them."""
    operator, anisotropic = KERNELS[kind]
    sigma_x, sigma_y = words.numbers(2, 0.01, 100)
    betas = {
        "generalised_gaussian_blur": words.number(0.01, 16),
        "plateau_blur": words.number(0.01, 16),
    }
    # Two decimals of pi may be more than pi, and an angle of pi is one of 0.
    angle = min(max(words.number(-3.15, 3.15), -math.pi), math.pi)
    if not anisotropic:
        sigma_y, angle = sigma_x, 0.0
    stage: Node = {"op": operator, "sigma_x": sigma_x, "sigma_y": sigma_y, "angle": angle}
    return stage | ({"beta": _beta(betas[operator])} if operator in betas else {})


def _beta(stated: float) -> Any:
    return 1.0 if stated == 1 else {"uniform": sorted((1.0, stated))}


def _resize(words: Words, number: int) -> list[Node]:
    """A round that is said not to resize shrinks to a quarter, by bicubic."""
    words.expect("Resize")
    runs, factor, mode = words.flag(), words.number(0.01, 64), words.one_of(list(FILTERS))
    stage = {
        "op": "resize",
        "label": f"resize_{number}",
        "factor": factor if runs else 0.25,
        "filter": FILTERS[mode if runs else "bicubic"],
        "antialias": False,
        "rounding": "floor",
        "coordinates": "factor",
    }
    return [stage]


def _noise(words: Words, number: int) -> list[Node]:
    words.expect("Noise")
    runs, grey, gaussian = words.flag(), words.flag(), words.flag()
    sigma, scale = words.number(0, 255), words.number(0, 100)
    stage: Node = {"op": "poisson_noise", "scale": scale, "count": "distinct"}
    if gaussian:
        stage = {"op": "gaussian_noise", "sigma_255": sigma}
    noise = stage | {"label": f"noise_{number}", "grey": grey}
    return [noise, {"op": "clamp", "label": f"clamp_noise_{number}"}] if runs else []


def _jpeg(label: str, quality: float) -> list[Node]:
    return [
        {"op": "clamp", "label": f"clamp_{label}"},
        {"op": "basicsr_diffjpeg", "label": f"jpeg_{label}", "quality": quality},
    ]


def _finish(words: Words) -> list[Node]:
    """Resize to the target and sinc before the last JPEG (0), after it (1), alone (2); only the resize (3)."""
    words.expect("FinalOrder", "Final")
    order, sinc = words.whole(0, 3), _last_sinc(words)
    words.expect("Resize")
    mode = words.one_of(list(FILTERS))
    words.expect("JPEG")
    jpeg = _jpeg("last", words.number(1, 100))
    words.expect(".png")
    words.end()
    resize: Node = {"op": "resize", "label": "resize_to_target", "factor": 1, "of": "target"}
    resize |= {"filter": FILTERS[mode], "antialias": False}
    orders = ([resize, *sinc, *jpeg], [*jpeg, resize, *sinc], [resize, *sinc], [resize])
    return orders[order]


def _last_sinc(words: Words) -> list[Node]:
    """Without it, its size and its cutoff are 0."""
    if not words.flag():
        words.expect("0", "0")
        return []
    size, cutoff = words.odd(7, 21), words.number(0.01, math.pi)
    return [{"op": "sinc_blur", "label": "last_sinc", "size": size, "cutoff": cutoff}]
