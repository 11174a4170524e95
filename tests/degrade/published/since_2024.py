"""Recipes since 2024: their option files' values, word for word, and what a pipeline of them has in its fields.

`OPTIONS` holds what the public files say, under those files' keys; `rows_of` reads it as Real-ESRGAN's scheme does.
"""

from __future__ import annotations

from typing import Any

from tests.degrade.published.second_order import (
    END,
    ODD,
    Rows,
    coded,
    factor,
    flip,
    gaussian,
    kernels,
    last_sinc,
    noise,
    second_order,
    sized,
)

Options = dict[str, Any]

SIX = [0.45, 0.25, 0.12, 0.03, 0.12, 0.03]
"""kernel_prob and kernel_prob2 of all but the test sets: iso, aniso, generalized_*, plateau_*."""

SEESR_FORM: Options = {
    "resize_prob": [0.2, 0.7, 0.1],
    "resize_range": [0.3, 1.5],
    "gaussian_noise_prob": 0.5,
    "noise_range": [1, 15],
    "poisson_scale_range": [0.05, 2.0],
    "gray_noise_prob": 0.4,
    "jpeg_range": [60, 95],
    "second_blur_prob": 0.5,
    "resize_prob2": [0.3, 0.4, 0.3],
    "resize_range2": [0.6, 1.2],
    "gaussian_noise_prob2": 0.5,
    "noise_range2": [1, 12],
    "poisson_scale_range2": [0.05, 1.0],
    "gray_noise_prob2": 0.4,
    "jpeg_range2": [60, 100],
    "blur_sigma": [0.2, 3],
    "betag_range": [0.5, 4],
    "betap_range": [1, 2],
    "blur_sigma2": [0.2, 1.5],
    "sinc_prob": 0.1,
    "final_sinc_prob": 0.8,
}

REAL_ESRGAN_FORM: Options = SEESR_FORM | {
    "resize_range": [0.15, 1.5],
    "noise_range": [1, 30],
    "poisson_scale_range": [0.05, 3.0],
    "jpeg_range": [30, 95],
    "second_blur_prob": 0.8,
    "resize_range2": [0.3, 1.2],
    "noise_range2": [1, 25],
    "poisson_scale_range2": [0.05, 2.5],
    "jpeg_range2": [30, 95],
}

OPTIONS: dict[str, Options] = {
    # csslc/PiSA-SR 9c76e12: SeeSR's class, whose line of sharpening is a comment, and SeeSR's numbers.
    "pisa_sr": SEESR_FORM | {"sharpened": False},
    # JyChen9811/FaithDiff f11af6c (dataloader/train_kernel.yml, dataloader/realesrgan.py), pairs made beforehand.
    "faithdiff": SEESR_FORM | {"sharpened": False},
    # ArcticHare105/S3Diff b6d8396, configs/sr.yaml; degradation_proc(..., use_usm=False).
    "s3diff": SEESR_FORM
    | {
        "blur_sigma": [0.2, 1.5],
        "betag_range": [0.5, 2.0],
        "betap_range": [1, 1.5],
        "blur_sigma2": [0.2, 1.0],
        "sharpened": False,
    },
    # zsyOAOA/InvSR 27f2eb7, configs/sd-turbo-sr-ldis.yaml: use_sharp False, second_order_prob 0.5, kernels by
    # range(3, blur_kernel_size, 2).
    "invsr": REAL_ESRGAN_FORM
    | {
        "second_order_prob": 0.5,
        "sizes": ("I 3..19 by 2", "I 3..13 by 2"),
        "sharpened": False,
    },
    # shallowdream204/DreamClear fbe0938, tools/make_paired_data.py: use_usm=True.
    "dreamclear": REAL_ESRGAN_FORM | {"sharpened": True},
}

EQUAL = {"pisa_sr": "seesr", "faithdiff": "seesr", "invsr": "resshift", "dreamclear": "realesrgan"}
"""Recipes whose numbers are those of a pipeline that there was before."""


