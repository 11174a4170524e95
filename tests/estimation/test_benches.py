"""The benchmarks of estimators: made pairs are what they say, shares are counted by photograph, runs go on."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.estimation import kernels, resamplers
from benchmarks.estimation.camera_pairs import degraded, distance
from benchmarks.estimation.made_pairs import FAMILIES, made_case, photographs
from benchmarks.estimation.shares import Row, rows_of, share
from realsr.estimation.pair.centring import middle
from tests.estimation.pair.making import gaussian, photograph


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two photographs of different content."""
    whole = photograph()
    for place, pixels in enumerate((whole[:200, :210], whole[100:300, 60:280])):
        Image.fromarray(pixels).save(tmp_path / f"{place}.png")
    return tmp_path


def test_a_made_pair_is_its_kernel_at_its_place(folder: Path) -> None:
    """Pixel by pixel, by the sum that the docs state."""
    paths, families, scales = photographs(folder), set[str](), set[int]()
    for number in range(18):
        case = made_case(paths, number, 0.0)
        families.add(case.family)
        scales.add(case.scale)
        assert case.taps.sum() == pytest.approx(1)
        reach = len(case.taps) // 2
        y, x = (side // 2 for side in case.lr.shape[:2])
        top, left = (case.scale * at + case.first - reach for at in (y, x))
        window = case.hr[top : top + 2 * reach + 1, left : left + 2 * reach + 1].astype(float)
        expected = (window * case.taps[..., None]).sum((0, 1))
        assert np.abs(case.lr[y, x] - expected.clip(0, 255)).max() <= 0.5 + 1e-6
    assert families == set(FAMILIES)
    assert scales == {2, 3, 4}


def test_noise_is_of_the_size_that_was_asked_for(folder: Path) -> None:
    plain, noisy = (made_case(photographs(folder), 0, noise) for noise in (0.0, 10.0))
    away = noisy.lr.astype(float) - plain.lr
    assert away[(plain.lr > 40) & (plain.lr < 215)].std() == pytest.approx(10, rel=0.05)


def test_shares_are_told_with_an_interval_by_photograph() -> None:
    rows: list[Row] = [{"picture": name} for name in "aaaabbbbcccc"]
    every, none = share(rows, [True] * 12), share(rows, [False] * 12)
    # Twelve of twelve are seen once in forty times where the share is 73.5 %.
    assert (every["share"], every["high"]) == (100, 100)
    assert every["low"] == pytest.approx(73.54, abs=0.01)
    assert (none["share"], none["low"]) == (0, 0)
    assert none["high"] == pytest.approx(26.46, abs=0.01)
    # All that holds is in one photograph of three: drawn again it is there never or thrice.
    one = share(rows, [True] * 4 + [False] * 8)
    assert one["share"] == pytest.approx(100 / 3)
    assert (one["low"], one["high"]) == (0, 100)
    assert (one["cases"], one["pictures"]) == (12, 3)


def _row(number: int, noise: float) -> Row:
    return {"picture": str(number), "noise": noise}


def test_a_run_goes_on_behind_the_cases_that_are_there(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    line = {"case": 1, "settings": {"noise": 5.0}, "row": {"picture": "kept"}}
    path.with_suffix(".jsonl").write_text(json.dumps(line) + "\n")
    asked = Namespace(json=path, cases=3, workers=1)
    rows = rows_of(_row, asked, noise=5.0)
    assert [row["picture"] for row in rows] == ["0", "kept", "2"]
    assert len(path.with_suffix(".jsonl").read_text().splitlines()) == 3
    with pytest.raises(SystemExit, match="other settings"):
        rows_of(_row, asked, noise=6.0)


def test_kernels_and_resamplers_are_judged(folder: Path) -> None:
    """A Gaussian without noise is found; a kernel that is told elsewhere is not near."""
    row = kernels.one(0, photographs(folder), 0.0)
    assert row["correlation"] > 0.99
    assert row["shift"] < 0.05
    assert set(row["held"]) >= {"shift_y", "shift_x", "gain"}
    told = kernels.figures([row])
    assert told["all"]["correlation > 0.99"]["share"] == 100  # type: ignore[index]
    case = resamplers.one(0, photographs(folder), 0.0, None)
    assert case["holds"]
    assert resamplers.figures([case])["true row in the class"]["cases"] == 1  # type: ignore[index]


def test_a_kernel_is_compared_about_its_middle() -> None:
    kernel = gaussian(9, 1.4, 1.0, 0.3)
    assert kernels.correlation(kernel, np.roll(np.pad(kernel, 2), (1, 0), (0, 1))) > 0.999
    assert kernels.correlation(kernel, gaussian(9, 1.0, 1.4, 0.3)) < 0.99


def test_what_is_degraded_by_the_true_kernel_and_shift_is_the_lr() -> None:
    plane = photograph()[:128, :128, 1].astype(np.float64)
    kernel = gaussian(9, 1.2, 0.8, 0.2)
    moved = np.roll(degraded(plane, kernel, np.zeros(2)), (-1, 2), (0, 1))
    shift = np.array([1.0, -2.0]) + middle(kernel)
    assert distance(degraded(plane, kernel, shift), 0.9 * moved + 3) < 0.5
    assert distance(degraded(plane, kernel, -shift), moved) > 2
