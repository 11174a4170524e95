"""Two runs side by side: changes with intervals and Holm's correction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from realsr.cli.main import app
from realsr.robustness.after.compare import compare
from realsr.robustness.results.store import Results
from realsr.statistics.comparisons import holm
from realsr.statistics.intervals import Interval
from tests.robustness.records import a_cell, a_metric, a_model, a_run, a_set

MODELS = ("bicubic", "a", "b")


def run(root: Path, **changes: Any) -> Results:
    """Numbers of one metric on one set, those of a model moved by its changes picture by picture."""
    count = max((len(values) for values in changes.values()), default=6)
    cells = [
        a_cell(
            model,
            "blur",
            f"p{number}",
            {"psnr_y": 20.0 + number + changes.get(model, [0.0] * count)[number]},
        )
        for model in MODELS
        for number in range(count)
    ]
    return a_run(root, [*map(a_model, MODELS)], [a_set("blur")], [a_metric("psnr_y")], cells)


CHANGES = {"a": [0.5, 0.6, 0.4, 0.5, 0.7, 0.3], "b": [1.0, -1.0, 2.0, -2.0, 0.5, -0.1]}


def test_changes_have_paired_intervals_and_holms_p_over_all_models(tmp_path: Path) -> None:
    """t by hand of six gaps; the family holds bicubic too, which did not change."""
    zeros = {name: [0.0] * 6 for name in CHANGES}
    found = compare(run(tmp_path / "a", **zeros), run(tmp_path / "b", **CHANGES))
    assert [change.model for change in found.changes] == ["a", "b"]
    gaps = np.array(CHANGES["a"])
    reach = 2.5705818 * gaps.std(ddof=1) / np.sqrt(6)
    first, second = (change.over for change in found.changes)
    assert first is not None
    assert second is not None
    interval = first.difference.interval
    assert isinstance(interval, Interval)
    assert (interval.low, interval.high) == pytest.approx((0.5 - reach, 0.5 + reach))
    assert first.p is not None
    assert second.p is not None
    corrected = holm([first.p, second.p, 1.0])
    assert [first.holm, second.holm] == pytest.approx(corrected[:2])
    assert first.holm == pytest.approx(3 * first.p)


def test_the_command_prints_them(tmp_path: Path) -> None:
    run(tmp_path / "a", a=[0.0] * 6)
    run(tmp_path / "b", a=CHANGES["a"])
    command = ["robustness", "compare", str(tmp_path / "a"), str(tmp_path / "b")]
    found = CliRunner().invoke(app, command)
    assert found.exit_code == 1
    assert (
        "a on blur: psnr_y +0.5000 [+0.3516, +0.6484] (t over images, Holm p 0.001" in found.output
    )
    assert "18 numbers compared" in found.output


def test_few_images_are_too_few_to_tell_and_equal_runs_say_nothing(tmp_path: Path) -> None:
    one, other = run(tmp_path / "a", a=[0.0] * 3), run(tmp_path / "b", a=[1.0] * 3)
    [change] = compare(one, other).changes
    assert "too few to tell: 3 images; 5 are needed" in str(change)
    assert compare(one, one).changes == ()
