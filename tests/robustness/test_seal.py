"""SEAL's scores: its published tables, and the laws of lines, ratios and tails."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from realsr.metrics import SEAL, Score, score
from realsr.robustness.judging.lines import Lines
from realsr.robustness.judging.seal import SealScores, ratios, seal
from realsr.statistics.tail import tail
from realsr.statistics.untold import StatisticsError, Untold

NETS = (
    "SRResNet",
    "DASR",
    "BSRNet",
    "RealESRNet_x4plus",
    "Real-RRDB_withdropout",
    "GDRealESRNetx4plus",
    "swinir-l",
)
LINE_NAMES = {
    "psnr": ("fsrcnn_psnr", "srresnet_psnr"),
    "ssim": ("fsrcnn_ssim", "srresnet_ssim"),
    "lpips": ("fsrcnn_lpips", "msrresnet_lpips"),
    "niqe": ("fsrcnn_niqe", "msrresnet_niqe"),
}
FILTERED = {
    "PSNR-S": (20.95, 21.08, 22.77, 22.67, 22.44, 22.82, 22.61),
    "AR": (0.00, 0.00, 0.59, 0.27, 0.08, 0.43, 0.41),
    "IQR": (0.02, 0.01, 0.42, 0.28, 0.23, 0.37, 0.24),
    "RPR_A": (0.00, 0.00, 0.72, 0.63, 0.63, 0.74, 0.58),
    "RPR_U": (0.03, 0.02, 0.27, 0.28, 0.21, 0.33, 0.29),
}
"""SEAL's README: cases whose lines are less than 0.1 dB apart are left out, PSNR-S is over all."""
BICUBIC = (24.763, 22.096, 22.857, 20.296, 21.666)

Columns = dict[str, np.ndarray]


def columns(path: Path) -> Columns:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0] if name}


@pytest.fixture(scope="module")
def tables(shared_data: Path) -> tuple[Columns, Columns]:
    folder = shared_data / "pairs" / "seal_set14"
    return columns(folder / "line.csv"), columns(folder / "model.csv")


def lines_of(line: Columns, metric: str, least_gap: float = 0.0) -> Lines:
    acceptance, excellence = LINE_NAMES[metric]
    cases = tuple(f"deg_{number}" for number in range(100))
    higher = metric in ("psnr", "ssim")
    return Lines(cases, line[acceptance], line[excellence], higher, least_gap)


def shown(scores: SealScores | Untold) -> dict[str, float]:
    assert isinstance(scores, SealScores)
    found = {
        "AR": scores.ar,
        "IQR": scores.rpr_i,
        "RPR_A": scores.rpr_a,
        "RPR_U": scores.rpr_u,
        "PSNR-S": scores.mean,
    }
    return {name: round(value, 2) for name, value in found.items()}


@pytest.mark.data
@pytest.mark.parametrize("metric", ["psnr", "ssim"])
def test_the_56_published_cells_over_all_cases(
    metric: str, tables: tuple[Columns, Columns], shared_data: Path
) -> None:
    line, model = tables
    path = shared_data / "pairs" / "seal_set14" / f"AR_RPR_on_{metric}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        published = list(csv.DictReader(file))
    assert [row["metric"] for row in published] == ["AR", "IQR", "RPRA", "RPRU"]
    for net in NETS:
        values, lines = model[f"{net}_{metric}"], lines_of(line, metric)
        found = shown(seal(values, lines, degenerate="as published"))
        expected = {row["metric"].replace("RPR", "RPR_"): float(row[net]) for row in published}
        assert expected.items() <= found.items()


@pytest.mark.data
def test_the_35_filtered_numbers_of_the_readme(tables: tuple[Columns, Columns]) -> None:
    line, model = tables
    for place, net in enumerate(NETS):
        values = model[f"{net}_psnr"]
        scores = seal(values, lines_of(line, "psnr", least_gap=0.1))
        assert isinstance(scores, SealScores)
        assert (scores.cases, len(scores.degenerate)) == (93, 7)
        found = shown(scores) | {"PSNR-S": round(float(values.mean()), 2)}
        assert found == {name: cells[place] for name, cells in FILTERED.items()}


