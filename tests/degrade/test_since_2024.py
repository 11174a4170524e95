"""Recipes since 2024: those that are an older pipeline's, field by field, and what the new ones draw, on 4000 traces."""

from __future__ import annotations

import math

import numpy as np
import pytest

import degrade
from degrade.errors import PipelineError
from degrade.functional.jpeg_families import FAMILIES
from degrade.pipeline.named import EQUALS
from tests.degrade.marginals import (
    COUNT,
    array,
    assert_even,
    assert_share,
    assert_uniform,
    count,
    drawn,
    values,
)
from tests.degrade.published.fields import rows
from tests.degrade.published.since_2024 import EQUAL, OPTIONS, rows_of

NAME = "invsr_test"


@pytest.mark.parametrize("name", EQUAL)
def test_its_options_are_an_older_pipelines_fields(name: str) -> None:
    found, published = rows(EQUAL[name]), rows_of(OPTIONS[name])
    assert found == published


def test_no_other_recipe_is_said_to_be_equal() -> None:
    assert dict(EQUALS) == EQUAL


@pytest.mark.parametrize("name", EQUAL)
def test_its_name_leads_to_the_pipeline_of_its_numbers(name: str) -> None:
    for written in (name, name.upper().replace("_", "-")):
        with pytest.raises(PipelineError) as caught:
            degrade.load_pipeline(written)
        assert f"its published numbers are those of {EQUAL[name]!r}" in str(caught.value)


def test_s3diff_is_stablesr_without_sharpening() -> None:
    ours, older = rows("s3diff"), rows("stablesr")
    assert {key for key in older if key not in ours} == {"usm", "quantise_hr"}
    assert ours == {key: value for key, value in older.items() if key in ours}


def test_kernels_of_the_test_sets() -> None:
    for kind, share in (("isotropic", 0.54), ("anisotropic", 0.36), ("sinc", 0.1)):
        assert_share(count(NAME, kind), COUNT, share)
        assert_even(values(NAME, kind, "size"), range(3, 12, 2))
    for kind in ("isotropic", "anisotropic"):
        assert_uniform(array(NAME, kind, "sigma_x"), 0.2, 0.8)
    assert_uniform(array(NAME, "anisotropic", "sigma_y"), 0.2, 0.8)
    assert_uniform(array(NAME, "sinc", "cutoff"), math.pi / 3, math.pi)


def test_resize_and_noise_of_the_test_sets() -> None:
    found = array(NAME, "resize", "factor")
    assert_share(int(np.count_nonzero(found > 1)), COUNT, 0.2)
    assert_share(int(np.count_nonzero(found < 1)), COUNT, 0.7)
    assert_uniform(found[found > 1], 1, 1.5)
    assert_uniform(found[found < 1], 0.5, 1)
    assert_share(count(NAME, "gaussian_noise"), COUNT, 0.5)
    assert_uniform(array(NAME, "gaussian_noise", "sigma_255"), 1, 15)
    assert_uniform(array(NAME, "poisson_noise", "scale"), 0.05, 0.3)


def test_the_tail_of_the_test_sets() -> None:
    assert_even(values(NAME, "jpeg_between", "quality"), range(70, 96))
    assert_even(values(NAME, "last_jpeg", "quality"), range(80, 101))
    assert_share(count(NAME, "last_sinc"), COUNT, 0.2)
    assert_even(values(NAME, "last_sinc", "size"), (3, 5))
    order = [[step.label for step in trace.lr] for trace in drawn(NAME)]
    last = sum(labels.index("last_jpeg") > labels.index("resize_to_target") for labels in order)
    assert_share(last, COUNT, 0.5)
    assert all(trace.hr == () for trace in drawn(NAME)[:20])


def test_the_test_sets_are_far_milder_than_the_training() -> None:
    """InvSR trains with `resshift`: the medians of noise and of JPEG quality say by how much."""
    strong = np.median(array("resshift", "gaussian_noise.1", "sigma_255"))
    assert np.median(array(NAME, "gaussian_noise", "sigma_255")) < 0.6 * strong
    quality = np.median(array("resshift", "last_jpeg", "quality"))
    assert np.median(array(NAME, "last_jpeg", "quality")) > quality + 20


def test_pepelines_jpeg_draws_every_family_evenly() -> None:
    name, label = "pepeline_jpeg", "jpeg_family"
    assert_even(values(name, label, "family"), list(FAMILIES))
    assert_even(values(name, label, "quality"), range(40, 101))
    subsamplings = ["4:4:4", "4:4:0", "4:2:2", "4:2:0", "4:1:1"]
    assert_even(values(name, label, "subsampling"), subsamplings)
