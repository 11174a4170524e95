"""Records in words: a line a quantity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def lines(record: Mapping[str, Any]) -> Iterator[str]:
    """A record, or a set's, as people read it."""
    content = record.get("set", record)
    yield _title(record)
    for name, told in content["estimates"].items():
        yield f"  {name:26} {_value(told)}"
    for name, why in content["refused"].items():
        yield f"  {name:26} not told: {why}"


def _title(record: Mapping[str, Any]) -> str:
    if "set" in record:
        return f"all {record['set']['pictures']}"
    return f"{record['source']} ({record['height']} x {record['width']}, height x width)"


def _value(told: Mapping[str, Any]) -> str:
    ends = interval_words(told)
    return f"{value_words(told)} ({ends})" if ends else value_words(told)


def value_words(told: Mapping[str, Any]) -> str:
    """An estimate's value with its unit, and what else may be meant."""
    value, unit = told["value"], told["unit"]
    if isinstance(value, list):
        return f"{len(value)} x {len(value[0])} {unit}; see --json"
    chance = f", probability {told['probability']:.2f}" if "probability" in told else ""
    others = f"; not to be told from {', '.join(told['others'])}" if told.get("others") else ""
    return f"{number(value)} {unit}".rstrip() + f"{chance}{others}"


def interval_words(told: Mapping[str, Any]) -> str:
    """Its interval; nothing where it has none."""
    low, high = told["low"], told["high"]
    if low is None or high is None or isinstance(low, list):
        return ""
    return f"{number(low)} to {number(high)} at {100 * told['level']:.0f} %"


def number(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
