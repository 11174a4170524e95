"""No number that a pipeline may write leads anywhere but to a finite draw or a sentence."""

from __future__ import annotations

import contextlib
import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from degrade.errors import DegradeError, PipelineError
from degrade.execute.singles import run_singles
from degrade.geometry import Size
from degrade.operators.table import OPERATORS
from degrade.pipeline import parse_pipeline
from degrade.pipeline.specs import Spec, for_round, quantile, support
from degrade.trace import Scalar
from tests.cases import CASES, Case
from tests.contract.samples import image, param, planned

ADAPTER: TypeAdapter[Any] = TypeAdapter(Spec)
EDGES = (0, 1, -1, 65537, 2**53 + 1, 10**400, -(10**400), 5e-324, 1.7976931348623157e308, -1e308)
WORDS = ("pi", "pi/0", "-2*pi/3", "9" * 400 + "*pi", "1e999", "-inf", "nan", "1e-3", "bicubic", "")
ENDS = (2.0**-53, 1e-9, 0.5, 1.0 - 2.0**-53)

number = st.one_of(
    st.sampled_from(EDGES), st.sampled_from(WORDS), st.floats(), st.integers(), st.floats(1, 9)
)
pair = st.tuples(number, number).map(list)
name = st.sampled_from(["sigma", "filter", "size"])
EARLIER: dict[str, Scalar] = {"sigma": 1e308, "filter": "bicubic", "size": 10**300}


def joined(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    weighted = st.fixed_dictionaries({"weight": number, "of": inner})
    case = st.fixed_dictionaries({"value": inner}, optional={"equals": number, "up_to": number})
    cases = st.lists(case, max_size=2).map(lambda found: [*found, {"value": 1}])
    affine = {"slope": number, "intercept": number, "plus": inner}
    return st.one_of(
        st.fixed_dictionaries({"mixture": st.lists(weighted, max_size=3)}),
        st.fixed_dictionaries({"given": name}, optional=affine),
        st.fixed_dictionaries({"given": name, "cases": cases}),
        st.fixed_dictionaries({"per_repeat": st.lists(inner, max_size=3)}),
    )


flat = st.one_of(
    number,
    st.fixed_dictionaries({"uniform": pair}),
    st.fixed_dictionaries({"log_uniform": pair}),
    st.fixed_dictionaries({"integer": st.lists(number, max_size=4)}),
    st.fixed_dictionaries(
        {"uniform_power": st.fixed_dictionaries({"low": number, "high": number, "power": number})}
    ),
    st.fixed_dictionaries(
        {
            "normal": st.fixed_dictionaries(
                {"mean": number, "std": number}, optional={"low": number, "high": number}
            )
        }
    ),
    st.fixed_dictionaries({"choice": st.lists(number, max_size=3)}),
    st.fixed_dictionaries({"choice": st.dictionaries(number, number, max_size=3)}),
)
spec = st.recursive(flat, joined, max_leaves=4)


def no_number(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(spec)
def test_a_form_is_refused_or_draws_finite_numbers(form: Any) -> None:
    try:
        read = ADAPTER.validate_python(form)
        reach = support(read, {key: [value] for key, value in EARLIER.items()})
    except (ValidationError, ValueError):  # what a stage's reading makes a sentence of
        return
    at = quantile(for_round(read, 0))
    assert not any(map(no_number, [*reach, *(at(u, EARLIER) for u in ENDS)]))


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("pi/0", r"lr\[0\].sigma_255: divides by 0"),
        (
            "{uniform: [1, 1e300]}",
            r"lr\[0\].sigma_255.uniform\[1\]: expected a number from -1e\+30",
        ),
        ("{choice: {1: 1e308, 2: 1e308}}", r"expected a number from -1e\+30"),
        ("{log_uniform: [1, 1.7976931348623157e308]}", r"expected a number from -1e\+30"),
        ("{integer: [1" + "0" * 90 + ", 2]}", r"less than or equal to 10+"),
    ],
)
def test_a_number_beyond_all_fields_is_named(form: str, said: str) -> None:
    with pytest.raises(PipelineError, match=said):
        parse_pipeline(f"name: p\nlr:\n  - {{op: gaussian_noise, sigma_255: {form}}}")


def test_words_are_neither_added_nor_multiplied() -> None:
    stage = (
        "{op: resize, factor: 1, of: target, filter: bicubic, antialias: {given: filter, slope: 2}}"
    )
    with pytest.raises(
        PipelineError, match="'bicubic' is no number to add or multiply; give `cases`"
    ):
        parse_pipeline(f"name: p\nlr:\n  - {stage}")


def test_repeats_in_repeats_have_an_end() -> None:
    body = "{op: clamp}"
    for depth in range(8):
        body = f"{{repeat: 16, label: r{depth}, stages: [{body}]}}"
    with pytest.raises(PipelineError, match="more than 4000 nodes"):
        parse_pipeline(f"name: p\nlr:\n  - {body}")


def ends(info: FieldInfo) -> list[float]:
    """The least and the greatest value of a number's field, what is nearest to them, and what is beyond all."""
    found: list[float] = [1.7e308, 5e-324, 1e-160] if info.annotation is float else [10**30]
    for mark in info.metadata:
        for side, toward in (("ge", None), ("le", None), ("gt", math.inf), ("lt", -math.inf)):
            if (end := getattr(mark, side, None)) is not None:
                found.append(end if toward is None else math.nextafter(end, toward))
    return found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", [param(case) for case in CASES])
def test_every_operators_field_at_its_ends_gives_finite_values(case: Case) -> None:
    operator, size = OPERATORS[case.op], Size(16, 20)
    for field, info in operator.parameters.model_fields.items():
        for end in ends(info) if info.annotation in (int, float) else []:
            with contextlib.suppress(
                DegradeError
            ):  # a sentence: beyond its range, or no such entry
                plan = planned(case, {**case.values[0], field: end}, size)
                assert run_singles([plan], [image(size)], 1)[0].isfinite().all(), (field, end)
                strength = operator.facts.strength(plan[0].record)
                assert all(map(math.isfinite, strength.values())), (field, end)
                assert operator.words.phrase(plan[0].record)
