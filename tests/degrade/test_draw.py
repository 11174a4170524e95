"""Drawing: structure, order, and that one stage's draws are no business of another's."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import degrade
from degrade.pipeline.orders import linear_orders, order_at
from degrade.trace import Trace, trace_from_data

KEYS = degrade.keys(0, [f"photo{i}" for i in range(64)], variant=3)

THREE = """
name: three
lr:
  - {op: gaussian_noise, sigma_255: {uniform: [1, 30]}, grey: {choice: [true, false]}}
  - maybe: 0.5
    stages: [{op: jpeg, quality: {integer: [30, 95]}}]
  - {op: quantise}
"""


def by_label(trace: Trace) -> dict[str, object]:
    return {step.label: step.values for step in trace.lr}


def test_batch_order_and_company_do_not_count() -> None:
    pipeline = degrade.load_pipeline("second_order")
    together = degrade.draw(pipeline, KEYS)
    assert degrade.draw(pipeline, KEYS[::-1]) == together[::-1]
    for start in range(0, 64, 5):
        assert degrade.draw(pipeline, KEYS[start : start + 5]) == together[start : start + 5]
    assert len({trace.to_json() for trace in together}) == 64
    assert degrade.draw(pipeline, []) == []


def test_inserting_a_stage_leaves_the_others_draws_unchanged() -> None:
    before = degrade.draw(degrade.parse_pipeline(THREE), KEYS)
    inserted = THREE.replace(
        "  - maybe: 0.5",
        "  - {op: gaussian_noise, label: more, sigma_255: {uniform: [1, 9]}}\n  - maybe: 0.5",
    )
    after = degrade.draw(degrade.parse_pipeline(inserted), KEYS)
    for old, new in zip(before, after, strict=True):
        assert by_label(old).items() <= by_label(new).items()
        assert by_label(new).keys() - by_label(old).keys() == {"more"}


def test_an_unused_field_has_its_draw_all_the_same() -> None:
    always = degrade.parse_pipeline(THREE.replace("maybe: 0.5", "maybe: 1"))
    half = degrade.draw(degrade.parse_pipeline(THREE), KEYS)
    ran = 0
    for some, full in zip(half, degrade.draw(always, KEYS), strict=True):
        assert by_label(some).items() <= by_label(full).items()
        ran += "jpeg" in by_label(some)
    assert 16 < ran < 48


def test_what_is_certain_draws_nothing_and_leaves_the_rest_as_it_was() -> None:
    """Chances of 0 and 1 and a fixed number of rounds have no address."""
    stage = "{op: jpeg, quality: {integer: [30, 95]}}"
    plain = f"name: x\nlr: [{{repeat: 1, stages: [{stage}]}}]"
    sure = f"name: x\nlr: [{{repeat: 1, stages: [{{maybe: 1, stages: [{stage}]}}]}}]"
    never = f"name: x\nlr: [{{maybe: 0, stages: [{stage}]}}]"
    pipelines = [degrade.parse_pipeline(text) for text in (plain, sure, never)]
    assert [len(p.program.addresses) for p in pipelines[:2]] == [1, 1]
    assert degrade.draw(pipelines[0], KEYS) == degrade.draw(pipelines[1], KEYS)
    assert all(trace.lr == () for trace in degrade.draw(pipelines[2], KEYS))


def test_a_stage_that_draws_nothing_is_one_step_for_all_traces() -> None:
    traces = degrade.draw(degrade.parse_pipeline(THREE), KEYS)
    assert len({id(trace.lr[-1]) for trace in traces}) == 1
    assert len({id(trace.lr[0]) for trace in traces}) == len(KEYS)


def test_choices_follow_their_weights() -> None:
    text = """
name: chosen
lr:
  - choice:
      - {weight: 3, stages: [{op: clamp}]}
      - {weight: 1, stages: [{op: quantise}]}
      - {weight: 0, stages: [{op: jpeg, quality: 50}]}
"""
    keys = degrade.keys(0, map(str, range(4000)))
    counts = Counter(trace.lr[0].op for trace in degrade.draw(degrade.parse_pipeline(text), keys))
    assert counts["jpeg"] == 0
    assert stats.binomtest(counts["clamp"], 4000, 0.75).pvalue > 1e-3


def test_a_repeat_draws_each_round_anew_and_takes_its_rounds_values() -> None:
    text = """
name: again
lr:
  - repeat: 3
    stages:
      - {op: gaussian_noise, sigma_255: {per_repeat: [{uniform: [1, 2]}, {uniform: [3, 4]}]}}
