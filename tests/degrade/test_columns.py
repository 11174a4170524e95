"""Drawing by columns: what a batch draws at once is what each of its samples draws alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import degrade
from degrade.columns import NoColumnError, StepColumns, Vocabulary
from degrade.draw import LaterTraces, draw_columns
from degrade.errors import GeometryError
from degrade.execute.program import Program
from degrade.geometry import Size
from degrade.online import programs_at_once, programs_of_traces, readied
from degrade.pipeline import Pipeline, pipeline_names
from degrade.pipeline.values import rounded, rounded_all
from degrade.trust import NOTHING

Told = dict[tuple[int, int], tuple[str, str, dict[str, Any]]]


def told(columns: StepColumns) -> Told:
    """Operator, label and values of each step, by its sample and place."""
    value, steps = columns.vocabulary.value, Told()
    for row, where in enumerate(
        zip(columns.samples.tolist(), columns.places.tolist(), strict=True)
    ):
        drawn: dict[str, Any] = dict(
            zip(columns.fields, map(value, columns.values[row].tolist()), strict=True)
        )
        drawn |= {name: f"{int(keys[row]):016x}" for name, keys in columns.keys.items()}
        steps[where] = columns.op, columns.stages[columns.which[row]].label, drawn
    return steps


def check(pipeline: Pipeline, keys: list[degrade.Key]) -> None:
    """Columns and traces say the same, step by step and value by value."""
    traces, columns = degrade.draw(pipeline, keys), draw_columns(pipeline, keys)
    assert columns is not None
    for trees, own in ((columns.hr, [t.hr for t in traces]), (columns.lr, [t.lr for t in traces])):
        expected = {
            (sample, place): (step.op, step.label, dict(step.values))
            for sample, steps in enumerate(own)
            for place, step in enumerate(steps)
        }
        assert {where: step for one in trees for where, step in told(one).items()} == expected
        for one in trees:
            assert one.step(0) == own[one.samples[0]][one.places[0]]


@pytest.mark.parametrize("name", pipeline_names())
def test_named_pipelines_draw_by_columns_what_their_traces_say(name: str) -> None:
    pipeline = degrade.load_pipeline(name)
    if pipeline.columnar is None:
        assert name in ("anime_broadcast", "video_stream")
    else:
        check(pipeline, degrade.keys(5, map(str, range(40)), variant=2))


BOUNDS = st.tuples(st.floats(0.2, 8), st.floats(0.2, 8)).map(sorted)
SIMPLE = st.one_of(
    st.sampled_from([0.5, 1, 3.25]),
    BOUNDS.map(lambda pair: {"uniform": pair}),
    BOUNDS.map(lambda pair: {"log_uniform": pair}),
    BOUNDS.map(lambda pair: {"uniform_power": {"low": pair[0], "high": pair[1], "power": 0.5}}),
    BOUNDS.map(
        lambda pair: {"normal": {"mean": 1, "std": 2, "low": pair[0], "high": pair[1] + 0.1}}
    ),
    st.sampled_from(
        [{"integer": [1, 7, 2]}, {"choice": [1, 2, 3.5]}, {"choice": {1: 3, 2: 0, 4: 1}}]
    ),
)
WEIGHTS = st.sampled_from([0, 1, 2.5])
SPECS = st.recursive(
    SIMPLE,
    lambda inner: st.lists(st.tuples(WEIGHTS, inner), min_size=1, max_size=3).map(
        lambda parts: {
            "mixture": [{"weight": 1, "of": 1}, *({"weight": w, "of": of} for w, of in parts)]
        }
    ),
    max_leaves=4,
)


def by_another(field: str) -> st.SearchStrategy[Any]:
    """Specs that look at an earlier field, of 0.2 to 8."""
    cases = st.lists(st.tuples(st.floats(0.2, 8), SPECS), max_size=2)
    return st.one_of(
        SPECS,
        st.just({"given": field}),
        st.just({"given": field, "slope": 0.5, "intercept": 0.25, "plus": {"uniform": [0, 1]}}),
        st.tuples(cases, SPECS).map(
            lambda both: {
                "given": field,
                "cases": [{"up_to": bound, "value": of} for bound, of in both[0]]
                + [{"value": both[1]}],
            }
        ),
    )


BLURS = st.builds(
    lambda size, x, y: {"op": "gaussian_blur", "size": size, "sigma_x": x, "sigma_y": y},
    st.sampled_from([5, {"integer": [3, 11, 2]}, {"choice": [3, 9]}]),
    SPECS,
    by_another("sigma_x"),
)
NOISES = st.builds(
    lambda sigma, grey: {"op": "gaussian_noise", "sigma_255": sigma, "grey": grey},
    SPECS,
    st.sampled_from([True, {"choice": {True: 2, False: 1}}]),
)
RESIZES = st.builds(
    lambda factor, larger, of: {
        "op": "resize",
        "factor": factor,
        "of": of,
        "filter": {"choice": ["area", "bicubic"]},
        "enlarging": larger,
    },
    SPECS,
    st.sampled_from(
        [
            "same",
            {
                "given": "filter",
                "cases": [
                    {"equals": "area", "value": {"choice": ["bilinear", "bicubic"]}},
                    {"value": "same"},
                ],
            },
        ]
    ),
    st.sampled_from(["input", {"choice": ["input", "target"]}]),
)
STAGES = st.one_of(BLURS, NOISES, RESIZES, st.sampled_from([{"op": "clamp"}, {"op": "quantise"}]))


def structures(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.lists(st.tuples(WEIGHTS, some), max_size=2).map(
            lambda parts: {"choice": [{}, *({"weight": w, "stages": own} for w, own in parts)]}
        ),
        st.tuples(st.sampled_from([0, 0.3, 1]), some).map(
            lambda both: {"maybe": both[0], "stages": both[1]}
        ),
        some.map(lambda own: {"shuffle": own}),
        some.map(lambda own: {"group": own}),
        st.tuples(st.sampled_from([2, {"integer": [0, 2]}]), some).map(
            lambda both: {"repeat": both[0], "stages": both[1]}
        ),
    )


def labelled(node: Any, numbers: Any) -> Any:
    """Every stage and structure with a label of its own."""
    if isinstance(node, list):
        return [labelled(one, numbers) for one in node]
    lists = {key: value for key, value in node.items() if key in ("stages", "shuffle", "group")}
    made = {**node, **{key: labelled(value, numbers) for key, value in lists.items()}}
    if "choice" in node:
        made["choice"] = [
            {**option, "stages": labelled(option.get("stages", []), numbers)}
            for option in node["choice"]
        ]
    return {**made, "label": f"n{next(numbers)}"}


def test_of_bounds_that_overlap_the_first_holds() -> None:
    bounds = [{"up_to": 5, "value": 1}, {"up_to": 7, "value": 2}, {"up_to": 9, "value": 3}]
    blur = {
        "op": "gaussian_blur",
        "size": 5,
        "sigma_x": {"integer": [3, 11, 1]},
        "sigma_y": {"given": "sigma_x", "cases": [*bounds, {"value": 4}]},
    }
    text = yaml.safe_dump({"name": "x", "lr": [{**blur, "label": "blur"}]})
    pipeline = degrade.parse_pipeline(text, "x.yaml", 2)
    keys = degrade.keys(0, map(str, range(60)))
    check(pipeline, keys)
    drawn = {
        (trace.lr[0].values["sigma_x"], trace.lr[0].values["sigma_y"])
        for trace in degrade.draw(pipeline, keys)
    }
    level = {3: 1, 4: 1, 5: 1, 6: 2, 7: 2, 8: 3, 9: 3, 10: 4, 11: 4}
    assert drawn == set(level.items())


@given(st.lists(st.recursive(STAGES, structures, max_leaves=8), min_size=1, max_size=3), st.data())
@settings(deadline=None, max_examples=120)
def test_any_pipeline_draws_by_columns_what_its_traces_say(
    nodes: list[Any], data: st.DataObject
) -> None:
    tree = labelled(nodes, iter(range(10_000)))
    text = yaml.safe_dump({"name": "x", "hr": [{"op": "quantise"}], "lr": tree})
    pipeline = degrade.parse_pipeline(text, "x.yaml", 2)
    check(pipeline, degrade.keys(data.draw(st.integers(0, 99)), map(str, range(9))))


@given(
    st.lists(st.floats(-1e12, 1e12) | st.floats(allow_nan=False, allow_infinity=False), max_size=9)
)
def test_rounding_many_is_rounding_each(values: list[float]) -> None:
    near = [value * (1 + step * 2.0**-52) for value in values for step in (-1, 1)]
    halves = [float(f"{abs(value):.9e}"[:10] + "5e-3") for value in values if math.isfinite(value)]
    given_all = np.array([*values, *near, *halves, *(10.0**k for k in range(-15, 12))])
    given_all = given_all[np.isfinite(given_all)]
    assert rounded_all(given_all).tolist() == list(map(rounded, given_all.tolist()))


def test_texts_are_numbers_beyond_numbers() -> None:
    vocabulary = Vocabulary()
    numbers = [vocabulary.number(value) for value in ("area", "same", "area")]
    assert [vocabulary.value(number) for number in numbers] == ["area", "same", "area"]
    assert vocabulary.codes(np.array([*numbers, 3.0, -1.0])).tolist() == [0, 1, 0, -1, -1]
    assert math.isnan(vocabulary.find("absent"))
    for value in (2**53 + 1, 1e302, math.inf):
        with pytest.raises(NoColumnError, match="no exact float64"):
            vocabulary.number(value)


def same_program(one: Program, other: Program) -> None:
    assert one.arrays.keys() == other.arrays.keys()
    for name, array in one.arrays.items():
        there = other.arrays[name]
        assert (array.dtype, array.shape) == (there.dtype, there.shape), name
        assert array.tobytes() == there.tobytes(), name
    assert [r._replace(steps=list(r.steps)) for r in one.rounds] == [
        r._replace(steps=list(r.steps)) for r in other.rounds
    ]
    assert one._replace(arrays={}, begins={}, rounds=(), sides=other.sides) == other._replace(
        arrays={}, begins={}, rounds=()
    )
    assert (one.sides == other.sides).all()


@pytest.mark.parametrize("name", pipeline_names())
def test_a_batch_is_laid_out_from_columns_as_from_traces(name: str) -> None:
    pipeline, keys = degrade.load_pipeline(name), degrade.keys(1, map(str, range(12)))
    size = Size(36 * pipeline.scale, 32 * pipeline.scale)
    made = programs_at_once(pipeline, keys, size, 3)
    if made is not None:
        traces = degrade.draw(pipeline, keys)
        for one, other in zip(
            made, programs_of_traces(traces, pipeline, size, 3, NOTHING), strict=True
        ):
            same_program(one, other)


def parsed(stages: str) -> Pipeline:
    return degrade.parse_pipeline(f"name: x\nlr: [{stages}]", "x.yaml", 2)


def test_what_columns_cannot_tell_is_told_by_traces() -> None:
    """A reference to another stage, a rule of joined fields that some draw would break, and faults."""
    keys = degrade.keys(0, ["a", "b"])
    end = "{op: resize, label: end, factor: 1, of: target}"
    referring = parsed("{op: quantise}, {op: resize, factor: 1, of: 'before:quantise'}, " + end)
    assert referring.columnar is None
    assert readied(referring, keys, Size(8, 8), 3, packed=True).programs is not None
    short = parsed("{op: resize, factor: {uniform: [0.2, 0.3]}}")
    assert programs_at_once(short, keys, Size(8, 8), 3) is None
    with pytest.raises(GeometryError, match="the target is 4"):
        readied(short, keys, Size(8, 8), 3, packed=True)
    large = parsed("{op: resize, factor: 64}, " + end)
    with pytest.raises(GeometryError, match="at most 268435456 pixels"):
        readied(large, keys, Size(512, 512), 3, packed=True)
    with pytest.raises(GeometryError, match="does not divide"):
        readied(parsed(end), keys, Size(7, 8), 3, packed=True)


def test_traces_are_drawn_when_somebody_looks() -> None:
    pipeline, keys = degrade.load_pipeline("second_order"), degrade.keys(0, ["a", "b", "c"])
    later, traces = LaterTraces(pipeline, keys), degrade.draw(pipeline, keys)
    assert "_drawn" not in vars(later)
    assert list(later) == traces
    assert (list(later[1:]), later[-1], len(later)) == (traces[1:], traces[-1], 3)


def test_a_rule_of_joined_fields_is_tried_at_all_corners() -> None:
    bounded = "{op: clamp, low: {uniform: [0, 0.4]}, high: {uniform: [0.5, 1]}}"
    assert parsed(bounded).columnar is not None
    filters = "{choice: [area, adaptive_area]}"
    assert parsed(f"{{op: resize, factor: 1, filter: {filters}}}").columnar is not None
    rare = "{mixture: [{weight: 99999999, of: 0}, {weight: 1, of: 2}]}"
    shifted = f"{{op: resize, factor: 1, filter: {filters}, shift_y: {rare}}}"
    assert parsed(shifted).columnar is None
