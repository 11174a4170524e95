"""What every model is here: a function from LR to SR with a scale, a name, and what is known of its origin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from math import lcm
from typing import Literal

import torch
from torch import Tensor, nn

from degrade.functional.color import luma, studio_luma
from realsr.conditions.network import undecided
from realsr.inference.errors import InferenceError
from realsr.inference.reach import Sight, measured_sight
from realsr.inference.sizes import SizeRules, mirrored_to
from realsr.inference.tiling import in_tiles
from realsr.models.upsampling import enlarge

_GRID = 16
"""Networks fold, pool or window pixels in blocks of 2, 4, 8 or 16 as a rule; what keeps to none of them is
measured."""

_TOLERANCES = {torch.float16: 2**-8, torch.bfloat16: 2**-5}
"""Within which two results of a network in low precision are one; in others `_TOLERANCE`."""
_TOLERANCE = 1e-4

OneChannel = Literal["studio_luma", "grey"]
"""What the one channel of a network is: BT.601 luma in 16..235 of 255, or grey in 0..255."""

_FULL_PER_STUDIO = 255.0 / 219.0
"""What a step of studio luma is in red, green and blue (BT.601, chroma unchanged)."""


@dataclass(frozen=True)
class Metadata:
    """Where a model comes from; None is unknown. averaged: whether its weights are a moving average."""

    trained_on: str | None = None
    loss: str | None = None
    seed: int | None = None
    steps: int | None = None
    architecture: str | None = None
    averaged: bool = False


@dataclass(frozen=True)
class Tiling:
    """side: of a tile in LR pixels, rounded up to the network's grid. overlap: margin around it in LR pixels;
    None: as far as the network looks, so that the result is the whole image's. or_whole: where it looks
    everywhere, the image is taken whole instead of refused.
    """

    side: int
    overlap: int | None = None
    or_whole: bool = False

    def __post_init__(self) -> None:
        if self.side < 1 or (self.overlap or 0) < 0:
            raise InferenceError(
                f"tiles of {self.side} pixels with {self.overlap} around them: give a side from 1 on and "
                "an overlap from 0 on"
            )


@dataclass(frozen=True)
class Upscaler:
    """A model behind one contract.

    `upscaler(images)`: `b c h w`, float, [0, 1], c = 1 (grey) or 3 (RGB), any size -> `b c scale*h scale*w` in
    the same range, not clamped, without gradient, on the images' device. channels: what the network sees; of
    one channel `sees` says what it is, and chroma is enlarged by bicubic interpolation. network: the model
    itself at its own channels, on `device`, in `dtype`. module: the same where it is a torch module, for
    training and export. linear: a result is the same weighted sum in every channel, as interpolation's is.
    """

    network: Callable[..., Tensor] = field(repr=False)
    scale: int
    channels: int
    name: str
    metadata: Metadata = Metadata()
    sizes: SizeRules = field(default_factory=SizeRules)
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    module: nn.Module | None = field(default=None, repr=False)
    sees: OneChannel = "studio_luma"
    dtype: torch.dtype = torch.float32
    linear: bool = False
    after: Callable[[Tensor, Tensor], Tensor] | None = field(default=None, repr=False)

    def __call__(self, images: Tensor, tiling: Tiling | None = None) -> Tensor:
        """SR of a batch, whole or in tiles. Raises InferenceError for another shape or a broken promise."""
        if images.ndim != 4 or images.shape[1] not in (1, 3) or 0 in images.shape:
            raise InferenceError(
                f"images of shape {tuple(images.shape)}; expected b c h w, c = 1 (grey) or 3 (RGB), h and w "
                "from 1 on"
            )
        with torch.no_grad():
            result = self._enlarged(images, tiling)
            return result if self.after is None else self.after(result, images)

    def told(self, conditions: Mapping[str, Tensor]) -> Upscaler:
        """The same for images of one size, its network told more by the names of its arguments."""
        if not conditions:
            return self
        on_device = {name: each.to(self.device, self.dtype) for name, each in conditions.items()}
        return replace(self, network=partial(self.network, **on_device))

    @property
    def grid(self) -> int:
        """LR pixels at whose multiples tiles begin that need not be exact."""
        return lcm(_GRID, self.sizes.multiple_of)

    @property
    def reach(self) -> int | None:
        """LR pixels around a block of its grid that its content changes; None where tiles are not exact."""
        return None if isinstance(self.sight, str) else self.sight.reach

    @cached_property
    def sight(self) -> Sight | str:
        """How far it looks and where it repeats itself, measured once by a few forward passes on strips; where
        tiles cannot be exact (attention over the whole picture, a grid of its own), why.
        """
        if self.sizes.square:
            return "takes squares alone"
        with torch.no_grad():
            return measured_sight(
                lambda images: self.told(undecided(self.module, images, self.scale))._sized(images),
                self.channels,
                self.scale,
                self.grid,
                self.sizes.minimum,
                _TOLERANCES.get(self.dtype, _TOLERANCE),
            )

    def sight_for(self, tiling: Tiling) -> Sight | None:
        """The grid and margin of tiles; None where the picture is to be taken whole. Raises InferenceError."""
        if tiling.overlap is not None:
            return Sight(self.grid, tiling.overlap)
        if isinstance(self.sight, Sight):
            return self.sight
        if tiling.or_whole:
            return None
        raise InferenceError(
            f"{self.name} {self.sight}, so no tiles give the whole picture's result; leave the tiles out, or "
            "say how far they overlap (--overlap 32)"
        )

    def shortest(self, grid: int) -> int:
        """The least side of what is cut out for a tile."""
        return max(self.sizes.minimum, 2 * grid)

    def _enlarged(self, images: Tensor, tiling: Tiling | None) -> Tensor:
        if images.shape[1] == self.channels == 1 and self.sees == "grey":
            return self._run(images, tiling)
        coloured = images.expand(-1, 3, -1, -1)
        run = self._by_one_channel if self.channels == 1 else self._run
        result = run(coloured, tiling)
        return result if images.shape[1] == 3 else luma(result)

    def _by_one_channel(self, images: Tensor, tiling: Tiling | None) -> Tensor:
        """YCbCr with its chroma enlarged is the enlarged RGB moved along grey by the luma's difference."""
        enlarged = enlarge(images, self.scale)
        if self.sees == "grey":
            return enlarged + self._run(luma(images), tiling) - luma(enlarged)
        detail = self._run(studio_luma(images), tiling) - studio_luma(enlarged)
        return enlarged + _FULL_PER_STUDIO * detail

    def _run(self, images: Tensor, tiling: Tiling | None) -> Tensor:
        if tiling is None or max(images.shape[-2:]) <= tiling.side:
            return self._sized(images)
        sight = self.sight_for(tiling)
        if sight is None:
            return self._sized(images)
        return in_tiles(
            self._sized,
            images,
            self.scale,
            tile=tiling.side,
            margin=sight.reach,
            grid=sight.grid,
            shortest=self.shortest(sight.grid),
        )

    def _sized(self, images: Tensor) -> Tensor:
        """The network on an image that keeps its size rules, cut back, on the images' device."""
        height, width = images.shape[-2:]
        padded = mirrored_to(images, *self.sizes.fitting(height, width))
        result = self._answer(padded.to(self.device, self.dtype))
        expected = (*padded.shape[:2], *(self.scale * side for side in padded.shape[2:]))
        if tuple(result.shape) != expected:
            raise InferenceError(
                f"{self.name} turned {tuple(padded.shape)} into {tuple(result.shape)}; expected {expected}"
            )
        return result[..., : self.scale * height, : self.scale * width].to(images)

    def _answer(self, images: Tensor) -> Tensor:
        try:
            return self.network(images)
        except Exception as error:  # whatever a stranger's model raises, memory's end too
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            low = self.dtype != torch.float32
            raise InferenceError(
                f"{self.name} fails on {tuple(images.shape)}: {reason}"
                + ("; smaller tiles need less (--tile)" if "memory" in reason.lower() else "")
                + (f"; its values are {str(self.dtype).removeprefix('torch.')}" if low else "")
            ) from error
