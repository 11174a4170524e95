"""Blur operators: records, and both forms against scipy on kernels written a second way."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from pydantic import ValidationError
from scipy import ndimage, special

from degrade.geometry import Placement, Size
from degrade.operators import blur
from degrade.operators.base import Group, Parameters
from degrade.operators.row import Operator
from tests.forms import fast

TINY = [(1, 1), (2, 5), (1, 9), (6, 3)]


def expected_kernel(record: Any) -> npt.NDArray[np.float64]:
    """The published formulas in numpy, by the inverse covariance."""
    axis = np.arange(-(record.size // 2), record.size // 2 + 1.0)
    x, y = np.meshgrid(axis, axis)
    if isinstance(record, blur.SincBlurParameters):
        radius = np.hypot(x, y)
        safe = np.where(radius == 0, 1.0, radius)
        kernel = record.cutoff * special.j1(record.cutoff * safe) / (2 * math.pi * safe)
        kernel[record.size // 2, record.size // 2] = record.cutoff**2 / (4 * math.pi)
        return kernel / kernel.sum()
    c, s = math.cos(record.angle), math.sin(record.angle)
    turn = np.array([[c, -s], [s, c]])
    inverse = np.linalg.inv(turn @ np.diag([record.sigma_x**2, record.sigma_y**2]) @ turn.T)
    q = inverse[0, 0] * x * x + 2 * inverse[0, 1] * x * y + inverse[1, 1] * y * y
    q = np.maximum(q, 0.0)
    if isinstance(record, blur.PlateauBlurParameters):
        kernel = 1.0 / (1.0 + q**record.beta)
    else:
        kernel = np.exp(-0.5 * q ** getattr(record, "beta", 1.0))
    return kernel / kernel.sum()


def oracle(image: npt.NDArray[np.float32], record: Any) -> npt.NDArray[np.float64]:
    kernel, wide = expected_kernel(record), image.astype(np.float64)
    planes = [ndimage.correlate(wide[..., c], kernel, mode="mirror") for c in range(wide.shape[2])]
    return np.stack(planes, axis=-1)


def random_record(operator: Operator[Any], rng: np.random.Generator) -> Any:
    size = int(rng.choice([3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 31]))
    if operator is blur.SINC_BLUR:
        return operator.parameters(size=size, cutoff=rng.uniform(0.3, math.pi))
    values = {"size": size, "sigma_x": rng.uniform(0.2, 5.0)}
    values["sigma_y"] = values["sigma_x"] if rng.random() < 0.4 else rng.uniform(0.2, 5.0)
    values["angle"] = 0.0 if rng.random() < 0.2 else rng.uniform(-math.pi, math.pi)
    if operator is not blur.GAUSSIAN_BLUR:
        values["beta"] = rng.uniform(0.5, 4.0)
    return operator.parameters(**values)


def group(records: list[Any], sizes: list[Size], device: str = "cpu") -> Group[Any]:
    return Group(records, sizes, [Placement(size) for size in sizes], torch.device(device))


def reference(
    operator: Operator[Any], image: npt.NDArray[np.float32], record: Parameters
) -> npt.NDArray[np.float32]:
    canvas = torch.from_numpy(image).permute(2, 0, 1)[None].contiguous()
    out = operator.forms.kernel(canvas, group([record], [Size(*image.shape[:2])]))
    return out[0].permute(1, 2, 0).numpy()


def single(
    operator: Operator[Any], image: npt.NDArray[np.float32], record: Parameters
) -> npt.NDArray[np.float32]:
    assert operator.forms.single is not None
    return fast(operator, image, record)


@pytest.mark.parametrize("operator", blur.ROWS, ids=lambda row: row.name)
def test_both_forms_within_the_tolerance(operator: Operator[Any]) -> None:
    """50 random records an operator, on photographs' worst case: bright, busy and nearly flat."""
    rng = np.random.default_rng(1)
    for index in range(50):
        record = random_record(operator, rng)
        floor = (0.0, 0.9, 0.999)[index % 3]
        image = (floor + (1 - floor) * rng.random((37, 44, 3))).astype(np.float32)
        expected = oracle(image, record)
        fast, slow = single(operator, image, record), reference(operator, image, record)
        assert fast.dtype == slow.dtype == np.float32
        np.testing.assert_allclose(fast, expected, atol=4.5e-7, rtol=0, err_msg=str(record))
        np.testing.assert_allclose(slow, expected, atol=4.5e-7, rtol=0, err_msg=str(record))
        np.testing.assert_allclose(fast, slow, atol=5e-7, rtol=0, err_msg=str(record))


