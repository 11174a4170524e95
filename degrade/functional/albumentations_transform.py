"""albumentations' geometric and colour transforms on one image, each run from a seed of its own."""

from __future__ import annotations

import importlib
import inspect
import json
import sys
import threading
import types
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from degrade.reader.near import meant_or_known

Pixels = npt.NDArray[np.float32]

TURNS = ("D4", "RandomRotate90", "SquareSymmetry", "Transpose")
"""Transforms that may exchange the sides, so they keep the size of a square only."""

GEOMETRIC = (
    "Affine",
    "ElasticTransform",
    "GridDistortion",
    "HorizontalFlip",
    "OpticalDistortion",
    "Perspective",
    "Rotate",
    "SafeRotate",
    "ThinPlateSpline",
    "VerticalFlip",
    *TURNS,
)
COLOUR = (
    "AutoContrast",
    "CLAHE",
    "ChannelShuffle",
    "ColorJitter",
    "Equalize",
    "FancyPCA",
    "HueSaturationValue",
    "InvertImg",
    "PlanckianJitter",
    "RGBShift",
    "RandomBrightnessContrast",
    "RandomGamma",
    "RandomToneCurve",
    "Solarize",
    "ToGray",
    "ToSepia",
)
ALLOWED = tuple(sorted((*GEOMETRIC, *COLOUR)))

OURS = {
    "AdditiveNoise": "`gaussian_noise`, `uniform_noise` or `laplace_noise`",
    "AdvancedBlur": "`generalised_gaussian_blur`",
    "Blur": "`box_blur`",
    "ChromaticAberration": "`chromatic_aberration`",
    "Defocus": "`defocus_blur`",
    "Downscale": "`resize`",
    "GaussNoise": "`gaussian_noise`",
    "GaussianBlur": "`gaussian_blur`",
    "ISONoise": "`shot_read_noise`",
    "ImageCompression": "`jpeg` or `webp`",
    "MedianBlur": "`median_blur`",
    "MotionBlur": "`linear_motion_blur`",
    "MultiplicativeNoise": "`speckle_noise`",
    "PixelDropout": "`dead_pixels`",
    "Posterize": "`banding`",
    "RingingOvershoot": "`sinc_blur`",
    "SaltAndPepper": "`salt_pepper_noise`",
    "Sharpen": "`usm` or `oversharpen`",
    "ShiftScaleRotate": "`transform: Affine`",
    "ShotNoise": "`poisson_noise`",
    "UnsharpMask": "`usm` or `oversharpen`",
}
"""What to write in place of a refused transform."""

RESIZING: dict[str, object] = {"fit_output": True, "crop_border": True, "keep_size": False}
"""Arguments by which a transform would change the image's size."""

_IMPORTING = threading.Lock()
_CHECK = "albumentations.check_version"


def check_name(name: str) -> None:
    """Raises ValueError for a transform that is not run here, saying what to use instead."""
    if name in ALLOWED:
        return
    if name in OURS:
        raise ValueError(f"{name} is no geometric or colour transform run here: use {OURS[name]}")
    raise ValueError(f"no transform {name!r} here{meant_or_known(name, ALLOWED)}")


@lru_cache(maxsize=1024)
def check_arguments(name: str, arguments: str) -> None:
    """Raises ValueError unless the transform takes these arguments (a JSON object) and keeps sizes."""
    check_name(name)
    values = json.loads(arguments)
    if "p" in values:
        raise ValueError(f"{name}: `p` belongs to the pipeline: use `maybe: {values['p']}`")
    for argument, value in RESIZING.items():
        if values.get(argument, not value) == value:
            raise ValueError(
                f"{name}: {argument} {str(value).lower()} would change the size; the HR keeps its own"
            )
    _refuse_unknown(name, values)
    _fresh(name, arguments)


def transformed(image: Pixels, name: str, arguments: str, seed: int) -> Pixels:
    """One image h w c, float32, by albumentations' transform of these arguments, drawing from the seed.

    Values are given as float32, so nothing is rounded; most transforms clip to [0, 1]. A seed is 64 bits.
    Every call makes a transform of its own: no generator is shared with another call or with the caller.
    Raises ValueError where the transform does not take such an image.
    """
    transform = _fresh(name, arguments)
    transform.set_random_seed(seed)
    try:
        out = transform(image=np.array(image, np.float32, order="C"))["image"]
    except (ArithmeticError, cv2.error, NotImplementedError, TypeError, ValueError) as error:
        raise ValueError(f"{name} of an image of shape {image.shape}: {error}") from error
    _check_made(name, image, out)
    return np.ascontiguousarray(out, np.float32)


def _check_made(name: str, image: Pixels, out: npt.NDArray[Any]) -> None:
    """Raises ValueError for what an HR cannot be."""
    if out.shape != image.shape:
        raise ValueError(
            f"{name} made an image of shape {out.shape} from {image.shape}; expected the same shape"
        )
    if not np.isfinite(out).all():
        raise ValueError(
            f"{name} made NaN or infinite values of {image.min():.3g} to {image.max():.3g}; it expects [0, 1]: "
            "put a `clamp` before it"
        )


def _fresh(name: str, arguments: str) -> Any:
    kind = getattr(_albumentations(), name)
    # What the package would only warn about is an error in its strict mode; its few transforms without
    # a schema do not know that mode, and have no arguments either.
    strict = {"strict": True} if "InitSchema" in vars(kind) else {}
    try:
        return kind(p=1.0, **strict, **json.loads(arguments))
    except (TypeError, ValueError) as error:
        said = " ".join(
            line.strip() for line in str(error).splitlines() if "errors.pyd" not in line
        )
        raise ValueError(f"{name} with {arguments}: {said}") from error


def _refuse_unknown(name: str, values: dict[str, Any]) -> None:
    known = sorted({*inspect.signature(getattr(_albumentations(), name)).parameters} - {"p"})
    for argument in values:
        if argument not in known:
            near = meant_or_known(argument, known)
            raise ValueError(f"{name} has no argument {argument!r}{near}")


def _albumentations() -> Any:
    """The package, imported without its look on the network for a newer version.

    The package asks the network while it is imported unless an environment variable is set. The environment
    is the caller's, so a silent module stands in for the asking one meanwhile.
    """
    if "albumentations" in sys.modules:
        return importlib.import_module("albumentations")
    with _IMPORTING:
        silent: Any = types.ModuleType(_CHECK)
        silent.check_for_updates = lambda: None
        sys.modules.setdefault(_CHECK, silent)
        try:
            return importlib.import_module("albumentations")
        except ImportError as error:
            raise ValueError(
                f"albumentations cannot be imported ({error}): pip install 'albumentations>=2.0.8,<3'"
            ) from error
        finally:
            if sys.modules.get(_CHECK) is silent:
                del sys.modules[_CHECK]
