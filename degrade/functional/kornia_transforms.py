"""kornia's geometric and colour transforms on a batch, from values that are given: nothing is drawn by kornia.

kornia's augmentation classes draw from torch's global generator; here their functions run on values of a key.
Each value is uniform in its range, in the order of the table, from the words of Philox under that key.
"""

from __future__ import annotations

import importlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import torch

from degrade.functional.philox import word_source
from degrade.reader.near import meant_or_known

Pair = tuple[float, float]
Numbers = Mapping[str, Sequence[float]]
Run = Callable[[torch.Tensor, Numbers, Mapping[str, str]], torch.Tensor]

COLOURS = 3
CORNERS = tuple(f"corner_{n}" for n in range(8))
_UNIT = 2.0**-53


@dataclass(frozen=True)
class Reach:
    """What an argument is when it is left out, and between what its two ends may lie."""

    default: Pair
    least: float
    most: float


@dataclass(frozen=True)
class Transform:
    """run: images n c h w, the values of each sample by name, options -> images. hidden: values that are always
    of [0, 1] and no arguments. colour: takes three channels only."""

    run: Run
    ranges: Mapping[str, Reach] = field(default_factory=dict)
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    colour: bool = False


def drawn(name: str, arguments: str, key: str) -> dict[str, float]:
    """The values of one sample. arguments: a JSON object that `check` has passed; key: 16 hex digits."""
    row, given = TRANSFORMS[name], json.loads(arguments)
    ranges = {each: given.get(each, reach.default) for each, reach in row.ranges.items()}
    ranges |= dict.fromkeys(row.hidden, (0.0, 1.0))
    words = word_source((int(key[8:], 16), int(key[:8], 16))).random_raw(len(ranges))
    shares = ((int(word) >> 11) * _UNIT for word in words)
    return {
        each: float(low + (high - low) * share)
        for (each, (low, high)), share in zip(ranges.items(), shares, strict=True)
    }


def chosen(name: str, arguments: str) -> dict[str, str]:
    """The options of a transform that are words, those left out at their first."""
    given = json.loads(arguments)
    return {each: given.get(each, words[0]) for each, words in TRANSFORMS[name].options.items()}


def transformed(
    images: torch.Tensor,
    name: str,
    options: Mapping[str, str],
    values: Sequence[Mapping[str, float]],
) -> torch.Tensor:
    """Images n c h w float32 in [0, 1], each by its own values, whatever the others are.

    Values outside [0, 1] are clipped where kornia clips. Raises ValueError for a channel count it cannot take.
    """
    row = TRANSFORMS[name]
    if row.colour and images.shape[1] != COLOURS:
        raise ValueError(f"{name} takes {COLOURS} channels, the image has {images.shape[1]}")
    columns = {each: [one[each] for one in values] for each in (*row.ranges, *row.hidden)}
    return row.run(images, columns, options)


def check_name(name: str) -> None:
    """Raises ValueError for a transform that is not run here, saying what to use instead."""
    if name in TRANSFORMS:
        return
    if name in ELSEWHERE:
        raise ValueError(f"{name} is no transform run here: {ELSEWHERE[name]}")
    raise ValueError(f"no transform {name!r} here{meant_or_known(name, TRANSFORMS)}")


@lru_cache(maxsize=1024)
def check(name: str, arguments: str) -> None:
    """Raises ValueError unless the transform takes these arguments (a JSON object)."""
    check_name(name)
    row, given = TRANSFORMS[name], json.loads(arguments)
    if "p" in given:
        raise ValueError(f"{name}: `p` belongs to the pipeline: use `maybe: {given['p']}`")
    for argument, value in given.items():
        if argument in row.ranges:
            _check_range(name, argument, value, row.ranges[argument])
        elif argument in row.options:
            if value not in row.options[argument]:
                words = " or ".join(row.options[argument])
                raise ValueError(f"{name}: {argument} {value!r}; expected {words}")
        else:
            near = meant_or_known(argument, [*row.ranges, *row.options])
            raise ValueError(f"{name} has no argument {argument!r}{near}")


