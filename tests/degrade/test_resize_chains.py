"""The chain of resizes that docs/pipelines.md shows: drawn, applied, and aligned in every draw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import degrade
from benchmarks.promises import SCALE, STRIP, error, geometric
from degrade.trace import Trace

PAGE = Path(__file__).parents[2] / "docs" / "pipelines.md"


@pytest.fixture(scope="module")
def traces() -> list[Trace]:
    blocks = [part.split("```")[0] for part in PAGE.read_text("utf-8").split("```yaml\n")[1:]]
    (text,) = (block for block in blocks if block.startswith("name: resized_twice"))
    pipeline = degrade.parse_pipeline(text, scale=SCALE)
    return degrade.draw(pipeline, degrade.keys(0, map(str, range(60))))


def test_both_directions_are_drawn_and_end_at_the_target(traces: list[Trace]) -> None:
    assert {trace.lr[0].label for trace in traces} == {"up_first", "dpid"}
    image = torch.rand((3, 64, 48), generator=torch.Generator().manual_seed(0))
    for lr, *_ in zip(degrade.apply(traces[:8], [image] * 8), strict=True):
        assert lr.shape == (3, 16, 12)


def test_nothing_moves(traces: list[Trace]) -> None:
    worst = [np.abs(error(geometric(trace, blur=True))[:, STRIP:-STRIP]).max() for trace in traces]
    assert max(worst) < 0.01
