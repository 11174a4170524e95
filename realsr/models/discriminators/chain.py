"""Discriminators that are a chain: pairs of convolutions that halve the image, then a classifier (SRGAN)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor, nn

from realsr.models.discriminators.base import Discriminator, DiscriminatorArguments, Judged, walk


@dataclass(frozen=True)
class ChainPlan:
    """widths: channels of each stage (one convolution at full size, one of stride 2).

    down: kernel of the convolution of stride 2. normalised: batch normalisation behind every convolution but
    the first. bias: of the convolutions that are normalised. grid: pixels a side that the classifier sees.
    slope: of the leaky ReLUs.
    """

    widths: tuple[int, ...]
    down: int
    normalised: bool
    bias: bool
    grid: int
    hidden: int
    slope: float = 0.2

    def side_after(self, side: int) -> int:
        """Pixels a side that the stages leave of `side`."""
        for _ in self.widths:
            side = (side + 2 - self.down) // 2 + 1
        return side


def chain(inputs: int, plan: ChainPlan) -> nn.Sequential:
    """The convolutions, each a block with its normalisation and leaky ReLU."""
    return nn.Sequential(*_blocks(inputs, plan))


def _blocks(inputs: int, plan: ChainPlan) -> Iterator[nn.Module]:
    for stage, width in enumerate(plan.widths):
        yield _block(inputs, width, 3, 1, plan, first=stage == 0)
        yield _block(width, width, plan.down, 2, plan, first=False)
        inputs = width


def _block(
    inputs: int, width: int, kernel: int, stride: int, plan: ChainPlan, *, first: bool
) -> nn.Sequential:
    normalised = plan.normalised and not first
    bias = plan.bias or not normalised
    layers: list[nn.Module] = [
        nn.Conv2d(inputs, width, kernel, stride=stride, padding=1, bias=bias)
    ]
    if normalised:
        layers.append(nn.BatchNorm2d(width))
    return nn.Sequential(*layers, nn.LeakyReLU(plan.slope))


def classifier(plan: ChainPlan, outputs: int = 1) -> nn.Sequential:
    """From `b width grid grid` to `b outputs` over one hidden layer."""
    pixels = plan.widths[-1] * plan.grid**2
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(pixels, plan.hidden),
        nn.LeakyReLU(plan.slope),
        nn.Linear(plan.hidden, outputs),
    )


class ChainDiscriminator(Discriminator):
    """Judges whole images: `b 1`.

    size None: the last features are averaged to the plan's grid, so that any size is judged; at the paper's
    size this averages nothing. A given size: the paper's form, which refuses every other size.
    """

    def __init__(
        self, arguments: DiscriminatorArguments, plan: ChainPlan, size: int | None
    ) -> None:
        super().__init__(arguments)
        if size is not None and plan.side_after(size) != plan.grid:
            raise ValueError(f"size {size} leaves {plan.side_after(size)} pixels, not {plan.grid}")
        self.size = size
        self.blocks = chain(arguments.inputs, plan)
        self.pool = nn.AdaptiveAvgPool2d(plan.grid) if size is None else nn.Identity()
        self.classifier = classifier(plan)

    def judge_joined(self, x: Tensor) -> Judged:
        if self.size is not None and x.shape[-2:] != (self.size, self.size):
            raise ValueError(
                f"this discriminator was built for {self.size} x {self.size} pixels and got "
                f"{x.shape[-2]} x {x.shape[-1]} (height x width): crop to that size, or build it with "
                "size=None for any size"
            )
        features = walk(self.blocks, x)
        return Judged(self.classifier(self.pool(features[-1])), features)
