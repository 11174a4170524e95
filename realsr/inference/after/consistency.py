"""An answer brought back to its LR: what it becomes when it is degraded as the LR was is made the LR.

Two ways. `projection` goes to the nearest image that has the LR, along gradients of the squared error by steps
of Barzilai and Borwein from the answer on: what is added lies in the range of the degradation's transpose, so
the detail that the LR does not tell stays the network's (the null space of Explorable SR, Bahat and Michaeli,
CVPR 2020). `back_projection` adds the enlarged error (Irani and Peleg, 1991), which is no gradient and comes
less near. Both keep the best of what they saw, so an answer never becomes less consistent, and both end where
the error is that of rounding to 8 bits. An LR with noise is fitted with its noise: use them on clean LR alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import torch
from torch import Tensor

import degrade
from degrade import Pipeline, Trace
from degrade.operators import row as operators
from degrade.operators.table import OPERATORS
from realsr.files.errors import RequestError
from realsr.models.upsampling import enlarge

OPTICAL = frozenset(name for name, row in OPERATORS.items() if row.facts.optical)
"""Blur and resampling: what maps a scene to fewer pixels. Noise, compression and tone are left out, since an SR
model should undo them and not repeat them."""

ROUNDING = 1.0 / (255.0 * math.sqrt(12.0))
"""Root mean square of what 8 bits round off."""

STEPS = 20
_ASKED = 8
"""Draws by which a pipeline shows that it draws nothing."""

ConsistencyWay = Literal["projection", "back_projection"]


def optical(trace: Trace, rows: Sequence[operators.Operator[Any]] = ()) -> Trace:
    """A trace's blurs and resizes from HR to LR. rows: a caller's own operators, where the trace names them."""
    names = OPTICAL | {row.name for row in rows if row.facts.optical}
    return replace(trace, hr=(), lr=tuple(step for step in trace.lr if step.op in names))


def declared(pipeline: Pipeline, name: str) -> Trace:
    """The blurs and resizes of a pipeline that draws none of them. Raises RequestError for one that does."""
    keys = degrade.keys(seed=0, sources=[f"draw {number}" for number in range(_ASKED)], variant=0)
    found = [optical(trace) for trace in degrade.draw(pipeline, keys)]
    if any(trace.lr != found[0].lr for trace in found):
        raise RequestError(
            f"--consistent {name}: its blurs and resizes are drawn, so it does not say how this LR was made; "
            "give a pipeline whose values are fixed, such as bicubic"
        )
    if not found[0].lr:
        raise RequestError(
            f"--consistent {name}: it neither blurs nor resizes, so every answer is consistent"
        )
    return found[0]


@dataclass(frozen=True)
class Consistency:
    """How answers are made consistent. trace: of blurs and resizes. name: how the person called it."""

    trace: Trace = field(repr=False)
    name: str
    way: ConsistencyWay = "projection"
    steps: int = STEPS

    def __post_init__(self) -> None:
        if self.way not in get_args(ConsistencyWay) or self.steps < 1:
            raise RequestError(
                f"consistency by {self.way} in {self.steps} steps: expected 1 or more of a known way"
            )

    def __call__(self, sr: Tensor, lr: Tensor) -> Tensor:
        """SR `b c H W` made consistent with `b c h w`; values are in [0, 1]."""
        return torch.cat([self._one(a[None], b[None]) for a, b in zip(sr, lr, strict=True)])

    def as_data(self) -> dict[str, object]:
        """What decides the pixels, for a record."""
        degradation = [step.to_data() for step in self.trace.lr]
        return {"with": self.name, "by": self.way, "steps": self.steps, "degradation": degradation}

    def degraded(self, sr: Tensor) -> Tensor:
        """`1 c H W` in [0, 1] as the declared degradation makes an LR of it."""
        return degrade.apply_lr([self.trace], sr, threads=1, gradient="straight_through")

    def _one(self, sr: Tensor, lr: Tensor) -> Tensor:
        if sr.shape[1] == 1:
            return self._one(sr.expand(-1, 3, -1, -1), lr.expand(-1, 3, -1, -1))[:, :1]
        walk = projected if self.way == "projection" else back_projected
        return walk(sr.clamp(0, 1), lr, self.degraded, self.steps)


Degraded = Callable[[Tensor], Tensor]


def projected(sr: Tensor, lr: Tensor, degraded: Degraded, steps: int = STEPS) -> Tensor:
    """The nearest image to SR `1 c H W` in [0, 1] that has the LR, or the best on the way after `steps`."""
    now, scale = sr, sr.shape[-1] / lr.shape[-1]
    best, least = sr, math.inf
    before: tuple[Tensor, Tensor] | None = None
    for _ in range(steps + 1):
        error, gradient = _gradient(now, lr, degraded)
        if error < least:
            best, least = now, error
        if error <= ROUNDING or not bool(gradient.any()):
            break
        step = scale**2 if before is None else _barzilai_borwein(before, (now, gradient), scale**2)
        before = now, gradient
        now = (now - step * gradient).clamp(0, 1)
    return best


def back_projected(sr: Tensor, lr: Tensor, degraded: Degraded, steps: int = STEPS) -> Tensor:
    """SR `1 c H W` with the enlarged error of its degradation added, step by step; the best on the way."""
    now, scale = sr, sr.shape[-1] // lr.shape[-1]
    best, least = sr, math.inf
    for _ in range(steps + 1):
        residual = lr - degraded(now)
        error = _size(residual)
        if error < least:
            best, least = now, error
        if error <= ROUNDING:
            break
        now = (now + enlarge(residual, scale)).clamp(0, 1)
    return best


def _gradient(now: Tensor, lr: Tensor, degraded: Degraded) -> tuple[float, Tensor]:
    """Of half the squared error; and the error's root mean square."""
    with torch.enable_grad():
        image = now.detach().requires_grad_()
        again = degraded(image)
        residual = (again - lr).detach()
        [gradient] = torch.autograd.grad(again, image, residual)
    return _size(residual), gradient


def _barzilai_borwein(
    before: tuple[Tensor, Tensor], now: tuple[Tensor, Tensor], fallback: float
) -> float:
    moved, turned = now[0] - before[0], now[1] - before[1]
    along = float((moved * turned).sum())
    return float((moved * moved).sum()) / along if along > 0 else fallback


def _size(residual: Tensor) -> float:
    return float(residual.square().mean().sqrt())
