"""Which operators are compared, with what, and what is not equal about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from benchmarks import operators_peers as peers
from benchmarks.operators_work import Side, ours

SCALE = 4
QUALITY = 60
SIGMA_255 = 20.0
EVENTS = 256.0
"""Mean number of Poisson events at white."""


@dataclass(frozen=True)
class Row:
    """One operator: our side, the others' by name, and the differences that a reader must know.

    random: its output is drawn, so only the strength of what was added can be compared.
    """

    name: str
    ours: Side
    others: Mapping[str, Side]
    differs: str
    scale: int = 1
    random: bool = False
    none: tuple[str, ...] = field(default=())
    """Libraries that have no such operator."""


def gaussian(taps: int, sigma: float) -> Row:
    stage = {"op": "gaussian_blur", "size": taps, "sigma_x": sigma, "sigma_y": sigma}
    return Row(
        f"Gaussian blur, {taps} taps",
        ours(stage),
        {
            "kornia": peers.kornia_gaussian(taps, sigma),
            "torchvision": peers.torchvision_gaussian(taps, sigma),
            **peers.transforms("GaussianBlur", blur_limit=(taps, taps), sigma_limit=(sigma, sigma)),
        },
        "The same Gaussian and border everywhere; uint8 rounds. Ours and kornia's take a sigma an image, "
        "torchvision's one a batch.",
    )


GENERALISED: dict[str, Any] = {
    "op": "generalised_gaussian_blur",
    "size": 21,
    "sigma_x": {"uniform": [0.5, 3.0]},
    "sigma_y": {"uniform": [0.5, 3.0]},
    "angle": {"uniform": [-3.1, 3.1]},
    "beta": {"uniform": [0.5, 2.0]},
}
GENERIC = Row(
    "own 21x21 filter an image",
    ours(GENERALISED),
    {
        "kornia": peers.kornia_filter(GENERALISED),
        "torch, grouped conv2d": peers.grouped_convolution(GENERALISED),
        **peers.transforms(
            "AdvancedBlur",
            blur_limit=(21, 21),
            sigma_x_limit=(0.5, 3.0),
            sigma_y_limit=(0.5, 3.0),
            rotate_limit=(-90, 90),
            beta_limit=(0.5, 2.0),
        ),
    },
    "kornia and torch get our kernels ready made, ours and albumentations' make them in the time; "
    "albumentations' are drawn within the call, with a noise on them, so its pixels cannot be compared.",
    none=("torchvision",),
)

MOTION: dict[str, Any] = {
    "op": "linear_motion_blur",
    "length": 15.0,
    "angle": {"uniform": [-3.1, 3.1]},
}
MOTION_BLUR = Row(
    "motion blur, 15 px",
    ours(MOTION),
    {
        "kornia": peers.kornia_motion(15, MOTION),
        "torch, grouped conv2d": peers.grouped_convolution(MOTION),
        **peers.transforms("MotionBlur", blur_limit=(15, 15), allow_shifted=False),
    },
    "Ours integrates the line exactly at sub-pixel ends, kornia turns a row of taps, albumentations draws a "
    "line of whole pixels at an angle of its own; torch's conv2d gets our kernels ready made.",
    none=("torchvision",),
)


def resize(filter_name: str) -> Row:
    stage = {"op": "resize", "factor": 1, "of": "target", "filter": filter_name}
    torchs = (
        {"torch, interpolate": peers.to_target(lambda: peers.torch_area, SCALE)}
        if filter_name == "area"
        else {"torchvision": peers.to_target(partial(peers.torchvision_resize, filter_name), SCALE)}
    )
    return Row(
        f"resize to a quarter, {filter_name}",
        ours(stage, scale=SCALE),
        {
            "kornia": peers.to_target(partial(peers.kornia_resize, filter_name), SCALE),
            **torchs,
            **peers.transforms_through(
                filter_name, lambda work: [[peers.target(work, SCALE)]] * len(work.images)
            ),
        },
        _RESIZE_DIFFERS[filter_name],
        SCALE,
        none=("torchvision",) if filter_name == "area" else (),
    )


_FILTERED = (
    "Ours and torchvision's stretch the filter and agree to 1e-4 of 255 but for the border, where torch leaves "
    "the taps beyond it out; kornia blurs with a Gaussian and interpolates after; albumentations (OpenCV) does "
    "not antialias, which is less work and another picture."
)
_RESIZE_DIFFERS = {
    "bicubic": _FILTERED,
    "bilinear": _FILTERED,
    "area": "The mean of 4x4 pixels everywhere; uint8 rounds.",
}

TWICE: list[dict[str, Any]] = [
    {"op": "resize", "label": "first", "factor": {"uniform": [0.37, 1.0]}, "filter": "bicubic"},
    {"op": "resize", "label": "last", "factor": 1, "of": "target", "filter": "bicubic"},
]
OWN_SIZES = partial(peers.own_sizes, scale=SCALE, stages=TWICE)
TWO_RESIZES = Row(
    "resize to an own size, then to a quarter, bicubic",
    ours(*TWICE, scale=SCALE),
    {
        "kornia": peers.through(partial(peers.kornia_resize, "bicubic"), OWN_SIZES),
        "torchvision": peers.through(partial(peers.torchvision_resize, "bicubic"), OWN_SIZES),
        **peers.transforms_through("bicubic", OWN_SIZES),
    },
    f"As above, two steps; the first side is 0.37 to 1 of the input's, an image's own. {_FILTERED}",
    SCALE,
)

GAUSSIAN_NOISE = Row(
    "Gaussian noise",
    ours({"op": "gaussian_noise", "sigma_255": SIGMA_255}),
    {
        "kornia": peers.kornia_noise(SIGMA_255 / 255.0),
        "torchvision": peers.torchvision_noise(SIGMA_255 / 255.0),
        **peers.transforms("GaussNoise", std_range=(SIGMA_255 / 255.0, SIGMA_255 / 255.0)),
    },
    "Ours is a pure function of a key an image, equal on every device and in any batch; the others draw from a "
    "generator. albumentations clips to [0, 1], and uint8 rounds.",
    random=True,
)
POISSON_NOISE = Row(
    "Poisson noise, 256 events at white",
    ours({"op": "poisson_noise", "count": EVENTS}),
    {
        "torch, poisson": peers.torch_poisson(EVENTS),
        **peers.transforms("ShotNoise", scale_range=(1.0 / EVENTS, 1.0 / EVENTS)),
    },
    "Ours and torch's are exact samplers, ours of the 8-bit level and by key; albumentations draws in linear "
    "light (values to the power 2.2), which is another noise.",
    random=True,
    none=("kornia", "torchvision"),
)
SENSOR_NOISE = Row(
    "sensor noise",
    ours({"op": "shot_read_noise", "log_shot": -5.0, "log_read": -8.0}),
    peers.transforms("ISONoise", color_shift=(0.03, 0.03), intensity=(0.3, 0.3)),
    "No two laws alike: ours is normal with a variance affine in the signal, albumentations' ISONoise adds a "
    "Poisson number to the lightness and a normal one to the hue of HLS.",
    random=True,
    none=("kornia", "torchvision"),
)


def jpeg(name: str, side: Side, differs: str) -> Row:
    return Row(
        name,
        side,
        {
            "kornia": peers.kornia_jpeg(QUALITY),
            "torchvision": peers.torchvision_jpeg(QUALITY),
            **peers.transforms("ImageCompression", quality_range=(QUALITY, QUALITY)),
        },
        differs,
    )


JPEG_STAGE = {"op": "jpeg", "quality": QUALITY}
HOST_JPEG = jpeg(
    "JPEG, quality 60, by libjpeg",
    ours(JPEG_STAGE),
    "All but kornia's are libjpeg-turbo. Ours turns float32 to 8 bits and back, torchvision's takes uint8: the "
    "same pixels. albumentations hands RGB to a coder that takes BGR, so its chroma is another. kornia's is a "
    "differentiable model.",
)
TENSOR_JPEG = jpeg(
    "JPEG, quality 60, in tensor arithmetic",
    ours(JPEG_STAGE, engine="batched"),
    'Ours has libjpeg\'s pixels by integers in tensors, meant for a GPU (`engine="batched"`); on a CPU '
    "`auto` never takes it. The others as above.",
)
WEBP = Row(
    "WebP, quality 60",
    ours({"op": "webp", "quality": QUALITY}),
    peers.transforms("ImageCompression", compression_type="webp", quality_range=(QUALITY, QUALITY)),
    "libwebp through OpenCV on both sides, albumentations' again with red and blue exchanged. torchvision only "
    "decodes WebP.",
    none=("kornia", "torchvision"),
)

USM = Row(
    "unsharp mask with threshold, 51 taps",
    ours({"op": "usm"}),
    peers.transforms(
        "UnsharpMask", blur_limit=(51, 51), sigma_limit=(8.0, 8.0), alpha=(0.5, 0.5), threshold=10
    ),
    "The same steps; ours decides the pixels at the threshold in float64.",
    none=("kornia", "torchvision"),
)
SHARPEN = Row(
    "unsharp mask without threshold, sigma 2",
    ours({"op": "oversharpen", "sigma": 2.0, "weight": 1.0}),
    {
        "kornia": peers.kornia_unsharp(17, 2.0),
        "torchvision": peers.torchvision_sharpness(2.0),
        **peers.transforms(
            "UnsharpMask",
            blur_limit=(17, 17),
            sigma_limit=(2.0, 2.0),
            alpha=(1.0, 1.0),
            threshold=0,
        ),
    },
    "17 taps, ours in float64, kornia's in float32; torchvision's adjust_sharpness has a fixed 3x3 blur; "
    "albumentations still clips and blurs its mask.",
)

ROWS: tuple[Row, ...] = (
    gaussian(5, 1.0),
    gaussian(13, 2.0),
    gaussian(21, 3.0),
    gaussian(51, 8.0),
    GENERIC,
    MOTION_BLUR,
    resize("bicubic"),
    resize("bilinear"),
    resize("area"),
    TWO_RESIZES,
    GAUSSIAN_NOISE,
    POISSON_NOISE,
    SENSOR_NOISE,
    HOST_JPEG,
    TENSOR_JPEG,
    WEBP,
    USM,
    SHARPEN,
)
