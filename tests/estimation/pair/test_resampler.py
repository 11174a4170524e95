"""The row that made an LR, found again among all."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from realsr.estimation.findings import Findings
from realsr.estimation.pair.fitting import KernelFit, fit
from realsr.estimation.pair.leftover import leftover
from realsr.estimation.pair.planes import planes_of
from realsr.estimation.pair.resampler_rows import resampler_findings
from realsr.estimation.pair.resamplers import ResamplerRow, resampler_rows
from realsr.estimation.seen import JpegTables, Seen, SeenPair
from tests.estimation.pair.making import gaussian, made, photograph


def row(name: str, scale: int) -> ResamplerRow:
    return next(one for one in resampler_rows(scale) if one.name == name)


def reduced(name: str, scale: int, noise: float = 0.0, side: int = 240) -> SeenPair:
    hr = photograph("coffee", side)
    lr = row(name, scale).applied([hr], scale)[0]
    noisy = lr + np.random.default_rng(0).normal(0, noise or 1e-9, lr.shape)
    return SeenPair(Seen(np.clip(np.rint(noisy), 0, 255).astype(np.uint8)), Seen(hr), scale)


def jpeg(pixels: npt.NDArray[np.uint8], quality: int) -> Seen:
    memory = BytesIO()
    Image.fromarray(pixels).save(memory, "JPEG", quality=quality)
    image = Image.open(memory)
    layers = image.layer  # type: ignore[attr-defined]
    tables = image.quantization  # type: ignore[attr-defined]
    steps = tuple(np.array(tables[one[3]]).reshape(8, 8) for one in layers)
    return Seen(np.asarray(image), JpegTables(steps, tuple((one[2], one[1]) for one in layers)))


def findings(pair: SeenPair) -> Findings:
    found = fit(planes_of(pair))
    assert isinstance(found, KernelFit)
    return resampler_findings(pair, leftover(found))


def test_every_row_is_named_once() -> None:
    for scale in (2, 3, 4):
        names = [one.name for one in resampler_rows(scale)]
        assert len(names) == len(set(names)) == 62 + scale


@pytest.mark.parametrize(
    ("name", "antialias"),
    [("resize lanczos3", True), ("cv2_resize cubic, no antialias", False), ("dpid 1", None)],
)
def test_a_row_is_found_exactly(name: str, antialias: bool | None) -> None:
    found = findings(reduced(name, 2))
    told = found.estimates["resampler"]
    assert (told.value, told.more["probability"], told.more["others"]) == (name, 1.0, [])
    assert found.estimates["resampler_distance"].value == 0
    if antialias is None:
        assert "antialias" in found.refused
    else:
        assert found.estimates["antialias"].value is antialias


def test_rows_of_equal_pixels_are_named_together() -> None:
    found = findings(reduced("pil_resize nearest", 3))
    told = found.estimates["resampler"]
    assert told.value == "resize nearest"
    assert {"pil_resize nearest", "cv2_resize cubic, no antialias"} <= set(told.more["others"])
    assert "antialias" in found.refused


def test_noise_widens_the_class_and_keeps_the_row_in_it() -> None:
    name = "torch_resize bilinear"
    told = findings(reduced(name, 2, noise=10.0)).estimates["resampler"]
    assert name in {told.value, *told.more["others"]}  # type: ignore[misc]
    assert "resize bicubic" not in {told.value, *told.more["others"]}  # type: ignore[misc]


def test_a_jpeg_is_compared_through_its_own_tables() -> None:
    pair = reduced("resize mitchell", 2, side=320)
    small = jpeg(pair.lr.pixels, 75)  # type: ignore[arg-type]
    found = findings(SeenPair(small, pair.hr, 2))
    assert found.estimates["resampler"].value == "resize mitchell"
    assert found.estimates["resampler_distance"].value == 0


def test_a_kernel_of_no_row_is_told_with_its_distance() -> None:
    found = findings(made(photograph("coffee", 240), gaussian(9, 1.5, 1.5), 2))
    assert "no row of the table made it" in found.refused["resampler"]
    assert found.estimates["resampler_distance"].value > 0.5  # type: ignore[operator]


def test_pairs_without_rows_to_compare_are_refused() -> None:
    pair = reduced("resize area", 2)
    same = SeenPair(pair.lr, pair.lr, 1)
    deep = SeenPair(Seen(pair.lr.pixels.astype(np.uint16) * 257), pair.hr, 2)
    assert "one size" in findings(same).refused["resampler"]
    assert "16" in findings(deep).refused["resampler"]
