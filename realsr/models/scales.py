"""Networks that one set of weights serves at several scales.

`forward(lr)` keeps the contract of every generator: it enlarges by the scale that the network was built for.
`forward(lr, scale)` enlarges by another that the network has. The scale is an argument rather than a state,
so a trainer may draw one for each batch and two threads may ask for two.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from pydantic import Field, model_validator
from torch import Tensor, nn

from realsr.models.base import Arguments
from realsr.models.upsampling import enlarge


class MultiScaleArguments(Arguments):
    """scale: by which `forward(lr)` enlarges. scales: all that the network has upsamplers for."""

    scales: tuple[int, ...] = Field(
        default=(), description="scales with weights of their own; empty: `scale` alone"
    )

    @property
    def held(self) -> tuple[int, ...]:
        """The scales that the network holds weights for."""
        return self.scales or (self.scale,)

    @model_validator(mode="after")
    def _holds_its_own(self) -> MultiScaleArguments:
        if self.scale not in self.held:
            raise ValueError(f"scale {self.scale} is none of scales {self.scales}; add it there")
        return self


class MultiScale(nn.Module, ABC):
    """A network that holds weights for each of `scales` and enlarges by `scale` unless told another."""

    def __init__(self, scale: int, scales: tuple[int, ...]) -> None:
        super().__init__()
        self.scale = scale
        self.scales = scales

    def forward(self, lr: Tensor, scale: int | None = None) -> Tensor:
        """b c h w -> b c scale*h scale*w. Raises ValueError for a scale that the network lacks."""
        scale = self.scale if scale is None else scale
        if scale not in self.scales:
            raise ValueError(
                f"scale {scale}: this network has {self.scales}; build it with {scale}"
            )
        return self.enlarged(lr, scale)

    @abstractmethod
    def enlarged(self, lr: Tensor, scale: int) -> Tensor:
        """SR at one of `scales`."""


class PreEnlarged(nn.Module, ABC):
    """Enlarges by bicubic interpolation first and works at HR size, so any whole scale will do."""

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, lr: Tensor, scale: int | None = None) -> Tensor:
        """b c h w -> b c scale*h scale*w, at the network's own scale unless told another."""
        return self.refined(self.entered(lr, scale))

    def entered(self, lr: Tensor, scale: int | None = None) -> Tensor:
        """What the network works at: the LR, enlarged."""
        return enlarge(lr, self.scale if scale is None else scale)

    @abstractmethod
    def refined(self, images: Tensor) -> Tensor:
        """SR from an image already enlarged, of the same shape."""