def _highs(options: Options, key: str) -> tuple[float, float]:
    """The upper ends of a range of both rounds, whose lower ends are one."""
    (low, first), (other, second) = options[key], options[f"{key}2"]
    assert low == other
    return first, second


def rows_of(options: Options) -> Rows:
    """What Real-ESRGAN's scheme makes of an option file."""
    assert options["gaussian_noise_prob"] == options["gaussian_noise_prob2"] == 0.5
    assert options["gray_noise_prob"] == options["gray_noise_prob2"] == 0.4
    assert (options["resize_prob"], options["resize_prob2"]) == ([0.2, 0.7, 0.1], [0.3, 0.4, 0.3])
    assert (options["sinc_prob"], options["final_sinc_prob"]) == (0.1, 0.8)
    sizes = options.get("sizes", ODD)
    sigmas = tuple(f"U {low:g} {high:g}" for low, high in _both(options, "blur_sigma"))
    return second_order(
        kernels(
            sigmas,
            sizes,
            generalised=flip(*options["betag_range"]),
            plateau=flip(*options["betap_range"]),
        ),
        blur_2=options["second_blur_prob"],
        factors=_both(options, "resize_range"),
        sigma=_highs(options, "noise_range"),
        scale=tuple(f"{high:g}" for high in _highs(options, "poisson_scale_range")),
        jpeg=_both(options, "jpeg_range"),
        last_size=sizes[1] if isinstance(sizes, tuple) else sizes,
        repeat="I 1..2" if options.get("second_order_prob") == 0.5 else "2",
        sharpened=options["sharpened"],
    )


def _both(options: Options, key: str) -> tuple[Any, Any]:
    return options[key], options[f"{key}2"]


INVSR_TEST: Rows = {
    "kernel>isotropic": "0.54",
    "kernel>anisotropic": "0.36",
    "kernel>sinc": "0.1",
    **gaussian("isotropic", "U 0.2 0.8", "I 3..11 by 2"),
    **gaussian("anisotropic", "U 0.2 0.8", "I 3..11 by 2"),
    "sinc": "sinc_blur",
    "sinc.size": "I 3..11 by 2",
    "sinc.cutoff": "U pi/3 pi",
    "resize": "resize",
    "resize.factor": factor((0.2, 0.7, 0.1), 0.5, 1.5),
    "resize.of": "input",
    "resize.filter": "adaptive_area or bilinear or bicubic_075",
    "resize.antialias": "false",
    "resize.rounding": "floor",
    "resize.coordinates": "factor",
    **noise(15, 0.3),
    **coded("jpeg_between", 70, 95),
    "tail.shuffle": "finish, last_jpeg",
    "finish.group": "resize_to_target, ringing",
    **sized(),
    **last_sinc("I 3..5 by 2"),
    "ringing.maybe": "0.2",
    **coded("last_jpeg", 80, 100),
    **END,
}
"""configs/degradation_testing_realesrgan.yaml: kernel_prob [0.6, 0.4, 0, 0, 0, 0] and sinc_prob 0.1; kernel sizes by
range(3, 13, 2) and range(3, 7, 2); second_order_prob 0, so only jpeg_range2 of the second round is used."""

PEPELINE_JPEG: Rows = {
    "resize": "resize",
    "resize.factor": "1",
    "resize.of": "target",
    "resize.filter": "bicubic",
    "resize.antialias": "true",
    "clamp": "clamp",
    "jpeg_family": "jpeg_family",
    "jpeg_family.family": "annex_k or flat or ms_ssim or psnr_hvs or robidoux or klein or watson or ahumada "
    "or peterson",
    "jpeg_family.quality": "I 40..100",
    "jpeg_family.subsampling": "4:4:4 or 4:4:0 or 4:2:2 or 4:2:0 or 4:1:1",
}
"""QTType in its order; compress [40, 100]; samplings ["444", "440", "422", "420", "411"]."""

SINCE_2024: dict[str, Rows] = {
    "s3diff": rows_of(OPTIONS["s3diff"]),
    "invsr_test": INVSR_TEST,
    "pepeline_jpeg": PEPELINE_JPEG,
}
