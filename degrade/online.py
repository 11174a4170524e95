"""On-line degradation for training loops: an `nn.Module` without state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypedDict, get_args

import torch
from torch import nn

from degrade.address import Key
from degrade.draw import draw
from degrade.errors import DegradeError, GeometryError
from degrade.execute import Gradient, Processes, apply_hr, apply_lr
from degrade.operators.row import Operator
from degrade.pipeline import Pipeline, load_pipeline


class Pair(NamedTuple):
    """A batch for a training step: hr b c h w and lr b c h/s w/s, float32, [0, 1]."""

    hr: torch.Tensor
    lr: torch.Tensor


class Workers(TypedDict):
    """Who works on the CPU's samples, and with which operators: see `degrade.apply`."""

    threads: int | None
    processes: Processes | None
    rows: Sequence[Operator[Any]]


class OnlineDegradation(nn.Module):
    """Makes the LR of every HR in a batch, each by its own draw.

    A draw is addressed by (seed, source id, variant), so there is nothing to save and nothing to restore:
    resuming, more workers, another batch size or another order of the data give each source and variant
    the LR that it would have had anyway. An epoch is a variant.

    pipeline: a Pipeline, or a name or path for `load_pipeline`. threads, processes: samples at a time on the
    CPU, as for `degrade.apply`.
    rows: a caller's own operators, which the pipeline may name.
    gradient: `none` makes the pair outside autograd, also of an HR that requires a gradient; `exact` and
    `straight_through` pass it as `degrade.apply` does.
    """

    def __init__(
        self,
        pipeline: Pipeline | str | Path,
        *,
        scale: int | None = None,
        seed: int = 0,
        threads: int | None = None,
        processes: Processes | None = None,
        gradient: Literal["none"] | Gradient = "none",
        rows: Iterable[Operator[Any]] = (),
    ) -> None:
        super().__init__()
        if gradient not in ("none", *get_args(Gradient)):
            raise DegradeError(
                f"gradient {gradient!r}: expected one of none, {', '.join(get_args(Gradient))}"
            )
        if not isinstance(pipeline, Pipeline):
            pipeline = load_pipeline(pipeline, scale, rows)
        if scale not in (None, pipeline.scale):
            raise GeometryError(
                f"scale {scale} was asked for, the pipeline {pipeline.name} was loaded with "
                f"{pipeline.scale}; load it with that scale"
            )
        self.pipeline = pipeline
        self.seed = seed
        self.threads = threads
        self.processes = processes
        self.gradient = gradient

    def forward(
        self, hr: torch.Tensor, sources: Sequence[str], variants: int | Sequence[int] | torch.Tensor
    ) -> Pair:
        """hr: b c h w, float32, [0, 1], on any device; sources: b ids; variants: one for all, or b of them."""
        traces = draw(self.pipeline, self._keys(sources, variants))
        gradient: Gradient = "exact" if self.gradient == "none" else self.gradient
        with torch.set_grad_enabled(self.gradient != "none" and torch.is_grad_enabled()):
            workers: Workers = {
                "threads": self.threads,
                "processes": self.processes,
                "rows": self.pipeline.own_operators,
            }
            target = apply_hr(traces, hr, gradient=gradient, **workers)
            lr = apply_lr(traces, target, gradient=gradient, **workers)
        return Pair(target, lr)

    def _keys(
        self, sources: Sequence[str], variants: int | Sequence[int] | torch.Tensor
    ) -> list[Key]:
        numbers = torch.as_tensor(variants).expand(len(sources)).tolist()
        return [
            Key(self.seed, source, number) for source, number in zip(sources, numbers, strict=True)
        ]

    def extra_repr(self) -> str:
        return f"{self.pipeline.name} x{self.pipeline.scale}, seed={self.seed}"
