"""Study files: what counts from the file, what is a name, and what the command line may add."""

from __future__ import annotations

from pathlib import Path

import pytest

from realsr.robustness.after.merge import merge
from realsr.robustness.errors import StudyError
from realsr.robustness.results.store import Results
from realsr.robustness.running.planning import plan_of
from realsr.robustness.study.study import Study, read_study
from tests.robustness.conftest import Quiet, bilinear, model, nearest
from tests.robustness.test_run import Go


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
