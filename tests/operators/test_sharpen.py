"""The unsharp mask against a dense 51x51 filter in float64, and its two forms against each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import torch
from pydantic import ValidationError
from scipy import ndimage

from degrade.geometry import Placement, Size
from degrade.operators import sharpen
from degrade.operators.base import Group
from degrade.operators.sharpen import USM, UsmParameters
from tests.forms import fast

Pixels = npt.NDArray[np.float32]


def group(records: list[UsmParameters], sizes: list[Size], device: str = "cpu") -> Group[Any]:
    return Group(records, sizes, [Placement(size) for size in sizes], torch.device(device))


def reference(image: Pixels, record: UsmParameters) -> Pixels:
    canvas = torch.from_numpy(image).permute(2, 0, 1)[None].contiguous()
    out = USM.forms.kernel(canvas, group([record], [Size(*image.shape[:2])]))
    return out[0].permute(1, 2, 0).numpy()


def single(image: Pixels, record: UsmParameters) -> Pixels:
    assert USM.forms.single is not None
    return fast(USM, image, record)


def oracle(
    image: Pixels, weight: float, taps: int, sigma: float, threshold: float
) -> npt.NDArray[np.float64]:
    """As published, with the dense kernel: no separability, no shared code."""
    line = cv2.getGaussianKernel(taps, sigma)
    dense = line @ line.T

    def blurred(wide: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        planes = [ndimage.correlate(wide[..., c], dense, mode="mirror") for c in range(3)]
        return np.stack(planes, axis=-1)

    wide = image.astype(np.float64)
    residual = wide - blurred(wide)
    soft = blurred((np.abs(residual) * 255 > threshold).astype(np.float64))
    sharp = np.clip(wide + weight * residual, 0, 1)
    return soft * sharp + (1 - soft) * wide


def picture(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Smooth and rough parts, with residuals on both sides of the threshold."""
    noise = rng.random((height, width, 3), dtype=np.float32)
    smooth = ndimage.gaussian_filter(noise, (3, 3, 0), mode="mirror") * 2 - 0.5
    return np.clip(smooth + 0.08 * (noise - 0.5), 0, 1).astype(np.float32)


def test_published_values_against_the_dense_filter() -> None:
    """Sigma 0 is OpenCV's rule, which gives 8.0 for 51 taps."""
    record = UsmParameters()
    assert record.taps == 51
    assert record.sigma_pixels == pytest.approx(8.0, abs=1e-12)
    rng = np.random.default_rng(1)
    for height, width in ((72, 61), (20, 90), (2, 5), (1, 1)):
        image = picture(rng, height, width)
        expected = oracle(image, 0.5, 51, 0.0, 10.0)
        assert height < 72 or np.abs(expected - image).max() > 0.05
        for form in (single, reference):
            np.testing.assert_allclose(form(image, record), expected, atol=3e-7, rtol=0)


def test_random_records_in_both_forms() -> None:
    """The threshold is decided in float64 in both forms, so no pixel is left out."""
    rng = np.random.default_rng(2)
    for _ in range(12):
        record = UsmParameters(
            weight=rng.uniform(0, 4),
            radius=int(rng.integers(9, 126)),
            sigma=rng.choice([0.0, rng.uniform(0.5, 30)]),
            threshold_255=rng.uniform(0, 30),
        )
        image = picture(rng, 25, 32)
        expected = oracle(
            image, record.weight, record.taps, record.sigma_pixels, record.threshold_255
        )
        for form in (single, reference):
            got = form(image, record)
            assert got.dtype == np.float32
            np.testing.assert_allclose(got, expected, atol=5e-7, rtol=0, err_msg=str(record))


@pytest.mark.parametrize("threshold", [0.0, 10.0])
def test_a_flat_image_stays(threshold: float) -> None:
    record = UsmParameters(threshold_255=threshold)
    for value in (0.0, 0.3, 1.0):
        image = np.full((30, 20, 3), value, dtype=np.float32)
        for form in (single, reference):
            np.testing.assert_allclose(form(image, record), image, atol=1e-7, rtol=0)


