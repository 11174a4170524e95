"""The samples as one page: a strip a picture, the scores in a table, the rank histogram."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from realsr.ganlab.degraded import DegradedImage, middle
from realsr.ganlab.samples.scoring import (
    DIGITS,
    SCORES,
    SampleAnswers,
    SampleScores,
    mean_ranks,
    means,
)
from realsr.images.pixels import to_bytes
from realsr.images.png import encode_png
from realsr.metrics.samples import expected_gain
from realsr.pages import data_uri, rendered

SHOWN_SAMPLES = 5
SIDE = 128
"""Of what is shown of a picture: its middle, in HR pixels."""
LOUD = 8.0
"""By how much the spread is brightened where it is shown."""


@dataclass(frozen=True)
class StripPicture:
    """uri: a PNG as a data URI."""

    title: str
    uri: str


@dataclass(frozen=True)
class Strip:
    """A picture's row: LR, HR, the answer at z = 0, samples, their mean and their spread."""

    source: str
    pictures: Sequence[StripPicture]


def strip(source: str, case: DegradedImage, answers: SampleAnswers) -> Strip:
    """The row of one picture."""
    return Strip(source, list(_strip(case, answers)))


def _strip(case: DegradedImage, answers: SampleAnswers) -> Iterator[StripPicture]:
    hr = case.pair.hr
    lr = functional.interpolate(case.pair.lr.clamp(0, 1), scale_factor=float(case.trace.scale))
    yield _picture("LR", lr)
    yield _picture("HR", hr)
    yield _picture("z = 0", answers.plain)
    for number, one in enumerate(answers.drawn[:SHOWN_SAMPLES], 1):
        yield _picture(f"sample {number}", one[None])
    yield _picture(f"mean of {len(answers.drawn)}", answers.drawn.mean(0, keepdim=True))
    spread = answers.drawn.var(0, unbiased=len(answers.drawn) > 1).mean(0).sqrt()
    grey = (LOUD * spread).clamp(0, 1).expand(1, 3, -1, -1)
    yield _picture(f"spread, x{LOUD:g}", grey)


def _picture(title: str, image: Tensor) -> StripPicture:
    shown = middle(image[0], SIDE).to(torch.float32).contiguous()
    return StripPicture(title, data_uri(encode_png(to_bytes(shown))))


def page(scores: Sequence[SampleScores], strips: Sequence[Strip], facts: Mapping[str, Any]) -> str:
    """One HTML document that asks for nothing outside itself."""
    return rendered(
        "realsr.ganlab.samples", "samples.html", **page_values(scores, strips), facts=facts
    )


def page_values(scores: Sequence[SampleScores], strips: Sequence[Strip]) -> dict[str, Any]:
    """What `strips.html` shows."""
    whole = means(scores)
    rows = [[one.source, *_words({name: getattr(one, name) for name in SCORES})] for one in scores]
    return {
        "strips": strips,
        "sample_head": ["", *(name.replace("_", " ") for name in SCORES)],
        "sample_rows": [*rows, ["mean", *_words(whole)]],
        "sample_count": scores[0].count,
        "sample_notes": {name.replace("_", " "): words for name, words in SCORES.items()},
        "expected_gain": expected_gain(scores[0].count),
        "bars": _bars(mean_ranks(scores)),
    }


def _words(values: Mapping[str, float]) -> list[str]:
    return [f"{value:.{DIGITS.get(name, 2)}f}" for name, value in values.items()]


def _bars(shares: Sequence[float]) -> dict[str, Any]:
    """The rank histogram in pixels of its picture; the line is where all would be if it were flat."""
    width, height, floor = 400.0, 150.0, 120.0
    step, most = width / len(shares), max(shares)
    tops = [floor - share / most * (floor - 10) for share in shares]
    return {
        "width": width,
        "height": height,
        "floor": floor,
        "flat": floor - (floor - 10) / (most * len(shares)),
        "each": [
            (
                round(place * step + 2, 1),
                round(top, 1),
                round(step - 4, 1),
                round(floor - top, 1),
                f"{share:.1%}",
            )
            for place, (top, share) in enumerate(zip(tops, shares, strict=True))
        ],
    }