@pytest.mark.parametrize("operator", blur.ROWS, ids=lambda row: row.name)
@pytest.mark.parametrize("size", TINY)
def test_images_smaller_than_the_kernel(operator: Operator[Any], size: tuple[int, int]) -> None:
    rng = np.random.default_rng(2)
    for channels in (1, 3):
        image = rng.random((*size, channels), dtype=np.float32)
        for _ in range(6):
            record = random_record(operator, rng)
            expected = oracle(image, record)
            for form in (single, reference):
                got = form(operator, image, record)
                assert got.shape == image.shape
                np.testing.assert_allclose(got, expected, atol=5e-7, rtol=0, err_msg=str(record))


@pytest.mark.parametrize("operator", blur.ROWS, ids=lambda row: row.name)
def test_a_batch_has_the_bits_of_its_samples(operator: Operator[Any]) -> None:
    rng = np.random.default_rng(3)
    sizes = [Size(int(h), int(w)) for h, w in rng.integers(1, 50, (9, 2))]
    records = [random_record(operator, rng) for _ in sizes]
    canvas = torch.from_numpy(rng.random((9, 3, 55, 52), dtype=np.float32))
    together = operator.forms.kernel(canvas, group(records, sizes))
    for i, (record, (height, width)) in enumerate(zip(records, sizes, strict=True)):
        own = canvas[i : i + 1, :, :height, :width]
        alone = operator.forms.kernel(own, group([record], [sizes[i]]))
        assert torch.equal(together[i, :, :height, :width], alone[0]), record


def test_large_kernels() -> None:
    rng = np.random.default_rng(4)
    image = (0.8 + 0.2 * rng.random((33, 40, 3))).astype(np.float32)
    for shape in (
        {"sigma_x": 30.0, "sigma_y": 30.0},
        {"sigma_x": 60.0, "sigma_y": 9.0, "angle": 1},
    ):
        record = blur.GaussianBlurParameters(size=101, **shape)
        for form in (single, reference):
            got = form(blur.GAUSSIAN_BLUR, image, record)
            np.testing.assert_allclose(got, oracle(image, record), atol=4e-7, rtol=0)


@pytest.mark.parametrize("operator", blur.ROWS, ids=lambda row: row.name)
def test_size_one_is_the_identity(operator: Operator[Any]) -> None:
    image = np.random.default_rng(5).random((6, 7, 3), dtype=np.float32)
    values = {"sigma_x": 2.0, "sigma_y": 1.0, "angle": 0.4, "beta": 2.0, "cutoff": 1.0}
    known = {name: values[name] for name in operator.parameters.model_fields if name in values}
    record = operator.parameters(size=1, **known)
    np.testing.assert_array_equal(single(operator, image, record), image)
    np.testing.assert_array_equal(reference(operator, image, record), image)


@pytest.mark.parametrize("operator", blur.ROWS, ids=lambda row: row.name)
def test_runs_on_meta_and_on_no_samples(operator: Operator[Any]) -> None:
    rng = np.random.default_rng(6)
    records = [random_record(operator, rng) for _ in range(3)]
    sizes = [Size(20, 30), Size(8, 8), Size(1, 40)]
    images = torch.empty(3, 3, 20, 40, device="meta")
    assert operator.forms.kernel(images, group(records, sizes, "meta")).shape == images.shape
    assert operator.forms.kernel(torch.empty(0, 3, 4, 4), group([], [])).shape == (0, 3, 4, 4)


