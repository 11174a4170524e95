"""Where a step's output pixels lie in its input, and how steps add up.

Coordinates are those of pixel centres: pixel i of n lies at i, and the image spans [-0.5, n - 0.5].
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from degrade.errors import GeometryError


class Size(NamedTuple):
    height: int
    width: int

    def __str__(self) -> str:
        return f"{self.height} x {self.width} (height x width)"


@dataclass(frozen=True, slots=True)
class Axis:
    """An affine map of one axis: input coordinate = scale * output coordinate + shift."""

    scale: float = 1.0
    shift: float = 0.0

    def after(self, inner: Axis) -> Axis:
        """The map of two steps: `inner` is the later one, nearer to the output."""
        return Axis(self.scale * inner.scale, self.scale * inner.shift + self.shift)

    def __call__(self, position: float) -> float:
        return self.scale * position + self.shift


IDENTITY = Axis()


@dataclass(frozen=True, slots=True)
class Placement:
    """A step's output size and where its pixels lie in the step's input."""

    size: Size
    y: Axis = IDENTITY
    x: Axis = IDENTITY

    def after(self, inner: Placement) -> Placement:
        return Placement(inner.size, self.y.after(inner.y), self.x.after(inner.x))


@dataclass(slots=True)
class Frame:
    """The sizes that a step may refer to: its input, the pipeline's target, labelled steps before it."""

    current: Size
    target: Size
    before: dict[str, Size] = field(default_factory=dict)
    after: dict[str, Size] = field(default_factory=dict)

    def lookup(self, reference: str) -> Size:
        """The size that `input`, `target`, `before:LABEL` or `after:LABEL` names."""
        if reference == "input":
            return self.current
        if reference == "target":
            return self.target
        side, _, label = reference.partition(":")
        known: Mapping[str, Size] = {"before": self.before, "after": self.after}.get(side, {})
        if label not in known:
            raise GeometryError(
                f"resize of {reference!r}: no step with that label ran before; known are "
                f"{', '.join(sorted(known)) or 'none'}"
            )
        return known[label]


def covering_axis(size_in: int, size_out: int) -> Axis:
    """The map under which both images span the same extent: no drift, whatever the sizes were rounded to."""
    scale = size_in / size_out
    return Axis(scale, 0.5 * scale - 0.5)


def factor_axis(factor: float) -> Axis:
    """The map of a stated factor, as torch's `scale_factor` has it: with a rounded size it drifts."""
    return Axis(1.0 / factor, 0.5 / factor - 0.5)


def covering(current: Size, out: Size) -> Placement:
    return Placement(
        out, covering_axis(current.height, out.height), covering_axis(current.width, out.width)
    )


def scaled(size: Size, factor: float, rounding: str = "nearest") -> Size:
    """`factor * size` in whole pixels, at least one; rounding is `nearest` (halves up) or `floor`."""
    half = 0.5 if rounding == "nearest" else 0.0
    height, width = math.floor(size[0] * factor + half), math.floor(size[1] * factor + half)
    return Size(max(1, height), max(1, width))
