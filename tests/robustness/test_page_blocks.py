"""The page's blocks of acceptance, representative cases and artefact maps, against the run's own numbers."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import Any

import cv2
import numpy as np
import pytest

from realsr.cli.main import main
from realsr.metrics.planted import REQUIRED, found_by
from realsr.robustness.cases.representative import write_representative
from realsr.robustness.errors import StudyError
from realsr.robustness.page import pictures as page_pictures
from realsr.robustness.page import render
from realsr.robustness.page.map_checks import MapCheck, failures_words
from realsr.robustness.results.store import read_results
from realsr.robustness.study.study import read_study
from tests.robustness.page_study import write_study
from tests.robustness.pages import change, payload, values
from tests.robustness.ramps import THREE_KINDS
from tests.robustness.ramps import photographs as ramps

PIPELINES = ("bicubic", "gaussian8", "second_order")
Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(
        tmp_path_factory.mktemp("blocks") / "run", 6, ("content", "gan"), PIPELINES, 64
    )


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(finished, tmp_path / "run"))


def record(run: Path, **changed: Any) -> None:
    found = json.loads((run / "record.json").read_text())
    (run / "record.json").write_text(json.dumps(found | changed))


def panel(run: Path, metric: str = "psnr_y", place: int = 0) -> dict[str, Any]:
    found = [one for one in payload(run)["panels"] if one["metric"] == metric]
    return dict(found[place])


def score(panel: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in panel["scores"] if one["name"] == name)


def means(run: Path, model: str, metric: str = "psnr_y") -> dict[str, float]:
    return {test: fmean(values(run, model, test, metric).values()) for test in PIPELINES}


def ratio(run: Path, test: str, metric: str = "psnr_y") -> float:
    """RPR of content-bicubic on a set."""
    own, low = (means(run, name, metric)[test] for name in ("content-bicubic", "bicubic"))
    high = means(run, f"content-{test}", metric)[test]
    return float(1 / (1 + np.exp(-(own - low) / (high - low))))


def test_scores_are_those_of_the_means_over_bicubic_and_diagonal(run: Path) -> None:
    text = render(run).read_text()
    found = score(panel(run), "content-bicubic")
    own, low = means(run, "content-bicubic"), means(run, "bicubic")
    assert found["ar"] == pytest.approx(fmean(own[test] >= low[test] for test in PIPELINES))
    pair = [(test, ratio(run, test)) for test in ("bicubic", "gaussian8")]
    accepted = [value for test, value in pair if own[test] >= low[test]]
    assert found["rpr_a"] == pytest.approx(fmean(accepted))
    assert len(accepted) == 2
    assert found["rpr_u"] is None  # what is not accepted has no excellence line
    assert found["rpr_i"] == pytest.approx(abs(pair[0][1] - pair[1][1]) / 2)
    assert (found["cases"], found["rpr_cases"]) == (3, 2)
    assert [test for test, _ in found["lineless"]] == ["second_order"]
    assert found["why"] == "too few to tell: 3 degradations; 5 are needed"
    assert found["low"] is None
    worst = min(PIPELINES, key=lambda test: own[test] - low[test])
    assert found["worst"][0] == [worst, pytest.approx(own[worst] - low[worst])]
    assert score(panel(run), "bicubic")["refused"] == "this is the acceptance line"
    assert "<strong>Acceptance</strong>: bicubic" in text


def test_worst_pictures_are_single_ones(run: Path) -> None:
    render(run)
    found = score(panel(run), "content-gaussian8")["pictures"]
    gaps = [
        (value - values(run, "bicubic", test)[image], test, image)
        for test in PIPELINES
        for image, value in values(run, "content-gaussian8", test).items()
    ]
    assert [(one["gap"], one["case"], one["image"]) for one in found] == [
        (pytest.approx(gap), *where) for gap, *where in sorted(gaps)[:3]
    ]


def test_lower_is_better_is_turned(run: Path) -> None:
    render(run)
    for name in ("content-bicubic", "gan-gaussian8"):
        own, low = means(run, name, "gmsd"), means(run, "bicubic", "gmsd")
        found = score(panel(run, "gmsd"), name)
        assert found["ar"] == pytest.approx(fmean(own[test] <= low[test] for test in PIPELINES))
        assert dict(found["worst"])["gaussian8"] == pytest.approx(
            low["gaussian8"] - own["gaussian8"]
        )


def spoiled(metric: str, *tests: str) -> Change:
    """Makes the diagonal worse than bicubic on these sets."""

    def spoil(cell: dict[str, Any]) -> None:
        if cell["set"] in tests and cell["model"].endswith(f"-{cell['set']}"):
            cell["scores"][metric] = 1.0

    return spoil


def test_degenerate_lines_are_named_on_the_page(run: Path) -> None:
    change(run, spoiled("psnr_y", "gaussian8"))
    render(run)
    found = score(panel(run), "content-bicubic")
    assert found["degenerate"] == ["gaussian8"]
    assert (found["cases"], found["rpr_cases"]) == (2, 1)


def test_a_metric_of_degenerate_lines_is_refused_with_the_reason(run: Path) -> None:
    change(run, spoiled("psnr_y", "bicubic", "gaussian8"))
    text = render(run).read_text()
    reason = (
        "degenerate lines: excellence is not above acceptance in 2 of 2 cases: bicubic, gaussian8"
    )
    assert f"<li><strong>PSNR (Y)</strong>: {reason}</li>" in text
    assert {one["refused"] for one in panel(run)["scores"] if one["name"] != "bicubic"} == {reason}
    assert "<strong>SSIM (Y)</strong>: degenerate" not in text


def test_lines_of_the_study_are_used_and_told(run: Path) -> None:
    lines = {
        "acceptance": {"values": {"psnr_y": 20.0, "gmsd": 0.1}},
        "excellence": "gan-bicubic",
        "least_gap": {},
    }
    record(run, lines=lines)
    text = render(run).read_text()
    found = score(panel(run), "content-bicubic")
    own = means(run, "content-bicubic")
    assert dict(found["worst"]) == {name: pytest.approx(own[name] - 20.0) for name in PIPELINES}
    gaps = dict(score(panel(run, "gmsd"), "bicubic")["worst"])
    assert gaps["bicubic"] == pytest.approx(0.1 - means(run, "bicubic", "gmsd")["bicubic"])
    assert "<strong>Acceptance</strong>: constants of the study" in text
    assert "<strong>Excellence</strong>: gan-bicubic" in text
    assert "<strong>SSIM (Y)</strong>: no case has an acceptance line" in text


def test_the_block_is_downloaded(run: Path) -> None:
    render(run)
    with (run / "downloads" / "acceptance.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4 * 5  # metrics with numbers x rows
    shown = score(panel(run), "content-bicubic")
    [row] = [one for one in rows if (one["metric"], one["model"]) == ("psnr_y", "content-bicubic")]
    assert float(row["ar"]) == shown["ar"]
    assert float(row["rpr_a"]) == shown["rpr_a"]
    assert row["lineless"].startswith("second_order: no diagonal")
    summary = json.loads((run / "downloads" / "summary.json").read_text())
    assert summary["acceptance"] == payload(run)["panels"]


def test_the_block_is_downloaded_as_parquet_too(run: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs pyarrow")
    render(run)
    table = parquet.read_table(run / "downloads" / "acceptance.parquet")
    assert table.num_rows == 20
    assert "ar" in table.column_names


@pytest.fixture(scope="module")
def cases_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Three representative cases under interpolation models and constant lines, by a user's command."""
    root = tmp_path_factory.mktemp("cases")
    (root / "hr").mkdir()
    for number, picture in enumerate(ramps(5, 64)):
        cv2.imwrite(str(root / "hr" / f"{number}.png"), picture)
    (root / "three.yaml").write_text(THREE_KINDS, encoding="utf-8")
    write_representative(
        str(root / "three.yaml"),
        sorted((root / "hr").glob("*"))[:2],
        root / "cases",
        cases=3,
        pool=12,
    )
    found = json.loads((root / "cases" / "cases.json").read_text())
    (root / "study.yaml").write_text(
        "hr: hr\npipelines: [bicubic]\nmetrics: [psnr_y]\nmodels: [{name: bilinear, path: bilinear}]\n"
        "lines: {acceptance: {values: {psnr_y: 26.0}}, excellence: {values: {psnr_y: 27.0}}}\n"
    )
    asked = ["--study", str(root / "study.yaml"), "--model", "lanczos=lanczos3"]
    where = ["--cases", str(root / "cases"), "--out", str(root / "out")]
    assert main(["robustness", "run", *asked, *where, "--device", "cpu", "--workers", "1"]) == 0
    render(root / "out")
    return root, found


