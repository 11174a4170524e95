"""The distances of named pipelines: alike from like, apart from unlike, and nothing is made twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks.fitting import distances
from benchmarks.fitting.distances import KeptRows, Protocol, areas, lr_rows, pipeline_of, table
from realsr.estimation.codec.blocks import Bytes
from tests.photographs import synthetic

NAMES = ("bicubic", "dasr_weak", "gaussian8")
ASKED = Protocol(crops=2, side=48)


def _scenes() -> Iterator[tuple[str, Bytes]]:
    for number in range(6):
        yield f"scene {number}", synthetic(number, 200, 220)


@pytest.fixture(autouse=True)
def scenes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distances, "photographs", _scenes)


def test_pipelines_are_told_apart_and_what_is_known_is_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {(one.first, one.second): one for one in areas(KeptRows(tmp_path, ASKED), NAMES)}
    assert len(found) == 6
    assert found["bicubic", "gaussian8"].value > 0.9
    assert found["gaussian8", "gaussian8"].low < 0.5 < found["gaussian8", "gaussian8"].high
    lines = (tmp_path / "areas.jsonl").read_bytes()
    (tmp_path / "areas.jsonl").write_bytes(lines[:-20])  # as a kill leaves it
    monkeypatch.setattr(distances, "lr_rows", None)
    again = areas(KeptRows(tmp_path, ASKED), NAMES)
    assert again == list(found.values())
    head, _, *rows = table(again, NAMES)
    assert head.startswith("| pipeline | itself | bicubic |")
    assert [row.split("`")[1] for row in rows] == list(NAMES)
    assert "`gaussian8`" in rows[0].split("|")[-2]


def test_other_settings_are_other_rows(tmp_path: Path) -> None:
    first = KeptRows(tmp_path, ASKED).rows("bicubic")
    second = KeptRows(tmp_path, Protocol(crops=1, side=48)).rows("bicubic")
    assert (len(first.values), len(second.values)) == (12, 6)
    assert len(list(tmp_path.glob("*.npz"))) == 2


def test_every_pipeline_gets_the_same_crops_and_draws_of_its_own() -> None:
    """One without draws makes the same LR twice; one with draws does not."""
    for name, same in (("bicubic", True), ("gaussian8", False)):
        once, twice = (lr_rows(name, other, ASKED) for other in (False, True))
        assert np.array_equal(once.values, twice.values) is same
        assert once.sources == twice.sources


def test_a_pipeline_without_x4_has_its_own_scale() -> None:
    assert [pipeline_of(name).scale for name in ("bicubic", "bd_x3", "diffbir")] == [4, 3, 1]