"""
    for trace in degrade.draw(degrade.parse_pipeline(text), KEYS):
        assert [step.label for step in trace.lr] == [f"gaussian_noise.{i}" for i in (1, 2, 3)]
        first, second, third = (float(step.values["sigma_255"]) for step in trace.lr)
        assert 1 <= first <= 2
        assert 3 <= second <= 4
        assert 3 <= third <= 4
        assert second != third
        assert len({step.values["key"] for step in trace.lr}) == 3


def test_the_last_probability_serves_all_further_rounds() -> None:
    text = """
name: again
lr:
  - repeat: 3
    stages:
      - maybe: {per_repeat: [0, 1]}
        stages: [{op: quantise}]
"""
    for trace in degrade.draw(degrade.parse_pipeline(text), KEYS):
        assert [step.label for step in trace.lr] == ["quantise.2", "quantise.3"]


def test_a_drawn_number_of_rounds_keeps_the_rounds_that_it_has() -> None:
    text = "name: x\nlr:\n  - repeat: {integer: [1, 3]}\n    stages: [{op: gaussian_noise, sigma_255: {uniform: [1, 9]}}]"
    most = degrade.parse_pipeline(text.replace("{integer: [1, 3]}", "3"))
    lengths = set()
    traces = degrade.draw(degrade.parse_pipeline(text), KEYS)
    for some, full in zip(traces, degrade.draw(most, KEYS), strict=True):
        assert some.lr == full.lr[: len(some.lr)]
        lengths.add(len(some.lr))
    assert lengths == {1, 2, 3}


def test_references_in_a_repeat_mean_their_own_round() -> None:
    text = """
name: again
lr:
  - repeat: 2
    stages:
      - {op: quantise}
      - {op: resize, factor: 1, of: "before:quantise", filter: bilinear, antialias: true}
"""
    (trace,) = degrade.draw(degrade.parse_pipeline(text), KEYS[:1])
    assert [s.values["of"] for s in trace.lr if s.op == "resize"] == [
        "before:quantise.1",
        "before:quantise.2",
    ]


@given(st.integers(1, 6), st.data())
@settings(deadline=None)
def test_every_order_that_keeps_the_constraints_is_equally_likely(
    count: int, data: st.DataObject
) -> None:
    pair = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    pairs = tuple((min(p), max(p)) for p in data.draw(st.lists(pair, max_size=4)) if p[0] != p[1])
    allowed = [
        order
        for order in permutations(range(count))
        if all(order.index(first) < order.index(second) for first, second in pairs)
    ]
    assert linear_orders(count, pairs) == len(allowed)
    drawn = [tuple(order_at((i + 0.5) / len(allowed), count, pairs)) for i in range(len(allowed))]
    assert sorted(drawn) == sorted(allowed)


def test_a_shuffle_draws_every_order() -> None:
    text = """
name: mixed
lr:
  - shuffle: [{op: clamp}, {op: quantise}, {op: jpeg, quality: 50}]
    before: [[clamp, jpeg]]
"""
    keys = degrade.keys(0, map(str, range(3000)))
    traces = degrade.draw(degrade.parse_pipeline(text), keys)
    counts = Counter(" ".join(step.op for step in trace.lr) for trace in traces)
    assert set(counts) == {"clamp jpeg quantise", "clamp quantise jpeg", "quantise clamp jpeg"}
    assert stats.chisquare(list(counts.values())).pvalue > 1e-3


def test_a_trace_reads_back_equal() -> None:
    for trace in degrade.draw(degrade.load_pipeline("second_order"), KEYS):
        assert trace_from_data(trace.to_data()) == trace


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"scale": 4},
        {"scale": "x", "hr": [], "lr": []},
        {"scale": 0, "hr": [], "lr": []},
        {"scale": 4.7, "hr": [], "lr": []},
        {"scale": 4, "hr": [], "lr": [{"op": ["x"], "version": 1, "label": "a", "values": {}}]},
        {"scale": 4, "hr": [], "lr": [{"op": "jpeg", "version": 1, "label": [1], "values": {}}]},
        {"scale": 4, "hr": [], "lr": [{"op": "jpeg"}]},
    ],
)
def test_what_is_no_trace_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(degrade.errors.TraceError, match="not a trace"):
        trace_from_data(data)


def test_draws_are_pinned() -> None:
    """A change of these values changes every pair that anybody has made."""
    (trace,) = degrade.draw(degrade.parse_pipeline(THREE), degrade.keys(0, ["kodim01"]))
    assert trace.to_json() == (
        '{"hr":[],"lr":[{"label":"gaussian_noise","op":"gaussian_noise","values":{"grey":true,"key":"97ef'
        '6557562cde58","sigma_255":2.77788483},"version":1},{"label":"quantise","op":"quantise","values'
        '":{"levels":256},"version":1}],"scale":4}'
    )
