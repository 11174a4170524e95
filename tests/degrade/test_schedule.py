"""Which operator goes next: the one that fewest will need later, so that rounds are few."""

from __future__ import annotations

import pytest

from degrade.execute.schedule import rounds


@pytest.mark.parametrize(
    ("programs", "expected"),
    [
        ([["a", "b"], ["b"]], [("a", [0]), ("b", [0, 1])]),
        ([["a", "b", "c"], ["c"]], [("a", [0]), ("b", [0]), ("c", [0, 1])]),
        ([["a"], ["b"]], [("a", [0]), ("b", [1])]),
        ([[], ["a", "a"]], [("a", [1]), ("a", [1])]),
    ],
)
def test_a_round_waits_for_those_who_will_come(
    programs: list[list[str]], expected: list[tuple[str, list[int]]]
) -> None:
    assert list(rounds(programs)) == expected
