"""Sweeps: severities, and where a model breaks down."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import degrade
from degrade.errors import PipelineError
from realsr.metrics.interpolation import enlarged
from realsr.robustness.breakdown import breakdown, crossing
from realsr.robustness.contestants import baseline
from realsr.robustness.errors import StudyError
from realsr.robustness.planning import making_of, plan_of
from realsr.robustness.severity import at_severity, steps
from realsr.robustness.study import Study
from realsr.robustness.sweep import Sweep, read_sweeps, run_sweep
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
    with pytest.raises(StudyError, match=r"did you mean gaussian_blur\.sigma_x"):
        at_severity(pipeline, "gausian_blur.sigma_x", 1)
    with pytest.raises(StudyError, match="sets size"):
        at_severity(pipeline, "gaussian_blur.sigma", 1)
    with pytest.raises(PipelineError):
        at_severity(pipeline, PARAMETER, -1)


def test_crossing_by_hand() -> None:
    assert crossing([1, 2, 3], np.array([1.0, 0.5, -0.5])) == 2.5
    assert crossing([1, 2, 3], np.array([-1.0, 0.5, 0.5])) == 1.0
    assert crossing([1, 2, 3], np.array([1.0, 0.5, 0.0])) is None


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Gains fall from 1 to -1 along 0..2, with noise of each picture: the truth is 1."""
    values = [0.0, 0.5, 1.0, 1.5, 2.0]
    hits = 0
    for seed in range(60):
        random = np.random.default_rng(seed)
        gains = (1 - np.array(values))[:, None] + random.normal(0, 0.4, (1, 30))
        found = breakdown(values, gains)
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= 1.0 <= found.high
    assert 50 <= hits <= 60


def test_never_below_has_no_value() -> None:
    found = breakdown([1.0, 2.0], np.ones((2, 8)))
    assert (found.value, found.low, found.high, found.share) == (None, None, None, 0.0)
    assert found.words.startswith("never below")


def test_a_sharpener_breaks_down_where_the_blur_ends(photographs: Path, tmp_path: Path) -> None:
    """A sweep's lines, its files, and that two sweeps lie beside one another."""
    study = Study(hr=photographs, pipelines=("gaussian8",), metrics=("psnr_y",), limit=3)
    near = model("near", nearest)
    plan = plan_of(study, Quiet(), models=(baseline(4), near), workers=2)
    pipeline = degrade.load_pipeline("gaussian8", 4)
    sweep = Sweep(pipeline, PARAMETER, (0.6, 2.0, 3.4), trained_at=1.8)
    lines = run_sweep(sweep, plan, making_of(study), tmp_path / "out", Quiet())
    by_model = {line["model"]: line for line in lines}
    assert set(by_model) == {"bicubic", "near"}
    assert by_model["near"]["breakdown"]["psnr_y"]["value"] == 0.6
    assert by_model["bicubic"]["breakdown"] == {}
    assert len(by_model["near"]["scores"]["psnr_y"]) == 3
    for (low, high), mean in zip(
        by_model["near"]["intervals"]["psnr_y"], by_model["near"]["scores"]["psnr_y"], strict=True
    ):
        assert low <= mean <= high
    other = Sweep(pipeline, "gaussian_blur.angle", (0.0, 1.0))
    run_sweep(other, plan, making_of(study), tmp_path / "out", Quiet())
    stored = read_sweeps(tmp_path / "out" / "sweeps.json")
    assert len(stored) == 4
    assert json.dumps(stored[:2]) == json.dumps(lines)


def test_enlarged_is_the_baseline(photographs: Path, go: Callable[..., object]) -> None:
    import torch

    images = torch.randint(0, 256, (2, 3, 9, 11)).float() / 255
    result = baseline(3).run(images)
    expected = enlarged((images[1].permute(1, 2, 0) * 255).round().numpy().astype(np.uint8), 3)
    assert np.array_equal((result[1].permute(1, 2, 0) * 255).round().numpy(), expected)
