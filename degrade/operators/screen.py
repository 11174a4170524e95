"""Screens: of print (halftone, screentone) and of displays (scan lines, moire).

A print screen is a lattice of square cells with a threshold in [0, 1] at every place, each value as frequent as
any other: ink lies where the threshold is below the coverage asked for, so a flat area keeps its mean.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

import torch
from pydantic import Field

from degrade.functional.color import luma, scale_light
from degrade.functional.sampling import grid
from degrade.operators.base import Group, Parameters, Turn, column
from degrade.operators.ladders import along
from degrade.operators.packed_screen import PACKED_HALFTONE
from degrade.operators.row import Facts, Forms, Operator, Words

TURN = 2.0 * math.pi
Shape = Literal["round", "diamond", "square", "line"]


def _round(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """Area of the unit cell within the distance of (u, v) from its centre."""
    square = u * u + v * v
    beyond = square.clamp(min=0.25)
    cut = torch.acos((0.5 * beyond**-0.5).clamp(max=1.0))
    cornered = 2.0 * (beyond - 0.25).sqrt() + 4.0 * beyond * (0.25 * math.pi - cut)
    return torch.where(square <= 0.25, math.pi * square, cornered)


def _diamond(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    total = u.abs() + v.abs()
    return torch.where(total <= 0.5, 2.0 * total**2, 1.0 - 2.0 * (1.0 - total) ** 2)


def _square(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    return 4.0 * torch.maximum(u.abs(), v.abs()) ** 2


def _line(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    return 2.0 * u.abs()


SHAPES: dict[Shape, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "round": _round,
    "diamond": _diamond,
    "square": _square,
    "line": _line,
}
"""Share of the cell -1/2 <= u, v <= 1/2 that is inked before (u, v): the threshold, uniform on [0, 1]."""


class _ScreenParameters(Parameters):
    """What all print screens have."""

    cell: float = Field(ge=2.0, le=64.0, description="side of a cell in pixels")
    shape: Shape = Field(default="round", description="shape of the dots")
    softness: float = Field(
        default=0.3, ge=0.01, le=1.0, description="range of thresholds over which a dot's rim fades"
    )
    phase_x: float = Field(default=0.0, ge=0.0, le=1.0, description="lattice offset in cells")
    phase_y: float = Field(default=0.0, ge=0.0, le=1.0, description="lattice offset in cells")
    strength: float = Field(default=1.0, ge=0.0, le=1.0, description="share of print in the mix")


class HalftoneParameters(_ScreenParameters):
    """Dots of cyan, magenta and yellow, each screen turned by its own angle."""

    cyan_angle: Turn = Field(default=math.radians(15), description="radians")
    magenta_angle: Turn = Field(default=math.radians(75), description="radians")
    yellow_angle: Turn = Field(default=0.0, description="radians")
    black_angle: Turn = Field(
        default=math.radians(45), description="radians; the one screen of a grey image"
    )
    black: bool = Field(
        default=False, description="the grey component of a colour is printed in black ink"
    )


class ScreentoneParameters(_ScreenParameters):
    """Black dots of a few densities, as sheets of screentone have them."""

    angle: Turn = Field(default=math.radians(45), description="radians")
    tones: int = Field(
        default=5, ge=2, le=64, description="densities from blank to solid, both included"
    )


class ScanLinesParameters(Parameters):
    """Dark lines of a display."""

    period: float = Field(ge=2.0, le=64.0, description="rows from line to line")
    darkness: float = Field(ge=0.0, le=1.0, description="light lost in the middle of a line")
    phase: float = Field(default=0.0, ge=0.0, le=1.0, description="first line's row, in periods")


class MoireParameters(Parameters):
    """A striped display before a camera."""

    pitch: float = Field(ge=0.3, le=16.0, description="the display's pixel in camera pixels")
    angle: Turn = Field(description="the display's turn in radians")
    contrast: float = Field(ge=0.0, le=1.0, description="depth of the red-green-blue stripes")
    row_contrast: float = Field(
        default=0.0, ge=0.0, le=1.0, description="depth of the gaps between the display's rows"
    )
    phase_x: float = Field(default=0.0, ge=-TURN, le=TURN, description="of the stripes, radians")
    phase_y: float = Field(default=0.0, ge=-TURN, le=TURN, description="of the rows, radians")


def _turned(images: torch.Tensor, angles: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Coordinates along and across a direction, float64 (b, n, H, W); angles (b, n) in radians."""
    rows, columns = grid(images)
    cosine, sine = (f(angles).unsqueeze(-1).unsqueeze(-1) for f in (torch.cos, torch.sin))
    return columns * cosine + rows * sine, rows * cosine - columns * sine


def _thresholds(images: torch.Tensor, group: Group[Any], angles: torch.Tensor) -> torch.Tensor:
    """Screens of each sample's cell and shape, float64 (b, n, H, W); angles (b, n)."""
    cell = group.floats("cell").view(-1, 1, 1, 1)
    along, across = _turned(images, angles)
    u = along / cell - group.floats("phase_x").view(-1, 1, 1, 1)
    v = across / cell - group.floats("phase_y").view(-1, 1, 1, 1)
    u, v = u - torch.round(u), v - torch.round(v)
    names = sorted({record.shape for record in group.records})
    result = SHAPES[names[0]](u, v)
    for name in names[1:]:
        chosen = group.equals("shape", name).view(-1, 1, 1, 1)
        result = torch.where(chosen, SHAPES[name](u, v), result)
    return result


