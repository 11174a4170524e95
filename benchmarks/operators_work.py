"""A batch of photographs in every form that a library takes, and one operator of ours on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import torch
import yaml

import degrade
from benchmarks import photographs
from degrade.execute.plan import Plan, plan_lr
from degrade.execute.singles import tables_of
from degrade.execute.threads import worker_pool

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
T = TypeVar("T")


class Spread(Protocol):
    """`map`, possibly over threads."""

    def __call__(self, run: Callable[[int], T], numbers: Iterable[int], /) -> Iterator[T]: ...


@dataclass(frozen=True)
class Work:
    """One batch: float32 b 3 h w in [0, 1], uint8 b 3 h w, and each image h w 3 in both."""

    tensors: torch.Tensor
    eight_bit_tensors: torch.Tensor
    images: Sequence[Floats]
    eight_bit_images: Sequence[Pixels]
    threads: int
    spread: Spread

    def each(self, run: Callable[[int], T]) -> list[T]:
        """run(place in the batch) for every image, over the threads."""
        return list(self.spread(run, range(len(self.images))))


Call = Callable[[], Any]
Side = Callable[[Work], Call]
"""Makes what is drawn or built beforehand and returns the call that is timed."""


def work_of(pixels: Pixels, threads: int, spread: Spread) -> Work:
    """pixels: b h w 3. Every form is contiguous, so that no side pays for another's layout."""
    floats = np.divide(pixels, 255.0, dtype=np.float32)

    def tensor(array: npt.NDArray[Any]) -> torch.Tensor:
        return torch.from_numpy(array).permute(0, 3, 1, 2).contiguous()

    return Work(tensor(floats), tensor(pixels), list(floats), list(pixels), threads, spread)


@contextmanager
def batches(count: int, side: int, batch: int, threads: int) -> Iterator[list[Work]]:
    """`count` photographs in batches. While inside, torch has `threads` threads and OpenCV one.

    Images are spread over a standing pool whose workers have one thread each; with one thread they are
    worked on in turn, in the caller's.
    """
    crops = photographs.crops(count, side)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with worker_pool(threads) as pool:
            spread: Spread = map if threads == 1 else pool.map
            starts = range(0, count, batch)
            yield [work_of(crops[start : start + batch], threads, spread) for start in starts]
    finally:
        torch.set_num_threads(before)


def drawn(work: Work, scale: int, stages: Sequence[dict[str, Any]]) -> list[degrade.Trace]:
    """A trace an image, from a pipeline of these stages."""
    text = yaml.safe_dump({"name": "operator", "scale": scale, "lr": list(stages)})
    sources = map(str, range(len(work.images)))
    return list(degrade.draw(degrade.parse_pipeline(text), degrade.keys(0, sources)))


def ours(*stages: dict[str, Any], scale: int = 1, engine: degrade.execute.Engine = "auto") -> Side:
    """degrade.apply, traces drawn beforehand."""

    def prepare(work: Work) -> Call:
        traces = drawn(work, scale, stages)
        return lambda: degrade.apply(traces, work.tensors, threads=work.threads, engine=engine)

    return prepare


def plans(work: Work, scale: int, stages: Sequence[dict[str, Any]]) -> list[Plan]:
    """What `ours` will do to each image, with sizes."""
    size = degrade.Size(*work.tensors.shape[-2:])
    return [plan_lr(trace, size) for trace in drawn(work, scale, stages)]


def kernels_of(work: Work, stage: dict[str, Any]) -> torch.Tensor:
    """The correlation kernels that `ours` makes of a blur's stage: float32 b k k."""
    tables = tables_of([plan[0] for plan in plans(work, 1, [stage])])
    return torch.from_numpy(np.stack(tables)).float()


def floor(work: Work, scale: int) -> Call:
    """The least an operator can do: read the images once and write an output of its size once."""
    part = len(work.images) * work.images[0].size // scale**2
    source, out = work.tensors.view(-1), torch.empty(part)

    def move() -> None:
        out.copy_(source[:part])
        if scale > 1:
            source[part:].sum()

    return move
