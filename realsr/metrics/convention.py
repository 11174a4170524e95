"""The choices that decide a metric's digits, kept beside every number.

The same pictures give 28.429 or 28.416 dB as luma is rounded or not, 20.99 or 57.34 dB as the distortion is
seen in RGB or in luma alone: a number without its convention compares with nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from realsr.metrics.errors import MetricError

Channel = Literal["rgb", "y", "grey"]
"""rgb: all planes. y: BT.601 studio luma, 16..235. grey: MATLAB's `rgb2gray`, 0..255."""

Depth = Literal["8 bit", "float"]
"""Whether the pictures came as whole numbers 0..255 or as floats in [0, 1]."""


class Window(NamedTuple):
    """A Gaussian window: side in pixels (odd), sigma in pixels."""

    side: int
    sigma: float

    def __str__(self) -> str:
        return f"Gaussian {self.side}x{self.side} sigma {self.sigma:g}"


@dataclass(frozen=True)
class Convention:
    """How a picture becomes the planes that a metric sees.

    rounded: luma or grey goes to whole numbers (halves up), as MATLAB does with uint8; nothing else is rounded.
    crop: pixels cut from every border, or 'scale' for the scale of the super-resolution. window: SSIM's window,
    applied where it fits whole (valid region). depth: filled in by `score`.
    """

    channel: Channel = "rgb"
    rounded: bool = False
    crop: int | Literal["scale"] = 0
    window: Window | None = None
    depth: Depth | None = None

    def resolved(self, scale: int | None) -> Convention:
        """The same with the crop in pixels. Raises MetricError where a field contradicts another."""
        crop = scale if self.crop == "scale" else self.crop
        if crop is None:
            raise MetricError(
                "crop='scale' needs the scale; give scale=2, 3, 4 or a crop in pixels"
            )
        if self.rounded and self.channel == "rgb":
            raise MetricError("rounding is a choice of luma and grey: of RGB nothing is rounded")
        if crop < 0:
            raise MetricError(f"a crop of {crop} pixels; expected 0 or more")
        return replace(self, crop=crop)

    def __str__(self) -> str:
        channel = {"rgb": "RGB", "y": "Y (BT.601)", "grey": "grey (rgb2gray)"}[self.channel]
        parts = [channel + (" rounded" if self.rounded else "")]
        parts.append("crop = scale" if self.crop == "scale" else f"crop {self.crop} px")
        parts += [str(part) for part in (self.window, self.depth) if part is not None]
        return ", ".join(parts)


SSIM_WINDOW = Window(11, 1.5)

ACADEMIC = Convention("y", rounded=False, crop="scale", window=SSIM_WINDOW)
"""Tables of papers in BasicSR's way: luma in float, border of `scale` pixels."""

MATLAB = Convention("y", rounded=True, crop="scale", window=SSIM_WINDOW)
"""Tables of papers in MATLAB's way (KAIR, PIRM, EDSR): luma in whole numbers."""

SEAL = Convention("y", rounded=False, crop=0, window=SSIM_WINDOW)
"""SEAL (ICLR 2024): luma in float, no border cut."""

NTIRE_X4 = Convention("y", rounded=False, crop=4, window=SSIM_WINDOW)
"""NTIRE 2025 x4, track 1."""