def _ink(coverage: torch.Tensor, threshold: torch.Tensor, group: Group[Any]) -> torch.Tensor:
    """Ink at each place: clip((coverage - threshold) / width + 1/2, 0, 1).

    The width is the softness, or less where coverage is near none or all: so the rim stays within the range of
    thresholds, and the mean over a cell is the coverage exactly.
    """
    softness = group.floats("softness").view(-1, 1, 1, 1)
    width = 2.0 * torch.minimum(coverage, 1.0 - coverage)
    width = torch.minimum(width, softness).clamp(min=1e-6)
    ink = ((coverage - threshold) / width + 0.5).clamp(0.0, 1.0)
    return torch.where((coverage > 0.0) & (coverage < 1.0), ink, coverage)


def _mixed(images: torch.Tensor, printed: torch.Tensor, group: Group[Any]) -> torch.Tensor:
    share = group.floats("strength").view(-1, 1, 1, 1)
    return ((1.0 - share) * images + share * printed).to(images.dtype)


def halftone(images: torch.Tensor, group: Group[HalftoneParameters]) -> torch.Tensor:
    """(1 - ink) * (1 - black ink) per channel; coverage 1 - x, clipped to [0, 1].

    With `black`, k = min of the coverages c is printed in black and (c - k) / (1 - k) in colour, so that with
    independent screens (Demichel 1924) the mean is 1 - c again.
    """
    names = ("black",) if images.shape[1] == 1 else ("cyan", "magenta", "yellow", "black")
    angles = torch.stack([group.floats(f"{name}_angle") for name in names], dim=1)
    threshold = _thresholds(images, group, angles)
    coverage = 1.0 - images.to(torch.float64).clamp(0.0, 1.0)
    if images.shape[1] == 1:
        return _mixed(images, 1.0 - _ink(coverage, threshold, group), group)
    flag = group.equals("black", True).view(-1, 1, 1, 1)
    black = torch.where(flag, coverage.amin(dim=1, keepdim=True), 0.0)
    colour = ((coverage - black) / (1.0 - black).clamp(min=1e-9)).clamp(0.0, 1.0)
    printed = 1.0 - _ink(colour, threshold[:, :3], group)
    printed = printed * (1.0 - _ink(black, threshold[:, 3:], group))
    return _mixed(images, printed, group)


def screentone(images: torch.Tensor, group: Group[ScreentoneParameters]) -> torch.Tensor:
    """1 - ink in every channel; coverage is 1 - luma, clipped to [0, 1] and rounded to the nearest tone."""
    steps = group.integers("tones").view(-1, 1, 1, 1) - 1
    dark = 1.0 - luma(images.to(torch.float64)).clamp(0.0, 1.0)
    # A grid of 2**-40 makes ties of steps that are exact in 8 bits the same in any order of summing.
    coverage = torch.round(torch.round(dark * 2.0**40) / 2.0**40 * steps) / steps
    threshold = _thresholds(images, group, group.floats("angle").view(-1, 1))
    return _mixed(images, 1.0 - _ink(coverage, threshold, group), group)


def mean_of_screentone(images: torch.Tensor, group: Group[ScreentoneParameters]) -> torch.Tensor:
    """The surrogate: what dots of all densities would show in the mean, the luma itself."""
    light = luma(images.to(torch.float64)).clamp(0.0, 1.0)
    return _mixed(images, light, group)


def scan_lines(images: torch.Tensor, group: Group[ScanLinesParameters]) -> torch.Tensor:
    """Light times 1 - darkness * (1 + cos(2 pi (row / period - phase))) / 2."""
    rows, _ = grid(images)
    place = rows / group.floats("period").view(-1, 1, 1, 1)
    wave = torch.cos(TURN * (place - group.floats("phase").view(-1, 1, 1, 1)))
    return scale_light(images, 1.0 - column(group.floats("darkness"), wave) * (0.5 + 0.5 * wave))


def moire(images: torch.Tensor, group: Group[MoireParameters]) -> torch.Tensor:
    """Light times (1 + contrast cos(a + o)) and (1 + row_contrast cos(b)).

    a = 2 pi p / pitch + phase_x and b = 2 pi q / pitch + phase_y along the display's axes p and q; o is
    -2 pi / 3, 0 and 2 pi / 3 for red, green and blue stripes. Read at whole pixels, a pitch near 1 or 2 beats
    against the sampling grid: the coarse waves are aliases, not drawn.
    """
    pitch = group.floats("pitch").view(-1, 1, 1, 1)
    along, across = _turned(images, group.floats("angle").view(-1, 1))
    thirds = (0.0,) if images.shape[1] == 1 else (-TURN / 3.0, 0.0, TURN / 3.0)
    offsets = group.upload(thirds, torch.float64).view(1, -1, 1, 1)
    phases = [group.floats(f"phase_{axis}").view(-1, 1, 1, 1) for axis in "xy"]
    stripes = torch.cos(TURN * along / pitch + phases[0] + offsets)
    gaps = torch.cos(TURN * across / pitch + phases[1])
    gain = 1.0 + column(group.floats("contrast"), stripes) * stripes
    return scale_light(images, gain * (1.0 + column(group.floats("row_contrast"), gaps) * gaps))


