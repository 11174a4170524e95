"""Study files: what counts from the file, what is a name, and what the command line may add."""

from __future__ import annotations

from pathlib import Path

import pytest

from realsr.robustness import (
    Results,
    Study,
    StudyError,
    merge,
    plan_of,
    read_results,
    read_study,
    render,
    run,
)
from tests.robustness.conftest import Go, Quiet, bilinear, model, nearest


def written(folder: Path, text: str) -> Path:
    path = folder / "study.yaml"
    path.write_text(text)
    return path


def test_a_file_of_models_alone_waits_for_what_to_test_on(tmp_path: Path) -> None:
    """As a grid of trainings writes it: the test is given by options."""
    read = read_study(written(tmp_path, "models: [{name: own, path: bilinear}]"))
    assert [each.name for each in read.models] == ["own"]
    with pytest.raises(StudyError, match="no test set: give --pipelines"):
        plan_of(read, Quiet())


def test_a_named_pipeline_stays_one_beside_a_folder_of_its_name(
    photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A grid over pipelines leaves folders of their names beside its study file."""
    for name in ("bicubic", "mine"):
        (tmp_path / name).mkdir()
    read = read_study(written(tmp_path, f"hr: {photographs}\npipelines: [bicubic, mine]"))
    assert read.pipelines == ("bicubic", str(tmp_path / "mine"))
    monkeypatch.chdir(tmp_path)
    plan_of(Study(hr=photographs, pipelines=("bicubic",), metrics=("psnr_y",)), Quiet())


def test_notes_travel_with_the_numbers(study: Study, go: Go, tmp_path: Path) -> None:
    noted = study.model_copy(update={"notes": ("Tested on others.",), "metrics": ("psnr_y",)})
    results: Results = go(noted, tmp_path / "out", model("near", nearest))
    assert results.record.notes == ("Tested on others.",)
    other = noted.model_copy(update={"notes": ("Tested on others.", "By hand.")})
    go(other, tmp_path / "other", model("far", bilinear))
    merged = merge(tmp_path / "out", tmp_path / "other", tmp_path / "both")
    assert merged.record.notes == ("Tested on others.", "By hand.")


@pytest.mark.parametrize("text", ["", "- bicubic", "bicubic"])
def test_a_file_without_keys_is_told_what_a_study_is(tmp_path: Path, text: str) -> None:
    with pytest.raises(StudyError, match="expected keys and their values"):
        read_study(written(tmp_path, text))


def test_a_study_runs_from_the_face_alone(photographs: Path, tmp_path: Path) -> None:
    """What docs/robustness.md shows: no observer, no option, typed results, a page."""
    (tmp_path / "study.yaml").write_text(
        f"models: [{{name: bilinear, path: bilinear}}]\nhr: {photographs}\npipelines: [bicubic]\n"
        "metrics: [psnr_y]\n"
    )
    results = run(plan_of(read_study(tmp_path / "study.yaml")), tmp_path / "report")
    assert {cell.model for cell in results.cells} == {"bicubic", "bilinear"}
    assert all(cell.scores["psnr_y"] and not cell.lack("psnr_y") for cell in results.cells)
    assert results == read_results(tmp_path / "report")
    assert render(results.root).is_file()
