"""The host's side of the GPU's back end: what is laid out before anything runs. No device, no triton."""

from __future__ import annotations

import itertools
import math
import threading

import numpy as np
import pytest
import torch

import degrade
from degrade import online
from degrade.errors import DegradeError
from degrade.execute.packed import TYPES
from degrade.execute.plan import plan_lr
from degrade.execute.program import Program, program_of
from degrade.functional.filters import ADAPTIVE, FILTERS
from degrade.functional.gpu import kinds
from degrade.functional.poisson import bank_arrays
from degrade.functional.resample import Line, _numbers
from degrade.geometry import Size
from degrade.online import Pair, Readied, readied
from degrade.operators.packed_noise import KEPT_COUNTS
from degrade.operators.packed_resize import known, line_rows


def program(name: str, count: int = 9) -> Program:
    sizes = [Size(40 + 4 * (number % 3), 48 - 8 * (number % 2)) for number in range(count)]
    traces = degrade.draw(degrade.load_pipeline(name), degrade.keys(3, map(str, range(count))))
    plans = [plan_lr(trace, size) for trace, size in zip(traces, sizes, strict=True)]
    return program_of(plans, sizes, 3)


@pytest.mark.parametrize("name", ["second_order", "shuffled", "web_reupload"])
def test_no_sample_reads_what_another_writes(name: str) -> None:
    """In a round every place is read by one sample or written by one, and lies within the memory."""
    made = program(name)
    for one in made.rounds:
        rows = made.arrays["rows"][one.start : one.end]
        spans = [(row[0], row[0] + 3 * row[2] * row[3]) for row in rows]
        spans += [(row[1], row[1] + 3 * row[4] * row[5]) for row in rows]
        spans.sort()
        assert 0 <= spans[0][0] <= spans[-1][1] <= made.length
        assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))


def test_each_step_reads_what_the_one_before_it_wrote() -> None:
    made = program("second_order")
    loads, results = made.arrays["loads"], made.arrays["results"]
    lies = {int(row[3]): (int(row[6]), int(row[7])) for row in loads}
    for row in made.arrays["rows"].tolist():
        assert lies.pop(row[0]) == (row[2], row[3])
        lies[row[1]] = (row[4], row[5])
    assert sorted(lies) == sorted(results[:, 0].tolist())


def test_lines_are_described_as_torch_has_them() -> None:
    names = [name for name in FILTERS if known(name)]
    assert set(FILTERS) - set(names) == {"kaiser"}
    lines = [
        Line(name, antialias, size_in, size_out, size_in / size_out, 0.25, repeats)
        for name in names
        for antialias in (False, True)
        for size_in, size_out in ((1, 1), (40, 7), (7, 40), (33, 32))
        for repeats in (False, True)
    ]
    rows = line_rows(lines)
    for line, row in zip(lines, rows, strict=True):
        expected = (*_numbers(line), line.filter == ADAPTIVE, *kinds.FILTERS[line.filter])
        assert tuple(row) == tuple(map(float, expected))


def test_finishes_are_exact_or_apart() -> None:
    """Whatever is joined is one after the other, value by value."""
    made = [(-math.inf, math.inf, 0.0), (0.0, 1.0, 0.0), (-2.0, 3.0, 0.0), (0.2, 0.7, 0.0)]
    made += [(-math.inf, math.inf, 255.0), (0.0, 1.0, 255.0), (0.0, 1.0, 6.0)]
    values = torch.linspace(-3, 4, 1001)

    def done(values: torch.Tensor, finish: tuple[float, float, float]) -> torch.Tensor:
        low, high, steps = finish
        limited = values.clamp(low, high)
        return torch.round(limited * steps) / steps if steps else limited

    from degrade.execute.heads import joined

    apart = 0
    for first, second in itertools.product(made, made):
        both = joined(first, second)
        apart += both is None
        if both is not None:
            assert torch.equal(done(values, both), done(done(values, first), second))
    assert 0 < apart < len(made) ** 2 / 2


def test_a_batch_drawn_ahead_is_the_same_on_a_cpu() -> None:
    degradation = degrade.OnlineDegradation("gaussian8", scale=4)
    hr = torch.rand((2, 3, 16, 20), generator=torch.Generator().manual_seed(0))
    ready = degradation.ahead(["a", "b"], 5, (16, 20), "cpu")
    pair = degradation(hr, ["a", "b"], 5, ready)
    assert torch.equal(pair.lr, degradation(hr, ["a", "b"], 5).lr)
    with pytest.raises(DegradeError, match="made ready for other"):
        degradation(hr, ["a", "c"], 5, ready)


def test_the_caller_does_not_wait_for_a_batch_made_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread draws and lays out for the device that will hold it; the call then runs what was laid out."""
    may, runs = threading.Event(), list[tuple[object, str]]()

    def slowly(*given: object) -> Readied:
        assert may.wait(60)
        runs.append((given[4], threading.current_thread().name))
        return readied(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(online, "readied", slowly)
    monkeypatch.setattr(online, "runs_packed", lambda device: True)
    degradation = degrade.OnlineDegradation("second_order", scale=4)
    ready = degradation.ahead(["a", "b"], 5, (16, 20), "cpu")
    assert not ready.done()
    may.set()
    made = ready.result(60)
    assert [(packed, name.startswith("degrade-ahead")) for packed, name in runs] == [(True, True)]
    given = list[object]()
    pair = Pair(torch.zeros(1), torch.zeros(1))
    monkeypatch.setattr(online, "run_ready", lambda programs, hr: given.append(programs) or pair)
    assert degradation(torch.rand(2, 3, 16, 20), ["a", "b"], 5, ready) is pair
    assert given == [made.programs]


def test_tables_of_drawn_counts_are_in_the_one_copy() -> None:
    """Few counts are met again and stay on the device; many come with each batch, whole."""
    text = "name: x\nlr: [{op: poisson_noise, count: {uniform: [1, 2]}}]"
    pipeline, size = degrade.parse_pipeline(text, "x.yaml", 1), Size(4, 4)
    for count, there in ((3, False), (KEPT_COUNTS + 1, True)):
        keys = degrade.keys(0, map(str, range(count)))
        made = readied(pipeline, keys, size, 3, packed=True)
        assert made.programs is not None
        arrays = made.programs[1].arrays
        assert ("poisson entries" in arrays) == there
    counts = sorted(float(trace.lr[0].values["count"]) for trace in made.traces)
    for name, array in bank_arrays(counts).items():
        assert np.array_equal(arrays[f"poisson {name}"], array)
        assert arrays[f"poisson {name}"].dtype in TYPES


def test_starts_begin_anew_with_every_launch() -> None:
    from degrade.functional.gpu.call import starts_in_launches

    made = starts_in_launches(np.array([3, 4, 5, 6, 7]), np.array([0, 2, 5]))
    assert made.tolist() == [0, 3, 0, 5, 11]
