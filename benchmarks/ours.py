"""Our side of a comparison: draw and apply, as a training loop calls them."""

from __future__ import annotations

from typing import Any

import torch

import degrade


class Ours:
    """A named pipeline on a fixed batch.

    sharpen: apply also the steps that make the HR (the published USM), else only the LR's.
    workers: threads, or the processes of a pool.
    Drawing is inside the timing: what a batch costs a training loop is both.
    """

    def __init__(
        self, pipeline: str, hr: torch.Tensor, *, sharpen: bool, workers: int | degrade.Processes
    ) -> None:
        self.pipeline = degrade.load_pipeline(pipeline, scale=4)
        self.apply = degrade.apply if sharpen else degrade.apply_lr
        self.hr = hr
        kind = "threads" if isinstance(workers, int) else "processes"
        self.workers: dict[str, Any] = {kind: workers}

    def draw(self, item: int) -> list[degrade.Trace]:
        keys = degrade.keys(seed=0, sources=[str(n) for n in range(len(self.hr))], variant=item)
        return list(degrade.draw(self.pipeline, keys))

    def run(self, item: int) -> object:
        return self.apply(self.draw(item), self.hr, **self.workers)
