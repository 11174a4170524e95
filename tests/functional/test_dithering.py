"""Dithering: matrices, thresholds, and error diffusion against a plain loop."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from degrade.functional.dithering import DIFFUSIONS, Diffusion, bayer_matrix, diffuse, ordered

STEPS = [1, 3, 15]


def ramp(height: int = 24, width: int = 37, channels: int = 2) -> np.ndarray:
    generator = np.random.default_rng(3)
    smooth = np.linspace(0, 1, width)[None, :, None] * np.linspace(0.4, 1, height)[:, None, None]
    image = smooth + generator.normal(0, 0.05, (height, width, channels))
    return image.clip(0, 1).astype(np.float32)


def by_loop(plane: np.ndarray, steps: int, method: str) -> np.ndarray:
    """One channel, pixel by pixel, each pushing its error to later ones, in float32."""
    values = plane * np.float32(steps)
    limits = np.floor(values), np.ceil(values)
    height, width = plane.shape
    out = np.empty_like(values)
    for y in range(height):
        for x in range(width):
            level = min(max(np.rint(values[y, x]), limits[0][y, x]), limits[1][y, x])
            out[y, x] = level
            error = values[y, x] - level
            for (down, right), part in DIFFUSIONS[method].items():
                if y + down < height and 0 <= x + right < width:
                    values[y + down, x + right] += np.float32(part) * error
    return out / np.float32(steps)


def batch(images: list[np.ndarray], steps: list[int], methods: list[str]) -> list[np.ndarray]:
    """Samples of several sizes on one canvas that is larger than each, filled beyond them."""
    height = max(image.shape[0] for image in images) + 2
    width = max(image.shape[1] for image in images) + 3
    canvas = torch.full((len(images), images[0].shape[2], height, width), 0.4)
    for index, image in enumerate(images):
        pixels = torch.from_numpy(image).permute(2, 0, 1)
        canvas[index, :, : image.shape[0], : image.shape[1]] = pixels
    heights, widths = (torch.tensor([image.shape[axis] for image in images]) for axis in (0, 1))
    out = diffuse(canvas, torch.tensor(steps), methods, heights, widths)
    return [
        out[index, :, : image.shape[0], : image.shape[1]].permute(1, 2, 0).numpy()
        for index, image in enumerate(images)
    ]


@pytest.mark.parametrize("method", DIFFUSIONS)
def test_diffusion_is_the_plain_loop(method: str) -> None:
    """Bit for bit: a pixel takes its errors in the order in which the loop gives them."""
    image = ramp()
    for steps in STEPS:
        got = batch([image], [steps], [method])[0]
        expected = np.stack([by_loop(image[..., c], steps, method) for c in range(2)], axis=-1)
        assert np.array_equal(got, expected)


def test_methods_and_sizes_in_one_batch_change_nothing() -> None:
    methods = list(DIFFUSIONS)
    images = [ramp(10 + 3 * index, 30 - 2 * index) for index in range(len(methods))]
    steps = [STEPS[index % 3] for index in range(len(methods))]
    together = batch(images, steps, methods)
    for index, image in enumerate(images):
        alone = batch([image], [steps[index]], [methods[index]])[0]
        assert np.array_equal(together[index], alone)


@pytest.mark.parametrize("method", DIFFUSIONS)
def test_parts_and_published_weights(method: str) -> None:
    total = sum(DIFFUSIONS[method].values())
    assert total == pytest.approx(0.75 if method == "atkinson" else 1.0, abs=1e-15)
    assert all((down, right) > (0, 0) for down, right in DIFFUSIONS[method])


def test_floyd_and_steinberg_weights() -> None:
    sixteenths = {to: 16 * part for to, part in DIFFUSIONS["floyd_steinberg"].items()}
    assert sixteenths == {(0, 1): 7, (1, -1): 3, (1, 0): 5, (1, 1): 1}
    assert DIFFUSIONS["stucki"][(2, -2)] == 1 / 42
    assert DIFFUSIONS["jarvis"][(1, 0)] == 7 / 48


@pytest.mark.parametrize("method", [name for name in DIFFUSIONS if name != "atkinson"])
def test_diffusion_keeps_the_mean(method: str) -> None:
    """Errors are moved, not made: what is lost falls beyond the border."""
    for level in (0.1, 0.3, 0.5, 0.77):
        flat = np.full((64, 64, 1), level, np.float32)
        made = batch([flat], [1], [method])[0]
        assert set(np.unique(made)) <= {0.0, 1.0}
        assert abs(made.mean() - level) < 0.02


def test_what_is_on_a_level_stays() -> None:
    levels = np.arange(256, dtype=np.float32).reshape(16, 16, 1) / np.float32(255)
    assert np.array_equal(batch([levels], [255], ["jarvis"])[0], levels)


def test_bayer() -> None:
    expected = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]
    assert bayer_matrix(4).tolist() == expected
    assert sorted(bayer_matrix(8).ravel()) == list(range(64))


@pytest.mark.parametrize("side", [2, 4, 8])
def test_ordered_dither_is_its_formula_in_any_company(side: int) -> None:
    image = ramp(19, 21, 3)
    canvas = torch.from_numpy(image).permute(2, 0, 1).repeat(2, 1, 1, 1)
    matrix = np.tile(bayer_matrix(side), (11, 11))[:19, :21, None]
    for steps in STEPS:
        threshold = ((matrix + 0.5) / side**2).astype(np.float32)
        expected = np.floor(image * np.float32(steps) + threshold) / np.float32(steps)
        for largest in (largest for largest in (2, 4, 8) if largest >= side):
            sides = torch.tensor([side, largest])
            got = ordered(canvas, torch.tensor([steps, 7]), sides, largest)[0]
            assert np.array_equal(got.permute(1, 2, 0).numpy(), expected)


@pytest.mark.parametrize("side", [2, 4, 8])
@pytest.mark.parametrize("steps", STEPS)
def test_ordered_dither_keeps_a_level_to_half_a_threshold(side: int, steps: int) -> None:
    for level in np.linspace(0, 1, 23, dtype=np.float32):
        flat = torch.full((1, 1, 16, 16), float(level))
        made = ordered(flat, torch.tensor([steps]), torch.tensor([side]), side)
        assert abs(float(made.mean()) - level) <= 0.5 / (side**2 * steps) + 1e-6
        assert 0 <= float(made.min()) <= float(made.max()) <= 1


@pytest.mark.parametrize(
    ("method", "divisor", "rows"),
    [
        ("floyd_steinberg", 16, "..*7. .351."),
        ("jarvis", 48, "..*75 35753 13531"),
        ("stucki", 42, "..*84 24842 12421"),
        ("burkes", 32, "..*84 24842"),
        ("sierra", 32, "..*53 24542 .232."),
        ("two_row_sierra", 16, "..*43 12321"),
        ("sierra_lite", 4, "..*2. .11.."),
        ("atkinson", 8, "..*11 .111. ..1.."),
    ],
)
def test_the_published_tables(method: Diffusion, divisor: int, rows: str) -> None:
    expected = {
        (down, across - 2): int(digit) / divisor
        for down, row in enumerate(rows.split())
        for across, digit in enumerate(row)
        if digit.isdigit()
    }
    assert dict(DIFFUSIONS[method]) == expected
