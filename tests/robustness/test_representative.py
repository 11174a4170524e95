"""Representative cases: clusters of known points, features of known damage, and the files that a run takes."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import degrade
from degrade.pipeline import parse_pipeline
from realsr.robustness.cases.features import FEATURES, measured, standardised
from realsr.robustness.cases.representative import (
    SOURCE,
    case_pipeline,
    representative,
    write_representative,
)
from realsr.statistics.clustering import distances, k_medoids
from realsr.statistics.resampling import Floats
from realsr.statistics.untold import StatisticsError
from tests.robustness.ramps import THREE_KINDS, photographs


def test_clear_clusters_are_found_with_their_sizes() -> None:
    generator = np.random.default_rng(1)
    centres = np.array([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]])
    sizes = (20, 12, 5)
    points = np.concatenate(
        [
            centre + 0.3 * generator.standard_normal((size, 2))
            for centre, size in zip(centres, sizes, strict=True)
        ]
    )
    order = generator.permutation(len(points))
    found = k_medoids(distances(points[order]), 3)
    assert tuple(found.sizes) == sizes
    assert np.abs(points[order][found.medoids] - centres).max() < 0.5


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_no_swap_betters_the_medoids(seed: int, count: int) -> None:
    between = distances(np.random.default_rng(seed).standard_normal((9, 2)))
    found = k_medoids(between, count)
    assert found.cost == pytest.approx(between[:, found.medoids].min(1).sum())
    best_swap = min(
        between[:, [*(set(found.medoids) - {out}), into]].min(1).sum()
        for out, into in itertools.product(found.medoids, range(9))
    )
    assert found.cost <= best_swap + 1e-9
    assert list(found.sizes) == sorted(found.sizes, reverse=True)
    assert found.sizes.sum() == 9


def pam(between: Floats, count: int) -> float:
    """The cost at which PAM ends as its book tells it: the best point added each time, then the best swap."""

    def cost(medoids: list[int]) -> float:
        return float(between[:, medoids].min(1).sum())

    points, chosen = range(len(between)), list[int]()
    while len(chosen) < count:
        chosen = min(([*chosen, point] for point in points if point not in chosen), key=cost)
    while True:
        swaps = (
            [*chosen[:place], point, *chosen[place + 1 :]]
            for place in range(count)
            for point in points
            if point not in chosen
        )
        if cost(best := min(swaps, key=cost)) >= cost(chosen) - 1e-9:
            return cost(chosen)
        chosen = best


def test_the_medoids_are_those_of_the_book() -> None:
    """Not only some minimum: the start decides which."""
    for seed in range(40):
        between = distances(np.random.default_rng(seed).standard_normal((24, 2)))
        assert k_medoids(between, 5).cost == pytest.approx(pam(between, 5), rel=1e-9), seed


def test_as_many_medoids_as_points_and_points_that_coincide() -> None:
    found = k_medoids(np.zeros((4, 4)), 4)
    assert sorted(found.medoids) == [0, 1, 2, 3]
    assert list(found.sizes) == [1, 1, 1, 1]
    for count in (0, 5):
        with pytest.raises(StatisticsError, match="medoids of 4 points"):
            k_medoids(np.zeros((4, 4)), count)


def test_standardised_columns_weigh_alike_and_unknown_values_take_the_mean() -> None:
    found = standardised(np.array([[1.0, 100.0, 7.0], [3.0, np.nan, 7.0], [5.0, 300.0, 7.0]]))
    assert found[:, 0] == pytest.approx([-1.2247449, 0.0, 1.2247449])
    assert found[:, 1] == pytest.approx([-1.0, 0.0, 1.0])
    assert found[:, 2].tolist() == [0.0, 0.0, 0.0]


def test_features_tell_blur_from_noise() -> None:
    pipeline = parse_pipeline(THREE_KINDS)
    images = photographs(2)
    traces = degrade.draw(pipeline, [degrade.Key(0, SOURCE, number) for number in range(20)])
    blur = next(trace for trace in traces if trace.lr[0].op == "gaussian_blur")
    noise = next(trace for trace in traces if trace.lr[0].op == "gaussian_noise")
    column = list(FEATURES).index("energy_high")
    values = [measured(trace, images).reshape(2, len(FEATURES)) for trace in (blur, noise)]
    assert (values[0][:, column] < 0.0).all()
    assert (values[1][:, column] > 0.0).all()


def test_the_kinds_of_a_space_become_its_cases() -> None:
    found = representative(parse_pipeline(THREE_KINDS), photographs(), cases=3, pool=40, seed=2)
    assert [case.trace.lr[0].op for case in found.cases] == [
        "gaussian_blur",
        "gaussian_noise",
        "jpeg",
    ]
    keys = [degrade.Key(2, SOURCE, number) for number in range(40)]
    drawn = [trace.lr[0].op for trace in degrade.draw(found.pipeline, keys)]
    assert [case.size for case in found.cases] == [
        drawn.count(op) for op in ("gaussian_blur", "gaussian_noise", "jpeg")
    ]
    fewer = [
        representative(found.pipeline, photographs(), cases=count, pool=40, seed=2).explained
        for count in (1, 2)
    ]
    assert 0.0 == fewer[0] < fewer[1] < found.explained < 1.0
    for case in found.cases:
        assert degrade.draw(found.pipeline, [case.key]) == [case.trace]
    again = representative(parse_pipeline(THREE_KINDS), photographs(), cases=3, pool=40, seed=2)
    assert again.cases == found.cases


def test_requests_that_make_no_sense_are_refused() -> None:
    pipeline = parse_pipeline(THREE_KINDS)
    with pytest.raises(StatisticsError, match="give two or more"):
        representative(pipeline, photographs(1), cases=2, pool=5)
    with pytest.raises(StatisticsError, match="6 cases of 5 draws"):
        representative(pipeline, photographs(2), cases=6, pool=5)


@pytest.mark.parametrize("name", ["second_order", "shuffled", "realesrgan", "bsrgan"])
def test_a_case_as_a_pipeline_draws_its_trace_but_for_the_noise(name: str) -> None:
    pipeline = degrade.load_pipeline(name)
    for trace in degrade.draw(pipeline, [degrade.Key(0, "x", number) for number in range(25)]):
        fixed = case_pipeline(trace, "case", "")
        first, second = degrade.draw(fixed, degrade.keys(5, ["p", "q"]))
        assert [_known(step) for step in first.lr] == [_known(step) for step in trace.lr]
        assert [_known(step) for step in first.hr] == [_known(step) for step in trace.hr]
        noisy = any("key" in step.values for step in trace.lr)
        assert (first != second) == noisy


def _known(step: degrade.Step) -> tuple[str, dict[str, object]]:
    return step.op, {name: value for name, value in step.values.items() if name != "key"}


def test_the_files_are_what_a_run_takes(tmp_path: Path) -> None:
    paths = []
    for number, picture in enumerate([*photographs(2), photographs(1)[0][:, :, 0]]):
        paths.append(tmp_path / f"{number}.png")
        cv2.imwrite(str(paths[-1]), picture)
    (tmp_path / "three.yaml").write_text(THREE_KINDS, encoding="utf-8")
    done: list[int] = []
    found = write_representative(
        str(tmp_path / "three.yaml"), paths, tmp_path / "out", cases=2, pool=6, say=done.append
    )
    assert done == [1, 2, 3, 4, 5, 6]
    record = json.loads((tmp_path / "out" / "cases.json").read_text(encoding="utf-8"))
    assert [case["size"] for case in record["cases"]] == [case.size for case in found.cases]
    assert sum(case["size"] for case in record["cases"]) == record["pool"] == 6
    assert [image["name"] for image in record["images"]] == ["0.png", "1.png", "2.png"]
    for case in record["cases"]:
        pipeline = degrade.load_pipeline(tmp_path / "out" / f"{case['name']}.yaml")
        trace = degrade.trace_from_data(case["trace"])
        assert [_known(step) for step in degrade.draw(pipeline, degrade.keys(0, ["z"]))[0].lr] == [
            _known(step) for step in trace.lr
        ]
