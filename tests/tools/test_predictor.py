"""What the predictor is trained on: truths against closed forms, and what makes them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

import degrade
from realsr.estimation.single.blur import OF_GAUSSIAN
from tools.predictor.degraded import OURS, last_quality, true_mtf50
from tools.predictor.enlarged import FILTERS, _enlarged, saved
from tools.predictor.sources import SOFT, coded, scene, soft
from tools.predictor.train import LEVEL, few, fold_of, of_sharp, stretch

BLURRED = """
name: blurred
version: 1
kind: ours
summary: A Gaussian, then every third pixel.
source: ours
scale: 3
lr:
  - op: gaussian_blur
    size: 31
    sigma_x: {sigma}
    sigma_y: {sigma}
    angle: 0
  - op: nearest_strided
    step: 3
    phase_y: 1
    phase_x: 1
  - op: jpeg
    quality: 81
    subsampling: "4:2:0"
"""


def drawn(path: Path, sigma: float) -> degrade.Trace:
    path.write_text(BLURRED.replace("{sigma}", str(sigma)))
    return degrade.draw(degrade.load_pipeline(str(path)), degrade.keys(seed=0, sources=["a"]))[0]


@pytest.mark.parametrize("sigma", [1.5, 2.0, 3.5])
def test_the_truth_of_a_gaussian_is_its_own(tmp_path: Path, sigma: float) -> None:
    trace = drawn(tmp_path / "blurred.yaml", sigma)
    assert true_mtf50(trace) == pytest.approx(3 * OF_GAUSSIAN / sigma, rel=0.01)
    assert last_quality(trace) == 81


def test_what_is_sharper_than_pixels_reads_as_the_highest_frequency(tmp_path: Path) -> None:
    assert true_mtf50(drawn(tmp_path / "blurred.yaml", 0.4)) == 0.5


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_our_pipeline_is_one_at_every_scale(scale: int) -> None:
    pipeline = degrade.load_pipeline(str(OURS), scale=scale)
    traces = degrade.draw(pipeline, degrade.keys(seed=1, sources=[str(n) for n in range(40)]))
    assert {last_quality(trace) > 0 for trace in traces} == {True, False}


@pytest.mark.parametrize("way", FILTERS)
def test_an_enlarged_picture_is_cut_to_its_side(way: str) -> None:
    before = np.random.default_rng(0).integers(0, 256, (60, 60, 3), np.uint8)
    found = _enlarged(np.random.default_rng(1), before, 96, 2.0, way)
    assert found.shape == (96, 96, 3)
    assert np.abs(np.diff(found.astype(int), axis=0)).mean() < 50


def test_quality_0_is_no_compression() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
    assert (saved(pixels, 0) == pixels).all()
    assert (saved(pixels, 70) != pixels).any()


def test_a_scene_fills_its_pixels() -> None:
    found = scene(np.random.default_rng(3), 64, 80)
    assert found.shape == (64, 80, 3)
    assert found.min() >= 0
    assert found.max() <= 1
    assert found.std() > 0.05


def test_a_stretched_width_holds_as_many_as_it_says() -> None:
    random = np.random.default_rng(0)
    width = random.uniform(-2, 0, 20_000)
    error = random.laplace(0, 0.3 * np.exp(width))
    found = stretch(error.astype(np.float32), width.astype(np.float32))
    fresh = random.laplace(0, 0.3 * np.exp(width))
    assert (np.abs(fresh) <= found * np.exp(width)).mean() == pytest.approx(LEVEL, abs=0.006)


def test_every_source_is_in_one_fold() -> None:
    sources: npt.NDArray[np.float32] = np.arange(-4, 18).astype(np.float32)
    folds = fold_of(sources)
    assert set(folds.tolist()) == {0, 1, 2, 3}
    assert np.bincount(folds).min() >= 4


def test_soft_photographs_teach_no_blur() -> None:
    assert len(soft()) == len(SOFT)
    assert not soft() <= coded()
    truths = np.array([[0.3, 0, 0, 0, source] for source in range(18)], np.float32)
    truths[0, 0] = np.nan
    assert set(np.flatnonzero(~of_sharp(truths)).tolist()) == {0, *soft()}


def test_fewer_scenes_widen_intervals() -> None:
    assert few(17) == pytest.approx(2.1199 / 1.95996 * (18 / 17) ** 0.5, rel=1e-4)
    assert few(10_000) == pytest.approx(1, abs=1e-3)
    assert few(5) > few(17)