def test_a_run_takes_a_folder_of_cases(cases_run: tuple[Path, dict[str, Any]]) -> None:
    root, index = cases_run
    other, *sets = read_results(root / "out").record.sets
    assert (other.name, other.case) == ("bicubic", None)
    assert [test.name for test in sets] == [case["name"] for case in index["cases"]]
    for test, case in zip(sets, index["cases"], strict=True):
        assert test.to_data()["case"] == {
            "size": case["size"],
            "pool": 12,
            "of": "three_kinds",
            "words": case["words"],
        }
        assert len(test.images) == 5


def test_the_page_shows_each_case(cases_run: tuple[Path, dict[str, Any]]) -> None:
    root, index = cases_run
    data = payload(root / "out")
    assert "3 cases stand for 12 draws of three_kinds" in (root / "out/index.html").read_text()
    for shown, case in zip(data["sets"][1:], index["cases"], strict=True):
        assert (shown["size"], shown["pool"]) == (case["size"], 12)
        assert [data["texts"][place] for place in shown["words"]] == case["words"]


def test_acceptance_is_weighted_by_the_clusters_and_says_so(
    cases_run: tuple[Path, dict[str, Any]],
) -> None:
    root, index = cases_run
    out = root / "out"
    others, weighed, once = (panel(out, place=place) for place in range(3))
    assert (others["scope"], others["cases"]) == ("Over the test sets, each one case", 1)
    assert weighed["scope"].endswith("weighted by the draws that each stands for")
    assert once["scope"].endswith("each counting once")
    means = {
        case["name"]: fmean(values(out, "bilinear", case["name"]).values())
        for case in index["cases"]
    }
    sizes = {case["name"]: case["size"] for case in index["cases"]}
    accepted = [name for name, mean in means.items() if mean >= 26.0]
    assert 0 < len(accepted) < 3
    share = sum(sizes[name] for name in accepted) / 12
    assert share != len(accepted) / 3
    assert score(once, "bilinear")["ar"] == pytest.approx(len(accepted) / 3)
    assert score(weighed, "bilinear")["ar"] == pytest.approx(share)
    rpr = {name: 1 / (1 + np.exp(26.0 - means[name])) for name in accepted}
    assert score(once, "bilinear")["rpr_a"] == pytest.approx(fmean(rpr.values()))
    heavy = sum(sizes[name] * rpr[name] for name in accepted) / sum(map(sizes.get, accepted))
    assert score(weighed, "bilinear")["rpr_a"] == pytest.approx(heavy)


