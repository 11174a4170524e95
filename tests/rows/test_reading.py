"""Files of rows: what is in them, and what is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from degrade.errors import DegradeError
from realsr.losses.errors import LossError
from realsr.losses.objectives import read_objective
from realsr.losses.table import LOSSES
from realsr.metrics.table import METRICS
from realsr.rows import NO_ROWS, RowFile, Rows, RowsError, check_files, read_rows, written
from tests.rows.stranger import TEXT, write


def test_each_row_goes_into_the_table_of_its_kind(tmp_path: Path) -> None:
    found = read_rows([write(tmp_path)])
    assert [row.name for row in found.operators] == ["own_dim"]
    assert "own_range" in found.metrics
    assert "own_power" in found.losses
    assert "own_plain" in found.architectures
    assert "own_range" not in METRICS
    assert "own_power" not in LOSSES
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    assert found.files == (RowFile(file="mine.py", sha256=digest),)
    assert found.operators[0].origin == digest


def test_an_objective_may_name_them_and_no_other_objective_knows_them(tmp_path: Path) -> None:
    found = read_rows([write(tmp_path)])
    terms = {"terms": [{"name": "own_power", "arguments": {"exponent": 2}}]}
    assert read_objective(terms, found.losses).terms[0].needs == ()
    with pytest.raises(LossError, match="no loss 'own_power'"):
        read_objective(terms)
    with pytest.raises(LossError, match="did you mean 'exponent'"):
        read_objective(
            {"terms": [{"name": "own_power", "arguments": {"exponnt": 2}}]}, found.losses
        )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", "it has no list ROWS"),
        ("ROWS = [3]", "ROWS holds a int; expected rows of the kinds Operator, Metric, Loss"),
        ("x = 1\ny = x / 0\nROWS = []", "line 2: ZeroDivisionError"),
        ("x = 1\ndef (", "line 2: SyntaxError"),
        ("from realsr.metrics.table import METRICS\nROWS = [METRICS['psnr']]", "'psnr'; give one"),
    ],
)
def test_what_is_no_file_of_rows_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DegradeError, match=said):
        read_rows([write(tmp_path, text)])


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RowsError, match="expected a Python file with a list ROWS"):
        read_rows([tmp_path / "nowhere.py"])


def test_the_same_files_are_asked_for_and_no_others(tmp_path: Path) -> None:
    one, other = read_rows([write(tmp_path / "a")]), read_rows([write(tmp_path / "b", TEXT + "\n")])
    check_files(one.files, one, "it")
    check_files((), NO_ROWS, "it")
    with pytest.raises(
        RowsError, match=r"it: made with rows of mine.py .*; give that file again: --rows"
    ):
        check_files(one.files, NO_ROWS, "it")
    with pytest.raises(RowsError, match=f"given has {other.files[0].sha256}"):
        check_files(one.files, other, "it")
    with pytest.raises(
        RowsError, match=r"made without the rows of mine.py .*; leave --rows mine.py out"
    ):
        check_files((), one, "it")


def test_nothing_is_written_where_no_file_was_given() -> None:
    assert written(()) == {}
    assert written(Rows().files) == {}
