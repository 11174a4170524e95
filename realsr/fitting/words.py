"""What is known of a fitted pipeline, in words: for its header and for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from realsr.measuring.wording import number

Record = Mapping[str, Any]
SHOWN = (
    "jpeg_count",
    "jpeg_quality",
    "jpeg_subsampling",
    "noise_sigma_255",
    "noise_grey",
    "mtf50",
    "resized_by",
)
CLOSE = 0.15
"""How far an AUC may lie above its floor in a match that is called good."""


def measured_lines(record: Record) -> Iterator[str]:
    """The set's estimates, with intervals and of how many pictures."""
    counts = f"{record['pictures']} photographs ({record['of']} given)"
    yield f"{counts}, {record['places']} places of {record['side']} px"
    for name, one in record["set"]["estimates"].items():
        if name in SHOWN:
            yield f"{name}: {_estimate(one)}, of {one['of']} pictures ({one['method']})"


def _estimate(one: Record) -> str:
    value = f"{number(one['value'])} {one['unit']}".rstrip()
    if one["low"] is not None:
        return f"{value} ({number(one['low'])} to {number(one['high'])})"
    return f"{value} (in {one['probability']:.0%})" if "probability" in one else value


def assumed_lines(record: Record) -> Iterator[str]:
    """Of the HR and of the family of pipelines."""
    yield f"scale {record['scale']}; the {record['hr']} HR are sharp and clean, and of like content"
    yield (
        "a Gaussian blur or none, a resize, noise, at times a JPEG, a resize to the target, sharpening or "
        "ringing, a JPEG, a WebP or neither, in this order, each drawn by itself"
    )
    yield "the last JPEG is as measured; the rest is what makes LR of the HR measure like the photographs"


def untold_lines(record: Record) -> Iterator[str]:
    """What LR alone cannot tell."""
    yield (
        "shares and ranges are those of LR that measure alike: blur in front of a resize, its filter and the "
        "sharpening behind it can stand in for one another, and a soft scene for blur"
    )
    for name, why in record["set"]["refused"].items():
        yield f"{name}: {why}"


def match_lines(record: Record) -> Iterator[str]:
    """The two-sample test of the photographs against the pipeline's LR."""
    auc, floor = record["auc"], record["floor"]
    yield f"AUC of a classifier of photographs and the pipeline's LR: {area(auc)} (0.5: not to be told apart)"
    yield f"floor: {area(floor)}: {floor['method']}"
    yield verdict(record)
    shown = [one for one in record["features"] if one["beyond_chance"]]
    yield "what gives them away, each alone:" if shown else "no feature alone gives them away"
    for one in shown:
        where = "the photographs" if one["higher_in"] == "first" else "the pipeline's LR"
        yield f"{one['auc']:.2f} more in {where}: {one['name']}"


def verdict(record: Record) -> str:
    """Whether the match is good, in a sentence."""
    above = record["above_floor"]
    if above < CLOSE:
        return f"{above:+.2f} beside the floor: what is left is about what other content does"
    return f"{above:+.2f} above the floor: something was done to the photographs that the pipeline does not do"


def area(told: Record) -> str:
    """An area with its interval."""
    return f"{told['value']:.3f} ({told['low']:.3f} to {told['high']:.3f})"
