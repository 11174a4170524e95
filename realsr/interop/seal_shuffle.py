"""SEAL's shuffle form: BSRGAN's seven steps in a stated order, then JPEG.

Kept from the published code: it reads pictures as BGR and hands them to steps that were written for RGB, so
JPEG's luma and the correlated noise have red and blue exchanged; correlated noise has level 25, whatever the
level stated; the basis that is stated for it is made orthonormal once more. Step 6, a camera, has no model and
does nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from realsr.interop.seal_strings import Words

STEPS = 7
CV_FILTERS = ("linear", "cubic", "area")
"""By OpenCV's number, from 1."""
HALVED, LIBRARY_HALVED, ANISOTROPIC, DIVIDED, CODED = 0.25, 0.5, 0.5, 0.75, 0.9
"""A stated chance below it decides so."""
GREY, COLOURED = 0.4, 0.6
"""A stated chance below the first makes the noise grey, above the second coloured, between them correlated."""
CORRELATED_LEVEL = 25

Node = dict[str, Any]


def shuffle(words: Words) -> list[Node]:
    """The stages of a string that begins with `shuffleorder`."""
    words.expect("shuffleorder")
    order = words.order(STEPS)
    if order.index(2) > order.index(3):
        raise words.refuse("step 2 before step 3")
    words.expect("dppre", "rnum1")
    halving = _halving(words)
    scale = 2 if halving else 4
    readers: list[Callable[[], list[Node]]] = [
        lambda: _blur(words, 0),
        lambda: _blur(words, 1),
        lambda: _shrink(words, scale),
        lambda: _resize_to_target(words),
        lambda: _noise(words),
        lambda: _inner_jpeg(words),
    ]
    steps = [read() for read in readers] + [[]]
    shuffled = [stage for number in order for stage in steps[number]]
    stages = [*halving, *shuffled, *_last_jpeg(words)]
    words.end()
    return [_reversed("to_bgr"), *stages, _reversed("to_rgb")]


def _reversed(label: str) -> Node:
    return {"op": "swap_red_blue", "label": label}


def _clamp(label: str) -> Node:
    return {"op": "clamp", "label": label}


def _chance(words: Words) -> float:
    return words.number(0, 1)


def _filter(words: Words) -> str:
    words.expect("interptype")
    return CV_FILTERS[words.whole(1, len(CV_FILTERS)) - 1]


def _cv2(label: str, factor: float, name: str) -> Node:
    return {
        "op": "cv2_resize",
        "label": label,
        "factor": factor,
        "filter": name,
        "eight_bit": False,
        "rounding": "floor",
    }


def _halving(words: Words) -> list[Node]:
    runs = _chance(words) < HALVED
    words.expect("rnum2")
    by_library, name = _chance(words) < LIBRARY_HALVED, _filter(words)
    if not runs:
        return []
    stage: Node = {"op": "matlab_bicubic_double", "label": "halve", "factor": 0.5}
    if by_library:
        stage = _cv2("halve", 0.5, name)
    return [stage, _clamp("clamp_halved")]


def _blur(words: Words, number: int) -> list[Node]:
    """l1 and l2 are variances, l3 is a standard deviation."""
    words.expect(f"dp{number}", "rnum")
    anisotropic = _chance(words) < ANISOTROPIC
    words.expect("ksize")
    size = words.odd(7, 25)
    words.expect("theta")
    angle = words.number(0, math.pi)
    words.expect("l1")
    first = words.number(0, 100)
    words.expect("l2")
    second = words.number(0, 100)
    words.expect("l3")
    sigma = words.number(0, 100)
    shape: Node = {"sigma_x": sigma, "sigma_y": sigma, "angle": 0.0}
    if anisotropic:
        shape = {"sigma_x": math.sqrt(first), "sigma_y": math.sqrt(second), "angle": angle}
    return [{"op": "gaussian_blur", "label": f"blur_{number}", "size": size} | shape]


def _shrink(words: Words, scale: int) -> list[Node]:
    """Divide by sf1, or blur and keep every s-th pixel.

    The published kernel of that blur is moved by (s - 1) / 2 pixels by linear interpolation, which makes what
    is kept the bilinear value in the middle of each s x s block.
    """
    words.expect("dp2", "rnum")
    divides = _chance(words) < DIVIDED
    words.expect("sf1")
    divisor = words.number(1 if divides else 0, 64)
    name = _filter(words)
    words.expect("blursigma")
    sigma = words.number(0 if divides else 0.01, 100)
    if divides:
        return [_cv2("shrink", 1.0 / divisor, name), _clamp("clamp_shrunk")]
    blur = {"op": "gaussian_blur", "label": "blur_to_decimate", "size": 25}
    blur |= {"sigma_x": sigma, "sigma_y": sigma}
    keep = {"op": "resize", "label": "decimate", "factor": 1.0 / scale, "rounding": "floor"}
    keep |= {"filter": "bilinear", "antialias": False}
    return [blur, keep, _clamp("clamp_shrunk")]


def _resize_to_target(words: Words) -> list[Node]:
    words.expect("dp3")
    return [
        _cv2("resize_to_target", 1.0, _filter(words)) | {"of": "target"},
        _clamp("clamp_resized"),
    ]


def _noise(words: Words) -> list[Node]:
    words.expect("dp4", "rnum")
    kind = _chance(words)
    words.expect("noiselevel")
    level = words.whole(0, 255)
    words.expect("D")
    shares = [_diagonal(words, place) for place in range(9)][::4]
    words.expect("U")
    basis = words.numbers(9, -1, 1)
    stage: Node = {"op": "gaussian_noise", "sigma_255": level, "grey": kind < GREY}
    if GREY <= kind <= COLOURED:
        stage = {"op": "bsrgan_correlated_noise", "sigma_255": CORRELATED_LEVEL}
        stage |= {f"d_{place + 1}": share for place, share in enumerate(shares)}
        stage |= {f"m_{place // 3 + 1}{place % 3 + 1}": m for place, m in enumerate(basis)}
    return [stage | {"label": "noise"}, _clamp("clamp_noise")]


def _diagonal(words: Words, place: int) -> float:
    """An entry of a diagonal matrix, row after row."""
    return words.number(0, 1 if place % 4 == 0 else 0)


def _jpeg(label: str, quality: int) -> Node:
    return {"op": "jpeg", "label": label, "quality": quality, "subsampling": "4:2:0"}


def _inner_jpeg(words: Words) -> list[Node]:
    words.expect("dp5", "rnum")
    runs = _chance(words) < CODED
    words.expect("jpegfactor")
    jpeg = _jpeg("jpeg", words.whole(0, 100))
    return [jpeg] if runs else []


def _last_jpeg(words: Words) -> list[Node]:
    words.expect("dp7", "jpegfactor")
    return [_jpeg("last_jpeg", words.whole(1, 100))]
