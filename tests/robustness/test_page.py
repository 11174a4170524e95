"""The page says what the run's numbers say, holds together as a document and survives what runs contain."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest

from realsr.pages import round_ticks
from realsr.robustness.errors import StudyError
from realsr.robustness.page import render
from realsr.robustness.page.report import ShownMetric, report_of
from realsr.robustness.page.sweeps import charts
from realsr.statistics.breakdown import breakdown
from tests.robustness.page_study import write_study
from tests.robustness.pages import cells, change, payload, values

PIPELINES = ("bicubic", "gaussian8", "second_order")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two content models and two GANs on three sets of six images."""
    return write_study(
        tmp_path_factory.mktemp("run") / "a run", 6, ("content", "gan"), PIPELINES, 64
    )


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(finished, tmp_path / "run"))


class Document(HTMLParser):
    """Every element's name and attributes; raises where tags do not close as they opened."""

    VOID = ("meta", "link", "img", "input", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, attribute: str) -> list[str]:
        return [found[attribute] or "" for _, found in self.elements if attribute in found]


def test_document_is_whole_and_links_stay_within(run: Path) -> None:
    page = render(run)
    document = Document(page.read_text())
    ids = document.all("id")
    assert len(ids) == len(set(ids))
    assert set(document.all("aria-labelledby")) <= set(ids)
    for link in document.all("href") + document.all("src"):
        if link.startswith("#"):
            assert link[1:] in ids
        elif link != "data:,":
            assert (page.parent / link).is_file()
    assert "http://" not in page.read_text().replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page.read_text()


def test_every_picture_address_leads_to_a_file(run: Path) -> None:
    render(run)
    data = payload(run)
    assert len(data["cases"]) == 18
    for case in data["cases"]:
        assert case["pictures"][:3] == ["hr", "lr", "bicubic"]
        assert len(case["pictures"]) == 7
        for name in case["pictures"]:
            assert (run / unquote(case["at"]) / f"{name}.png").is_file()
    assert all((run / unquote(card["map"]["at"])).is_file() for card in data["gallery"])


def test_matrix_holds_the_means_and_paired_differences(run: Path) -> None:
    render(run)
    grid = payload(run)["grids"]["psnr_y/content"]
    assert [line["label"] for line in grid["lines"]] == ["bicubic", "gaussian8", "bicubic"]
    entry = grid["entries"][0][1]
    here = values(run, "content-bicubic", "gaussian8")
    oracle = values(run, "content-gaussian8", "gaussian8")
    base = values(run, "bicubic", "gaussian8")
    assert entry["mean"]["value"] == pytest.approx(fmean(here.values()))
    assert entry["drop"]["value"] == pytest.approx(fmean(oracle[i] - here[i] for i in here))
    assert entry["gain"]["value"] == pytest.approx(fmean(here[i] - base[i] for i in here))
    assert entry["below"] == pytest.approx(fmean(here[i] < base[i] for i in here))
    assert grid["entries"][0][0]["drop"] is None  # the diagonal itself
    assert grid["entries"][0][2]["drop"] is None  # a set that no model was trained for
    assert "no sibling was trained on second_order" in " ".join(grid["entries"][0][2]["notes"])


def test_lower_is_better_turns_drop_and_gain(run: Path) -> None:
    render(run)
    entry = payload(run)["grids"]["gmsd/content"]["entries"][0][1]
    here = values(run, "content-bicubic", "gaussian8", "gmsd")
    oracle = values(run, "content-gaussian8", "gaussian8", "gmsd")
    base = values(run, "bicubic", "gaussian8", "gmsd")
    assert entry["drop"]["value"] == pytest.approx(fmean(here[i] - oracle[i] for i in here))
    assert entry["gain"]["value"] == pytest.approx(fmean(base[i] - here[i] for i in here))
    assert entry["below"] == pytest.approx(fmean(here[i] > base[i] for i in here))


def test_nearer_to_one_shows_the_value_and_compares_distances(run: Path) -> None:
    render(run)
    entry = payload(run)["grids"]["energy_high/gan"]["entries"][0][1]
    here = values(run, "gan-bicubic", "gaussian8", "energy_high")
    base = values(run, "bicubic", "gaussian8", "energy_high")
    assert entry["mean"]["value"] == pytest.approx(fmean(here.values()))
    gain = fmean(abs(base[i] - 1) - abs(here[i] - 1) for i in here)
    assert entry["gain"]["value"] == pytest.approx(gain)


