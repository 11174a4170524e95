"""One row per operator: example values, the tolerance of its forms, and what it cannot take.

The contract tests run over these rows; a new operator adds one.
"""

from __future__ import annotations

from dataclasses import dataclass

from degrade.trace import Values

KEY = "0123456789abcdef"
OTHER_KEY = "fedcba9876543210"


@dataclass(frozen=True)
class Case:
    """values: several records of one operator, unlike enough to meet in one batch.

    tolerance: largest difference of the CPU's fast form from the kernel, of full scale. outliers: the share
    of pixels that may pass it (a threshold's tie). grey: whether one channel is taken. differentiable:
    whether a gradient reaches the image.
    """

    op: str
    values: tuple[Values, ...]
    tolerance: float = 5e-7
    outliers: float = 0.0
    differentiable: bool = True


def _blur(**more: float) -> tuple[Values, ...]:
    return (
        {"size": 7, "sigma_x": 0.2, "sigma_y": 0.2, "angle": 0.0, **more},
        {"size": 21, "sigma_x": 3.0, "sigma_y": 0.7, "angle": 0.6, **more},
        {"size": 13, "sigma_x": 1.1, "sigma_y": 2.0, "angle": -2.9, **more},
        {"size": 9, "sigma_x": 2.0, "sigma_y": 2.0, "angle": 0.0, **more},
    )


CASES: tuple[Case, ...] = (
    Case(
        "resize",
        (
            {"factor": 0.37, "filter": "area", "antialias": True},
            {"factor": 0.5, "filter": "bilinear", "antialias": False},
            {"factor": 0.71, "filter": "bicubic", "antialias": True},
            {"factor": 1.4, "filter": "bicubic", "antialias": False},
            {"factor": 1.2, "filter": "area", "antialias": True, "enlarging": "bilinear"},
            {"factor": 1.0, "filter": "bicubic", "antialias": True},
            {"factor": 0.6, "filter": "nearest", "antialias": False},
            {
                "factor": 0.43,
                "filter": "bicubic_075",
                "antialias": False,
                "rounding": "floor",
                "coordinates": "factor",
            },
            {"factor": 0.3, "filter": "adaptive_area", "antialias": False, "rounding": "floor"},
        ),
    ),
    Case(
        "matlab_bicubic",
        (
            {"factor": 0.5},
            {"factor": 0.25},
            {"factor": 0.3333333333, "border": "replicate"},
            {"factor": 2.0},
        ),
        tolerance=0.0,
        differentiable=False,
    ),
    Case("gaussian_blur", _blur()),
    Case("generalised_gaussian_blur", (*_blur(beta=0.6), *_blur(beta=3.5))),
    Case("plateau_blur", (*_blur(beta=1.0), *_blur(beta=1.9))),
    Case(
        "sinc_blur",
        ({"size": 7, "cutoff": 1.05}, {"size": 21, "cutoff": 0.63}, {"size": 13, "cutoff": 3.14}),
    ),
    Case("usm", ({},), outliers=1e-3),
    Case(
        "gaussian_noise",
        (
            {"sigma_255": 0.0, "grey": False, "key": KEY},
            {"sigma_255": 30.0, "grey": False, "key": OTHER_KEY},
            {"sigma_255": 12.0, "grey": True, "key": KEY},
        ),
    ),
    Case(
        "poisson_noise",
        (
            {"scale": 1.0, "count": 256, "grey": False, "key": KEY},
            {"scale": 3.0, "count": 37.5, "grey": True, "key": OTHER_KEY},
            {"scale": 0.5, "count": "distinct", "grey": False, "key": KEY},
            {"scale": 2.0, "count": "distinct", "grey": True, "key": OTHER_KEY},
        ),
    ),
    Case(
        "jpeg",
        (
            {"quality": 30, "subsampling": "4:2:0"},
            {"quality": 95, "subsampling": "4:4:4"},
            {"quality": 1, "subsampling": "4:2:2"},
            {"quality": 100, "subsampling": "4:1:1"},
            {"quality": 60, "subsampling": "4:4:0"},
        ),
        tolerance=0.0,
        differentiable=False,
    ),
    Case("clamp", ({}, {"low": 0.1, "high": 0.8}), tolerance=0.0),
    Case("quantise", ({}, {"levels": 16}), tolerance=0.0, differentiable=False),
)