def test_flat_and_busy_halves_agree_at_threshold_zero() -> None:
    """Rounding noise of the flat half must not count as a residual in one form only."""
    image = np.full((80, 160, 3), 0.3, dtype=np.float32)
    image[:, :40] = picture(np.random.default_rng(3), 80, 40)
    record = UsmParameters(threshold_255=0.0, radius=21)
    np.testing.assert_allclose(single(image, record), reference(image, record), atol=5e-7, rtol=0)


def test_close_calls_are_decided_in_float64(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the float32 blur misjudges pixels, the result still equals the float64 one."""
    image = picture(np.random.default_rng(4), 160, 160)
    taps = sharpen.gaussian_taps(torch.tensor([51]), torch.tensor([8.0]).double(), 51)[0].numpy()
    exact = image - sharpen.correlate_image_separable(image, taps, taps, wide=True)
    rough = image - sharpen.correlate_image_separable(image, taps, taps)
    # A limit between the two for one pixel.
    wrong = np.unravel_index(np.argmax(np.abs(exact - rough)), exact.shape)
    limit = float(abs(exact[wrong]) + abs(float(rough[wrong]))) / 2
    expected = np.abs(exact) > limit
    assert ((np.abs(rough) > limit) != expected).any()
    np.testing.assert_array_equal(sharpen._chosen(image, rough, taps, limit), expected)
    monkeypatch.setattr(sharpen, "MANY", 0)
    np.testing.assert_array_equal(sharpen._chosen(image, rough, taps, limit), expected)


def test_a_batch_has_the_bits_of_its_samples() -> None:
    rng = np.random.default_rng(5)
    sizes = [Size(int(h), int(w)) for h, w in rng.integers(1, 40, (7, 2))] + [Size(1, 1)]
    records = [UsmParameters(radius=int(rng.integers(3, 80)), threshold_255=3.0) for _ in sizes]
    canvas = torch.from_numpy(rng.random((8, 3, 44, 47), dtype=np.float32))
    together = USM.forms.kernel(canvas, group(records, sizes))
    for i, (height, width) in enumerate(sizes):
        own = canvas[i : i + 1, :, :height, :width]
        alone = USM.forms.kernel(own, group([records[i]], [sizes[i]]))
        assert torch.equal(together[i, :, :height, :width], alone[0])


def test_gradient_meta_and_no_samples() -> None:
    generator = torch.Generator().manual_seed(2)
    images = torch.rand(1, 1, 4, 5, dtype=torch.float64, generator=generator, requires_grad=True)
    one = group([UsmParameters(radius=5)], [Size(4, 5)])
    assert torch.autograd.gradcheck(lambda x: USM.forms.kernel(x, one), (images,))
    meta = torch.empty(1, 3, 4, 5, device="meta")
    out = USM.forms.kernel(meta, group([UsmParameters()], [Size(4, 5)], "meta"))
    assert out.shape == meta.shape
    assert USM.forms.kernel(torch.empty(0, 3, 4, 4), group([], [])).shape == (0, 3, 4, 4)


def test_grey_and_many_channels() -> None:
    rng = np.random.default_rng(6)
    image = np.concatenate([picture(rng, 30, 33), picture(rng, 30, 33)], axis=2)
    whole = single(image, UsmParameters())
    for channel in range(6):
        plane = np.ascontiguousarray(image[..., channel : channel + 1])
        got = single(plane, UsmParameters())
        np.testing.assert_allclose(got, whole[..., channel, None], atol=1.2e-7, rtol=0)


def test_record_and_words() -> None:
    assert UsmParameters(radius=51).taps == 51
    assert UsmParameters(radius=1, sigma=2.5).sigma_pixels == 2.5
    assert USM.words.phrase(UsmParameters()) == "sharpen 0.5, sigma 8 px"
    assert USM.facts.strength(UsmParameters())["sharpen_sigma"] == pytest.approx(8.0)
    with pytest.raises(ValidationError, match="less than or equal to 126"):
        UsmParameters(radius=200)


@pytest.mark.data
def test_photographs_in_both_forms(shared_data: Path) -> None:
    for file in sorted((shared_data / "hr" / "kodak").glob("*.png"))[:2]:
        pixels = cv2.imread(str(file))[40:296, 80:336, ::-1]
        image = (pixels / np.float32(255)).astype(np.float32)
        np.testing.assert_allclose(
            single(image, UsmParameters()), reference(image, UsmParameters()), atol=5e-7, rtol=0
        )