def test_gradient_of_the_kernel() -> None:
    generator = torch.Generator().manual_seed(2)
    images = torch.rand(2, 1, 4, 5, dtype=torch.float64, generator=generator, requires_grad=True)
    rng = np.random.default_rng(7)
    both = group(
        [random_record(blur.PLATEAU_BLUR, rng) for _ in range(2)], [Size(4, 5), Size(3, 2)]
    )
    assert torch.autograd.gradcheck(lambda x: blur.PLATEAU_BLUR.forms.kernel(x, both), (images,))


@pytest.mark.parametrize(
    ("operator", "values", "message"),
    [
        (blur.GAUSSIAN_BLUR, {"size": 8, "sigma_x": 1, "sigma_y": 1}, "use 7 or 9"),
        (
            blur.GAUSSIAN_BLUR,
            {"size": 103, "sigma_x": 1, "sigma_y": 1},
            "less than or equal to 101",
        ),
        (blur.GAUSSIAN_BLUR, {"size": 7, "sigma_x": 0, "sigma_y": 1}, "greater than 0"),
        (blur.GAUSSIAN_BLUR, {"size": 7, "sigma_x": 1, "sigma_y": 1, "angle": 4}, "less than"),
        (blur.PLATEAU_BLUR, {"size": 7, "sigma_x": 1, "sigma_y": 1}, "beta"),
        (blur.PLATEAU_BLUR, {"size": 7, "sigma_x": 1, "sigma_y": 1, "beta": 17}, "less than"),
        (blur.SINC_BLUR, {"size": 7, "cutoff": 3.2}, "less than"),
        (blur.SINC_BLUR, {"size": 33, "cutoff": 1.0}, "less than or equal to 31"),
        (blur.SINC_BLUR, {"size": 2, "cutoff": 1.0}, "use 1 or 3"),
        (blur.SINC_BLUR, {"size": 7, "cutoff": 1.0, "sigma": 1.0}, "Extra inputs"),
    ],
)
def test_ranges(operator: Operator[Any], values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        operator.parameters(**values)


def test_fields_come_in_the_order_in_which_they_may_refer_to_one_another() -> None:
    assert list(blur.PlateauBlurParameters.model_fields) == [
        "size",
        "sigma_x",
        "sigma_y",
        "angle",
        "border",
        "beta",
    ]
    assert list(blur.SincBlurParameters.model_fields) == ["size", "cutoff", "border"]


def test_strength_and_words() -> None:
    isotropic = blur.GaussianBlurParameters(size=7, sigma_x=3.0, sigma_y=3.0)
    strength = blur.GAUSSIAN_BLUR.facts.strength(isotropic)
    assert strength["effective_sigma"] == pytest.approx(1.84, abs=0.005)
    assert blur.GAUSSIAN_BLUR.words.phrase(isotropic) == "blur 3 px"
    turned = blur.PlateauBlurParameters(
        size=21, sigma_x=1.23, sigma_y=0.8, angle=math.radians(90), beta=1.5
    )
    strength = blur.PLATEAU_BLUR.facts.strength(turned)
    assert strength["effective_sigma_y"] > strength["effective_sigma_x"]
    assert blur.PLATEAU_BLUR.words.phrase(turned) == "plateau blur 1.2 x 0.8 px at 90 deg, beta 1.5"
    low_pass = blur.SincBlurParameters(size=21, cutoff=math.pi / 2)
    assert blur.SINC_BLUR.facts.strength(low_pass)["cutoff_cycles_per_pixel"] == 0.25
    assert blur.SINC_BLUR.facts.strength(low_pass)["mtf50"] == pytest.approx(0.25, abs=0.01)
    assert blur.SINC_BLUR.words.phrase(low_pass) == "sinc low-pass at 0.25 cycles/px, 21 taps"
