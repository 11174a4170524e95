"""The resamplers that an LR is compared with: one step each, as a pipeline would apply it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

import numpy as np
import numpy.typing as npt
import torch

from degrade.execute import apply
from degrade.functional.filters import FILTERS, FilterName
from degrade.functional.library_resize import CvFilter, PilFilter
from degrade.trace import Scalar, Step, Trace

Pixels = npt.NDArray[np.uint8]
WRITTEN = (
    Step("clamp", 1, "clamp", {"low": 0.0, "high": 1.0}),
    Step("quantise", 1, "quantise", {"levels": 256}),
)
"""What every LR ends with: eight bits."""
_TARGET: Mapping[str, Scalar] = {"factor": 1, "of": "target"}


@dataclass(frozen=True, slots=True)
class ResamplerRow:
    """One way to reduce. antialias: whether it stretches its filter; None where that is no choice."""

    name: str
    step: Step
    antialias: bool | None

    def applied(self, hr: Sequence[Pixels], scale: int) -> list[Pixels]:
        """LR `h w c` in eight bits of HR `h w c`, whose sides the scale divides."""
        trace = Trace(scale, (), (self.step, *WRITTEN))
        planes = [torch.from_numpy(one.astype(np.float32) / 255).permute(2, 0, 1) for one in hr]
        made = apply([trace] * len(hr), planes)
        return [(255 * one).round().to(torch.uint8).permute(1, 2, 0).numpy() for one in made]


@lru_cache(maxsize=8)
def resampler_rows(scale: int) -> tuple[ResamplerRow, ...]:
    """Every row that there is at a scale, those of `resize` first."""
    return (*_ours(), *_libraries(), *_torch(), *_matlab(), *_dpid(), *_strided(scale))


def _row(op: str, name: str, antialias: bool | None = None, **values: Scalar) -> ResamplerRow:
    chosen = (
        {} if antialias is None or op in ("pil_resize", "cv2_resize") else {"antialias": antialias}
    )
    told = f"{op} {name}".strip() + (", no antialias" if antialias is False else "")
    return ResamplerRow(told, Step(op, 1, op, {**_TARGET, **values, **chosen}), antialias)


def _ours() -> Iterator[ResamplerRow]:
    for name in get_args(FilterName):
        asked = FILTERS[name].averages == "asked"
        for antialias in (True, False) if asked else (None,):
            yield _row("resize", name, antialias, filter=name)


def _libraries() -> Iterator[ResamplerRow]:
    for name in get_args(PilFilter):
        yield _row("pil_resize", name, None if name in ("nearest", "box") else True, filter=name)
    for name in get_args(CvFilter):
        smooth = name not in ("nearest", "area")
        yield _row("cv2_resize", name, False if smooth else None, filter=name)


def _torch() -> Iterator[ResamplerRow]:
    for name in ("nearest", "nearest-exact", "area"):
        yield _row("torch_resize", name, None, filter=name)
    for name in ("bilinear", "bicubic"):
        for antialias in (True, False):
            yield _row("torch_resize", name, antialias, filter=name)


def _matlab() -> Iterator[ResamplerRow]:
    yield _row("matlab_bicubic", "", True)
    yield _row("matlab_bicubic", "", False)


def _dpid() -> Iterator[ResamplerRow]:
    for power in (0.5, 1.0):
        yield _row("dpid", f"{power:g}", None, lambda_=power)


def _strided(scale: int) -> Iterator[ResamplerRow]:
    """Plain decimation from every phase on, alike on both axes."""
    for phase in range(scale):
        values: dict[str, Scalar] = {"step": scale, "phase_y": phase, "phase_x": phase}
        step = Step("nearest_strided", 1, "nearest_strided", values)
        yield ResamplerRow(f"nearest_strided {phase}", step, None)
