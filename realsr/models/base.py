"""What an architecture is: a row that joins typed arguments, a network and its facts.

Every generator maps LR to SR by one contract. In: `b c h w`, float, [0, 1], any height and width. Out: `b c
scale*h scale*w` in the same range, neither clamped nor rounded. What a paper does before and after its network
(subtracting a mean, ranges of 0..255, enlarging first) happens inside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar, runtime_checkable

from pydantic import Field
from torch import Tensor, nn

from degrade.reader.records import Strict

Colour = Literal["rgb", "y"]
"""What the paper's network sees: RGB, or the luma alone (BT.601 studio range, scaled to [0, 1])."""


class Arguments(Strict):
    """Base of an architecture's arguments: frozen, unknown names refused."""

    scale: int = Field(description="HR side / LR side")
    channels: int = Field(default=3, ge=1, description="channels of LR and SR")


class LumaArguments(Arguments):
    """Of a network that its paper runs on the luma: one channel unless told otherwise."""

    channels: int = Field(default=1, ge=1, description="channels of LR and SR")


@runtime_checkable
class DeeplySupervised(Protocol):
    """A network whose paper compares images on the way to the SR with HR too."""

    def outputs(self, lr: Tensor) -> tuple[Tensor, ...]:
        """Those images in order, the SR last; each of the SR's size or a smaller one.

        A network of several scales takes `scale` here as it does in `forward`.
        """
        ...


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True)
class Architecture(Generic[A]):
    """A row of the table of generators.

    build: arguments -> network that keeps the contract above. scales: those that the paper has. colour: what
    it sees there, and so the default number of channels. source: the paper, and our choice where it is silent.
    shrunk: scales among them that have no weights of their own: another's result made smaller.
    parameters: learned numbers of the network of default arguments, for each scale in order, or once for all;
    empty where nobody counted them.
    """

    name: str
    arguments: type[A]
    build: Callable[[A], nn.Module]
    scales: tuple[int, ...]
    colour: Colour
    summary: str
    source: str
    parameters: tuple[int, ...] = ()
    shrunk: tuple[int, ...] = ()

    @property
    def channels(self) -> int:
        """Channels of the paper's network."""
        return 1 if self.colour == "y" else 3

    @property
    def counts(self) -> dict[int, int]:
        """`parameters` by scale."""
        each = self.parameters * len(self.scales) if len(self.parameters) == 1 else self.parameters
        return dict(zip(self.scales, each, strict=bool(each)))
