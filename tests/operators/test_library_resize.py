"""Pillow, OpenCV and torch under their own names: equal to the installed library, mapped as measured."""

from __future__ import annotations

from typing import Any, get_args

import cv2
import numpy as np
import PIL.Image
import pytest
import torch
from pydantic import ValidationError

from degrade.functional.library_resize import (
    CV_FILTERS,
    PIL_FILTERS,
    CvFilter,
    PilFilter,
    TorchFilter,
    measured_shift,
)
from degrade.geometry import Frame, Size
from degrade.operators.base import Group
from degrade.operators.library_resize import (
    ROWS,
    Cv2ResizeParameters,
    PilResizeParameters,
    TorchResizeParameters,
)
from degrade.operators.row import Operator
from tests.forms import fast

PIL_RESIZE, CV2_RESIZE, TORCH_RESIZE = ROWS
OUTS = [Size(20, 30), Size(13, 17), Size(80, 90), Size(40, 31)]
SIZE = Size(40, 60)
CV_NAMES: tuple[str, ...] = get_args(CvFilter)
PIL_NAMES: tuple[str, ...] = get_args(PilFilter)
TORCH_NAMES: tuple[str, ...] = get_args(TorchFilter)


def picture(channels: int = 3) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (*SIZE, channels), dtype=np.uint8)


def resized(operator: Operator[Any], record: Any, image: np.ndarray, out: Size) -> np.ndarray:
    """To a size, as a step to the target does it."""
    place = operator.facts.place(record, Frame(SIZE, out))
    assert place.size == out
    if operator.forms.single is not None:
        return operator.forms.single(image, record, out)
    batch = torch.from_numpy(image).permute(2, 0, 1).unsqueeze(0)
    group = Group([record], [SIZE], [place], torch.device("cpu"))
    return operator.forms.kernel(batch, group)[0].permute(1, 2, 0).numpy()


def unit(pixels: np.ndarray) -> np.ndarray:
    return pixels.astype(np.float32) / np.float32(255)


def test_every_named_filter_has_its_constant() -> None:
    assert (set(PIL_FILTERS), set(CV_FILTERS)) == (set(PIL_NAMES), set(CV_NAMES))


@pytest.mark.parametrize("name", PIL_NAMES)
@pytest.mark.parametrize("out", OUTS)
def test_pillow(name: str, out: Size) -> None:
    pixels = picture()
    record = PilResizeParameters(factor=1, of="target", filter=name)
    made = resized(PIL_RESIZE, record, unit(pixels), out)
    expected = PIL.Image.fromarray(pixels).resize(out[::-1], PIL_FILTERS[name])
    assert np.array_equal(np.rint(made * 255), np.asarray(expected))


@pytest.mark.parametrize("name", CV_NAMES)
@pytest.mark.parametrize("out", OUTS)
@pytest.mark.parametrize("channels", [1, 3, 5])
def test_opencv(name: str, out: Size, channels: int) -> None:
    pixels = picture(channels)
    record = Cv2ResizeParameters(factor=1, of="target", filter=name)
    made = resized(CV2_RESIZE, record, unit(pixels), out)
    # As many channels as OpenCV takes at once; more are resized one by one.
    parts = [pixels] if channels <= 4 else np.split(pixels, channels, axis=2)
    parts = [cv2.resize(part, out[::-1], interpolation=CV_FILTERS[name]) for part in parts]
    expected = np.concatenate([part.reshape(*out, -1) for part in parts], axis=2)
    assert np.array_equal(np.rint(made * 255), expected)


@pytest.mark.parametrize("name", CV_NAMES)
def test_opencv_on_floats(name: str) -> None:
    image = unit(picture())
    record = Cv2ResizeParameters(factor=1, of="target", filter=name, eight_bit=False)
    made = resized(CV2_RESIZE, record, image, OUTS[1])
    expected = cv2.resize(image, OUTS[1][::-1], interpolation=CV_FILTERS[name])
    assert np.abs(made - expected).max() < 1e-6


@pytest.mark.parametrize("name", TORCH_NAMES)
@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("out", OUTS)
def test_torch(name: str, antialias: bool, out: Size) -> None:
    if antialias and name not in ("bilinear", "bicubic"):
        with pytest.raises(ValidationError, match="antialias: false"):
            TorchResizeParameters(factor=1, filter=name, antialias=True)
        return
    image = unit(picture())
    record = TorchResizeParameters(factor=1, of="target", filter=name, antialias=antialias)
    made = resized(TORCH_RESIZE, record, image, out)
    batch = torch.from_numpy(image).permute(2, 0, 1).unsqueeze(0).contiguous()
    expected = torch.nn.functional.interpolate(
        batch, size=tuple(out), mode=name, antialias=antialias
    )
    assert np.array_equal(made, expected[0].permute(1, 2, 0).numpy())


MAPPED = [
    *((PIL_RESIZE, PilResizeParameters, name, {}) for name in PIL_NAMES),
    *((CV2_RESIZE, Cv2ResizeParameters, name, {}) for name in CV_NAMES),
    *((TORCH_RESIZE, TorchResizeParameters, name, {}) for name in TORCH_NAMES),
    (TORCH_RESIZE, TorchResizeParameters, "bicubic", {"antialias": True}),
    (TORCH_RESIZE, TorchResizeParameters, "bilinear", {"antialias": True}),
]


@pytest.mark.parametrize(("operator", "parameters", "name", "more"), MAPPED)
@pytest.mark.parametrize("factor", [0.25, 0.5, 0.66, 0.8, 1.5, 2.0])
def test_the_declared_map_is_the_librarys_in_the_mean(
    operator: Operator[Any], parameters: Any, name: str, more: dict[str, bool], factor: float
) -> None:
    """On a ramp of one level a pixel up and one down, whose roundings of halves to eight bits cancel."""
    record = parameters(factor=factor, filter=name, **more)
    ramp = np.repeat(np.arange(240.0)[:, None, None], 24, axis=1)
    rise, fall = (
        fast(operator, np.ascontiguousarray(unit(levels)), record)[:, 3, 0].astype(np.float64)
        for levels in (ramp, 239 - ramp)
    )
    made = (rise * 255 + 239 - fall * 255) / 2
    place = operator.facts.place(record, Frame(Size(240, 24), Size(240, 24)))
    away = made - (place.y.scale * np.arange(len(made)) + place.y.shift)
    assert abs(away[10:-10].mean()) < 0.02


@pytest.mark.parametrize(("size_in", "size_out"), [(98, 126), (39, 60), (60, 120), (50, 60)])
def test_opencvs_enlarging_area_is_declared_where_it_lies(size_in: int, size_out: int) -> None:
    """Where its float arithmetic misses a tie, it takes a pixel from beyond, and the image moves."""
    rows = np.arange(size_in, dtype=np.float32)[:, None]
    lies = cv2.resize(rows, (1, size_out), interpolation=cv2.INTER_AREA)[:, 0].astype(np.float64)
    covering = (np.arange(size_out) + 0.5) * size_in / size_out - 0.5
    found = measured_shift("cv2", "area", size_in, size_out)
    assert found == pytest.approx((lies - covering).mean(), abs=1e-6)
    assert (abs(found) > 0.01) == (size_in in (98, 39))
    assert measured_shift("cv2", "area", size_out, size_in) == 0.0
