"""From where on a reading is a fault, and what a compression's readings are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realsr.estimation.findings import Findings, Measurement
from realsr.estimation.hr.criterion import FaultReading
from realsr.estimation.hr.readings import enlargement, worst_quality
from realsr.estimation.hr.table import CRITERIA
from realsr.estimation.seen import Seen
from realsr.estimation.single.resampling import UNSEEN
from tests.photographs import synthetic

SEEN = Seen(synthetic(0, 16, 16))
ROWS = {row.name: row for row in CRITERIA}


def findings(**values: object) -> Findings:
    told = {
        name: Measurement(value, None, None, "", "m", "")  # type: ignore[arg-type]
        for name, value in values.items()
    }
    return Findings(told)


@given(st.lists(st.floats(0, 10), min_size=3, max_size=3).map(sorted))
def test_a_fault_lies_beyond_with_its_whole_interval(ends: list[float]) -> None:
    low, value, high = ends
    above = replace(ROWS["noisy"], threshold=5.0, side="above")
    below = replace(above, side="below")
    assert above.holds(FaultReading(value, low, high)) == (low > 5)
    assert below.holds(FaultReading(value, low, high)) == (high < 5)
    assert above.holds(FaultReading(value)) == (value > 5)
    assert below.holds(FaultReading(value)) == (value < 5)


@pytest.mark.parametrize(
    ("values", "quality"),
    [
        ({"jpeg_count": 0}, 100),
        ({"jpeg_count": 1, "jpeg_quality": 85}, 85),
        ({"jpeg_count": 2, "jpeg_quality": 95, "jpeg_first_quality": 60}, 60),
        ({"jpeg_count": 2, "jpeg_quality": 70, "jpeg_first_quality": 80}, 70),
        ({"jpeg_count": 1, "jpeg_steps": [[1] * 8] * 8}, 99),
    ],
)
def test_the_worst_compression_counts(values: dict[str, object], quality: int) -> None:
    found = worst_quality(SEEN, findings(**values))
    assert isinstance(found, FaultReading)
    assert found.value == pytest.approx(quality, abs=1)


def test_what_is_not_known_of_a_compression_is_refused() -> None:
    assert "cannot be told" in str(worst_quality(SEEN, findings(jpeg_count=1)))
    assert worst_quality(SEEN, Findings({}, {"jpeg_count": "too small"})) == "too small"


def test_no_enlargement_seen_is_none() -> None:
    assert enlargement(SEEN, Findings({}, {"resized_by": UNSEEN})) == FaultReading(1.0)
    assert enlargement(SEEN, Findings({}, {"resized_by": "flat"})) == "flat"
    found = enlargement(SEEN, findings(resized_by=1.3))
    assert isinstance(found, FaultReading)
    assert ROWS["enlarged"].holds(found)
