"""Real-ESRGAN's option files: what they say about degradation, checked key by key.

Source: xinntao/Real-ESRGAN, options/*.yml, and where they are read: realesrgan_dataset.py (`datasets.train`),
realesrgan_model.py and realesrnet_model.py (top level). Neither reads a degradation key with a default, so
each must be there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from degrade.errors import PipelineError
from degrade.reader.yaml_source import Document, Path, read_yaml

KERNELS = (
    "iso",
    "aniso",
    "generalized_iso",
    "generalized_aniso",
    "plateau_iso",
    "plateau_aniso",
)
TRAIN: Path = ("datasets", "train")
SWITCHES = ("l1_gt_usm", "gt_usm")
_LOOKS_LIKE_DEGRADATION = re.compile(
    r"prob|_range|sigma|blur|kernel|sinc|noise|jpeg|resize|poisson|beta[gp]|degradation|usm|compress"
)
_TRAINING_ONLY = {"percep_gt_usm", "gan_gt_usm"}

Check = Callable[[Any], str]
"""What was expected in place of a value; nothing if the value is right."""
Sharpened = Literal["hr", "lr", "nothing"]


@dataclass(frozen=True)
class Options:
    """What an option file says about degradation.

    name: the training run's. values: by key. sharpened: `hr`, the HR, and the LR is made from it; `lr`, only
    what the LR is made from; or nothing. training: how many keys say nothing about degradation.
    unknown: places of keys that look like degradation and are none of the published ones.
    """

    name: str
    values: Mapping[str, Any]
    sharpened: Sharpened
    training: int
    unknown: tuple[str, ...]

    def both(self, key: str) -> tuple[Any, Any]:
        """A key's value for the first and for the second round."""
        return self.values[key], self.values[f"{key}2"]


def read_options(text: str, name: str = "<text>") -> Options:
    """The degradation options of a Real-ESRGAN or Real-ESRNet option file.

    name: the file's name for error messages. Raises PipelineError with every missing and every wrong key.
    """
    document = read_yaml(text, name)
    places = dict(_places(document.data))
    if not places:
        raise PipelineError(f"{name}:1: expected a Real-ESRGAN option file: a mapping of options")
    known = _expected() | {(key,): _truth for key in SWITCHES}
    faults = [*_missing(document, places), *_wrong(document, places, known)]
    faults += [] if faults else _mismatched(document, places)
    if faults:
        raise PipelineError("\n".join(faults))
    values = {str(place[-1]): places[place] for place in known if place in places}
    other = [place for place in places if place not in known]
    unknown = [place for place in other if _is_degradation(str(place[-1]))]
    return Options(
        name=str(places.get(("name",)) or ""),
        values=values,
        sharpened=_sharpened(values),
        training=len(other) - len(unknown),
        unknown=tuple(document.where(place) for place in unknown),
    )


def _places(data: Any) -> Iterator[tuple[Path, Any]]:
    """The options of the two levels that may hold degradation."""
    top = data if isinstance(data, Mapping) else {}
    datasets = top.get("datasets")
    train = datasets.get("train") if isinstance(datasets, Mapping) else None
    yield from (((str(key),), value) for key, value in top.items() if key != "datasets")
    if isinstance(train, Mapping):
        yield from (((*TRAIN, str(key)), value) for key, value in train.items())


def _is_degradation(key: str) -> bool:
    return key not in _TRAINING_ONLY and bool(_LOOKS_LIKE_DEGRADATION.search(key))


def _sharpened(values: Mapping[str, Any]) -> Sharpened:
    """Real-ESRGAN makes the LR from the sharpened HR whatever its loss compares; Real-ESRNet has one switch."""
    if "gt_usm" in values:
        return "hr" if values["gt_usm"] else "nothing"
    return "hr" if values["l1_gt_usm"] else "lr"


def _missing(document: Document, places: Mapping[Path, Any]) -> Iterator[str]:
    absent = [place for place in _expected() if place not in places]
    if absent:
        keys = ", ".join(_with_hint(place, places) for place in absent)
        yield f"{document.name}: {len(absent)} of the published options are missing: {keys}"
    switches = [key for key in SWITCHES if (key,) in places]
    if len(switches) != 1:
        found = "both are there" if switches else "both are missing"
        yield (
            f"{document.name}: expected one of l1_gt_usm (Real-ESRGAN) and gt_usm (Real-ESRNet); {found}"
        )


