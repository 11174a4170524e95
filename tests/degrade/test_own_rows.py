"""A caller's own operators: named in a pipeline, drawn, applied and replayed as ours are."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import pytest
import torch
from pydantic import Field
from torch import Tensor

import degrade
from degrade.errors import PipelineError, TraceError
from degrade.execute.forked import can_fork
from degrade.operators.base import Group, Parameters, column
from degrade.operators.row import Facts, Forms, Operator, Words

TEXT = """
name: own
scale: 1
lr:
  - op: dim
    by: {uniform: [0.1, 0.9]}
  - maybe: 0.5
    stages: [{op: dim, label: dim_again, by: 0.5}]
"""
DIGEST = "ab" * 32


class DimParameters(Parameters):
    by: float = Field(ge=0, le=1, description="what is left of the light")


def dim(canvas: Tensor, group: Group[DimParameters]) -> Tensor:
    return canvas * column(group.floats("by"), canvas)


def words(record: DimParameters) -> str:
    return f"dimmed to {record.by:.2f}"


DIM: Operator[Any] = Operator(
    name="dim",
    version=1,
    parameters=DimParameters,
    forms=Forms(dim),
    words=Words(words, summary="Less light.", formula="y = by x", source="a test"),
    facts=Facts(strength=lambda record: {"dimming": record.by}),
    origin=DIGEST,
)
KEYS = degrade.keys(0, [f"photograph {index}" for index in range(8)])


@pytest.fixture
def pipeline() -> degrade.Pipeline:
    return degrade.parse_pipeline(TEXT, rows=[DIM])


def test_drawn_and_applied_as_ours_are(pipeline: degrade.Pipeline) -> None:
    traces = degrade.draw(pipeline, KEYS)
    hr = torch.rand(len(KEYS), 3, 8, 6)
    expected = [image * _left(trace) for image, trace in zip(hr, traces, strict=True)]
    for engine in ("singles", "batched", "reference"):
        made = degrade.apply(traces, hr, engine=engine, rows=pipeline.own_operators)
        torch.testing.assert_close(made, torch.stack(expected))
    online = degrade.OnlineDegradation(pipeline)(hr, [key.source for key in KEYS], 0)
    assert torch.equal(online.lr, degrade.apply(traces, hr, rows=[DIM]))
    assert degrade.words(traces[0], [DIM])[0].startswith("dimmed to 0.")
    assert degrade.physical(traces[0], [DIM])[0]["dimming"] == traces[0].lr[0].values["by"]
    assert degrade.placement(traces[0], degrade.Size(8, 6), [DIM]).size == (8, 6)


def _left(trace: degrade.Trace) -> float:
    left = 1.0
    for step in trace.lr:
        left *= float(step.values["by"])
    return left


@pytest.mark.skipif(not can_fork(), reason="worker processes need fork")
def test_worker_processes_know_them(pipeline: degrade.Pipeline) -> None:
    """Also where they have started without them before."""
    traces, hr = degrade.draw(pipeline, KEYS), torch.rand(len(KEYS), 3, 8, 6)
    with degrade.Processes(2) as processes:
        ours = degrade.parse_pipeline("{name: ours, scale: 1, lr: [{op: clamp}]}")
        degrade.apply(degrade.draw(ours, KEYS), hr, processes=processes)
        made = degrade.apply(traces, hr, processes=processes, rows=[DIM])
    assert torch.equal(made, degrade.apply(traces, hr, rows=[DIM]))


def test_replayed_with_the_same_file_alone(pipeline: degrade.Pipeline) -> None:
    trace = degrade.trace_from_data(degrade.draw(pipeline, KEYS)[0].to_data())
    hr = torch.rand(1, 3, 8, 6)
    degrade.apply([trace], hr, rows=[DIM])
    with pytest.raises(TraceError, match=f"'dim' is none of ours.*{DIGEST}.*--rows FILE.py"):
        degrade.apply([trace], hr)
    with pytest.raises(TraceError, match="its pixels may differ"):
        degrade.apply([trace], hr, rows=[replace(DIM, origin="cd" * 32)])


def test_a_written_pipeline_states_the_file(pipeline: degrade.Pipeline) -> None:
    again = degrade.parse_pipeline(pipeline.to_yaml(), rows=[DIM])
    assert again.content()["rows"] == {"dim": DIGEST}
    assert again.digest == pipeline.digest
    assert again.to_yaml() == pipeline.to_yaml()
    for other in (replace(DIM, origin="cd" * 32), replace(DIM, origin="")):
        with pytest.raises(PipelineError, match="give the file that the pipeline was written with"):
            degrade.parse_pipeline(pipeline.to_yaml(), rows=[other])
        assert degrade.parse_pipeline(TEXT, rows=[other]).digest != pipeline.digest


def test_a_pipeline_takes_them_with_it(pipeline: degrade.Pipeline) -> None:
    """To a data loader's workers, whose fork knows the functions; without them it is refused by name."""
    bare = degrade.parse_pipeline(TEXT, rows=[replace(DIM, facts=Facts())])
    again = pickle.loads(pickle.dumps(bare))
    assert again.digest == bare.digest
    assert again.own_operators[0].forms.kernel is dim
    with pytest.raises(PipelineError, match="no operator 'dim'"):
        degrade.parse_pipeline(TEXT)


def test_none_takes_the_place_of_ours() -> None:
    with pytest.raises(PipelineError, match="two rows for the operator 'clamp'"):
        degrade.parse_pipeline(TEXT, rows=[replace(DIM, name="clamp")])


def test_the_schema_for_editors_knows_them() -> None:
    assert "DimStage" in degrade.pipeline_schema([DIM])["$defs"]
    assert "DimStage" not in degrade.pipeline_schema()["$defs"]


def test_ours_leave_no_mark_in_traces_and_pipelines() -> None:
    pipeline = degrade.load_pipeline("second_order")
    assert "rows" not in pipeline.content()
    assert all("origin" not in step for step in degrade.draw(pipeline, KEYS)[0].to_data()["lr"])
