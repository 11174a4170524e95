"""Pipelines and traces that name a program: nothing of it runs unless the caller allowed it."""

from __future__ import annotations

import copy
import hashlib
import pickle
from pathlib import Path

import pytest
import torch

import degrade
from degrade.trust import UntrustedCodeError

PIPELINE = """
name: learned
scale: 2
lr:
  - {{op: learned_downsampler, file: {file}, digest: {digest}, scale: 2, margin: 2}}
"""

CHOSEN = """
name: chosen
scale: 2
lr:
  - op: learned_downsampler
    file: {{choice: [{file}, {file}]}}
    digest: {digest}
    scale: 2
    margin: 2
"""


class Mean(torch.nn.Module):
    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.avg_pool2d(images, 2)


@pytest.fixture
def program(tmp_path: Path) -> tuple[str, str]:
    """A TorchScript file, and its digest."""
    path = tmp_path / "mean.pt"
    torch.jit.script(Mean()).save(str(path))
    return str(path), hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is loaded as a program."""
    found: list[str] = []
    real = torch.jit.load
    monkeypatch.setattr(torch.jit, "load", lambda *a, **k: found.append("run") or real(*a, **k))
    return found


def program_file(program: tuple[str, str]) -> str:
    """A pipeline file that names it."""
    path = Path(program[0]).with_name("learned.yaml")
    path.write_text(text_of(PIPELINE, program))
    return str(path)


def text_of(template: str, program: tuple[str, str]) -> str:
    return template.format(file=program[0], digest=program[1])


def test_a_pipeline_that_names_a_program_is_refused_when_it_is_read(
    program: tuple[str, str], loads: list[str]
) -> None:
    text = text_of(PIPELINE, program)
    with pytest.raises(UntrustedCodeError, match=f"--trust-code {program[1]}"):
        degrade.parse_pipeline(text)
    with pytest.raises(UntrustedCodeError):
        degrade.parse_pipeline(text, trust=["0" * 64])
    assert degrade.parse_pipeline(text, trust=[program[1]]).name == "learned"
    assert loads == []


def test_traces_are_asked_again_where_they_are_applied(
    program: tuple[str, str], loads: list[str]
) -> None:
    pipeline = degrade.parse_pipeline(text_of(PIPELINE, program), trust=[program[1]])
    traces = degrade.draw(pipeline, degrade.keys(0, ["a"], 0))
    hr = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    for refused in (
        lambda: degrade.apply(traces, hr),
        lambda: degrade.apply_lr(traces, hr, trust=["mean"]),
        lambda: degrade.apply(traces, hr, engine="batched"),
        lambda: degrade.placement(traces[0], degrade.Size(16, 16)),
    ):
        with pytest.raises(UntrustedCodeError):
            refused()
    assert loads == []
    expected = Mean()(hr)
    torch.testing.assert_close(degrade.apply(traces, hr, trust=[program[1]]), expected)
    with pytest.raises(UntrustedCodeError):
        degrade.OnlineDegradation(program_file(program), trust=["mean"])
    for online in (
        degrade.OnlineDegradation(pipeline),
        degrade.OnlineDegradation(program_file(program), trust=[program[1]]),
    ):
        torch.testing.assert_close(online(hr, ["a"], 0).lr, expected)


def test_what_a_pipeline_was_read_with_goes_with_its_operators(program: tuple[str, str]) -> None:
    pipeline = degrade.parse_pipeline(text_of(CHOSEN, program), trust=[program[1]])
    hr = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    for again in (pipeline, pickle.loads(pickle.dumps(pipeline)), copy.deepcopy(pipeline)):
        own = pickle.loads(pickle.dumps(again.own_operators))
        traces = degrade.draw(again, degrade.keys(0, ["a"], 0))
        torch.testing.assert_close(degrade.apply(traces, hr, rows=own), Mean()(hr))
        with pytest.raises(UntrustedCodeError):
            degrade.apply(traces, hr, rows=tuple(own)[:0])


def test_what_a_draw_alone_decides_is_refused_where_it_is_applied(
    program: tuple[str, str], loads: list[str]
) -> None:
    pipeline = degrade.parse_pipeline(text_of(CHOSEN, program))
    traces = degrade.draw(pipeline, degrade.keys(0, ["a"], 0))
    with pytest.raises(UntrustedCodeError):
        degrade.apply(traces, torch.rand(1, 3, 16, 16))
    assert loads == []


def test_words_about_a_trace_run_nothing(program: tuple[str, str], loads: list[str]) -> None:
    pipeline = degrade.parse_pipeline(text_of(PIPELINE, program), trust=[program[1]])
    [trace] = degrade.draw(pipeline, degrade.keys(0, ["a"], 0))
    assert any(program[1][:8] in phrase for phrase in degrade.words(trace))
    assert loads == []


def test_worker_processes_and_copies_inherit_what_was_allowed(program: tuple[str, str]) -> None:
    pipeline = degrade.parse_pipeline(text_of(PIPELINE, program), trust=[program[1]])
    for again in (pickle.loads(pickle.dumps(pipeline)), copy.deepcopy(pipeline)):
        assert again.digest == pipeline.digest
    traces = degrade.draw(pipeline, degrade.keys(0, ["a", "b"], 0))
    hr = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    with degrade.Processes(2) as processes:
        with pytest.raises(UntrustedCodeError):
            degrade.apply(traces, hr, processes=processes)
        made = degrade.apply(traces, hr, processes=processes, trust=[program[1]])
        torch.testing.assert_close(made, Mean()(hr))
        with pytest.raises(UntrustedCodeError):
            degrade.apply(traces, hr, processes=processes)


def test_safetensors_are_data(shared_downsampler: tuple[str, str]) -> None:
    text = text_of(PIPELINE, shared_downsampler)
    assert degrade.parse_pipeline(text).codes == ()


@pytest.fixture
def shared_downsampler() -> tuple[str, str]:
    path = Path(__file__).parent.parent / "downsamplers" / "linear_x2.safetensors"
    return str(path), hashlib.sha256(path.read_bytes()).hexdigest()