def _with_hint(place: Path, places: Mapping[Path, Any]) -> str:
    elsewhere = (place[-1],) if len(place) > 1 else (*TRAIN, place[-1])
    text = ".".join(map(str, place))
    return f"{text} (not {'.'.join(map(str, elsewhere))})" if elsewhere in places else text


def _wrong(
    document: Document, places: Mapping[Path, Any], known: Mapping[Path, Check]
) -> Iterator[str]:
    for place, check in known.items():
        expected = check(places[place]) if place in places else ""
        if expected:
            yield f"{document.where(place)}: expected {expected} (the value is {places[place]!r})"


def _mismatched(document: Document, places: Mapping[Path, Any]) -> Iterator[str]:
    for suffix in ("", "2"):
        place = (*TRAIN, f"kernel_prob{suffix}")
        weights, kernels = places[place], places[*TRAIN, f"kernel_list{suffix}"]
        if len(weights) != len(kernels):
            yield (
                f"{document.where(place)}: expected one weight for each of the {len(kernels)} kernels in "
                f"kernel_list{suffix} (there are {len(weights)})"
            )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _truth(value: Any) -> str:
    return "" if isinstance(value, bool) else "true or false"


def _probability(value: Any) -> str:
    return "" if _is_number(value) and 0 <= value <= 1 else "a probability, 0 to 1"


def _whole(low: int, high: int) -> Check:
    def check(value: Any) -> str:
        right = _is_number(value) and value == int(value) and low <= value <= high
        return "" if right else f"a whole number, {low} to {high}"

    return check


def _weights(count: int | None = None) -> Check:
    def check(value: Any) -> str:
        right = isinstance(value, list) and count in (None, len(value))
        right = right and all(_is_number(item) and item >= 0 for item in value) and any(value)
        many = f"{count} weights (up, down, keep)" if count else "a list of weights"
        return "" if right else f"{many}, none below 0 and not all 0"

    return check


def _kernels(value: Any) -> str:
    right = isinstance(value, list) and value and all(item in KERNELS for item in value)
    return "" if right else f"a list of kernels among {', '.join(KERNELS)}"


def _range(within: Check, expected: str, around_one: bool = False) -> Check:
    """Two numbers in order, each right by `within`; the published code cuts some ranges at 1."""

    def check(value: Any) -> str:
        right = isinstance(value, list) and len(value) == 2 and not any(map(within, value))
        right = right and value[0] <= value[1]
        right = right and (not around_one or value[0] <= 1 <= value[1])
        return "" if right else f"[low, high], {expected}{', with 1 between' * around_one}"

    return check


def _positive(most: float) -> Check:
    return lambda value: "" if _is_number(value) and 0 < value <= most else "another"


def _up_to(most: float) -> Check:
    return lambda value: "" if _is_number(value) and 0 <= value <= most else "another"


_ROUND_IN_TRAIN: Mapping[str, Check] = {
    "blur_kernel_size": _whole(1, 10_000),
    "kernel_list": _kernels,
    "kernel_prob": _weights(),
    "sinc_prob": _probability,
    "blur_sigma": _range(_positive(100), "above 0 and at most 100 pixels"),
    "betag_range": _range(_positive(16), "above 0 and at most 16", around_one=True),
    "betap_range": _range(_positive(16), "above 0 and at most 16", around_one=True),
}
_ROUND_ON_TOP: Mapping[str, Check] = {
    "resize_prob": _weights(3),
    "resize_range": _range(_positive(64), "above 0 and at most 64", around_one=True),
    "gaussian_noise_prob": _probability,
    "noise_range": _range(_up_to(255), "0 to 255"),
    "poisson_scale_range": _range(_up_to(math.inf), "0 or more"),
    "gray_noise_prob": _probability,
    "jpeg_range": _range(_whole(1, 100), "whole numbers, 1 to 100"),
}


def _expected() -> dict[Path, Check]:
    """Every option that must be there, by its place."""
    rounds: dict[Path, Check] = {}
    for suffix in ("", "2"):
        rounds |= {(*TRAIN, key + suffix): check for key, check in _ROUND_IN_TRAIN.items()}
        rounds |= {(key + suffix,): check for key, check in _ROUND_ON_TOP.items()}
    once: dict[Path, Check] = {
        (*TRAIN, "final_sinc_prob"): _probability,
        ("second_blur_prob",): _probability,
        ("scale",): _whole(1, 32),
    }
    return rounds | once