def test_verdict_names_the_largest_drop_and_counts_the_cases_below_bicubic(run: Path) -> None:
    text = render(run).read_text()
    drops = {
        (loss, trained, test): fmean(oracle[i] - here[i] for i in here)
        for loss in ("content", "gan")
        for trained, test in (("bicubic", "gaussian8"), ("gaussian8", "bicubic"))
        for here in [values(run, f"{loss}-{trained}", test)]
        for oracle in [values(run, f"{loss}-{test}", test)]
    }
    loss, trained, test = max(drops, key=lambda key: drops[key])
    assert f"Trained on {trained} with the {loss} loss and tested on {test}, a model loses" in text
    assert f"loses {drops[loss, trained, test]:.2f} dB PSNR (Y) [" in text
    off = [
        value < values(run, "bicubic", test)[image]
        for loss in ("content", "gan")
        for trained in ("bicubic", "gaussian8")
        for test in PIPELINES
        if test != trained
        for image, value in values(run, f"{loss}-{trained}", test).items()
    ]
    assert f"below bicubic in {sum(off)} of {len(off)} cases" in text


def test_verdict_names_the_worst_case_of_all_not_of_those_whose_pictures_were_kept(
    run: Path,
) -> None:
    gap, image, test, model = min(
        (value - values(run, "bicubic", test)[image], image, test, f"{loss}-{trained}")
        for loss in ("content", "gan")
        for trained in ("bicubic", "gaussian8")
        for test in PIPELINES
        for image, value in values(run, f"{loss}-{trained}", test).items()
    )
    shutil.rmtree(run / "images" / test / image)
    said = f"{image} under {test}, where {model} is {-gap:.2f} dB below bicubic."
    assert f"The worst single case is {said}" in render(run).read_text()


def test_worst_cases_come_worst_first_and_once(run: Path) -> None:
    render(run)
    data = payload(run)
    gaps = [card["gap"] for card in data["gallery"]]
    assert gaps == sorted(gaps)
    assert len({card["case"] for card in data["gallery"]}) == len(gaps) == 12
    card = data["gallery"][0]
    case = data["cases"][card["case"]]
    here = values(run, card["model"], case["set"])[case["image"]]
    assert card["gap"] == pytest.approx(here - values(run, "bicubic", case["set"])[case["image"]])


def test_a_failed_model_is_told_and_the_rest_is_complete(run: Path) -> None:
    def fail(cell: dict[str, Any]) -> None:
        if cell["model"] == "gan-bicubic":
            cell |= {"scores": dict.fromkeys(cell["scores"]), "failed": "the answer holds NaN"}

    change(run, fail)
    text = render(run).read_text()
    assert "<strong>18 failed</strong>" in text
    assert "<td>gan-bicubic</td><td>the answer holds NaN</td><td>18</td>" in text
    data = payload(run)
    entry = data["grids"]["psnr_y/gan"]["entries"][0][0]
    assert (entry["mean"], entry["failed"], entry["cases"]) == (None, 6, 0)
    assert data["grids"]["psnr_y/gan"]["entries"][1][1]["mean"] is not None
    assert data["failed"]["gan-bicubic"]["0"] == "the answer holds NaN"


def test_missing_weights_are_told(run: Path) -> None:
    text = render(run).read_text()
    count = len(cells(run))
    row = f"<td>lpips_alex</td><td>not computed: weights missing</td><td>{count}</td>"
    assert row in text
    assert '<option value="lpips_alex">' not in text


def test_a_set_without_truth_leaves_its_column_empty(run: Path) -> None:
    def blind(cell: dict[str, Any]) -> None:
        if cell["set"] == "second_order":
            cell["scores"] |= {"psnr_y": None, "ssim_y": None}

    change(run, blind)
    render(run)
    data = payload(run)
    assert data["grids"]["psnr_y/content"]["entries"][0][2]["mean"] is None
    assert data["grids"]["gmsd/content"]["entries"][0][2]["mean"] is not None
    assert len(data["grids"]["psnr_y/content"]["standings"]) == 3


def test_two_images_are_too_few_to_tell(run: Path) -> None:
    kept = sorted({cell["image"] for cell in cells(run)})[:2]
    few = [cell for cell in cells(run) if cell["image"] in kept]
    (run / "cells.jsonl").write_text("".join(json.dumps(cell) + "\n" for cell in few))
    assert "(too few images for an interval)" in render(run).read_text()
    entry = payload(run)["grids"]["psnr_y/content"]["entries"][0][1]
    assert entry["drop"]["low"] is None
    assert "too few to tell" in entry["drop"]["why"]


