"""Runs: numbers, failures, resuming, and only what is new."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from realsr.files.errors import RequestError
from realsr.metrics import ACADEMIC, score
from realsr.metrics.interpolation import enlarged
from realsr.robustness.errors import StudyError
from realsr.robustness.running.contestants import baseline
from realsr.robustness.running.planning import plan_of
from realsr.robustness.study.study import Study
from tests.robustness.conftest import Counted, Go, Quiet, bilinear, model, nearest


def read(path: Path) -> np.ndarray:
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert image is not None
    return image[..., ::-1] if image.ndim == 3 else image


def test_numbers_are_those_of_the_frozen_files(study: Study, go: Go, tmp_path: Path) -> None:
    """Every cell's PSNR is the metric of the files in the folder, enlarged by MATLAB's bicubic."""
    out = tmp_path / "out"
    results = go(study, out, model("near", nearest))
    assert len(results.cells) == 2 * 2 * 4
    for cell in (cell for cell in results.cells if cell.model == "bicubic"):
        folder = out / "sets" / cell.set
        hr, lr = (read(folder / part / f"{cell.image}.png") for part in ("hr", "lr"))
        expected = score("psnr", enlarged(lr, 4), hr, scale=4, convention=ACADEMIC)
        assert cell.scores["psnr_y"] == pytest.approx(expected.value, abs=1e-9)


def test_every_number_has_its_convention_and_missing_weights_are_told(
    study: Study, go: Go, tmp_path: Path
) -> None:
    results = go(study, tmp_path / "out")
    metrics = {metric.name: metric for metric in results.record.metrics}
    assert metrics["psnr_y"].convention == "Y (BT.601), crop 4 px, 8 bit"
    assert metrics["psnr_y"].better == "higher"
    for cell in results.cells:
        assert cell.scores["lpips_alex"] is None
        assert cell.not_computed["lpips_alex"].startswith("weights missing")


def test_the_true_operator_is_the_one_without_noise(study: Study, go: Go, tmp_path: Path) -> None:
    """A model that gives the truth back is perfectly consistent, whatever noise made the LR."""
    noisy = study.model_copy(update={"pipelines": ("second_order",), "crop": 64})
    results = go(noisy, tmp_path / "out", model("near", nearest))
    values = [cell.scores["lr_consistency_true"] for cell in results.cells]
    assert all(15 < value < 60 for value in values)


def test_broken_models_cost_their_own_cells(study: Study, go: Go, tmp_path: Path) -> None:
    def raises(images: Tensor) -> Tensor:
        raise ValueError("no such layer")

    def not_a_number(images: Tensor) -> Tensor:
        result = nearest(images)
        result[0, 0, 3, 3] = torch.nan
        return result

    def too_small(images: Tensor) -> Tensor:
        return nearest(images)[..., 1:]

    broken = {"raises": raises, "nan": not_a_number, "small": too_small}
    models = [model(name, run) for name, run in broken.items()]
    results = go(study, tmp_path / "out", *models, model("sound", nearest))
    alone = go(study, tmp_path / "alone", model("sound", nearest))
    by_model = {name: [c for c in results.cells if c.model == name] for name in results.models()}
    assert all("no such layer" in cell.failed for cell in by_model["raises"])
    assert all("expected (1," in cell.failed for cell in by_model["small"])
    assert any("no finite" in (cell.failed or "") for cell in by_model["nan"])
    assert all(cell.scores["psnr_y"] is None for cell in by_model["raises"])
    sound = [cell for cell in alone.cells if cell.model == "sound"]
    assert by_model["sound"] == sound
    assert by_model["bicubic"] == [cell for cell in alone.cells if cell.model == "bicubic"]


def test_a_picture_that_fails_does_not_take_its_batch_along(
    study: Study, go: Go, tmp_path: Path
) -> None:
    def dislikes_bright(images: Tensor) -> Tensor:
        if (images.mean(dim=(1, 2, 3)) > 0.45).any():
            raise RuntimeError("too bright")
        return nearest(images)

    results = go(study, tmp_path / "out", model("shy", dislikes_bright))
    failed = [cell for cell in results.cells if cell.failed]
    assert 0 < len(failed) < 8


def test_again_computes_nothing_and_a_new_metric_only_itself(
    study: Study, go: Go, tmp_path: Path
) -> None:
    out, counted = tmp_path / "out", Counted()
    first = go(study, out, model("counted", counted))
    asked = counted.pictures
    again = go(study, out, model("counted", counted))
    assert counted.pictures == asked
    assert again.cells == first.cells
    lines = (out / "cache" / "scores.jsonl").read_text().splitlines()
    more = study.model_copy(update={"metrics": (*(study.metrics or ()), "gmsd")})
    wider = go(more, out, model("counted", counted))
    added = (out / "cache" / "scores.jsonl").read_text().splitlines()[len(lines) :]
    assert all(list(json.loads(line)[1]) == [next(iter(json.loads(line)[1]))] for line in added)
    assert all("gmsd" in line for line in added)
    assert [cell.scores["psnr_y"] for cell in wider.cells] == [
        cell.scores["psnr_y"] for cell in first.cells
    ]


def test_another_digest_is_another_model(study: Study, go: Go, tmp_path: Path) -> None:
    go(study, tmp_path / "out", model("a", nearest))
    counted = Counted(bilinear)
    changed = go(study, tmp_path / "out", model("a", counted, digest="retrained"))
    fresh = go(study, tmp_path / "fresh", model("a", bilinear))
    assert counted.pictures >= 8
    assert changed.cells == fresh.cells


def test_the_cache_survives_a_line_cut_short(study: Study, go: Go, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = go(study, out, model("a", nearest))
    path = out / "cache" / "scores.jsonl"
    data = path.read_bytes()
    for length in (0, 1, len(data) // 3, len(data) - 1):
        path.write_bytes(data[:length])
        assert go(study, out, model("a", nearest)).cells == first.cells


def test_a_changed_picture_is_told_and_not_scored(study: Study, go: Go, tmp_path: Path) -> None:
    out = tmp_path / "out"
    go(study, out)
    lr = out / "sets" / "bicubic" / "lr" / "cat.png"
    image = read(lr)
    cv2.imwrite(str(lr), 255 - image[..., ::-1])
    (out / "cache" / "scores.jsonl").unlink()
    cells = go(study, out).by_key()
    assert "not those that were frozen" in cells["bicubic", "bicubic", "cat", 0].failed
    assert cells["bicubic", "bicubic", "coffee", 0].failed is None


def test_kept_pictures_are_the_scored_ones_and_old_choices_go(
    study: Study, go: Go, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    results = go(study, out, model("near", nearest))
    by_key = results.by_key()
    worst = min(
        (c for c in results.cells if (c.model, c.set) == ("near", "bicubic")),
        key=lambda cell: (
            cell.scores["psnr_y"] - by_key["bicubic", "bicubic", cell.image, 0].scores["psnr_y"]
        ),
    )
    place = out / "images" / "bicubic" / worst.image
    assert {path.name for path in place.iterdir()} == {
        "hr.png",
        "lr.png",
        "bicubic.png",
        "near.png",
    }
    value = score(
        "psnr", read(place / "near.png"), read(place / "hr.png"), scale=4, convention=ACADEMIC
    )
    assert value.value == pytest.approx(worst.scores["psnr_y"], abs=0.01)
    none = study.model_copy(update={"pictures": study.pictures.model_copy(update={"most": 0})})
    go(none, out, model("near", nearest))
    assert not list((out / "images").rglob("*.png"))


def test_a_pipeline_of_another_scale_is_refused_before_any_work(
    study: Study, tmp_path: Path
) -> None:
    doubled = replace(baseline(2), name="x2")
    with pytest.raises(RequestError, match="gaussian8 is for 4"):
        plan_of(study, Quiet(), models=(doubled,))


def test_timing_adds_up(study: Study, go: Go, tmp_path: Path) -> None:
    timing = go(study, tmp_path / "out").record.timing.to_data()
    assert set(timing) == {"inference_s", "metrics_s", "other_s"}
    assert all(value >= 0 for value in timing.values())
    assert timing["inference_s"] > 0


def test_two_sets_of_one_name_are_refused(study: Study) -> None:
    with pytest.raises(StudyError, match="two sets"):
        plan_of(study.model_copy(update={"pipelines": ("bicubic", "bicubic")}), Quiet())


def test_a_folder_of_pairs_is_taken_as_it_is(study: Study, go: Go, tmp_path: Path) -> None:
    first = go(study, tmp_path / "a", model("near", nearest))
    folder = str(tmp_path / "a" / "sets" / "gaussian8")
    given = Study(pipelines=(folder,), metrics=study.metrics, pictures=study.pictures)
    second = go(given, tmp_path / "b", model("near", nearest))
    assert second.cells == tuple(cell for cell in first.cells if cell.set == "gaussian8")
    assert second.record.sets[0].digest == first.record.sets[1].digest
    with pytest.raises(StudyError, match="made for x4"):
        plan_of(given, Quiet(), models=(baseline(2),))


def test_one_bad_source_is_told_and_the_rest_is_complete(
    study: Study, go: Go, tmp_path: Path, photographs: Path
) -> None:
    (photographs / "broken.png").write_bytes(b"no picture")
    results = go(study, tmp_path / "out")
    assert [len(test.images) for test in results.record.sets] == [4, 4]
    assert all("broken" in test.failures[0] for test in results.record.sets)
