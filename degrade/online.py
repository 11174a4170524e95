"""On-line degradation for training loops: an `nn.Module` without state."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypedDict, get_args

import numpy as np
import torch
from torch import nn

from degrade.address import Key
from degrade.columns import Integers, TraceColumns
from degrade.draw import LaterTraces, draw, draw_columns
from degrade.errors import DegradeError, GeometryError
from degrade.execute import Gradient, Processes, apply_hr, apply_lr
from degrade.execute.batched import run_made
from degrade.execute.device import runs_packed
from degrade.execute.images import Lookout
from degrade.execute.placing import placed_hr, placed_lr
from degrade.execute.plan import plan_hr, plan_lr
from degrade.execute.program import Program, program_of, program_of_steps
from degrade.geometry import Size
from degrade.operators.row import Operator
from degrade.operators.table import OPERATORS
from degrade.pipeline import Pipeline, load_pipeline
from degrade.pipeline.columnar import ColumnarProgram
from degrade.trace import Trace
from degrade.trust import NOTHING, Trust


class Pair(NamedTuple):
    """A batch for a training step: hr b c h w and lr b c h/s w/s, float32, [0, 1]."""

    hr: torch.Tensor
    lr: torch.Tensor


class Workers(TypedDict):
    """Who works on the CPU's samples, and with which operators: see `degrade.apply`."""

    threads: int | None
    processes: Processes | None
    rows: Sequence[Operator[Any]]
    trust: Trust


class Readied(NamedTuple):
    """A batch before its images. traces: not yet drawn where samples run packed, which need none.

    programs: of the HR steps and of the LR steps, where samples run packed.
    """

    keys: list[Key]
    shape: torch.Size
    traces: Sequence[Trace]
    programs: tuple[Program, Program] | None


def readied(
    pipeline: Pipeline,
    keys: list[Key],
    size: Size,
    channels: int,
    packed: bool,
    trust: Trust = NOTHING,
) -> Readied:
    """Draws a batch of HR images c h w of one size, and lays it out where samples run packed."""
    shape = torch.Size((channels, *size))
    if not packed:
        return Readied(keys, shape, draw(pipeline, keys), None)
    programs = programs_at_once(pipeline, keys, size, channels)
    if programs is not None:
        return Readied(keys, shape, LaterTraces(pipeline, keys), programs)
    traces = draw(pipeline, keys)
    return Readied(keys, shape, traces, programs_of_traces(traces, pipeline, size, channels, trust))


def programs_at_once(
    pipeline: Pipeline, keys: Sequence[Key], size: Size, channels: int
) -> tuple[Program, Program] | None:
    """The programs of HR and LR steps from columns; None where only the traces can tell, or can say what is
    wrong.
    """
    columns = draw_columns(pipeline, keys)
    if columns is None:
        return None
    lr = placed_lr(columns, size, OPERATORS)
    hr = None if lr is None else hr_program(pipeline, columns, size, channels)
    if lr is None or hr is None:
        return None
    return hr, program_of_steps(lr, _sizes(columns, size), channels)


def hr_program(
    pipeline: Pipeline, columns: TraceColumns, size: Size, channels: int
) -> Program | None:
    """The program of the HR steps; where they are the same for all samples, that of the last such batch."""
    program = pipeline.columnar
    steady = program is not None and program.steady_hr
    kept = _kept(program, columns.samples, size, channels) if steady else []
    if not kept:
        steps = placed_hr(columns, size, OPERATORS)
        if steps is None:
            return None
        kept.append(program_of_steps(steps, _sizes(columns, size), channels))
    return kept[0]


@lru_cache(maxsize=8)
def _kept(program: ColumnarProgram, samples: int, size: Size, channels: int) -> list[Program]:
    """Where the HR steps' program of such batches is kept."""
    return []


def _sizes(columns: TraceColumns, size: Size) -> Integers:
    return np.tile(np.array(size, np.int64), (columns.samples, 1))


def programs_of_traces(
    traces: Sequence[Trace], pipeline: Pipeline, size: Size, channels: int, trust: Trust
) -> tuple[Program, Program]:
    """The same by planning each trace."""
    operators = OPERATORS.with_rows(pipeline.own_operators).trusting(trust)
    sizes = [size] * len(traces)
    plans = [[plan(trace, size, operators) for trace in traces] for plan in (plan_hr, plan_lr)]
    first, second = (program_of(own, sizes, channels) for own in plans)
    return first, second


