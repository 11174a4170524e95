"""Each operator from mild to severe: what its contact sheet shows.

A ladder is a sequence of records. Most climb one field; a few climb several at once, or walk through the
variants of an operator that has kinds rather than strengths.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from degrade.trace import Scalar

Rung = Mapping[str, Scalar]


FACE = (110, 222)
BADGE = (383, 160)


@dataclass(frozen=True)
class Ladder:
    """rungs: records without their noise keys, mild first. view: HR pixels along the square that is shown.

    centre: row and column of the photograph that a small view is centred on.
    """

    rungs: tuple[Rung, ...]
    view: int = 96
    centre: tuple[int, int] = FACE


def along(field: str, *values: Scalar, view: int = 96, **fixed: Scalar) -> Ladder:
    """One field climbs, the others stand."""
    return Ladder(tuple({**fixed, field: value} for value in values), view)


def together(view: int = 96, **columns: Sequence[Any]) -> Ladder:
    """Several fields climb at once: a sequence of values each, all of one length."""
    rows = zip(*columns.values(), strict=True)
    return Ladder(tuple(dict(zip(columns, row, strict=True)) for row in rows), view)


_SIGMAS = (3.0, 8.0, 15.0, 25.0, 40.0)
_BLURS = (0.5, 0.8, 1.2, 2.0, 3.0)
_FACTORS = (0.8, 0.5, 0.33, 0.25, 0.15)
_QUALITIES = (90, 70, 50, 30, 10)
_LOG_SHOT = (-9.2, -7.5, -6.0, -5.0, -4.4)
_LOG_READ = (-18.8, -15.1, -11.9, -9.7, -8.4)


def _aniso(**fixed: float) -> Ladder:
    columns: dict[str, Any] = {name: (value,) * 5 for name, value in fixed.items()}
    return together(
        size=(21,) * 5,
        sigma_x=_BLURS,
        sigma_y=tuple(sigma / 2 for sigma in _BLURS),
        angle=(0.6,) * 5,
        **columns,
    )


def _table(step: int) -> str:
    """A quantisation table that grows from the mean to the finest detail."""
    return " ".join(
        str(min(255, 1 + step * (1 + row + column))) for row in range(8) for column in range(8)
    )


def _augmented(transform: str, **arguments: Any) -> Rung:
    return {"transform": transform, "arguments": json.dumps(arguments)}


_BSRGAN_AXES: Mapping[str, Any] = {
    **{f"d_{axis}": share for axis, share in ((1, 0.9), (2, 0.3), (3, 0.5))},
    **{
        f"m_{row}{column}": share
        for (row, column), share in zip(
            ((row, column) for row in (1, 2, 3) for column in (1, 2, 3)),
            (0.3, 0.5, 0.5, 0.6, 0.2, 0.5, 0.8, 0.7, 0.3),
            strict=True,
        )
    },
}

_RESAMPLERS = {
    "resize": along("factor", *_FACTORS, filter="bicubic", antialias=True),
    "matlab_bicubic": along("factor", 0.8, 0.5, 0.3333333333, 0.25, 0.125),
    "matlab_bicubic_double": along("factor", 0.8, 0.5, 0.3333333333, 0.25, 0.125),
    "pil_resize": along("factor", *_FACTORS, filter="lanczos"),
    "cv2_resize": along("factor", *_FACTORS, filter="cubic"),
    "torch_resize": along("factor", *_FACTORS, filter="bicubic", antialias=False),
    "nearest_strided": along("step", 2, 3, 4, 6, 8),
    "dpid": along("lambda_", 0.0, 0.5, 1.0, 2.0, 4.0, factor=0.25),
}

_BLURRERS = {
    "gaussian_blur": _aniso(),
    "generalised_gaussian_blur": _aniso(beta=0.7),
    "plateau_blur": _aniso(beta=1.5),
    "noisy_kernel_blur": _aniso(noise=0.5),
    "sinc_blur": along("cutoff", 2.6, 2.1, 1.6, 1.2, 0.8, size=21),
    "linear_motion_blur": along("length", 2.0, 4.0, 8.0, 14.0, 24.0, angle=0.5),
    "trajectory_motion_blur": along("length", 3.0, 8.0, 16.0, 28.0, 40.0),
    "defocus_blur": along("radius", 0.7, 1.2, 2.0, 3.5, 6.0),
    "airy_blur": along("zero_radius", 1.0, 2.0, 3.0, 4.5, 7.0, size=31),
    "zernike_blur": along(
        "coma_x", 0.05, 0.1, 0.15, 0.2, 0.3, size=31, zero_radius=2.0, red=1.15, blue=0.9
    ),
    "box_blur": along("width", 1.5, 2.0, 3.0, 5.0, 9.0),
    "median_blur": along("size", 3, 5, 7),
    "bilateral_blur": along(
        "sigma_range_255", 10.0, 25.0, 50.0, 90.0, 150.0, radius=5, sigma_space=2.5
    ),
    "spatially_varying_blur": along(
        "sigma_corner", 1.0, 1.5, 2.5, 4.0, 6.0, view=256, size=31, sigma_centre=0.5, stretch=2.0
    ),
    "glass_blur": along("reach", 1, 2, 3, 4, 6, sigma=0.7),
    "zoom_blur": along("most", 1.01, 1.02, 1.04, 1.08, 1.15, view=256),
}

_NOISES = {
    "gaussian_noise": along("sigma_255", *_SIGMAS),
    "poisson_noise": along("scale", 0.3, 0.7, 1.2, 2.0, 3.0, count=256),
    "correlated_noise": together(
        sigma_red_255=_SIGMAS,
        sigma_green_255=_SIGMAS,
        sigma_blue_255=_SIGMAS,
        red_green=(0.8,) * 5,
        red_blue=(-0.3,) * 5,
        green_blue=(0.0,) * 5,
    ),
    "bsrgan_correlated_noise": along("sigma_255", 5.0, 10.0, 25.0, 40.0, 60.0, **_BSRGAN_AXES),
    "speckle_noise": along("sigma_255", 5.0, 15.0, 30.0, 50.0, 80.0),
    "salt_pepper_noise": along("amount", 0.005, 0.02, 0.05, 0.1, 0.2),
    "uniform_noise": along("sigma_255", *_SIGMAS),
    "laplace_noise": along("sigma_255", *_SIGMAS),
    "rician_noise": along("sigma_255", *_SIGMAS),
    "shot_read_noise": together(log_shot=_LOG_SHOT, log_read=_LOG_READ),
    "row_column_noise": together(
        row_sigma_255=(1.0, 3.0, 6.0, 10.0, 18.0), column_sigma_255=(0.0, 1.0, 2.0, 4.0, 6.0)
    ),
    "scaled_noise": along("pitch_px", 1.0, 1.5, 2.5, 4.0, 8.0, sigma_255=15.0),
    "smeared_noise": along("length", 0.0, 3.0, 6.0, 12.0, 24.0, sigma_255=20.0, angle=0.5),
    "coloured_noise": along("alpha", 0.0, 1.0, 1.5, 2.0, 3.0, sigma_255=20.0),
    "perlin_noise": along("cell_px", 2.0, 4.0, 8.0, 16.0, 32.0, sigma_255=15.0),
    "tonal_noise": together(
        low=(0.0, 0.2, 0.4, 0.6, 0.8), high=(0.2, 0.4, 0.6, 0.8, 1.0), sigma_255=(25.0,) * 5
    ),
    "bayer_demosaic": along("method", "bilinear", "malvar", "menon"),
    "camera": together(log_shot=_LOG_SHOT, log_read=_LOG_READ),
    "film_grain": along("sigma_255", 3.0, 6.0, 10.0, 16.0, 25.0, size_px=0.8),
    "ordered_dither": along("levels", 32, 16, 8, 4, 2, side=8),
    "error_diffusion": along("levels", 32, 16, 8, 4, 2, method="floyd_steinberg"),
}

_CODECS = {
    "jpeg": along("quality", *_QUALITIES, subsampling="4:2:0"),
    "double_jpeg": together(
        first_quality=_QUALITIES,
        second_quality=(95, 90, 85, 80, 75),
        offset_y=(4,) * 5,
        offset_x=(4,) * 5,
    ),
    "jpeg_tables": together(
        luma=[_table(step) for step in (1, 3, 6, 12, 24)],
        chroma=[_table(step) for step in (2, 6, 12, 24, 48)],
    ),
    "basicsr_diffjpeg": along("quality", *(float(quality) for quality in _QUALITIES)),
    "webp": along("quality", *_QUALITIES),
    "avif": along("quality", *_QUALITIES),
    "jpeg2000": along("ratio", 5.0, 15.0, 30.0, 60.0, 120.0, view=192),
    "heic": along("quality", *_QUALITIES),
    "video_frame": along("quantiser", 18, 26, 32, 38, 46, codec="h264"),
    "video_clip": along("quantiser", 18, 26, 32, 38, 46, codec="h264", velocity_x=3.5),
    "chroma_subsampling": replace(
        along("layout", "4:4:4", "4:2:2", "4:2:0", "4:1:1", "4:1:0", view=48, up="nearest"),
        centre=BADGE,
    ),
}

_LEVELS = {
    "clamp": together(low=(0.0, 0.05, 0.1, 0.15, 0.2), high=(1.0, 0.95, 0.9, 0.85, 0.8)),
    "quantise": along("levels", 256, 64, 16, 8, 4),
    "levels": along("gamma", 0.9, 0.8, 0.65, 0.5, 0.4),
    "saturation": along("factor", 0.8, 0.5, 0.2, 1.5, 2.2),
    "white_balance": together(
        red_gain=(1.05, 1.1, 1.2, 1.35, 1.5), blue_gain=(0.97, 0.93, 0.86, 0.78, 0.7)
    ),
    "to_linear": Ladder(({},)),
    "to_srgb": Ladder(({},)),
    "swap_red_blue": Ladder(({},)),
    "banding": along("levels", 64, 32, 16, 8, 4),
}

_ARTEFACTS = {
    "usm": along("weight", 0.25, 0.5, 1.0, 1.5, 2.0),
    "oversharpen": along("weight", 0.5, 1.0, 2.0, 3.5, 5.0, sigma=1.0),
    "halo": along("limit_255", 8.0, 16.0, 30.0, 50.0, 80.0, sigma=2.0, weight=2.0),
    "channel_shift": along("red_x", 0.5, 1.0, 2.0, 3.0, 5.0, red_y=0.5, blue_x=-1.0, blue_y=0.0),
    "chromatic_aberration": together(
        256, red_scale=(1.002, 1.005, 1.01, 1.02, 1.03), blue_scale=(0.998, 0.995, 0.99, 0.98, 0.97)
    ),
    "interlace": along("comb", 0.5, 1.0, 2.0, 4.0, 8.0),
    "vignette": along("corner_gain", 0.9, 0.75, 0.6, 0.4, 0.2, view=256),
    "dead_pixels": along("share", 0.001, 0.004, 0.01, 0.03, 0.1),
    "pixelate": along("block", 2, 3, 4, 6, 10),
    "line_thickening": along("strength", 0.2, 0.4, 0.6, 0.8, 1.0, radius=1),
    "halftone": along("cell", 2.5, 3.0, 4.0, 6.0, 9.0, view=192),
    "screentone": along("cell", 2.5, 3.0, 4.0, 6.0, 9.0, view=192),
    "scan_lines": along("darkness", 0.1, 0.25, 0.4, 0.6, 0.9, period=2.0),
    "moire": along("contrast", 0.1, 0.2, 0.3, 0.45, 0.6, pitch=1.06, angle=0.03),
    "analogue_video": together(
        192,
        luma_cutoff=(0.4, 0.31, 0.22, 0.18, 0.13),
        chroma_cutoff=(0.12, 0.096, 0.05, 0.037, 0.025),
        composite=(0.0, 0.5, 1.0, 1.0, 1.0),
        jitter_px=(0.0, 0.1, 0.3, 0.6, 1.2),
        luma_noise_255=(0.0, 2.0, 4.0, 8.0, 14.0),
        chroma_noise_255=(0.0, 2.0, 6.0, 12.0, 20.0),
    ),
    "print_and_scan": together(
        192,
        bleed_px=(0.3, 0.5, 0.8, 1.2, 1.8),
        dot_gain=(0.04, 0.08, 0.12, 0.18, 0.24),
        paper_blue=(0.97, 0.93, 0.88, 0.8, 0.7),
        texture=(0.01, 0.02, 0.04, 0.06, 0.1),
        show_through=(0.0, 0.03, 0.06, 0.12, 0.2),
        scanner_px=(0.3, 0.4, 0.6, 0.8, 1.2),
    ),
    "albumentations": Ladder(
        (
            _augmented("HorizontalFlip"),
            _augmented("Rotate", limit=[15, 15]),
            _augmented("ElasticTransform", alpha=40.0, sigma=5.0),
            _augmented("HueSaturationValue", hue_shift_limit=[30, 30]),
            _augmented("ToGray"),
        ),
        view=256,
    ),
}

LADDERS: Mapping[str, Ladder] = MappingProxyType(
    {**_RESAMPLERS, **_BLURRERS, **_NOISES, **_CODECS, **_LEVELS, **_ARTEFACTS}
)
"""Operator -> ladder. An operator that runs on a user's files (a bank, a learned model) has none."""