def _halftone_words(record: HalftoneParameters) -> str:
    inks = "CMYK" if record.black else "CMY"
    return f"halftone {inks}, {record.shape} {record.cell:.3g} px, mixed {record.strength:.2g}"


def _tone_words(record: ScreentoneParameters) -> str:
    screen = f"screentone, {record.tones} tones, {record.shape} {record.cell:.3g} px"
    return f"{screen}, mixed {record.strength:.2g}"


def _moire_words(record: MoireParameters) -> str:
    degrees = round(math.degrees(record.angle))
    depth = max(record.contrast, record.row_contrast)
    return f"moire of pitch {record.pitch:.3g} px at {degrees} deg, depth {depth:.2g}"


def _line_words(record: ScanLinesParameters) -> str:
    return f"scan lines every {record.period:.3g} px, {100 * record.darkness:.3g} % dark"


HALFTONE = Operator(
    name="halftone",
    version=1,
    parameters=HalftoneParameters,
    forms=Forms(kernel=halftone, packed=PACKED_HALFTONE),
    words=Words(
        phrase=_halftone_words,
        summary="Colour print by dots of cyan, magenta, yellow and, if asked, black.",
        formula="y = (1 - strength) x + strength (1 - i_c) (1 - i_k), i = clip((a - h) / w + 1/2, 0, 1), "
        "w = min(softness, 2 a, 2 (1 - a)); h: dot threshold of an ink's turned lattice of "
        "`cell` px, a_c = (1 - x_c - k) / (1 - k), k = min_c(1 - x_c) with `black`, else 0",
        source="clustered-dot screens: Ulichney, Digital Halftoning, 1987; inks: Demichel 1924",
    ),
    facts=Facts(
        strength=lambda record: {"cell_pixels": record.cell, "mix": record.strength},
        channels=(1, 3),
    ),
    ladder=along("cell", 2.5, 3.0, 4.0, 6.0, 9.0, view=192),
)

SCREENTONE = Operator(
    name="screentone",
    version=1,
    parameters=ScreentoneParameters,
    forms=Forms(kernel=screentone, surrogate=mean_of_screentone),
    words=Words(
        phrase=_tone_words,
        summary="Black dots of a few densities in place of grey tones, as in manga.",
        formula="y = (1 - strength) x + strength (1 - i), i = clip((a - h) / w + 1/2, 0, 1), w = "
        "min(softness, 2 a, 2 (1 - a)); a = rint((1 - Y) (tones - 1)) / (tones - 1), h: dot "
        "threshold of the lattice of `cell` px turned by angle",
        source="own model: the luma rounded to tones, on one clustered-dot screen",
    ),
    facts=Facts(
        strength=lambda record: {"cell_pixels": record.cell, "mix": record.strength},
        channels=(1, 3),
        differentiable=False,
    ),
    ladder=along("cell", 2.5, 3.0, 4.0, 6.0, 9.0, view=192),
)

SCAN_LINES = Operator(
    name="scan_lines",
    version=1,
    parameters=ScanLinesParameters,
    forms=Forms(kernel=scan_lines),
    words=Words(
        phrase=_line_words,
        summary="Dark horizontal lines of raised-cosine profile, in linear light.",
        formula="y(i, j) = encode(decode(x(i, j)) (1 - darkness (1 + cos(2 pi (i / period - phase))) / "
        "2)), period in px",
        source="own model",
    ),
    facts=Facts(strength=lambda record: {"mean_light_lost": 0.5 * record.darkness}),
    ladder=along("darkness", 0.1, 0.25, 0.4, 0.6, 0.9, period=2.0),
)

MOIRE = Operator(
    name="moire",
    version=1,
    parameters=MoireParameters,
    forms=Forms(kernel=moire),
    words=Words(
        phrase=_moire_words,
        summary="A display's red, green and blue stripes sampled by the pixel grid, in linear light.",
        formula="y_c = encode(decode(x_c) (1 + contrast cos(2 pi u / pitch + phase_x + o_c)) (1 + "
        "row_contrast cos(2 pi v / pitch + phase_y))), o = (-1, 0, 1) 2 pi / 3, (u, v): px along "
        "axes turned by angle",
        source="own model: a cosine carrier of the display's pitch, sampled at pixel centres",
    ),
    facts=Facts(
        strength=lambda record: {
            "stripe_contrast": record.contrast,
            "row_contrast": record.row_contrast,
        },
        channels=(1, 3),
    ),
    ladder=along("contrast", 0.1, 0.2, 0.3, 0.45, 0.6, pitch=1.06, angle=0.03),
)

ROWS: tuple[Operator[Any], ...] = (HALFTONE, SCREENTONE, SCAN_LINES, MOIRE)