def run_ready(programs: tuple[Program, Program], hr: torch.Tensor) -> Pair:
    """The pairs of a batch; without HR steps the targets are the very images that came in."""
    images = [hr]
    for program in programs:
        made = run_made(program, images[-1]) if program.rounds else images[-1]
        assert isinstance(made, torch.Tensor)
        images.append(made)
    return Pair(*images[1:])


class Made(NamedTuple):
    """A batch that was made, and what it was made by."""

    pair: Pair
    traces: Sequence[Trace]


def make_pairs(pipeline: Pipeline, keys: list[Key], hr: torch.Tensor, threads: int) -> Made:
    """The pairs of HR images b c h w, float32, [0, 1], one key each, outside autograd; by columns on a GPU."""
    rows = pipeline.own_operators
    if runs_packed(hr.device):
        made = readied(pipeline, keys, Size(*hr.shape[-2:]), hr.shape[1], packed=True)
        assert made.programs is not None
        return Made(run_ready(made.programs, hr.detach()), made.traces)
    traces = draw(pipeline, keys)
    target = apply_hr(traces, hr, threads=threads, rows=rows)
    return Made(Pair(target, apply_lr(traces, target, threads=threads, rows=rows)), traces)


@lru_cache(maxsize=1)
def _background(process: int) -> ThreadPoolExecutor:
    """The one thread of a process that makes batches ready; a forked one has none of its parent's."""
    return ThreadPoolExecutor(1, "degrade-ahead")


class OnlineDegradation(nn.Module):
    """Makes the LR of every HR in a batch, each by its own draw.

    A draw is addressed by (seed, source id, variant), so there is nothing to save and nothing to restore:
    resuming, more workers, another batch size or another order of the data give each source and variant
    the LR that it would have had anyway. An epoch is a variant.

    pipeline: a Pipeline, or a name or path for `load_pipeline`. threads, processes: samples at a time on the
    CPU, as for `degrade.apply`.
    rows: a caller's own operators, which the pipeline may name. trust: what code of files it may run, beside
    what it was read with.
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
        trust: Trust | Iterable[str] = NOTHING,
    ) -> None:
        super().__init__()
        if gradient not in ("none", *get_args(Gradient)):
            raise DegradeError(
                f"gradient {gradient!r}: expected one of none, {', '.join(get_args(Gradient))}"
            )
        if not isinstance(pipeline, Pipeline):
            pipeline = load_pipeline(pipeline, scale, rows, trust)
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
        self.trust = Trust.of(trust)
        self.lookout = Lookout()

    def ahead(
        self,
        sources: Sequence[str],
        variants: int | Sequence[int] | torch.Tensor,
        size: tuple[int, int],
        device: torch.device | str,
        channels: int = 3,
    ) -> Future[Readied]:
        """Draws, plans and lays out a batch in a thread, for `forward` to run when its HR images are there.

        size: height and width of the HR images. device: where they will be. The batch is the same with or
        without it; what is wrong with it is raised by `forward`.
        """
        keys, place = self._keys(sources, variants), torch.device(device)
        return _background(os.getpid()).submit(
            readied, self.pipeline, keys, Size(*size), channels, runs_packed(place), self.trust
        )

    def forward(
        self,
        hr: torch.Tensor,
        sources: Sequence[str],
        variants: int | Sequence[int] | torch.Tensor,
        ready: Future[Readied] | None = None,
    ) -> Pair:
        """hr: b c h w, float32, [0, 1], on any device; sources: b ids; variants: one for all, or b of them.

        ready: of `ahead`, for the same sources, variants and size; raises DegradeError for others.
        Raises ImageError for values that are no numbers or outside [0, 1]: at once on the CPU; on a GPU, which
        is never waited for, in a later call, where most batches have been looked at.
        """
        self.lookout.look(hr)
        keys = self._keys(sources, variants)
        made = None if ready is None else ready.result()
        if made is not None and (made.keys, made.shape) != (keys, hr.shape[1:]):
            raise DegradeError(
                f"a batch that was made ready for other sources, variants or a size of {tuple(made.shape)}: "
                f"expected those of this call and {tuple(hr.shape[1:])}; give `ahead` the same as `forward`"
            )
        if made is not None and made.programs and self.gradient == "none":
            return run_ready(made.programs, hr.detach())
        traces = draw(self.pipeline, keys) if made is None else made.traces
        gradient: Gradient = "exact" if self.gradient == "none" else self.gradient
        with torch.set_grad_enabled(self.gradient != "none" and torch.is_grad_enabled()):
            workers: Workers = {
                "threads": self.threads,
                "processes": self.processes,
                "rows": self.pipeline.own_operators,
                "trust": self.trust,
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