def test_a_study_file_names_cases_and_lines(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(
        "hr: hr\ncases: mine\nlines:\n  excellence: {family: large}\n  least_gap: {psnr_y: 0.1}\n"
    )
    study = read_study(tmp_path / "study.yaml")
    assert study.cases == tmp_path / "mine"
    assert study.lines.model_dump()["excellence"] == {"family": "large"}
    (tmp_path / "study.yaml").write_text("hr: hr\ncases: mine\nlines: {excellense: diagonal}\n")
    with pytest.raises(StudyError, match=r"study\.yaml.*lines"):
        read_study(tmp_path / "study.yaml")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--cases", "empty"], "holds no representative cases"),
        (["--cases", "cases", "--study", "small.yaml"], "the run has no model 'small'"),
    ],
)
def test_faults_are_told_before_any_work(
    cases_run: tuple[Path, dict[str, Any]],
    options: list[str],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(cases_run[0])
    Path("small.yaml").write_text("hr: hr\ncases: cases\nlines: {acceptance: small}\n")
    asked = ["robustness", "run", "--hr", "hr", *options, "--out", str(tmp_path / "out")]
    assert main(asked) == 2
    assert told in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "out").exists()


def pictures(run: Path, card: dict[str, Any], data: dict[str, Any]) -> list[np.ndarray]:
    case = data["cases"][card["case"]]
    folder = run / "images" / case["set"] / case["image"]
    return [
        np.ascontiguousarray(cv2.imread(str(folder / f"{name}.png"))[:, :, ::-1])
        for name in (card["model"], "hr")
    ]