def test_a_model_of_unknown_origin_is_a_row_without_a_diagonal(run: Path) -> None:
    record = json.loads((run / "record.json").read_text())
    record["models"][1] |= {"trained_on": None, "loss": None, "seed": None}
    (run / "record.json").write_text(json.dumps(record))
    render(run)
    for loss in ("content", "gan"):
        grid = payload(run)["grids"][f"psnr_y/{loss}"]
        place = [line["label"] for line in grid["lines"]].index("content-bicubic")
        entry = grid["entries"][place][1]
        assert entry["drop"] is None
        assert entry["gain"] is not None
        assert "what it was trained on is unknown" in " ".join(entry["notes"])


def test_seeds_of_one_training_are_one_row(run: Path) -> None:
    record = json.loads((run / "record.json").read_text())
    record["models"][2] |= {"trained_on": "bicubic", "seed": 1}
    (run / "record.json").write_text(json.dumps(record))
    render(run)
    grid = payload(run)["grids"]["psnr_y/content"]
    assert grid["lines"][0]["models"] == ["content-bicubic", "content-gaussian8"]
    both = [
        value
        for name in grid["lines"][0]["models"]
        for value in values(run, name, "bicubic").values()
    ]
    assert grid["entries"][0][0]["mean"]["value"] == pytest.approx(fmean(both))
    assert "bicubic, content, 2 seeds" in {line["name"] for line in grid["standings"]}


def test_the_tail_is_the_twentieth_of_the_gains(run: Path) -> None:
    render(run)
    standings = payload(run)["grids"]["psnr_y/gan"]["standings"]
    told = next(line["tail"] for line in standings if line["name"] == "gan-bicubic")
    gains = sorted(
        value - values(run, "bicubic", test)[image]
        for test in PIPELINES
        for image, value in values(run, "gan-bicubic", test).items()
    )
    place = 0.05 * (len(gains) - 1)
    low = int(place)
    assert told == pytest.approx(gains[low] + (place - low) * (gains[low + 1] - gains[low]))


def test_names_and_words_cannot_become_markup(run: Path) -> None:
    def attack(cell: dict[str, Any]) -> None:
        cell |= {
            "words": ["</script><script>alert(1)</script>"],
            "failed": "<img src=x onerror=alert(1)>",
        }

    change(run, attack)
    text = render(run).read_text()
    assert "<img src=x" not in text
    assert "</script>" not in (run / "data.js").read_text()
    assert payload(run)["texts"][0] == "</script><script>alert(1)</script>"


def test_rendering_again_gives_the_same_bytes(run: Path) -> None:
    def bytes_of() -> dict[str, bytes]:
        render(run)
        files = ("index.html", "data.js", "downloads/results.csv", "downloads/summary.json")
        return {name: (run / name).read_bytes() for name in files}

    assert bytes_of() == bytes_of()


