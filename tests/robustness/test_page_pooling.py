"""Many representative cases are two columns of the matrix, which hold their means."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest

from realsr.robustness.page import render
from realsr.robustness.page.pooling import MOST, GridColumn, columns, pooled, share_below
from realsr.robustness.page.report import report_of
from realsr.robustness.results.observations import Observation, Observations, gathered
from realsr.robustness.results.record import RecordedSet, StandsFor
from realsr.robustness.results.rows import TrainedModel, rows_of
from tests.robustness.page_study import with_cases, write_study
from tests.robustness.pages import cells, payload
from tests.robustness.records import a_set

SIZES = (1, 3)
PAIR = GridColumn("both", ["a", "b"], SIZES)
ONCE = GridColumn("once", ["a", "b"])


def case(name: str, size: int) -> RecordedSet:
    return a_set(name, case=StandsFor(size, 100, "space", ()))


def seen(model: str, test: str, **values: float | None) -> list[Observation]:
    return [Observation(model, test, image, 0, value, "lost") for image, value in values.items()]


@pytest.fixture
def observations() -> Observations:
    return gathered(
        [
            *seen("m", "a", x=1.0, y=5.0),
            *seen("m", "b", x=5.0, y=5.0),
            *seen("base", "a", x=2.0, y=4.0),
            *seen("base", "b", x=4.0, y=None),
        ]
    )


def test_few_cases_have_a_column_each_and_many_stand_last() -> None:
    few = [case(f"c{number}", 1) for number in range(MOST)]
    real = a_set("real", kind="real", pipeline=None)
    assert [column.sets for column in columns([*few, real])] == [
        *([test.name] for test in few),
        ["real"],
    ]
    alone, weighted, once = columns([case("big", 7), *few, real])
    assert alone == GridColumn("real", ["real"])
    assert weighted.name == "representative cases (9), weighted by draws"
    assert weighted.sizes == [7, *[1] * MOST]
    assert (once.name, once.sizes) == ("representative cases (9), each once", None)
    assert weighted.sets == once.sets == ["big", *(test.name for test in few)]


def test_a_column_holds_each_images_mean_over_the_cases(observations: Observations) -> None:
    found = pooled(observations, ["m", "base"], [GridColumn("a", ["a"]), PAIR, ONCE])
    told = {place.image: value for place, value in found.of("m", "both").items()}
    assert told == {"x": (1.0 + 3 * 5.0) / 4, "y": 5.0}
    assert {place.image: value for place, value in found.of("m", "once").items()}["x"] == 3.0
    assert [place.image for place in found.of("base", "both")] == ["x"]
    [lack] = found.lacking("base", "both")
    assert (lack.image, lack.reason) == ("y", "b: lost")
    assert found.of("m", "a") == observations.of("m", "a")


def test_the_share_below_counts_cases_not_means(observations: Observations) -> None:
    """Of x, the model is below under a alone; weighed by draws that is a quarter."""
    [row] = rows_of([TrainedModel("m")])
    assert share_below(observations, row, "base", ONCE, True) == 0.5
    assert share_below(observations, row, "base", PAIR, True) == 0.25
    assert share_below(observations, row, "base", PAIR, False) == 0.75
    assert share_below(observations, row, "gone", PAIR, True) is None


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = write_study(tmp_path_factory.mktemp("many"), 5, ("content",), ("bicubic", "gaussian8"))
    render(with_cases(out, 12))
    return out


def test_the_matrix_of_twelve_cases(run: Path) -> None:
    """A column of the other set, and two of the twelve cases with the means of all their pictures."""
    data = payload(run)
    sizes = {test["name"]: test["size"] for test in data["sets"] if "size" in test}
    assert len(sizes) == 12
    shapes = [(len(column["sets"]), column["sizes"] is None) for column in data["columns"]]
    assert shapes == [(1, True), (1, True), (12, False), (12, True)]
    grid = data["grids"]["psnr_y/content"]
    entries = grid["entries"][0]
    assert all(len(line) == 4 for line in grid["entries"])
    name = grid["lines"][0]["models"][0]
    told = {
        model: {
            test: [
                c["scores"]["psnr_y"] for c in cells(run) if (c["model"], c["set"]) == (model, test)
            ]
            for test in sizes
        }
        for model in (name, "bicubic")
    }
    means = {test: fmean(values) for test, values in told[name].items()}
    weighted = sum(means[test] * size for test, size in sizes.items()) / sum(sizes.values())
    assert entries[2]["mean"]["value"] == pytest.approx(weighted)
    assert entries[3]["mean"]["value"] == pytest.approx(fmean(means.values()))
    assert entries[2]["mean"]["value"] != pytest.approx(entries[3]["mean"]["value"])
    images = np.mean([told[name][test] for test in sizes], axis=0)
    assert entries[3]["mean"]["low"] < images.mean() < entries[3]["mean"]["high"]
    base = {test: np.array(told["bicubic"][test]) for test in sizes}
    gains = [np.array(told[name][test]) - base[test] for test in sizes]
    assert entries[3]["gain"]["value"] == pytest.approx(np.mean(gains))
    assert entries[3]["below"] == pytest.approx(np.mean(np.array(gains) < 0))
    assert (entries[3]["cases"], entries[3]["drop"]) == (60, None)
    text = (run / "index.html").read_text()
    assert text.count("<details>") == 0
    summary = json.loads((run / "downloads" / "summary.json").read_text())
    assert summary["columns"] == data["columns"]


def test_the_verdict_counts_a_picture_once(run: Path, tmp_path: Path) -> None:
    """The column that is weighted by draws holds the same pictures as its neighbour."""
    text = (run / "index.html").read_text()
    models = [model.name for model in report_of(run).models if model.trained_on]
    off = sum(
        cell["model"] in models and cell["set"] != f"{cell['model']}"[8:] for cell in cells(run)
    )
    assert f" of {off} cases; on it, in " in text
    shutil.copytree(run, tmp_path / "again")
    render(tmp_path / "again")
    assert (tmp_path / "again" / "data.js").read_bytes() == (run / "data.js").read_bytes()
