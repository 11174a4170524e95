"""Sweeps: severities, and where a model breaks down."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from torch import Tensor

import degrade
from benchmarks.statistics.breakdown_points import measure
from degrade.errors import PipelineError
from realsr.metrics.interpolation import enlarged
from realsr.robustness.after.sweep import Sweep, run_sweep
from realsr.robustness.errors import StudyError
from realsr.robustness.results.sweeps import read_sweeps
from realsr.robustness.running.contestants import baseline
from realsr.robustness.running.planning import making_of, plan_of
from realsr.robustness.study.severity import at_severity, steps
from realsr.robustness.study.study import Study
from realsr.statistics.breakdown import breakdown, crossing
from tests.robustness.conftest import Quiet, model, nearest

PARAMETER = "gaussian_blur.sigma_x"


def test_steps_are_even_and_short() -> None:
    assert steps("0.2:4", 3) == [0.2, 2.1, 4.0]
    for text, count in (("4:0.2", 3), ("1", 3), ("1:2", 1), ("a:b", 3)):
        with pytest.raises(StudyError, match="expected"):
            steps(text, count)


def test_one_field_changes_and_all_other_draws_stay() -> None:
    pipeline = degrade.load_pipeline("second_order", 4)
    keys = degrade.keys(0, [f"p{n}" for n in range(40)], 0)
    before = degrade.draw(pipeline, keys)
    after = degrade.draw(at_severity(pipeline, "last_jpeg.quality", 40), keys)
    for one, other in zip(before, after, strict=True):
        for a, b in zip(one.lr, other.lr, strict=True):
            if a.label.endswith("last_jpeg"):
                assert b.values["quality"] == 40
                assert {**a.values, "quality": 40} == b.values
            else:
                assert a == b


def test_unknown_places_and_values_out_of_range_are_refused() -> None:
    pipeline = degrade.load_pipeline("gaussian8", 4)
    with pytest.raises(StudyError, match=r"did you mean 'gaussian_blur\.sigma_x"):
        at_severity(pipeline, "gausian_blur.sigma_x", 1)
    with pytest.raises(StudyError, match="sets size"):
        at_severity(pipeline, "gaussian_blur.sigma", 1)
    with pytest.raises(PipelineError):
        at_severity(pipeline, PARAMETER, -1)


def test_crossing_by_hand() -> None:
    assert crossing([1, 2, 3], np.array([1.0, 0.5, -0.5])) == 2.5
    assert crossing([1, 2, 3], np.array([-1.0, 0.5, 0.5])) == 1.0
    assert crossing([1, 2, 3], np.array([1.0, 0.5, 0.0])) is None


def test_the_interval_is_the_t_test_inverted_by_hand() -> None:
    """Five images of levels -2 .. 2 around a line from 1 to -1: the mean is surely nothing within t s / sqrt(n)."""
    values, levels = [0.0, 2.0], np.array([-2.0, -1.0, 0.0, 1.0, 2.0]) / 10
    found = breakdown(values, np.array([1 + levels, -1 + levels]))
    reach = 2.7764451 * levels.std(ddof=1) / np.sqrt(5)
    assert (found.low, found.value, found.high) == pytest.approx((1 - reach, 1.0, 1 + reach))
    assert "t test inverted, 5 images" in found.words


def test_ends_beyond_the_range_and_before_it() -> None:
    levels = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    unsure = breakdown([1.0, 2.0], np.array([0.1 + levels, -0.1 + levels]))
    assert (unsure.low, unsure.high) == (1.0, None)
    assert "1 or before to beyond the range" in unsure.words


def test_few_images_have_a_point_and_no_interval() -> None:
    found = breakdown([0.0, 2.0], np.array([[1.0] * 4, [-1.0] * 4]))
    assert (found.value, found.low, found.high) == (1.0, None, None)
    assert "too few to tell: 4 images; 5 are needed" in found.words


@pytest.mark.parametrize("images", [5, 14])
def test_the_interval_covers_what_it_says_and_the_bootstrap_does_not(images: int) -> None:
    """Three standard errors of 1200 sweeps about 95 %; the bootstrap of five images stays far below."""
    found = measure(images, "with slopes", sweeps=1200)
    assert abs(found.covered - 95) < 3 * 0.63 + 0.5
    assert found.bootstrap < found.covered
    assert images > 5 or found.bootstrap < 90


def test_never_below_has_no_value() -> None:
    found = breakdown([1.0, 2.0], np.ones((2, 8)))
    assert (found.value, found.low, found.high) == (None, None, None)
    assert found.words.startswith("never below")


def test_a_picture_without_a_number_is_left_out_and_named(
    photographs: Path, tmp_path: Path
) -> None:
    """A model that fails on one size keeps its line, over the other images, and says which."""

    def picky(images: Tensor) -> Tensor:
        if images.shape[2] == 18:
            raise ValueError("no such size")
        return nearest(images)

    study = Study(hr=photographs, pipelines=("gaussian8",), metrics=("psnr_y", "lpips_alex"))
    plan = plan_of(study, Quiet(), models=(baseline(4), model("picky", picky)), workers=1)
    sweep = Sweep(degrade.load_pipeline("gaussian8", 4), PARAMETER, (0.6, 2.0))
    _, line = run_sweep(sweep, plan, making_of(study), tmp_path / "out", Quiet())
    assert line.interval["psnr_y"] == "too few to tell: 3 images; 5 are needed"
    assert line.intervals["psnr_y"] == (None, None)
    [left] = line.left_out["psnr_y"]
    assert left.startswith("coffee: ")
    assert "no such size" in left
    assert "lpips_alex" not in line.scores
    assert "weights missing" in line.left_out["lpips_alex"][0]


def test_a_sharpener_breaks_down_where_the_blur_ends(photographs: Path, tmp_path: Path) -> None:
    """A sweep's lines, its files, and that two sweeps lie beside one another."""
    study = Study(hr=photographs, pipelines=("gaussian8",), metrics=("psnr_y",), limit=3)
    near = model("near", nearest)
    plan = plan_of(study, Quiet(), models=(baseline(4), near), workers=2)
    pipeline = degrade.load_pipeline("gaussian8", 4)
    sweep = Sweep(pipeline, PARAMETER, (0.6, 2.0, 3.4), trained_at=1.8)
    lines = run_sweep(sweep, plan, making_of(study), tmp_path / "out", Quiet())
    by_model = {line.model: line for line in lines}
    assert set(by_model) == {"bicubic", "near"}
    assert by_model["near"].breakdown["psnr_y"].value == 0.6
    assert by_model["bicubic"].breakdown == {}
    assert len(by_model["near"].scores["psnr_y"]) == 3
    assert by_model["near"].intervals["psnr_y"] == (None,) * 3
    assert "too few to tell" in by_model["near"].interval["psnr_y"]
    other = Sweep(pipeline, "gaussian_blur.angle", (0.0, 1.0))
    run_sweep(other, plan, making_of(study), tmp_path / "out", Quiet())
    stored = read_sweeps(tmp_path / "out")
    assert len(stored) == 4
    assert stored[:2] == tuple(lines)


def test_enlarged_is_the_baseline(photographs: Path, go: Callable[..., object]) -> None:
    import torch

    images = torch.randint(0, 256, (2, 3, 9, 11)).float() / 255
    result = baseline(3).run(images)
    expected = enlarged((images[1].permute(1, 2, 0) * 255).round().numpy().astype(np.uint8), 3)
    assert np.array_equal((result[1].permute(1, 2, 0) * 255).round().numpy(), expected)


def test_a_model_that_is_above_again_is_not_said_to_stay_below() -> None:
    """Trained at severity 3, and worse than bicubic where there is next to nothing to mend."""
    gains = np.repeat(np.array([[-1.0], [1.0], [2.0]]), 4, axis=1)
    told = "first below bicubic from 1 to 1.5, above again after it"
    assert breakdown([1.0, 2.0, 3.0], gains).words.startswith(told)
    dip = np.repeat(np.array([[1.0], [-1.0], [0.5], [-2.0]]), 4, axis=1)
    found = breakdown([0.0, 2.0, 5.0, 6.0], dip)
    assert found.value == 1.0
    assert found.words.startswith("first below bicubic from 1 to 4, above again after it")