def test_downloads_hold_every_number(run: Path) -> None:
    render(run)
    with (run / "downloads" / "results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 5 * len(cells(run))
    first = cells(run)[0]
    told = {row["metric"]: row for row in rows[:5]}
    assert float(told["psnr_y"]["value"]) == first["scores"]["psnr_y"]
    assert told["lpips_alex"]["state"] == "not computed: weights missing"
    summary = json.loads((run / "downloads" / "summary.json").read_text())
    assert [grid["loss"] for grid in summary["grids"][:2]] == ["content", "gan"]


def test_a_sweep_marks_the_breakdown_between_its_ticks(run: Path) -> None:
    study = report_of(run)
    [chart] = charts(study, [ShownMetric("psnr_y", "higher", "dB")])
    assert chart.title == "PSNR (Y), dB over blur.sigma of gaussian8"
    marked = {curve.model: curve.breakdown for curve in chart.curves}
    assert marked["bicubic"] is None
    sweep = next(row for row in json.loads((run / "sweeps.json").read_text()) if row["breakdown"])
    mark, found = marked[sweep["model"]], sweep["breakdown"]["psnr_y"]
    assert mark is not None
    assert mark.low is not None
    assert mark.high is not None
    assert mark.at is not None
    assert mark.low < mark.at < mark.high
    (left, below), (right, above) = chart.x_ticks[0], chart.x_ticks[-1]
    share = (found["value"] - float(below)) / (float(above) - float(below))
    assert mark.at == pytest.approx(left + share * (right - left), abs=0.2)
    assert mark.words == f"{sweep['model']}: {found['words']}"
    assert chart.bands == ["t over images, 6 images"]


@pytest.mark.parametrize(
    ("gains", "images", "told", "drawn"),
    [
        ([1.0, -1.0], 3, "too few to tell: 3 images", (True, False, False, False)),
        ([1.0, -0.05], 6, "to beyond the range", (True, True, False, True)),
        ([0.05, -2.0], 6, "1 or before to", (True, True, True, False)),
        ([1.0, 0.05], 6, "never below bicubic", (False, True, False, True)),
        ([2.0, 1.0], 6, "surely above all along", (False, False, False, False)),
    ],
)
def test_an_end_that_is_not_told_is_not_drawn_as_the_value(
    run: Path, gains: list[float], images: int, told: str, drawn: tuple[bool, ...]
) -> None:
    """A bar only where there is an interval; an arrow where its end lies beyond the range."""
    rows = json.loads((run / "sweeps.json").read_text())
    spread = 0.3 * (np.arange(images) - (images - 1) / 2)
    found = breakdown([1.0, 3.0], np.array(gains)[:, None] + spread)
    rows[1] |= {"values": [1.0, 3.0], "breakdown": {"psnr_y": found.to_data()}}
    rows[1] |= {"scores": {"psnr_y": [27.0, 26.0]}, "intervals": {"psnr_y": [None, None]}}
    rows[1]["interval"] = {"psnr_y": "too few to tell"}
    (run / "sweeps.json").write_text(json.dumps(rows[:2]))
    [chart] = charts(report_of(run), [ShownMetric("psnr_y", "higher", "dB")])
    mark = chart.curves[1].breakdown
    assert mark is not None
    assert told in mark.words
    seen = (mark.at is not None, mark.low is not None, mark.open_low, mark.open_high)
    assert seen == drawn
    assert chart.bands[1] == f"{rows[1]['model']}: too few to tell"
    text = render(run).read_text()
    assert told in text
    assert text.count('r="4"') == drawn[0]


def test_a_sweep_of_another_version_is_refused(run: Path) -> None:
    rows = json.loads((run / "sweeps.json").read_text())
    rows[1]["breakdown"]["psnr_y"].pop("words")
    (run / "sweeps.json").write_text(json.dumps(rows))
    with pytest.raises(StudyError, match=r"lacks the words of its breakdown.*make the sweep again"):
        render(run)


def test_gains_are_corrected_as_drops_are(run: Path) -> None:
    """Holm's p of the smallest p is that p times the number of comparisons, in page and download alike."""
    render(run)
    data, summary = payload(run), json.loads((run / "downloads" / "summary.json").read_text())
    for key in ("p", "gain_p"):
        holm = key.replace("p", "holm")
        found: dict[tuple[str, int], tuple[float, float]] = {}
        for loss in ("content", "gan"):
            grid = data["grids"][f"psnr_y/{loss}"]
            for line, entries in zip(grid["lines"], grid["entries"], strict=True):
                for column, entry in enumerate(entries):
                    assert (entry[key] is None) == (entry[holm] is None)
                    if entry[key] is not None:
                        found[line["models"][0], column] = entry[key], entry[holm]
        assert len(found) == {"p": 4, "gain_p": 12}[key]
        least = min(found.values())
        assert least[1] == pytest.approx(min(1.0, least[0] * len(found)))
        told = next(grid for grid in summary["grids"] if grid["metric"] == "psnr_y")
        assert told["entries"] == data["grids"]["psnr_y/content"]["entries"]


@pytest.mark.parametrize(
    ("low", "high"), [(0.2, 4.1), (18.3, 31.0), (-0.004, 0.013), (5.0, 5000.0)]
)
def test_ticks_are_round_even_and_inside(low: float, high: float) -> None:
    found = round_ticks([low, high])
    assert 2 <= len(found) <= 7
    assert low <= found[0]
    assert found[-1] <= high
    steps = [after - before for before, after in pairwise(found)]
    assert steps == pytest.approx([steps[0]] * len(steps))


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="realsr robustness run"):
        render(tmp_path)


def test_a_record_without_models_is_refused(run: Path) -> None:
    record = json.loads((run / "record.json").read_text())
    del record["models"]
    (run / "record.json").write_text(json.dumps(record))
    with pytest.raises(StudyError, match="models"):
        render(run)


def test_a_run_without_numbers_is_refused(run: Path) -> None:
    change(run, lambda cell: cell.update(scores={}))
    with pytest.raises(StudyError, match="no cell has a number"):
        render(run)


def test_scripts_parse(run: Path, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on PATH to check the page's scripts with")
    script = render(run).read_text().rpartition("<script>")[2].partition("</script>")[0]
    for name, text in (("page.js", script), ("data.js", (run / "data.js").read_text())):
        (tmp_path / name).write_text(text)
        checked = subprocess.run([node, "--check", tmp_path / name], capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr
