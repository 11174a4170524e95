"""Chroma subsampling: its laws, and libjpeg's own sampling as an oracle."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from degrade.functional.chroma import LAYOUTS, LUMA_WEIGHTS
from tests.operators.photograph import Floats, floats, photograph, run

every_layout = pytest.mark.parametrize("layout", list(LAYOUTS))
FILTERS = [(down, up) for down in ("box", "bilinear") for up in ("nearest", "bilinear")]


def luma(image: Floats, matrix: str) -> Floats:
    red, blue = LUMA_WEIGHTS[matrix]
    return np.asarray(image @ np.array([red, 1 - red - blue, blue]))


def blue_difference(image: Floats, matrix: str) -> Floats:
    return np.asarray((image[..., 2] - luma(image, matrix)) / (2 - 2 * LUMA_WEIGHTS[matrix][1]))


@every_layout
@pytest.mark.parametrize("matrix", list(LUMA_WEIGHTS))
@pytest.mark.parametrize(("down", "up"), FILTERS)
def test_luma_stays(layout: str, matrix: str, down: str, up: str) -> None:
    image = floats(photograph(23, 37))
    out = run("chroma_subsampling", image, layout=layout, matrix=matrix, down=down, up=up)
    assert np.abs(luma(out, matrix) - luma(image, matrix)).max() < 1e-6
    assert (np.array_equal(out, image)) == (layout == "4:4:4")


@every_layout
def test_grey_and_flat_colour_stay(layout: str) -> None:
    grey = floats(photograph(23, 37, 1))
    assert np.array_equal(run("chroma_subsampling", grey, layout=layout), grey)
    flat = np.full((9, 7, 3), (0.9, 0.1, 0.3), np.float32)
    assert np.abs(run("chroma_subsampling", flat, layout=layout) - flat).max() < 2e-7


@pytest.mark.parametrize("shape", [(32, 48), (23, 37), (1, 1), (1, 5)])
@pytest.mark.parametrize("layout", ["4:2:0", "4:2:2", "4:1:1", "4:1:0", "4:4:0"])
def test_box_and_nearest_are_block_means(layout: str, shape: tuple[int, int]) -> None:
    image = floats(photograph(48, 48))[: shape[0], : shape[1]].copy()
    down, across = LAYOUTS[layout]
    grown = np.pad(
        blue_difference(image, "bt601"), ((0, -shape[0] % down), (0, -shape[1] % across)), "edge"
    )
    height, width = grown.shape
    means = grown.reshape(height // down, down, width // across, across).mean(axis=(1, 3))
    expected = means.repeat(down, 0).repeat(across, 1)[: shape[0], : shape[1]]
    out = run("chroma_subsampling", image, layout=layout, up="nearest")
    assert np.abs(blue_difference(out, "bt601") - expected).max() < 1e-6


@pytest.mark.parametrize(("down", "up"), FILTERS)
@every_layout
def test_nothing_moves(layout: str, down: str, up: str) -> None:
    """First moments of a blob of colour, averaged over its places against the chroma grid."""
    moved = np.zeros(2)
    for place in range(4):
        blob = np.exp(-(((np.arange(96) - 46 - place) / 6.0) ** 2) / 2)
        image = np.full((96, 96, 3), 0.5, np.float32)
        image[..., 2] += np.float32(0.4) * np.outer(blob, blob).astype(np.float32)
        out = run("chroma_subsampling", image, layout=layout, down=down, up=up)
        chroma = blue_difference(out, "bt601").astype(np.float64)
        for axis in (0, 1):
            profile = chroma.sum(axis=1 - axis)
            moved[axis] += (profile @ np.arange(96) / profile.sum() - 46 - place) / 4
    assert np.abs(moved).max() < 0.01


def test_box_and_bilinear_are_what_libjpeg_does() -> None:
    """At 4:2:0 the chroma of a JPEG at quality 100 is libjpeg's own down and up, to its roundings."""
    from degrade.functional import codec

    image = floats(photograph(64, 80))
    ours = run("chroma_subsampling", image, layout="4:2:0", down="box", up="bilinear")
    theirs = codec.jpeg(image, 100, "4:2:0")
    difference = np.abs(np.clip(ours, 0, 1) - theirs) * 255
    assert difference.mean() < 0.8
    assert np.abs(image - theirs).mean() * 255 > 2 * difference.mean()


def test_more_chroma_is_lost_with_fewer_samples() -> None:
    image = floats(photograph(64, 80))
    errors = [
        float(np.abs(run("chroma_subsampling", image, layout=layout) - image).mean())
        for layout in ("4:4:4", "4:2:2", "4:2:0", "4:1:0")
    ]
    assert errors == sorted(errors)


def test_the_gradient_is_right() -> None:
    from degrade.functional.chroma import line, subsample

    device = torch.device("cpu")

    def through(images: torch.Tensor) -> torch.Tensor:
        rows = line([5, 6], [2, 2], [True, False], [True, False], device)
        columns = line([7, 7], [4, 1], [True, False], [True, False], device)
        weights = [
            torch.tensor(w, dtype=torch.float64).view(-1, 1, 1, 1)
            for w in ((0.3, 0.2), (0.1, 0.06))
        ]
        return subsample(images, rows, columns, *weights)

    generator = torch.Generator().manual_seed(0)
    images = torch.rand((2, 3, 6, 7), dtype=torch.float64, generator=generator)
    check: Any = torch.autograd.gradcheck
    assert check(through, (images.requires_grad_(),))


def test_layouts_and_weights_are_the_standards() -> None:
    """Luma pixels per chroma sample, down and across; red and blue of ITU-R BT.601, BT.709 and BT.2020."""
    down_across = {
        "4:4:4": "11",
        "4:4:0": "21",
        "4:2:2": "12",
        "4:2:0": "22",
        "4:1:1": "14",
        "4:1:0": "24",
    }
    assert dict(LAYOUTS) == {
        name: (int(each[0]), int(each[1])) for name, each in down_across.items()
    }
    weights = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722), "bt2020": (0.2627, 0.0593)}
    assert dict(LUMA_WEIGHTS) == weights