@pytest.mark.data
def test_the_case_out_of_order_is_named_and_left_out(tables: tuple[Columns, Columns]) -> None:
    line, model = tables
    values, lines = model["BSRNet_psnr"], lines_of(line, "psnr")
    default, published = seal(values, lines), seal(values, lines, degenerate="as published")
    assert isinstance(default, SealScores)
    assert isinstance(published, SealScores)
    assert default.degenerate == published.degenerate == ("deg_9",)
    assert (default.cases, published.cases) == (99, 100)
    assert default.mean == pytest.approx(np.delete(values, 9).mean())


@pytest.mark.data
def test_niqe_is_refused_because_its_lines_are_out_of_order(
    tables: tuple[Columns, Columns],
) -> None:
    line, model = tables
    found = seal(model["BSRNet_niqe"], lines_of(line, "niqe"))
    assert isinstance(found, Untold)
    assert "83 of 100 cases: deg_" in found.reason
    assert found.reason.endswith(" and 73 more")


@pytest.mark.data
def test_lpips_reverses_the_ranking_of_psnr(tables: tuple[Columns, Columns]) -> None:
    """AR under LPIPS over all cases, with the sign turned; no table of SEAL has it."""
    line, model = tables
    found = [
        shown(seal(model[f"{net}_lpips"], lines_of(line, "lpips"), degenerate="as published"))["AR"]
        for net in NETS
    ]
    assert found == [0.02, 0.02, 0.91, 0.93, 0.71, 0.87, 0.96]


@pytest.mark.data
def test_the_tail_separates_what_the_acceptance_rate_does_not(
    tables: tuple[Columns, Columns],
) -> None:
    line, model = tables
    quantiles, lowest = [], []
    for net in ("swinir-l", "BSRNet", "RealESRNet_x4plus", "GDRealESRNetx4plus"):
        scores = seal(model[f"{net}_psnr"], lines_of(line, "psnr"), degenerate="as published")
        assert isinstance(scores, SealScores)
        quantiles.append(round(scores.tail.quantile, 2))
        lowest.append(round(scores.tail.worst[0].value, 2))
    assert quantiles == [-0.97, -0.83, -0.50, -0.43]
    assert lowest == [-2.23, -1.91, -0.69, -0.61]


@pytest.mark.data
@pytest.mark.parametrize(("case", "expected"), list(enumerate(BICUBIC)))
def test_bicubic_on_the_shipped_pictures(case: int, expected: float, shared_data: Path) -> None:
    folder = shared_data / "pairs" / "seal_set14"
    values = []
    for path in sorted((folder / "GT").glob("*.png")):
        hr = cv2.imread(str(path))[:, :, ::-1]
        lr = cv2.imread(str(folder / "LQ" / f"deg_{case:03}" / path.name))[:, :, ::-1]
        sr = cv2.resize(lr, hr.shape[1::-1], interpolation=cv2.INTER_CUBIC)
        found = score("psnr", sr, np.ascontiguousarray(hr), convention=SEAL)
        assert isinstance(found, Score)
        values.append(found.value)
    assert len(values) == 14
    assert np.mean(values) == pytest.approx(expected, abs=5e-4)


CASES = ("a", "b", "c", "d")
ACCEPTANCE = np.array([20.0, 21.0, 22.0, 23.0])
VALUES = np.array([21.0, 21.0, 21.0, 23.5])


def test_hand_computed_scores() -> None:
    scores = seal(VALUES, Lines(CASES, ACCEPTANCE, ACCEPTANCE + 1.0))
    assert isinstance(scores, SealScores)
    sigmoid = [1 / (1 + np.exp(-x)) for x in (1.0, 0.0, -1.0, 0.5)]
    assert scores.ar == 0.75
    assert scores.rpr_a == pytest.approx((sigmoid[0] + sigmoid[1] + sigmoid[3]) / 3)
    assert scores.rpr_u == pytest.approx(sigmoid[2])
    assert scores.rpr_i == pytest.approx(np.quantile(sigmoid, 0.75) - np.quantile(sigmoid, 0.25))
    assert scores.tail.worst[0] == ("c", -1.0)


def test_the_order_is_by_rate_then_by_evenness_then_by_ratios() -> None:
    """Of equal rates the narrower range of ratios comes first, then the higher ratios."""
    lines = Lines(CASES, ACCEPTANCE, ACCEPTANCE + 1.0)
    above = {
        "even": [0.5, 0.5, 0.5, 0.5],
        "even and better": [0.9, 0.9, 0.9, 0.9],
        "uneven": [0.1, 3.0, 0.1, 3.0],
        "seldom": [2.0, 2.0, 2.0, -2.0],
    }
    found = {name: seal(ACCEPTANCE + gaps, lines) for name, gaps in above.items()}
    keys = {name: each.sort_key for name, each in found.items() if isinstance(each, SealScores)}
    assert sorted(keys, key=lambda name: keys[name]) == [
        "even and better",
        "even",
        "uneven",
        "seldom",
    ]


