"""Two compared folders in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from realsr.measuring.wording import number

APART = "a classifier tells them apart"
ALIKE = "a classifier tells them apart no better than chance does with so many pictures"


def compared_lines(record: Mapping[str, Any], first: str, second: str) -> Iterator[str]:
    """first, second: what the sets are called."""
    names = {"first": first, "second": second}
    counts = zip(names.values(), record["pictures"], record["sources"], strict=True)
    for name, pictures, sources in counts:
        yield f"{name}: {pictures} pictures of {sources} sources, places of {record['side']} px"
    yield APART if record["differ"] else ALIKE
    yield f"  AUC    {_area(record['auc'])}"
    yield f"  floor  {_area(record['floor'])}: {record['floor']['method']}"
    shown = [one for one in record["features"] if one["beyond_chance"]]
    yield "what gives them away, each alone:" if shown else "no feature alone gives them away"
    for one in shown:
        yield f"  {one['auc']:.2f}  more in {names[one['higher_in']]}: {one['name']}"
    yield "side by side, median (a tenth lies below, a tenth above):"
    for name, told in record["marginals"].items():
        sides = "; ".join(f"{_spread(told[side])} in {names[side]}" for side in names)
        yield f"  {told['auc']:.2f}  {name}: {sides} {told['unit']}".rstrip()


def _area(told: Mapping[str, Any]) -> str:
    return f"{told['value']:.3f} ({told['low']:.3f} to {told['high']:.3f})"


def _spread(told: Mapping[str, Any]) -> str:
    return f"{number(told['median'])} ({number(told['tenth'])} to {number(told['ninth'])})"
