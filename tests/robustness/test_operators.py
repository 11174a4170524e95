"""The true operator: all that moves or reduces, and every linear blur."""

from __future__ import annotations

import pytest

import degrade
from degrade.geometry import Size
from degrade.operators.row import same_place
from degrade.operators.table import OPERATORS
from realsr.inference.after.consistency import OPTICAL
from realsr.robustness.running.operators import true_operator
from tests.contract.samples import image

SIDE = 48


def test_whatever_moves_or_reduces_is_optical() -> None:
    moving = {name for name, row in OPERATORS.items() if row.facts.place is not same_place}
    moving -= {name for name, row in OPERATORS.items() if row.facts.hr_only}
    assert len(moving) > 5
    assert moving <= OPTICAL


def test_linear_blurs_are_optical_and_filters_that_keep_edges_are_not() -> None:
    assert {"gaussian_blur", "box_blur", "noisy_kernel_blur", "sinc_blur"} <= OPTICAL
    assert not {"median_blur", "bilateral_blur", "jpeg", "gaussian_noise"} & OPTICAL


@pytest.mark.parametrize("name", ["div2krk", "unknown_downsampler", "second_order", "shuffled"])
def test_it_ends_at_the_size_of_the_lr(name: str) -> None:
    pipeline = degrade.load_pipeline(name)
    picture = (image(Size(SIDE, SIDE), 3, 0).permute(1, 2, 0).numpy() * 255).astype("uint8")
    for trace in degrade.draw(pipeline, degrade.keys(0, [str(n) for n in range(8)])):
        assert true_operator(trace)(picture).shape == (SIDE // trace.scale, SIDE // trace.scale, 3)
