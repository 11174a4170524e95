"""Correlation against scipy in float64, and a sample's independence of its company."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from degrade.functional import filtering

MODES: dict[filtering.Border, str] = {"reflect101": "mirror", "replicate": "nearest"}
SIZES = [(1, 1), (1, 6), (2, 5), (3, 3), (7, 4), (12, 31), (40, 33)]


def oracle(
    image: npt.NDArray[np.float32],
    kernel: npt.NDArray[np.float64],
    border: filtering.Border = "reflect101",
) -> npt.NDArray[np.float64]:
    wide = image.astype(np.float64)
    planes = [
        ndimage.correlate(wide[..., c], kernel, mode=MODES[border]) for c in range(wide.shape[2])
    ]
    return np.stack(planes, axis=-1)


def lopsided(rng: np.random.Generator, size: int) -> npt.NDArray[np.float64]:
    """A kernel without any symmetry."""
    kernel = rng.random((size, size)) ** 3
    return kernel / kernel.sum()


def reference(
    image: npt.NDArray[np.float32],
    kernel: npt.NDArray[np.float64],
    border: filtering.Border = "reflect101",
) -> npt.NDArray[np.float32]:
    canvas = torch.from_numpy(image).permute(2, 0, 1)[None]
    sizes = torch.tensor([image.shape[0]]), torch.tensor([image.shape[1]])
    out = filtering.correlate(canvas, torch.from_numpy(kernel)[None], *sizes, border)
    return out[0].permute(1, 2, 0).numpy()


@pytest.fixture
def cv2_threads() -> Iterator[None]:
    before = cv2.getNumThreads()
    yield
    cv2.setNumThreads(before)


@pytest.mark.parametrize("border", ["reflect101", "replicate"])
@pytest.mark.parametrize("size", SIZES)
def test_both_forms_against_scipy(size: tuple[int, int], border: filtering.Border) -> None:
    rng = np.random.default_rng(5)
    for taps in (1, 3, 5, 7, 9, 11, 13, 21, 51):
        image = rng.random((*size, 3), dtype=np.float32)
        kernel = lopsided(rng, taps)
        expected = oracle(image, kernel, border)
        np.testing.assert_allclose(reference(image, kernel, border), expected, atol=2.5e-7, rtol=0)
        got = filtering.correlate_image(image, kernel, border)
        assert got.dtype == np.float32
        assert got.flags.c_contiguous
        np.testing.assert_allclose(got, expected, atol=4e-7, rtol=0, err_msg=f"{taps} taps")


@pytest.mark.parametrize("channels", [1, 2, 4, 6])
def test_any_number_of_channels(channels: int) -> None:
    rng = np.random.default_rng(6)
    image = rng.random((20, 23, channels), dtype=np.float32)
    for taps in (3, 9, 15):
        kernel = lopsided(rng, taps)
        expected = oracle(image, kernel)
        np.testing.assert_allclose(reference(image, kernel), expected, atol=2.5e-7, rtol=0)
        got = filtering.correlate_image(image, kernel)
        np.testing.assert_allclose(got, expected, atol=4e-7, rtol=0)


@pytest.mark.parametrize("border", ["reflect101", "replicate"])
@pytest.mark.parametrize("taps", [27, 51, 75])
def test_many_taps_in_float32_against_scipy(taps: int, border: filtering.Border) -> None:
    """On bright and dark images too, whose sums about 0 round the most."""
    rng = np.random.default_rng(13)
    line = np.exp(-0.5 * ((np.arange(taps) - taps // 2) / (taps / 6)) ** 2)
    line /= line.sum()
    other = rng.random(taps) / taps
    other /= other.sum()
    noise = rng.random((90, 60, 3), dtype=np.float32)
    for image in (noise, 0.1 * noise, np.float32(0.9) + np.float32(0.1) * noise, np.round(noise)):
        got = filtering.correlate_image_long(image, line, other, border)
        assert got.dtype == np.float32
        wide = image.astype(np.float64)
        for axis, weights in enumerate((line, other)):
            wide = ndimage.correlate1d(wide, weights, axis, mode=MODES[border])
        np.testing.assert_allclose(got, wide, atol=3e-7, rtol=0)


def test_correlation_not_convolution() -> None:
    """The tap right of the centre brings the right neighbour, the one below brings the lower."""
    image = np.arange(12, dtype=np.float32).reshape(3, 4, 1) / 16
    right, below = np.zeros((3, 3)), np.zeros((3, 3))
    right[1, 2] = below[2, 1] = 1.0
    for form in (reference, filtering.correlate_image):
        np.testing.assert_array_equal(form(image, right)[:, :-1], image[:, 1:])
        np.testing.assert_array_equal(form(image, below)[:-1], image[1:])


def test_a_pulse_changes_nothing() -> None:
    image = np.random.default_rng(7).random((9, 8, 3), dtype=np.float32)
    pulse = np.zeros((7, 7))
    pulse[3, 3] = 1.0
    for form in (reference, filtering.correlate_image):
        np.testing.assert_array_equal(form(image, np.ones((1, 1))), image)
        np.testing.assert_array_equal(form(image, pulse), image)


@given(st.integers(1, 9), st.integers(-60, 60), st.sampled_from(["reflect101", "replicate"]))
@settings(max_examples=200, deadline=None)
def test_border_index_is_opencvs(length: int, position: int, border: filtering.Border) -> None:
    index = filtering.border_index(torch.tensor([position]), torch.tensor([length]), border)
    expected = cv2.borderInterpolate(position, length, filtering.CV_BORDERS[border])
    assert index.item() == expected


@given(
    st.integers(0, 2**32 - 1),
    st.lists(
        st.tuples(st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, 3, 5, 9, 13, 21])),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([1, 2, 3]),
    st.integers(0, 17),
)
@settings(max_examples=60, deadline=None)
def test_bits_of_a_sample_do_not_depend_on_its_batch(
    seed: int, shapes: list[tuple[int, int, int]], channels: int, slack: int
) -> None:
    """Alone in a tight canvas with a tight kernel, or in company: the same bits, dense and separable."""
    rng = np.random.default_rng(seed)
    heights, widths, taps = (torch.tensor(side) for side in zip(*shapes, strict=True))
    tall, wide, longest = int(heights.max()) + slack, int(widths.max()) + slack, int(taps.max())
    canvas = torch.from_numpy(rng.random((len(shapes), channels, tall, wide), dtype=np.float32))
    kernels = torch.zeros(len(shapes), longest, longest, dtype=torch.float64)
    lines = torch.zeros(len(shapes), longest, dtype=torch.float64)
    for kernel, line, (_, _, size) in zip(kernels, lines, shapes, strict=True):
        inside = slice((longest - size) // 2, (longest + size) // 2)
        kernel[inside, inside] = torch.from_numpy(lopsided(rng, size))
        line[inside] = kernel[inside, inside].sum(0)
    dense = filtering.correlate(canvas, kernels, heights, widths)
    separable = filtering.correlate_separable(canvas, lines, lines, heights, widths)
    for i, (height, width, size) in enumerate(shapes):
        own = canvas[i : i + 1, :, :height, :width]
        sizes = torch.tensor([height]), torch.tensor([width])
        inside = slice((longest - size) // 2, (longest + size) // 2)
        alone = filtering.correlate(own, kernels[i : i + 1, inside, inside], *sizes)
        assert torch.equal(dense[i, :, :height, :width], alone[0])
        line = lines[i : i + 1, inside]
        alone = filtering.correlate_separable(own, line, line, *sizes)
        assert torch.equal(separable[i, :, :height, :width], alone[0])


@pytest.mark.parametrize("threads", [2, 4])
def test_bits_do_not_depend_on_threads(threads: int, cv2_threads: None) -> None:
    rng = np.random.default_rng(8)
    image = rng.random((150, 170, 3), dtype=np.float32)
    before = torch.get_num_threads()
    for taps in (3, 9, 13, 21):
        kernel = lopsided(rng, taps)
        line = kernel.sum(0)
        results = []
        for count in (1, threads):
            cv2.setNumThreads(count)
            torch.set_num_threads(count)
            results.append(
                (
                    filtering.correlate_image(image, kernel),
                    filtering.correlate_image_separable(image, line, line),
                    filtering.correlate_image_separable(image, line, line, wide=True),
                    reference(image, kernel),
                )
            )
        torch.set_num_threads(before)
        for one, many in zip(*results, strict=True):
            np.testing.assert_array_equal(one, many)


@pytest.mark.parametrize("border", ["reflect101", "replicate"])
@pytest.mark.parametrize("size", SIZES)
def test_separable_forms_against_scipy(size: tuple[int, int], border: filtering.Border) -> None:
    rng = np.random.default_rng(9)
    image = rng.random((*size, 3), dtype=np.float32)
    for rows, columns in ((1, 3), (5, 5), (9, 21), (51, 51)):
        line_y, line_x = rng.random(rows), rng.random(columns)
        line_y, line_x = line_y / line_y.sum(), line_x / line_x.sum()
        expected = ndimage.correlate1d(image.astype(np.float64), line_y, axis=0, mode=MODES[border])
        expected = ndimage.correlate1d(expected, line_x, axis=1, mode=MODES[border])
        canvas = torch.from_numpy(image).permute(2, 0, 1)[None]
        sizes = torch.tensor([size[0]]), torch.tensor([size[1]])
        taps = torch.from_numpy(line_y)[None], torch.from_numpy(line_x)[None]
        got = filtering.correlate_separable(canvas, *taps, *sizes, border)
        assert got.dtype == torch.float64
        np.testing.assert_allclose(got[0].permute(1, 2, 0), expected, atol=1e-14, rtol=0)
        for wide, tolerance in ((True, 1e-14), (False, 4e-7)):
            got_image = filtering.correlate_image_separable(image, line_y, line_x, border, wide)
            assert got_image.dtype == (np.float64 if wide else np.float32)
            assert got_image.shape == image.shape
            np.testing.assert_allclose(got_image, expected, atol=tolerance, rtol=0)


def test_trimming_drops_a_negligible_rim_only() -> None:
    kernel = np.zeros((9, 9))
    kernel[2:7, 2:7] = 1 / 25
    kernel[0, 3] = 9e-9
    np.testing.assert_array_equal(filtering.trimmed(kernel), kernel[2:7, 2:7])
    kernel[8, 8] = -2e-9
    assert filtering.trimmed(kernel).shape == (9, 9)
    np.testing.assert_array_equal(filtering.trimmed(kernel[4]), kernel[4, 2:7])


@pytest.mark.parametrize("border", ["reflect101", "replicate"])
def test_gradients(border: filtering.Border) -> None:
    generator = torch.Generator().manual_seed(3)
    images = torch.rand(2, 2, 5, 4, dtype=torch.float64, generator=generator, requires_grad=True)
    kernels = torch.rand(2, 7, 7, dtype=torch.float64, generator=generator, requires_grad=True)
    sizes = torch.tensor([5, 3]), torch.tensor([2, 4])
    assert torch.autograd.gradcheck(
        lambda x, k: filtering.correlate(x, k, *sizes, border), (images, kernels)
    )
    lines = kernels[:, 0]
    assert torch.autograd.gradcheck(
        lambda x: filtering.correlate_separable(x, lines.detach(), lines.detach(), *sizes, border),
        (images,),
    )


def test_runs_on_the_meta_device() -> None:
    images = torch.empty(5, 3, 30, 20, device="meta")
    kernels = torch.empty(5, 9, 9, dtype=torch.float64, device="meta")
    sizes = torch.empty(5, dtype=torch.int64, device="meta")
    assert filtering.correlate(images, kernels, sizes, sizes).shape == images.shape
    out = filtering.correlate_separable(images, kernels[:, 0], kernels[:, 0], sizes, sizes)
    assert out.shape == images.shape


def test_an_empty_batch_stays_empty() -> None:
    images, none = torch.empty(0, 3, 8, 8), torch.empty(0, dtype=torch.int64)
    kernels = torch.empty(0, 3, 3, dtype=torch.float64)
    assert filtering.correlate(images, kernels, none, none).shape == images.shape
    out = filtering.correlate_separable(images, kernels[:, 0], kernels[:, 0], none, none)
    assert out.shape == images.shape


def test_strided_images_and_ill_defined_surroundings() -> None:
    """Beyond the sample's own size anything finite may stand; a channels-last canvas is as good."""
    rng = np.random.default_rng(10)
    image = rng.random((11, 9, 3), dtype=np.float32)
    kernel = lopsided(rng, 13)
    canvas = torch.full((1, 3, 20, 16), 1e6)
    canvas[0, :, :11, :9] = torch.from_numpy(image).permute(2, 0, 1)
    sizes = torch.tensor([11]), torch.tensor([9])
    for laid in (canvas, canvas.to(memory_format=torch.channels_last)):
        out = filtering.correlate(laid, torch.from_numpy(kernel)[None], *sizes)
        np.testing.assert_array_equal(out[0, :, :11, :9].permute(1, 2, 0), reference(image, kernel))
        assert torch.isfinite(out).all()