def test_the_tail_is_the_mean_at_and_below_its_quantile() -> None:
    """Of 1 to 40 the 5 % quantile lies between 2 and 3, so 1 and 2 are beyond it."""
    found = tail(np.arange(40.0, 0.0, -1.0), [str(number) for number in range(40, 0, -1)], count=2)
    assert found.quantile == pytest.approx(2.95)
    assert found.beyond == pytest.approx(1.5)
    assert found.worst == (("1", 1.0), ("2", 2.0))


def test_a_lower_is_better_metric_is_the_mirror_image() -> None:
    up = seal(VALUES, Lines(CASES, ACCEPTANCE, ACCEPTANCE + 1.0))
    down = seal(-VALUES, Lines(CASES, -ACCEPTANCE, -ACCEPTANCE - 1.0, higher_is_better=False))
    assert isinstance(up, SealScores)
    assert isinstance(down, SealScores)
    assert (down.ar, down.rpr_i, down.rpr_a, down.rpr_u, down.tail) == (
        up.ar,
        up.rpr_i,
        up.rpr_a,
        up.rpr_u,
        up.tail,
    )
    assert down.mean == -up.mean


def test_cluster_sizes_count_as_repeated_cases() -> None:
    sizes = (3, 1, 0, 2)
    weighed = seal(VALUES, Lines(CASES, ACCEPTANCE, ACCEPTANCE + 1.0), sizes=sizes)
    again = np.repeat(np.arange(4), sizes)
    names = tuple(map(str, range(6)))
    repeated = seal(VALUES[again], Lines(names, ACCEPTANCE[again], ACCEPTANCE[again] + 1.0))
    assert isinstance(weighed, SealScores)
    assert isinstance(repeated, SealScores)
    assert (weighed.ar, weighed.rpr_i, weighed.rpr_a, weighed.rpr_u, weighed.mean) == (
        repeated.ar,
        repeated.rpr_i,
        repeated.rpr_a,
        repeated.rpr_u,
        repeated.mean,
    )


def test_equal_lines_are_never_divided_by() -> None:
    lines = Lines(CASES, ACCEPTANCE, ACCEPTANCE + np.array([1.0, 0.0, 1.0, 1.0]))
    scores = seal(VALUES, lines)
    assert isinstance(scores, SealScores)
    assert scores.degenerate == ("b",)
    assert np.isfinite([scores.rpr_i, scores.rpr_a, scores.rpr_u]).all()
    with pytest.raises(StatisticsError, match="case b: acceptance and excellence are equal"):
        seal(VALUES, lines, degenerate="as published")


def test_the_ratio_is_one_half_on_the_acceptance_line_and_sigmoid_1_on_the_excellence_line() -> (
    None
):
    lines = Lines(CASES, np.full(len(CASES), 20.0), np.full(len(CASES), 22.0))
    assert ratios(np.array([20.0, 22.0, -1e9, 1e9]), lines).tolist() == pytest.approx(
        [0.5, 0.7310586, 0.0, 1.0]
    )


@pytest.mark.parametrize(
    ("acceptance", "excellence", "cases"),
    [
        (ACCEPTANCE[:3], ACCEPTANCE + 1, CASES),
        (ACCEPTANCE, ACCEPTANCE * np.nan, CASES),
        (ACCEPTANCE, ACCEPTANCE + 1, ("a", "a", "b", "c")),
    ],
)
def test_lines_that_do_not_fit_are_refused(
    acceptance: np.ndarray, excellence: np.ndarray, cases: tuple[str, ...]
) -> None:
    with pytest.raises(StatisticsError):
        Lines(cases, acceptance, excellence)


def test_values_that_do_not_fit_are_refused() -> None:
    lines = Lines(CASES, ACCEPTANCE, ACCEPTANCE + 1.0)
    for values in (VALUES[:3], VALUES * np.nan):
        with pytest.raises(StatisticsError, match="one finite mean for each case"):
            seal(values, lines)
    with pytest.raises(StatisticsError, match="cluster sizes"):
        seal(VALUES, lines, sizes=(1, 2))