def _check_range(name: str, argument: str, value: Any, reach: Reach) -> None:
    numbers = isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))
    if not numbers or not reach.least <= value[0] <= value[1] <= reach.most:
        raise ValueError(
            f"{name}: {argument} {value!r}; expected [low, high] between {reach.least:g} and {reach.most:g}"
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _kornia(module: str) -> Any:
    return importlib.import_module(f"kornia.{module}")


def _vector(values: Sequence[float], images: torch.Tensor) -> torch.Tensor:
    return torch.tensor(values, dtype=images.dtype).to(images.device, non_blocking=True)


def _matrices(made: Sequence[torch.Tensor], images: torch.Tensor) -> torch.Tensor:
    return torch.cat(list(made)).to(images.dtype).to(images.device, non_blocking=True)


def _flipped(function: str) -> Run:
    def run(images: torch.Tensor, values: Numbers, options: Mapping[str, str]) -> torch.Tensor:
        out: torch.Tensor = getattr(_kornia("geometry.transform"), function)(images)
        return out

    return run


def _affine(images: torch.Tensor, values: Numbers, options: Mapping[str, str]) -> torch.Tensor:
    """Matrices in float64 on the host, one sample at a time; all samples' pixels in one call on the device."""
    height, width = images.shape[2:]
    transform = _kornia("geometry.transform")
    centre = torch.tensor([[(width - 1) / 2.0, (height - 1) / 2.0]], dtype=torch.float64)

    def matrix(n: int) -> torch.Tensor:
        def one(name: str, factor: float = 1.0) -> torch.Tensor:
            return torch.tensor([values[name][n] * factor], dtype=torch.float64)

        moved = torch.stack([one("translate_x", width), one("translate_y", height)], 1)
        slants = (one(name, math.pi / 180.0) for name in ("shear_x", "shear_y"))
        scale = one("scale")[:, None].expand(1, 2)
        made: torch.Tensor = transform.get_affine_matrix2d(
            moved, centre, scale, one("degrees"), *slants
        )
        return made[:, :2]

    made = _matrices([matrix(n) for n in range(len(images))], images)
    out: torch.Tensor = transform.warp_affine(
        images,
        made,
        (height, width),
        options["resample"],
        padding_mode=options["padding_mode"],
        align_corners=False,
    )
    return out


def _perspective(images: torch.Tensor, values: Numbers, options: Mapping[str, str]) -> torch.Tensor:
    """Corners go inwards by up to distortion_scale / 2 of the sides; an image one pixel broad stays itself."""
    height, width = images.shape[2:]
    if min(height, width) < 2:
        return images.clone()
    transform = _kornia("geometry.transform")
    right, bottom = width - 1.0, height - 1.0
    corners = [[0.0, 0.0], [right, 0.0], [right, bottom], [0.0, bottom]]
    start = torch.tensor([corners], dtype=torch.float64)
    inward = torch.tensor([[[1, 1], [-1, 1], [-1, -1], [1, -1]]], dtype=torch.float64)
    sides = torch.tensor([width / 2.0, height / 2.0], dtype=torch.float64)

    def matrix(n: int) -> torch.Tensor:
        shares = torch.tensor([values[each][n] for each in CORNERS], dtype=torch.float64)
        offset = values["distortion_scale"][n] * sides * shares.view(1, 4, 2) * inward
        made: torch.Tensor = transform.get_perspective_transform(start, start + offset)
        return made

    made = _matrices([matrix(n) for n in range(len(images))], images)
    out: torch.Tensor = transform.warp_perspective(
        images,
        made,
        (height, width),
        mode=options["resample"],
        padding_mode=options["padding_mode"],
        align_corners=False,
    )
    return out


def _enhanced(function: str, *names: str, factor: float = 1.0, less: float = 0.0) -> Run:
    """A function of kornia.enhance on clipped images, of these values, each times factor, less `less`."""

    def run(images: torch.Tensor, values: Numbers, options: Mapping[str, str]) -> torch.Tensor:
        given = (
            _vector([value * factor - less for value in values[name]], images) for name in names
        )
        made: torch.Tensor = getattr(_kornia("enhance"), function)(images.clamp(0.0, 1.0), *given)
        return made.clamp(0.0, 1.0)

    return run


def _grey(images: torch.Tensor, values: Numbers, options: Mapping[str, str]) -> torch.Tensor:
    made: torch.Tensor = _kornia("color").rgb_to_grayscale(images)
    return made.expand_as(images).contiguous()


_PIXELS = {"resample": ("bilinear", "nearest"), "padding_mode": ("zeros", "border", "reflection")}
_SHIFT = Reach((-0.5, 0.5), -1.0, 1.0)
_FACTOR = Reach((1.0, 1.0), 0.0, 10.0)

TRANSFORMS: dict[str, Transform] = {
    "RandomAffine": Transform(
        _affine,
        {
            "degrees": Reach((0.0, 0.0), -360.0, 360.0),
            "translate_x": Reach((0.0, 0.0), -1.0, 1.0),
            "translate_y": Reach((0.0, 0.0), -1.0, 1.0),
            "scale": Reach((1.0, 1.0), 0.1, 10.0),
            "shear_x": Reach((0.0, 0.0), -80.0, 80.0),
            "shear_y": Reach((0.0, 0.0), -80.0, 80.0),
        },
        _PIXELS,
    ),
    "RandomAutoContrast": Transform(_enhanced("normalize_min_max")),
    "RandomBrightness": Transform(
        _enhanced("adjust_brightness", "brightness", less=1.0),
        {"brightness": Reach((1.0, 1.0), 0.0, 2.0)},
    ),
    "RandomContrast": Transform(_enhanced("adjust_contrast", "contrast"), {"contrast": _FACTOR}),
    "RandomEqualize": Transform(_enhanced("equalize")),
    "RandomGamma": Transform(
        _enhanced("adjust_gamma", "gamma", "gain"),
        {"gamma": Reach((1.0, 1.0), 0.05, 20.0), "gain": _FACTOR},
    ),
    "RandomGrayscale": Transform(_grey, colour=True),
    "RandomHorizontalFlip": Transform(_flipped("hflip")),
    "RandomHue": Transform(
        _enhanced("adjust_hue", "hue", factor=2.0 * math.pi),
        {"hue": Reach((0.0, 0.0), -0.5, 0.5)},
        colour=True,
    ),
    "RandomInvert": Transform(lambda images, values, options: 1.0 - images),
    "RandomPerspective": Transform(
        _perspective,
        {"distortion_scale": Reach((0.5, 0.5), 0.0, 1.0)},
        _PIXELS,
        hidden=CORNERS,
    ),
    "RandomRGBShift": Transform(
        _enhanced("shift_rgb", "r_shift_limit", "g_shift_limit", "b_shift_limit"),
        dict.fromkeys(("r_shift_limit", "g_shift_limit", "b_shift_limit"), _SHIFT),
        colour=True,
    ),
    "RandomSaturation": Transform(
        _enhanced("adjust_saturation", "saturation"), {"saturation": _FACTOR}, colour=True
    ),
    "RandomSolarize": Transform(
        _enhanced("solarize", "thresholds", "additions"),
        {"thresholds": Reach((0.4, 0.6), 0.0, 1.0), "additions": Reach((-0.1, 0.1), -0.5, 0.5)},
    ),
    "RandomVerticalFlip": Transform(_flipped("vflip")),
}
"""By the names of kornia's classes. Arguments are ranges [low, high] and keep kornia's meaning."""

_FOUR = "use RandomBrightness, RandomContrast, RandomSaturation and RandomHue, in a `shuffle` if you like"
_SIZE = "it changes the size, and the HR keeps its own: crops are the command's (`--crop`)"
_MIXES = "it mixes pictures of a batch, and a sample knows its own pixels only"
_HOST = "use the operator `albumentations` with `transform: {}`, which draws by the stage's key too"

ELSEWHERE: dict[str, str] = {
    **dict.fromkeys(
        ("RandomRotation", "RandomShear", "RandomTranslate"), "use `transform: RandomAffine`"
    ),
    **dict.fromkeys(("ColorJiggle", "ColorJitter"), _FOUR),
    **dict.fromkeys(
        (
            "CenterCrop",
            "LongestMaxSize",
            "PadTo",
            "RandomCrop",
            "RandomResizedCrop",
            "Resize",
            "SmallestMaxSize",
        ),
        _SIZE,
    ),
    **dict.fromkeys(
        ("PatchMix", "RandomCutMixV2", "RandomMixUpV2", "RandomMosaic", "RandomTransplantation"),
        _MIXES,
    ),
    "RandomBoxBlur": "use the operator `box_blur`",
    "RandomChannelShuffle": _HOST.format("ChannelShuffle"),
    "RandomClahe": _HOST.format("CLAHE"),
    "RandomElasticTransform": _HOST.format("ElasticTransform"),
    "RandomGaussianBlur": "use the operator `gaussian_blur`",
    "RandomGaussianNoise": "use the operator `gaussian_noise`",
    "RandomJPEG": "use the operator `jpeg`",
    "RandomMedianBlur": "use the operator `median_blur`",
    "RandomMotionBlur": "use the operator `linear_motion_blur`",
    "RandomPlanckianJitter": _HOST.format("PlanckianJitter"),
    "RandomPosterize": "use the operator `banding`",
    "RandomRotation90": _HOST.format("RandomRotate90"),
    "RandomSaltAndPepperNoise": "use the operator `salt_pepper_noise`",
    "RandomSharpness": "use the operator `usm` or `oversharpen`",
    "RandomThinPlateSpline": _HOST.format("ThinPlateSpline"),
}
"""What to write in place of a refused transform, or why there is none."""
