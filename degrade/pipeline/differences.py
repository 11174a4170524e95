"""What differs between two pipelines, in plain words, stage by stage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from degrade.pipeline.tree import Pipeline

FORMS = {
    "uniform": "uniform {0} to {1}",
    "log_uniform": "log-uniform {0} to {1}",
    "integer": "whole numbers {0} to {1}",
}


def differences(first: Pipeline, second: Pipeline) -> list[str]:
    """One line per difference; none for pipelines of equal content.

    Stages are matched by label within their tree; names, versions and words about a pipeline do not count.
    """
    lines: list[str] = []
    if first.scale != second.scale:
        lines.append(f"scale: {first.scale} against {second.scale}")
    for tree in ("hr", "lr"):
        one, other = (dict(_leaves(p.content().get(tree, []), tree)) for p in (first, second))
        names = first.name, second.name
        lines += [_line(place, one, other, names) for place in _places(one, other)]
    return [line for line in lines if line]


def _places(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """All places, those of the first pipeline in its order, then what only the second has.

    Of a stage that only one of them has, its operator alone; where their operators differ, these and the fields
    that both have: the other fields have nothing to differ from.
    """
    every = [*one, *(place for place in other if place not in one)]
    unlike = {
        place.removesuffix(OPERATOR)
        for place in every
        if place.endswith(OPERATOR) and one.get(place) != other.get(place)
    }

    def told(place: str) -> bool:
        if place.endswith(OPERATOR) or (place in one and place in other):
            return True
        return place.rpartition(" > ")[0] not in unlike

    return [place for place in every if told(place)]


OPERATOR = " > op"


def _line(
    place: str, one: Mapping[str, Any], other: Mapping[str, Any], names: tuple[str, str]
) -> str:
    if place in one and place in other:
        if one[place] == other[place]:
            return ""
        return f"{place}: {_words(one[place])} against {_words(other[place])}"
    here, name = (one, names[0]) if place in one else (other, names[1])
    return f"{place.removesuffix(OPERATOR)}: {_words(here[place])} only in {name}"


def _leaves(node: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Every decision of a tree with its place: `lr > round > isotropic > sigma_x`.

    A group decides nothing, so its label is no part of a place.
    """
    if isinstance(node, list):
        for item in node:
            yield from _leaves(item, place)
        return
    label = node.get("label")
    here = f"{place} > {label}" if label and "group" not in node else place
    for key, value in node.items():
        if key in ("stages", "group", "shuffle"):
            yield from _leaves(value, here)
        elif key == "choice" and isinstance(value, list) and _are_branches(value):
            yield from _branches(value, here)
        elif key != "label":
            yield f"{here} > {key}", value


def _are_branches(value: list[Any]) -> bool:
    return all(isinstance(item, Mapping) and "stages" in item for item in value)


def _branches(value: list[Any], here: str) -> Iterator[tuple[str, Any]]:
    total = sum(branch.get("weight", 1.0) for branch in value)
    for branch in value:
        stages = branch["stages"]
        name = stages[-1]["label"] if stages else "nothing"
        yield f"{here} > {name}", {"share": round(branch.get("weight", 1.0) / total, 6)}
        yield from _leaves(stages, here)


def _words(value: Any) -> str:
    """A field's value or distribution as a person says it."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, Mapping):
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    form, inside = next(iter(value.items()))
    if form in FORMS:
        return FORMS[form].format(*(_words(item) for item in inside)) + _step(form, inside)
    if form in COMPOUNDS:
        return COMPOUNDS[form](value)
    return ", ".join(f"{key} {_words(item)}" for key, item in value.items())


def _weighted(parts: Iterable[tuple[Any, float]]) -> str:
    return " or ".join(f"{_words(item)} (weight {weight:g})" for item, weight in parts)


def _choice(value: Mapping[str, Any]) -> str:
    inside = value["choice"]
    if isinstance(inside, Mapping):
        return _weighted(inside.items())
    return "one of " + ", ".join(_words(item) for item in inside)


def _given(value: Mapping[str, Any]) -> str:
    if "cases" in value:
        return f"by {value['given']}: " + "; ".join(map(_case, value["cases"]))
    rest = [f"{key} {_words(item)}" for key, item in value.items() if key != "given"]
    return (
        f"the same as {value['given']}" if not rest else f"by {value['given']}: {', '.join(rest)}"
    )


def _power(inside: Mapping[str, Any]) -> str:
    low, high, power = (_words(inside[key]) for key in ("low", "high", "power"))
    return f"uniform {low} to {high}, to the power {power}"


COMPOUNDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "share": lambda value: f"chosen with probability {value['share']:.6g}",
    "per_repeat": lambda value: ", then ".join(map(_words, value["per_repeat"])),
    "mixture": lambda value: _weighted((part["of"], part["weight"]) for part in value["mixture"]),
    "choice": _choice,
    "uniform_power": lambda value: _power(value["uniform_power"]),
    "given": _given,
}


def _case(case: Mapping[str, Any]) -> str:
    if "equals" in case:
        return f"{case['equals']} gives {_words(case['value'])}"
    if "up_to" in case:
        return f"up to {case['up_to']:g} gives {_words(case['value'])}"
    return f"else {_words(case['value'])}"


def _step(form: str, inside: list[Any]) -> str:
    return f" by {inside[2]}" if form == "integer" and len(inside) > 2 else ""
