"""Ladders hold true records, and every ladder's sheet is drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from degrade.operators.base import noise_fields
from degrade.operators.table import OPERATORS
from tools.docs.operator_sheets import CAPTION, GAP, KEY, PANEL, ladders, main, sheet

LADDERS = ladders()

SHEETS = Path(__file__).parents[2] / "docs" / "images" / "operators"
MOST_BYTES = 6_000_000
OF_FILES = {"kernel_bank_blur", "learned_downsampler", "noise_bank", "varying_bank_blur"}
"""Operators that need files of the user's own, so that nobody can draw their sheets."""


def size_of(name: str) -> tuple[int, int]:
    """Of a sheet: a panel for each rung beside the untouched one."""
    return (len(LADDERS[name].rungs) + 1) * (PANEL + GAP) - GAP, PANEL + CAPTION


def test_every_operator_has_a_ladder_but_those_of_files() -> None:
    assert set(OPERATORS) - set(LADDERS) == OF_FILES
    assert set(LADDERS) <= set(OPERATORS)


@pytest.mark.parametrize("name", sorted(LADDERS))
def test_rungs_are_records_and_differ(name: str) -> None:
    parameters = OPERATORS[name].parameters
    keys = dict.fromkeys(noise_fields(parameters), KEY)
    records = [parameters.model_validate({**rung, **keys}) for rung in LADDERS[name].rungs]
    assert len({record.model_dump_json() for record in records}) == len(records) >= 1


def test_the_sheets_are_those_of_the_ladders() -> None:
    found = {path.stem: path for path in SHEETS.iterdir()}
    assert set(found) == set(LADDERS), (
        "run `python -m tools.docs.operator_sheets docs/images/operators`"
    )
    assert sum(path.stat().st_size for path in found.values()) < MOST_BYTES
    for name, path in found.items():
        with Image.open(path) as picture:
            assert picture.size == size_of(name), name


@pytest.mark.parametrize("name", ["gaussian_noise", "median_blur", "swap_red_blue"])
def test_panels_go_from_untouched_to_severe(name: str) -> None:
    page = sheet(name)
    assert page.size == size_of(name)
    lefts = range(0, page.width, PANEL + GAP)
    panels = [page.crop((left, 0, left + PANEL, PANEL)).tobytes() for left in lefts]
    assert len(set(panels)) == len(LADDERS[name].rungs) + 1


def test_the_command_draws_what_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["operator_sheets", str(tmp_path / "new"), "clamp"])
    assert main() == 0
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["clamp.webp"]