def test_a_map_that_finds_what_is_planted_has_no_mark(tmp_path: Path) -> None:
    run = write_study(tmp_path / "run", 3, ("content",), ("bicubic", "gaussian8"), 96)
    text = render(run).read_text()
    data = payload(run)
    assert data["gallery"]
    for card in data["gallery"]:
        name = card["map"]["words"].partition(",")[0].replace(" ", "_")
        area = found_by(name, *pictures(run, card, data))
        assert area > REQUIRED
        assert card["map"]["trusted"]
        assert (
            f"finds planted ones (ROC area {int(area * 1000) / 1000:.3f})" in card["map"]["words"]
        )
    assert 'class="note distrust"' not in text
    assert "<h3>Artefact maps against planted artefacts</h3>" in text


def test_a_map_that_does_not_is_marked(run: Path) -> None:
    """Where an answer is texture all around, the texture planted into its middle does not stand out."""
    noise = np.random.default_rng(0).normal(0.0, 40.0, (64, 64, 1))
    noise[16:48, 16:48] = 0.0
    for path in run.glob("images/*/*/gan-*.png"):
        hr = cv2.imread(str(path.parent / "hr.png"))
        cv2.imwrite(str(path), np.clip(hr + noise, 0, 255).astype(np.uint8))
    change(run, lambda cell: cell["model"][:3] == "gan" and cell["scores"].update(psnr_y=3.0))
    text = render(run).read_text()
    data = payload(run)
    for card in data["gallery"]:
        assert card["map"]["words"].startswith("texture, ")
        area = found_by("texture", *pictures(run, card, data))
        assert area < REQUIRED
        assert not card["map"]["trusted"]
        told = f"do not trust it here: planted ones are found too poorly (ROC area {area:.2f}"
        assert told[:-1] in card["map"]["words"]
    assert 'class="note distrust">Maps that found artefacts planted' in text
    assert "texture on 12 of 12 pictures" in text


def test_no_map_is_drawn_of_pictures_that_are_too_large_or_damaged(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drawn() -> int:
        render(run)
        return sum(card.get("map") is not None for card in payload(run)["gallery"])

    whole = drawn()
    assert whole
    monkeypatch.setattr(page_pictures, "MOST_PIXELS", 64 * 64 - 1)
    assert drawn() == 0
    monkeypatch.undo()
    for path in run.glob("images/*/*/*.png"):
        path.write_bytes(path.read_bytes()[:60])
    assert drawn() == 0


def test_a_map_that_could_not_be_checked_says_so() -> None:
    unchecked = MapCheck(None, "there is no place for one")
    assert not unchecked.passed
    assert "not checked on this picture" in unchecked.words
    assert failures_words([{"ringing": unchecked, "texture": MapCheck(0.99)}]) == ""
    assert "ROC area 0.950, more than 0.95" in MapCheck(0.95).words
    assert "(lowest ROC area 0.949)" in failures_words([{"ringing": MapCheck(0.9499)}])
