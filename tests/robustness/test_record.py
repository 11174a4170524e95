"""What a run writes is read as strictly as it is written, and comes out again byte for byte."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realsr.robustness.errors import StudyError
from realsr.robustness.results.observations import observed
from realsr.robustness.results.record import Cell, RecordedFile, RecordedPicture, StandsFor
from realsr.robustness.results.store import Results, RunFolder, read_results, write_results
from realsr.robustness.results.sweeps import read_sweeps
from tests.robustness.records import a_cell, a_metric, a_model, a_run, a_set

LR, HR = (RecordedFile(file=f"{part}.png", size=(6, 5), digest=part) for part in ("lr", "hr"))
names = st.text(min_size=1, max_size=8)
numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)


@pytest.fixture
def run(tmp_path: Path) -> Results:
    both = RecordedPicture(image="a", variant=0, key="a", lr=LR, hr=HR)
    alone = RecordedPicture(image="a", variant=0, key="a", lr=LR)
    sets = [
        a_set("bicubic", images=(both,), case=StandsFor(3, 10, "space", ("blur",))),
        a_set("real", kind="real", pipeline=None, images=(alone,), failures=("b: no picture",)),
    ]
    cells = [a_cell("near", test.name, "a", {"psnr_y": 30.25}, words=("blur",)) for test in sets]
    return a_run(tmp_path, [a_model("near", seed=3)], sets, [a_metric("psnr_y")], cells)


def files(run: Results) -> tuple[bytes, bytes]:
    folder = RunFolder(run.root)
    return folder.record.read_bytes(), folder.cells.read_bytes()


def test_what_was_read_is_written_byte_for_byte(run: Results, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    again = write_results(RunFolder(tmp_path / "again"), run.record, run.cells)
    assert files(again) == files(run)
    assert (again.record, again.cells) == (run.record, run.cells)
    images = [test["images"][0] for test in json.loads(files(run)[0])["sets"]]
    assert ["hr" in image for image in images] == [True, False]


@given(
    st.dictionaries(names, numbers),
    st.dictionaries(names, names),
    st.none() | names,
    st.lists(names),
)
def test_a_cell_comes_back_as_it_was(
    scores: dict[str, float | None], missing: dict[str, str], failed: str | None, words: list[str]
) -> None:
    cell = a_cell("m", "s", "i", {}, not_computed=missing, failed=failed, words=tuple(words))
    cell = cell.model_copy(update={"scores": scores})
    assert Cell.model_validate_json(json.dumps(cell.to_data())) == cell


def unknown(record: dict[str, Any]) -> None:
    record["sets"][0]["sizes"] = 3


def absent(record: dict[str, Any]) -> None:
    del record["models"][0]["digest"]


def text(record: dict[str, Any]) -> None:
    record["models"][0]["seed"] = "3"


def newer(record: dict[str, Any]) -> None:
    record["version"] = 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (unknown, r"sets.*unknown key 'sizes'"),
        (absent, r"models.*'digest' is missing"),
        (text, r"models.*seed.*integer"),
        (newer, "is of version 2; expected 1"),
    ],
)
def test_a_record_that_was_changed_is_refused_with_its_place(
    run: Results, change: Callable[[dict[str, Any]], None], told: str
) -> None:
    path = RunFolder(run.root).record
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))
    with pytest.raises(StudyError, match=rf"record\.json.*{told}"):
        read_results(run.root)


def test_a_cell_that_was_changed_is_refused_with_its_line(run: Results) -> None:
    path = RunFolder(run.root).cells
    first, second = path.read_text().splitlines()
    path.write_text(f"{first}\n{second.replace('30.25', 'NaN')}\n")
    with pytest.raises(StudyError, match=r"cells\.jsonl, line 2: .*psnr_y"):
        read_results(run.root)


def test_a_record_from_before_lines_and_cases_is_read(run: Results) -> None:
    path = RunFolder(run.root).record
    record = json.loads(path.read_text())
    for part in (record, *record["models"], *record["sets"]):
        for name in ("lines", "family", "case"):
            part.pop(name, None)
    del record["notes"]
    path.write_text(json.dumps(record))
    found = read_results(run.root).record
    assert (found.models[0].family, found.sets[0].case, found.notes) == (None, None, ())
    assert found.lines == run.record.lines


def test_numbers_are_turned_by_what_is_better() -> None:
    cells = [a_cell("m", "s", "i", {"x": 0.8})]
    turned = {
        better: next(iter(observed(cells, "x", better).of("m", "s").values()))
        for better in ("higher", "lower", "nearer to 1")
    }
    assert turned == {"higher": 0.8, "lower": -0.8, "nearer to 1": pytest.approx(-0.2)}


def test_sweeps_that_are_no_json_are_refused(tmp_path: Path) -> None:
    assert read_sweeps(tmp_path) == ()
    (tmp_path / "sweeps.json").write_text("[{")
    with pytest.raises(StudyError, match=r"sweeps\.json: .*make the sweep again"):
        read_sweeps(tmp_path)
