"""What a metric is: a row that joins a name, its direction, what it needs and a pure function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

from realsr.metrics.consistency import Operator
from realsr.metrics.convention import Channel, Convention
from realsr.metrics.errors import MetricError
from realsr.metrics.planes import Picture, Plane, Planes, plane, planes

Better = Literal["higher", "lower", "nearer to 1"]

Need = Literal["hr", "lr", "scale", "true_operator", "assumed_operator"]

Distance = Callable[[Picture, Picture], float]
"""A learned distance with its weights inside: (SR, HR) -> number."""


@dataclass(frozen=True)
class Inputs:
    """Everything a metric may look at; a row says what it needs beside the SR.

    true_operator, assumed_operator: HR picture to LR picture without noise. parameters: file of NIQE's official
    parameters. distance: the network behind a learned metric.
    """

    sr: Picture
    hr: Picture | None = None
    lr: Picture | None = None
    scale: int | None = None
    true_operator: Operator | None = None
    assumed_operator: Operator | None = None
    parameters: Path | None = None
    distance: Distance | None = None

    @property
    def reference(self) -> Picture:
        """HR, where the row has asked for it."""
        if self.hr is None:
            raise MetricError("this metric needs the reference; give hr=")
        return self.hr

    def planes(self, convention: Convention) -> tuple[Planes, Planes]:
        """SR's and HR's planes."""
        return planes(self.sr, convention), planes(self.reference, convention)

    def luma(self, convention: Convention) -> tuple[Plane, Plane]:
        """SR's and HR's single plane."""
        return plane(self.sr, convention), plane(self.reference, convention)


Compute = Callable[[Inputs, Convention], float]
"""Inputs under a settled convention to a number. Raises NotDefinedError where there is no value."""


@dataclass(frozen=True)
class WeightFile:
    """A file that metrics are computed with.

    name: what it is called where a person names one (`--weights NAME=FILE`); metrics that name alike share it.
    usual: where another package may have put it. missing: the sentence for a machine without it. digest: what
    the SHA-256 of a file found there begins with. word: said in place of a path, the usual place and no other.
    """

    name: str
    usual: Callable[[], Sequence[Path]]
    missing: Callable[[], str]
    digest: str | None = None
    word: str | None = None


@dataclass(frozen=True)
class Trained:
    """What a metric learned, and where it lies.

    load: the paths of `files`, in order, and a device -> the metric with all of it inside. Raises
    MissingWeightsError or MetricError for files that cannot serve.
    """

    files: tuple[WeightFile, ...]
    load: Callable[[Sequence[Path], torch.device], Compute]


@dataclass(frozen=True)
class Metric:
    """A row of the table.

    version: raised whenever the same inputs would give another value. channels: those that it is defined on;
    the default convention has one of them. may_round: whether its luma or grey may be rounded. compute: raises
    MissingWeightsError where it has learned something that is not among the inputs. source: the paper or
    program, and our choice where it is silent. trained: of a metric that is computed with files. origin:
    SHA-256 of the file that a caller's own row comes from, by which its numbers are told apart.
    """

    name: str
    version: int
    better: Better
    needs: frozenset[Need]
    channels: tuple[Channel, ...]
    convention: Convention
    may_round: bool
    compute: Compute
    unit: str
    source: str
    trained: Trained | None = None
    origin: str = ""


def row(
    name: str,
    better: Better,
    compute: Compute,
    source: str,
    *,
    channels: tuple[Channel, ...] = ("rgb", "y", "grey"),
    convention: Convention | None = None,
    needs: frozenset[Need] = frozenset({"hr"}),
    unit: str = "",
    may_round: bool = True,
    trained: Trained | None = None,
    version: int = 1,
) -> Metric:
    """A row: of SR against HR, on any channel, unless told otherwise; first the channel of the default."""
    convention = convention or Convention(channels[0])
    may_round = may_round and channels != ("rgb",)
    return Metric(
        name,
        version,
        better,
        needs,
        channels,
        convention,
        may_round,
        compute,
        unit,
        source,
        trained,
    )


@dataclass(frozen=True)
class Score:
    """A number, and all that makes it comparable. convention: with crop in pixels and the pictures' depth."""

    value: float
    metric: str
    convention: Convention
    version: int

    def __str__(self) -> str:
        return f"{self.metric} {self.value:.4f} ({self.convention}; version {self.version})"


@dataclass(frozen=True)
class NotComputed:
    """No number, and why: 'weights missing: ...' or 'not defined: ...'."""

    metric: str
    reason: str

    def __str__(self) -> str:
        return f"{self.metric} not computed: {self.reason}"
