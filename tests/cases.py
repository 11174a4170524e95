"""One row per operator: example values, the tolerance of its forms, and what it cannot take.

The contract tests run over these rows; a new operator adds one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from degrade.functional.banks import bank_digest
from degrade.functional.kernel_bank import read_bank
from degrade.functional.noise_bank import read_patches
from degrade.trace import Values

KEY = "0123456789abcdef"
OTHER_KEY = "fedcba9876543210"
FLAT_TABLE = " ".join(["12"] * 64)
STEEP_TABLE = " ".join(str(1 + 4 * row + 3 * column) for row in range(8) for column in range(8))


@dataclass(frozen=True)
class Case:
    """values: several records of one operator, unlike enough to meet in one batch.

    tolerance: largest difference of the CPU's fast form from the kernel, of full scale. outliers: the share
    of pixels that may pass it (a threshold's tie). grey: whether one channel is taken. differentiable:
    whether a gradient reaches the image. needs: an optional module without which it cannot run.
    """

    op: str
    values: tuple[Values, ...]
    tolerance: float = 5e-7
    outliers: float = 0.0
    differentiable: bool = True
    needs: str = ""


def _blur(**more: float | str) -> tuple[Values, ...]:
    return (
        {"size": 7, "sigma_x": 0.2, "sigma_y": 0.2, "angle": 0.0, **more},
        {"size": 21, "sigma_x": 3.0, "sigma_y": 0.7, "angle": 0.6, **more},
        {"size": 13, "sigma_x": 1.1, "sigma_y": 2.0, "angle": -2.9, **more},
        {"size": 9, "sigma_x": 2.0, "sigma_y": 2.0, "angle": 0.0, **more},
    )


def _stated(least: float = 0.0) -> tuple[Values, ...]:
    return (
        {"sigma_255": least, "key": KEY},
        {"sigma_255": 30.0, "key": OTHER_KEY},
        {"sigma_255": 12.0, "grey": True, "key": KEY},
    )


def _covariance(
    red: float, green: float, blue: float, red_green: float, red_blue: float, green_blue: float
) -> Values:
    return {
        "sigma_red_255": red,
        "sigma_green_255": green,
        "sigma_blue_255": blue,
        "red_green": red_green,
        "red_blue": red_blue,
        "green_blue": green_blue,
    }


def _bsrgan(shares: tuple[float, float, float], thousandths: str) -> Values:
    """D, and M row by row."""
    places = [f"{row}{column}" for row in (1, 2, 3) for column in (1, 2, 3)]
    matrix = dict(zip(places, thousandths.split(), strict=True))
    return {
        **{f"d_{axis}": share for axis, share in enumerate(shares, start=1)},
        **{f"m_{place}": int(value) / 1000 for place, value in matrix.items()},
    }


BANK = str(Path(__file__).parent / "kernels")
"""A made-up bank of three kernels: even and odd sides, off centre."""
BANK_DIGEST = bank_digest(read_bank(BANK))
NOISE_BANK = str(Path(__file__).parent / "noise_patches")
"""A made-up bank of three patches of noise: colour, grey in 16 bits, colour in 8."""
NOISE_DIGEST = bank_digest(read_patches(NOISE_BANK))


def _learned(name: str, **more: float) -> Values:
    file = Path(__file__).parent / "downsamplers" / f"{name}.safetensors"
    return {
        "file": str(file),
        "digest": hashlib.sha256(file.read_bytes()).hexdigest(),
        **more,
    }


LINEAR_X2 = _learned("linear_x2", scale=2, margin=2)
"""Made-up weights: layers of 3, 3 and 1 pixels."""
LINEAR_X3 = _learned("linear_x3", scale=3, margin=3)
"""Layers of 5 and 3 pixels."""

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
            {"factor": 0.45, "filter": "lanczos3", "shift_y": 0.3, "shift_x": -1.7},
            {"factor": 1.7, "filter": "kaiser", "light": "linear"},
            {"factor": 0.4, "filter": "magic_kernel_sharp_2021", "light": "linear", "shift_x": 0.5},
            {
                "factor": 1.6,
                "filter": "area",
                "shift_y": 0.4,
                "antialias": False,
                "enlarging": "hermite",
            },
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
    Case("gaussian_blur", (*_blur(), *_blur(border="replicate"))),
    Case("generalised_gaussian_blur", (*_blur(beta=0.6), *_blur(beta=3.5))),
    Case("plateau_blur", (*_blur(beta=1.0), *_blur(beta=1.9))),
    Case(
        "sinc_blur",
        (
            {"size": 7, "cutoff": 1.05},
            {"size": 21, "cutoff": 0.63},
            {"size": 13, "cutoff": 3.14},
            {"size": 9, "cutoff": 1.0, "border": "replicate"},
        ),
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
    Case(
        "pil_resize",
        tuple(
            {"factor": factor, "filter": name}
            for factor, name in zip(
                (0.3, 0.5, 0.71, 1.4, 0.4, 2.0),
                ("nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"),
                strict=True,
            )
        ),
        tolerance=0.0,
        differentiable=False,
    ),
    Case(
        "cv2_resize",
        (
            {"factor": 0.3, "filter": "nearest"},
            {"factor": 0.5, "filter": "linear", "rounding": "floor"},
            {"factor": 0.71, "filter": "cubic"},
            {"factor": 1.4, "filter": "lanczos4", "eight_bit": False},
            {"factor": 0.4, "filter": "area"},
        ),
        tolerance=0.0,
        differentiable=False,
    ),
    Case(
        "torch_resize",
        (
            {"factor": 0.3, "filter": "nearest"},
            {"factor": 0.6, "filter": "nearest-exact", "rounding": "floor"},
            {"factor": 0.71, "filter": "bilinear", "antialias": True},
            {"factor": 1.4, "filter": "bicubic"},
            {"factor": 0.4, "filter": "bicubic", "antialias": True},
            {"factor": 0.4, "filter": "area"},
        ),
        tolerance=0.0,
    ),
    Case(
        "nearest_strided",
        (
            {"step": 3, "phase_y": 1, "phase_x": 1},
            {"step": 2, "phase_x": 1},
            {"step": 1},
            {"step": 5, "phase_y": 4},
        ),
        tolerance=0.0,
    ),
    Case(
        "linear_motion_blur",
        ({"length": 0.0}, {"length": 7.3, "angle": 0.7}, {"length": 24.0, "angle": -1.6}),
    ),
    Case(
        "trajectory_motion_blur",
        (
            {"length": 0.0, "key": KEY},
            {"length": 12.5, "anxiety": 0.02, "key": OTHER_KEY},
            {"length": 40.0, "key": KEY},
        ),
    ),
    Case("defocus_blur", ({"radius": 0.3}, {"radius": 1.8}, {"radius": 5.05})),
    Case(
        "airy_blur",
        (
            {"size": 7, "zero_radius": 0.8},
            {"size": 21, "zero_radius": 3.3},
            {"size": 13, "zero_radius": 2.0},
        ),
    ),
    Case(
        "zernike_blur",
        (
            {"size": 9, "zero_radius": 1.2},
            {"size": 21, "zero_radius": 1.6, "coma_x": 0.2, "coma_y": -0.1, "spherical": 0.05},
            {
                "size": 15,
                "zero_radius": 2.1,
                "defocus": 0.3,
                "astigmatism": 0.1,
                "astigmatism_45": -0.2,
                "red": 1.2,
                "blue": 0.85,
            },
        ),
    ),
    Case("box_blur", ({"width": 1.0}, {"width": 3.0}, {"width": 6.4}, {"width": 21.0})),
    Case("median_blur", ({"size": 3}, {"size": 5}, {"size": 7}), tolerance=0.0),
    Case(
        "bilateral_blur",
        (
            {"radius": 2, "sigma_space": 1.0, "sigma_range_255": 20.0},
            {"radius": 5, "sigma_space": 2.5, "sigma_range_255": 80.0},
            {"radius": 1, "sigma_space": 0.4, "sigma_range_255": 5.0},
        ),
    ),
    Case(
        "kernel_bank_blur",
        (
            {"folder": BANK, "digest": BANK_DIGEST, "index": 0},
            {"folder": BANK, "digest": BANK_DIGEST, "index": 1, "subpixel": False},
            {"folder": BANK, "digest": BANK_DIGEST, "index": 2},
        ),
    ),
    Case(
        "correlated_noise",
        (
            {**_covariance(10.0, 20.0, 30.0, 0.5, -0.3, 0.2), "key": KEY},
            {**_covariance(5.0, 5.0, 5.0, 1.0, 1.0, 1.0), "key": OTHER_KEY},
            {**_covariance(40.0, 0.0, 8.0, 0.0, -1.0, 0.0), "speckle": True, "key": KEY},
        ),
    ),
    Case(
        "bsrgan_correlated_noise",
        (
            {**_bsrgan((0.9, 0.3, 0.5), "316 540 534 631 175 466 764 726 335"), "key": KEY},
            {**_bsrgan((1.0, 0.0, 0.0), "100 900 200 300 800 100 500 50 990"), "key": OTHER_KEY},
            {**_bsrgan((0.2, 0.2, 1.0), "1 2 3 4 5 6 7 8 10"), "speckle": True, "key": KEY},
        ),
    ),
    Case(
        "speckle_noise",
        (
            {"sigma_255": 0.0, "key": KEY},
            {"sigma_255": 25.0, "key": OTHER_KEY},
            {"sigma_255": 60.0, "grey": True, "key": KEY},
        ),
    ),
    Case(
        "salt_pepper_noise",
        (
            {"amount": 0.05, "key": KEY},
            {"amount": 0.3, "salt": 0.9, "grey": True, "key": OTHER_KEY},
            {"amount": 0.0, "key": KEY},
            {"amount": 0.8, "salt": 0.0, "key": OTHER_KEY},
        ),
        tolerance=0.0,
    ),
    Case("uniform_noise", _stated()),
    Case("laplace_noise", _stated()),
    Case("rician_noise", _stated(0.5)),
    Case(
        "shot_read_noise",
        (
            {"log_shot": -9.2, "log_read": -18.0, "key": KEY},
            {"log_shot": -4.4, "log_read": -8.0, "key": OTHER_KEY},
            {"log_shot": -30.0, "log_read": -3.0, "key": KEY},
        ),
    ),
    Case(
        "row_column_noise",
        (
            {"row_sigma_255": 10.0, "key": KEY},
            {"column_sigma_255": 5.0, "key": OTHER_KEY},
            {"row_sigma_255": 3.0, "column_sigma_255": 9.0, "grey": True, "key": KEY},
        ),
    ),
    Case(
        "scaled_noise",
        (
            {"sigma_255": 20.0, "pitch_px": 1.0, "key": KEY},
            {"sigma_255": 20.0, "pitch_px": 2.7, "filter": "bilinear", "key": OTHER_KEY},
            {"sigma_255": 9.0, "pitch_px": 4.0, "grey": True, "key": KEY},
            {"sigma_255": 40.0, "pitch_px": 64.0, "key": OTHER_KEY},
        ),
    ),
    Case(
        "film_grain",
        (
            {"sigma_255": 12.0, "size_px": 0.0, "key": KEY},
            {"sigma_255": 25.0, "size_px": 0.8, "grey": True, "key": OTHER_KEY},
            {"sigma_255": 8.0, "size_px": 2.5, "key": KEY},
        ),
    ),
    Case(
        "ordered_dither",
        (
            {"levels": 2, "side": 2},
            {"levels": 4, "side": 8},
            {"levels": 17, "side": 4},
            {"levels": 256, "side": 8},
        ),
        tolerance=0.0,
        differentiable=False,
    ),
    Case(
        "error_diffusion",
        (
            {"levels": 2, "method": "floyd_steinberg"},
            {"levels": 4, "method": "jarvis"},
            {"levels": 2, "method": "atkinson"},
            {"levels": 16, "method": "stucki"},
        ),
        tolerance=0.0,
        differentiable=False,
    ),
    Case(
        "double_jpeg",
        (
            {"first_quality": 30, "second_quality": 80, "offset_y": 3, "offset_x": 5},
            {
                "first_quality": 90,
                "second_quality": 20,
                "first_subsampling": "4:4:4",
                "second_subsampling": "4:2:2",
            },
            {"first_quality": 50, "second_quality": 50, "offset_x": 7},
        ),
        tolerance=0.0,
        differentiable=False,
    ),
    Case(
        "jpeg_tables",
        (
            {"luma": FLAT_TABLE, "chroma": STEEP_TABLE},
            {"luma": STEEP_TABLE, "chroma": FLAT_TABLE, "subsampling": "4:4:4"},
            {"luma": STEEP_TABLE, "chroma": STEEP_TABLE, "subsampling": "4:2:2"},
        ),
        tolerance=0.0,
        differentiable=False,
    ),
    Case(
        "basicsr_diffjpeg",
        ({"quality": 30.5}, {"quality": 95.0}, {"quality": 1.0}, {"quality": 100.0}),
        tolerance=0.0,
        differentiable=False,
    ),
    Case(
        "webp",
        ({"quality": 30}, {"quality": 100}, {"quality": 1}),
        tolerance=0.0,
        differentiable=False,
    ),
    Case(
        "avif",
        (
            {"quality": 30, "speed": 8},
            {"quality": 90, "subsampling": "4:4:4", "speed": 10},
            {"quality": 1, "subsampling": "4:2:2", "speed": 6},
        ),
        tolerance=0.0,
        differentiable=False,
    ),
    Case(
        "jpeg2000",
        ({"ratio": 5.0}, {"ratio": 60.0}, {"target": "psnr", "psnr_db": 28.0}),
        tolerance=0.0,
        differentiable=False,
    ),
    Case(
        "heic",
        ({"quality": 30}, {"quality": 90, "subsampling": "4:4:4"}, {"quality": 1}),
        tolerance=0.0,
        differentiable=False,
        needs="pillow_heif",
    ),
    Case(
        "video_frame",
        (
            {"codec": "h264", "quantiser": 28},
            {"codec": "h265", "quantiser": 40},
            {"codec": "vp9", "quantiser": 50},
            {"codec": "mpeg2", "quantiser": 6},
            {"codec": "mpeg4", "quantiser": 31},
        ),
        tolerance=0.0,
        differentiable=False,
        needs="av",
    ),
    Case(
        "chroma_subsampling",
        (
            {"layout": "4:2:0"},
            {"layout": "4:1:0", "matrix": "bt709", "down": "bilinear", "up": "nearest"},
            {"layout": "4:4:4", "matrix": "bt2020"},
            {"layout": "4:1:1", "down": "bilinear"},
            {"layout": "4:2:2", "up": "nearest"},
            {"layout": "4:4:0", "matrix": "bt709"},
        ),
    ),
    Case(
        "levels",
        (
            {},
            {"black": 0.1, "white": 0.8, "gamma": 1.7},
            {"black": -0.2, "white": 1.3, "gamma": 0.4},
        ),
    ),
    Case("saturation", ({"factor": 0.0}, {"factor": 1.0}, {"factor": 2.5})),
    Case(
        "white_balance",
        ({"red_gain": 1.0, "blue_gain": 1.0}, {"red_gain": 1.8, "blue_gain": 0.6}),
    ),
    Case("to_linear", ({},)),
    Case("to_srgb", ({},)),
    Case(
        "channel_shift",
        (
            {"red_x": 0.0, "red_y": 0.0, "blue_x": 0.0, "blue_y": 0.0},
            {"red_x": 1.3, "red_y": -0.4, "blue_x": -2.0, "blue_y": 5.5},
            {"red_x": -4.7, "red_y": 0.2, "blue_x": 3.1, "blue_y": 0.0, "space": "ycbcr"},
        ),
    ),
    Case(
        "chromatic_aberration",
        (
            {"red_scale": 1.0, "blue_scale": 1.0},
            {"red_scale": 1.012, "blue_scale": 0.991},
            {"red_scale": 0.93, "blue_scale": 1.08},
        ),
    ),
    Case("interlace", ({"comb": 0.0}, {"comb": 4.0}, {"comb": -3.3}, {"comb": 1.0})),
    Case(
        "banding",
        ({"levels": 2}, {"levels": 9, "space": "luma"}, {"levels": 16}),
        tolerance=0.0,
        differentiable=False,
    ),
    Case(
        "oversharpen",
        (
            {"sigma": 0.5, "weight": 0.0},
            {"sigma": 1.0, "weight": 2.0},
            {"sigma": 6.0, "weight": 0.7},
        ),
    ),
    Case(
        "halo",
        (
            {"sigma": 1.5, "weight": 2.0, "limit_255": 30.0},
            {"sigma": 3.0, "weight": 1.0, "limit_255": 12.0, "side": "light"},
            {"sigma": 0.7, "weight": 5.0, "limit_255": 80.0, "side": "dark"},
        ),
    ),
    Case("vignette", ({"corner_gain": 1.0}, {"corner_gain": 0.5}, {"corner_gain": 0.05})),
    Case(
        "dead_pixels",
        (
            {"share": 0.0, "key": KEY},
            {"share": 0.1, "hot": 0.8, "key": OTHER_KEY},
            {"share": 0.3, "hot": 0.2, "per_channel": False, "key": KEY},
        ),
    ),
    Case("pixelate", ({"block": 1}, {"block": 4}, {"block": 7}, {"block": 64})),
    Case(
        "line_thickening",
        (
            {"radius": 1},
            {"radius": 3, "shape": "square", "grow": "light"},
            {"radius": 2, "shape": "square", "strength": 0.4},
        ),
    ),
    Case(
        "halftone",
        (
            {"cell": 4.0, "strength": 0.8},
            {"cell": 7.3, "shape": "diamond", "black": True, "phase_x": 0.3, "strength": 0.5},
            {"cell": 3.1, "shape": "square", "softness": 1.0, "strength": 0.2},
            {"cell": 9.0, "shape": "line", "strength": 0.0},
        ),
    ),
    Case(
        "screentone",
        ({"cell": 5.0}, {"cell": 3.0, "tones": 9, "shape": "line", "angle": 1.0, "strength": 0.6}),
        differentiable=False,
    ),
    Case(
        "scan_lines",
        (
            {"period": 2.0, "darkness": 0.0},
            {"period": 2.0, "darkness": 1.0},
            {"period": 3.7, "darkness": 0.4, "phase": 0.3},
        ),
    ),
    Case(
        "moire",
        (
            {"pitch": 1.1, "angle": 0.05, "contrast": 0.4},
            {"pitch": 2.03, "angle": -0.2, "contrast": 0.0, "row_contrast": 0.9, "phase_y": 1.0},
            {"pitch": 0.97, "angle": 0.02, "contrast": 0.2, "row_contrast": 0.2, "phase_x": 2.0},
        ),
    ),
    Case(
        "bayer_demosaic",
        (
            {"pattern": "rggb", "method": "menon"},
            {"pattern": "bggr", "method": "malvar"},
            {"pattern": "grbg", "method": "bilinear"},
            {"pattern": "gbrg", "method": "menon"},
        ),
    ),
    Case(
        "camera",
        (
            {"log_shot": -9.2, "log_read": -18.0, "key": KEY, "method": "menon"},
            {
                "log_shot": -4.5,
                "log_read": -8.6,
                "key": OTHER_KEY,
                "exposure": 1.1,
                "pattern": "gbrg",
                "tone": False,
            },
            {
                "log_shot": -6.0,
                "log_read": -12.0,
                "key": KEY,
                "red_gain": 1.2,
                "nexus_6p": 0.0,
                "pattern": "bggr",
                "method": "bilinear",
                "clip": False,
            },
            {
                "log_shot": -7.0,
                "log_read": -14.0,
                "key": OTHER_KEY,
                "exposure": 0.5,
                **dict.fromkeys(("nexus_6p", "sony_a7r", "olympus_em10", "sony_rx100"), 0.0),
                "pattern": "grbg",
                "method": "menon",
            },
        ),
    ),
    Case("learned_downsampler", (LINEAR_X2, LINEAR_X3, {**LINEAR_X2, "shift_x": 0.25})),
    Case(
        "albumentations",
        (
            {"transform": "Affine", "arguments": '{"rotate":[-30,30]}', "key": KEY},
            {"transform": "HorizontalFlip", "key": KEY},
            {"transform": "RandomGamma", "arguments": '{"gamma_limit":[60,160]}', "key": OTHER_KEY},
            {"transform": "ElasticTransform", "arguments": '{"alpha":20}', "key": KEY},
        ),
        tolerance=0.0,
        differentiable=False,
    ),
    Case(
        "noisy_kernel_blur",
        (
            {"size": 11, "sigma_x": 0.8, "sigma_y": 2.2, "angle": 1.1, "noise": 0.25, "key": KEY},
            {
                "size": 11,
                "sigma_x": 1.6,
                "sigma_y": 1.6,
                "noise": 1.0,
                "centre_y": 0.5,
                "centre_x": 0.5,
                "key": OTHER_KEY,
            },
            {"size": 21, "sigma_x": 3.0, "sigma_y": 0.7, "beta": 0.6, "noise": 0.1, "key": KEY},
            {
                "size": 7,
                "sigma_x": 1.2,
                "sigma_y": 2.0,
                "shape": "plateau",
                "beta": 1.7,
                "noise": 0.4,
                "centre_x": -0.3,
                "border": "replicate",
                "key": KEY,
            },
        ),
    ),
    Case("swap_red_blue", ({},)),
    Case(
        "glass_blur",
        (
            {"sigma": 0.0, "reach": 0, "key": KEY},
            {"sigma": 0.7, "reach": 1, "rounds": 2, "key": OTHER_KEY},
            {"sigma": 1.5, "reach": 4, "rounds": 3, "key": KEY},
        ),
    ),
    Case("zoom_blur", ({"most": 1.0}, {"most": 1.1, "exposures": 2}, {"most": 1.3})),
    Case(
        "spatially_varying_blur",
        (
            {"size": 7, "sigma_centre": 0.4, "sigma_corner": 1.5, "key": KEY},
            {
                "size": 15,
                "sigma_centre": 0.8,
                "sigma_corner": 3.0,
                "stretch": 3.0,
                "jitter": 0.3,
                "rows": 3,
                "columns": 7,
                "key": OTHER_KEY,
            },
            {
                "size": 9,
                "sigma_centre": 2.0,
                "sigma_corner": 0.1,
                "stretch": 0.5,
                "rows": 2,
                "columns": 2,
                "key": KEY,
            },
        ),
    ),
    Case(
        "varying_bank_blur",
        (
            {"folder": BANK, "digest": BANK_DIGEST, "rows": 3, "columns": 2, "key": KEY},
            {"folder": BANK, "digest": BANK_DIGEST, "rows": 4, "columns": 5, "key": OTHER_KEY},
        ),
    ),
    Case(
        "dpid",
        (
            {"factor": 0.25},
            {"factor": 0.4, "lambda_": 0.5, "balanced": False},
            {"factor": 1.0, "lambda_": 0.0},
            {"factor": 0.61, "lambda_": 2.0, "rounding": "floor"},
        ),
    ),
    Case(
        "coloured_noise",
        (
            {"sigma_255": 20.0, "alpha": 0.0, "key": KEY},
            {"sigma_255": 20.0, "alpha": 1.3, "octaves": 4, "key": OTHER_KEY},
            {"sigma_255": 40.0, "alpha": 3.0, "octaves": 10, "grey": True, "key": KEY},
        ),
    ),
    Case(
        "smeared_noise",
        (
            {"sigma_255": 20.0, "length": 0.0, "key": KEY},
            {"sigma_255": 30.0, "length": 6.3, "angle": 0.7, "key": OTHER_KEY},
            {"sigma_255": 9.0, "length": 64.0, "angle": -1.6, "grey": True, "key": KEY},
        ),
    ),
    Case(
        "perlin_noise",
        (
            {"sigma_255": 20.0, "cell_px": 1.0, "key": KEY},
            {"sigma_255": 30.0, "cell_px": 5.3, "octaves": 4, "key": OTHER_KEY},
            {"sigma_255": 9.0, "cell_px": 256.0, "octaves": 8, "growth": 0.0, "key": KEY},
            {"sigma_255": 9.0, "cell_px": 12.0, "octaves": 2, "grey": True, "key": OTHER_KEY},
        ),
    ),
    Case(
        "tonal_noise",
        (
            {"sigma_255": 20.0, "high": 0.4, "key": KEY},
            {"sigma_255": 30.0, "low": 0.3, "high": 0.5, "softness": 0.0, "key": OTHER_KEY},
            {"sigma_255": 9.0, "low": 0.7, "softness": 0.5, "grey": True, "key": KEY},
        ),
    ),
    Case(
        "noise_bank",
        (
            {"folder": NOISE_BANK, "digest": NOISE_DIGEST, "index": 0, "key": KEY},
            {
                "folder": NOISE_BANK,
                "digest": NOISE_DIGEST,
                "index": 1,
                "gain": 2.0,
                "key": OTHER_KEY,
            },
            {"folder": NOISE_BANK, "digest": NOISE_DIGEST, "index": 2, "gain": 0.3, "key": KEY},
        ),
    ),
    Case(
        "video_clip",
        (
            {"codec": "h264", "quantiser": 30, "velocity_x": 1.3, "frames": 4, "taken": 2},
            {"codec": "h265", "quantiser": 35, "velocity_y": -2.0, "frames": 3, "taken": 2},
            {"codec": "vp9", "quantiser": 50, "velocity_x": 0.5, "frames": 3, "taken": 1},
            {"codec": "mpeg2", "quantiser": 8, "velocity_x": -4.0, "frames": 4, "taken": 3},
            {"codec": "mpeg4", "quantiser": 9, "frames": 3, "taken": 0},
            {"codec": "h264", "target": "bits", "bits_per_pixel": 0.5, "frames": 3, "taken": 1},
        ),
        tolerance=0.0,
        differentiable=False,
        needs="av",
    ),
    Case(
        "analogue_video",
        (
            {"key": KEY},
            {
                "composite": 1.0,
                "peaking": 0.8,
                "jitter_px": 0.7,
                "hue_sigma": 0.2,
                "luma_noise_255": 6.0,
                "chroma_noise_255": 9.0,
                "key": OTHER_KEY,
            },
            {
                "luma_cutoff": 0.4,
                "chroma_cutoff": 0.1,
                "composite": 0.5,
                "subcarrier_px": 3.0,
                "subcarrier_phase": 0.3,
                "chroma_delay_px": 1.7,
                "jitter_px": 0.2,
                "key": KEY,
            },
        ),
    ),
    Case(
        "print_and_scan",
        (
            {"key": KEY},
            {
                "bleed_px": 0.8,
                "dot_gain": 0.18,
                "yule_nielsen": 1.8,
                "ink": 0.03,
                "paper_blue": 0.7,
                "texture": 0.03,
                "show_through": 0.15,
                "scanner_px": 0.7,
                "streaks": 0.01,
                "key": OTHER_KEY,
            },
            {
                "yule_nielsen": 2.5,
                "texture": 0.1,
                "texture_px": 2.2,
                "back_blur_px": 0.0,
                "show_through": 0.4,
                "flicker": 0.05,
                "key": KEY,
            },
        ),
    ),
    Case(
        "matlab_bicubic_double",
        (
            {"factor": 0.5},
            {"factor": 0.25},
            {"factor": 0.3333333333, "border": "replicate"},
            {"factor": 2.0, "antialias": False},
        ),
    ),
)
