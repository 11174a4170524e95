"""A person's own file of rows, as it lies outside the project: an operator, a metric, a loss and a network."""

from __future__ import annotations

from pathlib import Path

TEXT = """
from __future__ import annotations

import numpy as np
from pydantic import Field
from torch import Tensor, nn

from degrade.operators.base import Group, Parameters, column
from degrade.operators.row import Forms, Operator, Words
from realsr.backbones.settings import Settings
from realsr.losses.base import Loss
from realsr.metrics.metric import row
from realsr.models.base import Architecture, Arguments


class DimParameters(Parameters):
    by: float = Field(ge=0, le=1, description="what is left of the light")


def dim(canvas: Tensor, group: Group[DimParameters]) -> Tensor:
    return canvas * column(group.floats("by"), canvas)


class PowerArguments(Settings):
    exponent: float = Field(default=1.5, gt=0)


class PlainArguments(Arguments):
    kernel: int = 3


class Plain(nn.Module):
    def __init__(self, arguments: PlainArguments) -> None:
        super().__init__()
        many = arguments.channels * arguments.scale**2
        self.conv = nn.Conv2d(arguments.channels, many, arguments.kernel, padding="same")
        self.shuffle = nn.PixelShuffle(arguments.scale)

    def forward(self, lr: Tensor) -> Tensor:
        return self.shuffle(self.conv(lr))


ROWS = [
    Operator(
        name="own_dim",
        version=1,
        parameters=DimParameters,
        forms=Forms(kernel=dim),
        words=Words(lambda record: f"dimmed to {record.by:.2f}", "Less light.", "y = by x", "mine"),
    ),
    row(
        "own_range",
        "nearer to 1",
        lambda inputs, convention: float(np.ptp(inputs.sr) / np.ptp(inputs.reference)),
        "range of SR over range of HR",
        channels=("rgb",),
    ),
    Loss(
        "own_power",
        PowerArguments,
        lambda a: lambda batch: ((batch.sr - batch.hr).abs() + 1e-6).pow(a.exponent).mean(),
        "a power of the error",
        "mine",
    ),
    Architecture("own_plain", PlainArguments, Plain, (2,), "rgb", "one convolution", "mine"),
]
"""

PIPELINE = """
name: own
scale: 2
lr:
  - {op: own_dim, by: {uniform: [0.5, 0.9]}}
  - {op: matlab_bicubic, factor: 0.5}
"""


def write(folder: Path, text: str = TEXT) -> Path:
    """The file, somewhere else."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "mine.py"
    path.write_text(text, encoding="utf-8")
    return path
